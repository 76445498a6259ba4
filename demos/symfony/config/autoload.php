<?php

/** Finds the classes of the framework, as Composer or Debian's packages brought them, and those of src/. */

declare(strict_types=1);

use Composer\InstalledVersions;
use Symfony\Component\HttpKernel\Kernel;

$composer = dirname(__DIR__) . '/vendor/autoload.php';
if (is_file($composer)) {
    require $composer;
} else {
    foreach ([
        'Symfony/Bundle/FrameworkBundle' => 'framework-bundle',
        'Symfony/Bundle/TwigBundle' => 'twig-bundle',
        'Symfony/Component/Form' => 'form',
        'Symfony/Component/Security/Csrf' => 'security-csrf',
    ] as $folder => $package) {
        if (stream_resolve_include_path("$folder/autoload.php") === false) {
            throw new RuntimeException("Symfony's $package is not installed: apt-get install php-symfony-$package");
        }
        require "$folder/autoload.php";
    }
    // Since version 6 the framework asks Composer what is installed, which is a package of its own.
    if (!class_exists(InstalledVersions::class)) {
        $file = stream_resolve_include_path('Composer/InstalledVersions.php');
        if ($file !== false) {
            require $file;
        } elseif (Kernel::VERSION_ID >= 60000) {
            throw new RuntimeException("Symfony's kernel needs Composer's InstalledVersions: apt-get install composer");
        }
    }
}

spl_autoload_register(static function (string $class): void {
    $file = dirname(__DIR__) . '/src/' . strtr(substr($class, strlen('App\\')), '\\', '/') . '.php';
    if (str_starts_with($class, 'App\\') && is_file($file)) {
        require $file;
    }
});
