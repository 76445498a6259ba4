<?php

/** Finds the classes of this folder, which are written in PHP: Kargo\App\Slim\… is in App/Slim/…. */

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Kargo\\')) {
        $file = __DIR__ . '/' . strtr(substr($class, strlen('Kargo\\')), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});
