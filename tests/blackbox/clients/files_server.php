<?php

declare(strict_types=1);

use Kargo\Http\Files;
use Kargo\Http\Request;
use Kargo\Http\Server;

[, $directory] = $argv;
$server = Server::listen('127.0.0.1:0');
$application = fn(Request $request) => "application {$request->path()}";
$server->mount('/', new Files($directory, otherwise: $application, maxAge: 0, immutable: ['build']));
$server->run(workers: 2);
