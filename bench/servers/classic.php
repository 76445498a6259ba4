<?php

declare(strict_types=1);

/*
 * The server that bench/classic counts and measures: the same short page by a plain handler, and printed by an application.
 *
 *     php -d extension=build/kargo_event.so bench/servers/classic.php HOST:PORT WORKERS handler|application
 *
 * The application names $_SERVER, as all of them do: it is made for those only.
 */

use Kargo\App\Application;
use Kargo\Http\Server;

[, $address, $workers, $kind] = $argv;
$server = Server::listen($address);
match ($kind) {
    'handler' => $server->get('/hello', fn () => 'Hello, World!'),
    'application' => $server->mount('/', new Application(function (): void {
        echo $_SERVER['REQUEST_METHOD'] === 'GET' ? 'Hello, World!' : 'What?';
    })),
};
$server->run(workers: (int) $workers);
