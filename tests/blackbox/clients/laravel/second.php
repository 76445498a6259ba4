<?php

/** A bootstrap/app.php of the demo's application in another language and another time zone. */

declare(strict_types=1);

use Carbon\Carbon;
use Illuminate\Foundation\Bootstrap\LoadConfiguration;
use Illuminate\Support\Facades\Route;

$app = require __DIR__ . '/../../../../demos/laravel/bootstrap/app.php';
$app->afterBootstrapping(LoadConfiguration::class, static function (): void {
    config(['app.locale' => 'de']);
    date_default_timezone_set('Asia/Tokyo');
});
$app->booted(static function (): void {
    Carbon::setLocale('de');
    Route::get('/where', static fn(): array => [app()->getLocale(), Carbon::getLocale(), date_default_timezone_get()]);
});

return $app;
