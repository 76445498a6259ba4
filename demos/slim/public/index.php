<?php

/** The same application under php-fpm; there a web server brings /assets. */

declare(strict_types=1);

require __DIR__ . '/../src/autoload.php';

$shared = (require __DIR__ . '/../src/shared.php')();
$app = (require __DIR__ . '/../src/app.php')($shared);
$app->run();
