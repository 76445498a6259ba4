<?php

declare(strict_types=1);

/*
 * Workerman, one worker: WORKERMAN_AUTOLOAD=vendor/autoload.php php bench/servers/workerman.php start
 * BENCH_ADDRESS is HOST:PORT. It writes its own files into BENCH_DIRECTORY.
 */

use Workerman\Protocols\Http\Request;
use Workerman\Protocols\Http\Response;
use Workerman\Worker;

require getenv('WORKERMAN_AUTOLOAD');
require __DIR__ . '/application.php';

Worker::$pidFile = getenv('BENCH_DIRECTORY') . '/workerman.pid';
Worker::$logFile = getenv('BENCH_DIRECTORY') . '/workerman.log';
Worker::$statusFile = getenv('BENCH_DIRECTORY') . '/workerman.status';
$worker = new Worker('http://' . getenv('BENCH_ADDRESS'));
$worker->count = 1;
$worker->onMessage = function ($connection, Request $request): void {
    [$status, $contentType, $body] = answer($request->method(), $request->path(), $request->rawBody());
    $connection->send(new Response($status, ['Content-Type' => $contentType], $body));
};
Worker::runAll();
