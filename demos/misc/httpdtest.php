<?php

/**
 * The smallest HTTP server, one callback answers every request: php httpdtest.php [HOST [PORT]]
 *
 * Try `curl -i http://127.0.0.1:8000/hello`.
 */

declare(strict_types=1);

require __DIR__ . '/../library/bootstrap.php';

/** @param resource $request */
function answer($request): string
{
    evhttp_response_add_header($request, 'Content-Type', 'text/plain; charset=utf-8');
    $text = evhttp_request_method($request) . ' ' . evhttp_request_uri($request) . "\n";
    foreach (evhttp_request_headers($request) as $name => $value) {
        $text .= "$name: $value\n";
    }
    $body = evhttp_request_body($request);

    return $body === false ? $text : "$text\n$body";
}

function say(string $text): void
{
    fwrite(STDERR, "httpdtest: $text\n");
}

event_init();

$host = $argv[1] ?? '127.0.0.1';
$port = filter_var($argv[2] ?? 8000, FILTER_VALIDATE_INT);
$server = @evhttp_start($host, $port === false ? -1 : $port) ?: throw new RuntimeException(error_get_last()['message']);
evhttp_set_gencb($server, 'answer');

foreach ([SIGINT, SIGTERM] as $signal) {
    $stop[$signal] = event_new();
    event_set($stop[$signal], $signal, EV_SIGNAL, fn() => event_loopbreak());
    event_add($stop[$signal]);
}

say('listening on http://' . (str_contains($host, ':') ? "[$host]" : $host) . ":$port/");
event_dispatch();
say('stopped');
