<?php

declare(strict_types=1);

/* public/index.php of the demo on Symfony behind a web server, as its skeleton has it. */

use App\Kernel;
use Symfony\Component\HttpFoundation\Request;

require dirname(__DIR__) . '/' . getenv('BENCH_AUTOLOAD');

$kernel = new Kernel('prod', false);
$request = Request::createFromGlobals();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);
