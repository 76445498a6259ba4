<?php

declare(strict_types=1);

namespace App\Providers;

use Illuminate\Foundation\Support\Providers\RouteServiceProvider as ServiceProvider;
use Illuminate\Support\Facades\Route;

final class RouteServiceProvider extends ServiceProvider
{
    public function boot(): void
    {
        // What is no such number is no such page; nine digits are numbers to every database.
        Route::pattern('poll', '[0-9]{1,9}');
        $this->routes(static function (): void {
            Route::group([], base_path('routes/public.php'));
            Route::middleware('web')->group(base_path('routes/web.php'));
        });
    }
}
