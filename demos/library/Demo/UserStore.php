<?php

declare(strict_types=1);

namespace Demo;

/**
 * Who can log in. Passwords are kept as password_hash() makes them. The applications of 2009 kept MD5 sums: such a one is
 * taken once more, and replaced when its owner logs in.
 */
final readonly class UserStore
{
    /** In a demo the accounts are no secret: the login page shows them. The second one's password is kept as in 2009. */
    public const DEMO_ACCOUNTS = ['ann' => 'paper boat', 'bob' => 'tin drum'];

    /** What an unknown user's password is compared with, so that nobody can tell by the time who exists. */
    private const NOBODY = '$2y$10$phIbOIvR8ReWiRpfXu.JzurKTU.XnKFaBSplYho2q0dUh0fTQGL/e';

    private const MAX_PASSWORD_BYTES = 1024;

    public function __construct(private Database $database) {}

    /** The user's name if the password is right, else null. */
    public function login(string $username, #[\SensitiveParameter] string $password): ?string
    {
        if (strlen($password) > self::MAX_PASSWORD_BYTES || preg_match('//u', $username) !== 1) {
            return null;
        }
        $users = $this->database->read('SELECT username, password FROM "user" WHERE username = ?', [$username]);
        $hash = $users[0]['password'] ?? self::NOBODY;
        $isMd5 = preg_match('/^[0-9a-f]{32}$/D', $hash) === 1;
        $isRight = $isMd5 ? hash_equals($hash, md5($password)) : password_verify($password, $hash);
        if (!$isRight || $users === []) {
            return null;
        }
        if ($isMd5 || password_needs_rehash($hash, PASSWORD_DEFAULT)) {
            $this->setPassword($username, password_hash($password, PASSWORD_DEFAULT));
        }

        return $users[0]['username'];
    }

    /** Makes the accounts that the login page shows, where they are missing. */
    public function addDemoAccounts(): void
    {
        foreach (self::DEMO_ACCOUNTS as $username => $password) {
            $hash = $username === 'bob' ? md5($password) : password_hash($password, PASSWORD_DEFAULT);
            $this->database->transaction(static function (Database $database) use ($username, $hash): void {
                $find = 'SELECT password FROM "user" WHERE username = ?';
                $users = $database->rows($find, [$username]);
                if ($users === []) {
                    $database->write('INSERT INTO "user" (username, password) VALUES (?, ?)', [$username, $hash]);
                } elseif ($users[0]['password'] === null) {
                    $database->write('UPDATE "user" SET password = ? WHERE username = ?', [$hash, $username]);
                }
            });
        }
    }

    private function setPassword(string $username, #[\SensitiveParameter] string $hash): void
    {
        $this->database->transaction(static function (Database $database) use ($username, $hash): void {
            $database->write('UPDATE "user" SET password = ? WHERE username = ?', [$hash, $username]);
        });
    }
}
