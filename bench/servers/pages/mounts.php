<?php

declare(strict_types=1);

/*
 * A folder's files, or its scripts, by one worker.
 *
 *     php -d extension=build/kargo_event.so bench/servers/pages/mounts.php HOST:PORT files|scripts FOLDER
 */

use Kargo\App\Scripts;
use Kargo\Http\Files;
use Kargo\Http\Server;

[, $address, $kind, $folder] = $argv;
$server = Server::listen($address);
// Processes that come and go would take their CPU time with them.
$server->mount('/', $kind === 'files' ? new Files($folder) : new Scripts($folder, processes: 1, requests: 100_000_000));
$server->run(workers: 1);
