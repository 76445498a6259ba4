<?php

/** Where classes are found: Laravel as Debian installs it, Composer's vendor/ where there is one, and the application's own. */

declare(strict_types=1);

$vendor = __DIR__ . '/../vendor/autoload.php';
if (is_file($vendor)) {
    require $vendor;
} elseif (stream_resolve_include_path('Illuminate/autoload.php') !== false) {
    require 'Illuminate/autoload.php';
} else {
    throw new RuntimeException('Laravel is not installed: apt-get install php-laravel-framework, or composer require laravel/framework');
}

spl_autoload_register(static function (string $class): void {
    $file = dirname(__DIR__) . '/app/' . strtr(substr($class, strlen('App\\')), '\\', '/') . '.php';
    if (str_starts_with($class, 'App\\') && is_file($file)) {
        require $file;
    }
});
