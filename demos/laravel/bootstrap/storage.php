<?php

/** What the application writes is below storage/, for its own user only: sessions, compiled views, and the key of its cookies. */

declare(strict_types=1);

$storage = dirname(__DIR__) . '/storage';
foreach (['framework/cache', 'framework/sessions', 'framework/views'] as $folder) {
    if (!is_dir("$storage/$folder") && !@mkdir("$storage/$folder", 0o700, true) && !is_dir("$storage/$folder")) {
        throw new RuntimeException("$storage/$folder can't be made");
    }
}

// Many may start at once: each writes a key of its own, and the first link() makes one of them everybody's.
if (getenv('APP_KEY') === false) {
    if (!is_file("$storage/key")) {
        $mine = "$storage/key." . getmypid();
        $umask = umask(0o077);
        file_put_contents($mine, 'base64:' . base64_encode(random_bytes(32)));
        umask($umask);
        @link($mine, "$storage/key");
        unlink($mine);
    }
    $_ENV['APP_KEY'] = file_get_contents("$storage/key");
}

// Lists of packages that Laravel keeps; below bootstrap/cache if nobody says otherwise.
$_ENV['APP_PACKAGES_CACHE'] = "$storage/framework/cache/packages.php";
$_ENV['APP_SERVICES_CACHE'] = "$storage/framework/cache/services.php";
