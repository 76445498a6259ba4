<?php

declare(strict_types=1);

/*
 * The measured server in the classic API: every request is answered with one string.
 *
 *     php -d extension=build/kargo_event.so bench/servers/evhttp.php [HOST:PORT]
 */

[$host, $port] = explode(':', $argv[1] ?? '127.0.0.1:8080');
event_init();
$server = evhttp_start($host, (int) $port);
evhttp_set_gencb($server, fn($request): string => 'Hello, World!');
event_dispatch();
