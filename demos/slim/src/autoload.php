<?php

/** The classes of Slim and Twig, of what the demos share, and of this application. */

declare(strict_types=1);

require __DIR__ . '/../../library/bootstrap.php';

foreach (['Slim' => 'php-slim', 'Twig' => 'php-twig'] as $library => $package) {
    if ((@include_once "$library/autoload.php") === false) {
        throw new RuntimeException("$library is not installed: the Debian package $package brings it");
    }
}
require __DIR__ . '/../../../php/Kargo/autoload.php';

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Polls\\')) {
        require __DIR__ . '/' . strtr($class, '\\', '/') . '.php';
    }
});

// Slim 3 was written before PHP 8, which finds fault with its signatures at each start and is right for PHP 9.
error_reporting(E_ALL & ~E_DEPRECATED);
