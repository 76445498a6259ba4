<?php

declare(strict_types=1);

namespace App\Providers;

use Closure;
use Demo\UserStore;
use Illuminate\Auth\GenericUser;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\UserProvider;

/** The accounts that all demos share, for Laravel's guards. Who is in a session is known by name there. */
final class AccountProvider implements UserProvider
{
    /** @param Closure(): UserStore $users asked for when somebody logs in, and not for everybody who looks at a page */
    public function __construct(private readonly Closure $users) {}

    public function retrieveById($identifier): Authenticatable
    {
        return self::user($identifier);
    }

    /** Nobody is remembered beyond the session. */
    public function retrieveByToken($identifier, $token): ?Authenticatable
    {
        return null;
    }

    public function updateRememberToken(Authenticatable $user, $token): void {}

    /** Whether there is such a user is told together with whether the password is right, so that nobody can tell. */
    public function retrieveByCredentials(array $credentials): Authenticatable
    {
        return self::user($credentials['username']);
    }

    public function validateCredentials(Authenticatable $user, array $credentials): bool
    {
        return ($this->users)()->login($credentials['username'], $credentials['password']) === $user->getAuthIdentifier();
    }

    /** UserStore does it when the password was right. */
    public function rehashPasswordIfRequired(Authenticatable $user, array $credentials, bool $force = false): void {}

    private static function user(string $username): GenericUser
    {
        return new GenericUser(['id' => $username, 'remember_token' => null]);
    }
}
