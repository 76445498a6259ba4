<?php

declare(strict_types=1);

/* public/index.php of the demo on Laravel behind a web server, as its skeleton has it. */

use Illuminate\Contracts\Http\Kernel;
use Illuminate\Http\Request;

define('LARAVEL_START', microtime(true));

if (file_exists(__DIR__ . '/../storage/framework/maintenance.php')) {
    require __DIR__ . '/../storage/framework/maintenance.php';
}

require dirname(__DIR__) . '/' . getenv('BENCH_AUTOLOAD');

$app = require_once dirname(__DIR__) . '/bootstrap/app.php';
$kernel = $app->make(Kernel::class);
$response = $kernel->handle($request = Request::capture())->send();
$kernel->terminate($request, $response);
