<?php

declare(strict_types=1);

namespace App\Providers;

use Demo\Config;
use Demo\Database;
use Demo\UserStore;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\DB;
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
        Auth::provider('accounts', static fn($app): AccountProvider => new AccountProvider($app[UserStore::class]));

        // An SQLite file that was replaced while it is open would go unnoticed; to open it again costs next to nothing.
        $this->app->terminating(static function (): void {
            if (DB::getDefaultConnection() === 'sqlite') {
                DB::purge();
            }
        });
    }
}
