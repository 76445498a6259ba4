<?php

/**
 * What every demo begins with: all errors are reported, what can't be helped ends the script with one line, and
 * classes are found by their names. Demo\Database is in Demo/Database.php and Service_Poll in Service/Poll.php, below
 * this folder or below the library/ of the application that was started.
 */

declare(strict_types=1);

error_reporting(E_ALL);

set_exception_handler(static function (Throwable $throwable): never {
    $message = preg_replace('/\s*\R\s*/', ' ', trim($throwable->getMessage()));
    if ($throwable instanceof Error && !extension_loaded('kargo_event')) {
        $message .= ' (the extension kargo_event is not loaded; demos/README.md says how)';
    }
    fwrite(STDERR, basename($_SERVER['SCRIPT_FILENAME']) . ": $message\n");
    exit(1);
});

// Found once: in a request of a classic application SCRIPT_FILENAME is another.
$libraries = [__DIR__, dirname(realpath($_SERVER['SCRIPT_FILENAME']), 2) . '/library'];
spl_autoload_register(static function (string $class) use ($libraries): void {
    $file = strtr($class, '\\_', '//') . '.php';
    foreach ($libraries as $folder) {
        if (is_file("$folder/$file")) {
            require "$folder/$file";

            return;
        }
    }
});
