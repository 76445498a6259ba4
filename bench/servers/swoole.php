<?php

declare(strict_types=1);

/* Swoole or OpenSwoole, one worker: php -d extension=swoole bench/servers/swoole.php HOST PORT */

require __DIR__ . '/application.php';

[, $host, $port] = $argv;
// SWOOLE_BASE is its fastest mode: the worker owns the sockets, no process stands between.
$class = class_exists('OpenSwoole\Http\Server') ? 'OpenSwoole\Http\Server' : 'Swoole\Http\Server';
$mode = class_exists('OpenSwoole\Http\Server') ? \OpenSwoole\Server::SIMPLE_MODE : SWOOLE_BASE;
$server = new $class($host, (int) $port, $mode);
$server->set(['worker_num' => 1, 'enable_coroutine' => false, 'http_compression' => false, 'log_level' => 5]);
$server->on('request', function ($request, $response): void {
    [$status, $contentType, $body] = answer(
        $request->server['request_method'],
        $request->server['request_uri'],
        (string) $request->rawContent(),
    );
    $response->status($status);
    $response->header('Content-Type', $contentType);
    $response->end($body);
});
$server->start();
