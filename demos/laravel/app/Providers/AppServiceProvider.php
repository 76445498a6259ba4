<?php

declare(strict_types=1);

namespace App\Providers;

use Demo\Config;
use Demo\Database;
use Demo\UserStore;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\ServiceProvider;

final class AppServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        $this->app->singleton(
            UserStore::class,
            static fn(): UserStore => new UserStore(new Database(Config::read(base_path('deploy/config.ini')))),
        );
    }

    public function boot(): void
    {
        Auth::provider('accounts', static fn($app): AccountProvider => new AccountProvider(
            static fn(): UserStore => $app[UserStore::class],
        ));
    }
}
