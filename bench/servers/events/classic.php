<?php

/**
 * The workloads of select.php on the classic API: php classic.php HOST:PORT WORKLOAD. "buffered" is "echo" on bufferevents.
 */

declare(strict_types=1);

event_init();
$events = $inputs = $buffers = [];

$lines = function ($stream, $event) use (&$events, &$inputs): array {
    $data = fread($stream, 65536);
    if ($data === '' || $data === false) {
        event_del($event);
        unset($events[(int) $stream], $inputs[(int) $stream]);
        fclose($stream);

        return [];
    }
    $lines = explode("\n", $inputs[(int) $stream] . $data);
    $inputs[(int) $stream] = array_pop($lines);

    return $lines;
};

$timer = function (callable $callback) {
    $event = event_new();
    event_set($event, -1, 0, $callback);

    return $event;
};

$onRequest = match ($argv[2]) {
    'echo', 'buffered' => function ($stream, $flags, $event) use ($lines): void {
        foreach ($lines($stream, $event) as $line) {
            fwrite($stream, "$line\n");
        }
    },
    'expire' => function ($stream, $flags, $event) use ($lines, $timer, &$timers): void {
        foreach ($lines($stream, $event) as $line) {
            $left = (int) $line;
            $number = 0;
            $expire = function ($minusOne, $flags, $event) use (&$left, &$number, $stream): void {
                if (--$left === 0) {
                    fwrite($stream, "done\n");
                }
                if ($left >= 1000) {
                    event_add($event, 0, ($number++ % 10 + 1) * 1000);
                }
            };
            $timers = [];
            while ($number < min(1000, (int) $line)) {
                $timers[] = $event = $timer($expire);
                event_add($event, 0, ($number++ % 10 + 1) * 1000);
            }
        }
    },
    'cancel' => function ($stream, $flags, $event) use ($lines, $timer): void {
        foreach ($lines($stream, $event) as $line) {
            $timeout = $timer(fn() => null);
            for ($left = (int) $line; $left > 0; $left--) {
                event_add($timeout, 30);
                event_del($timeout);
            }
            fwrite($stream, "done\n");
        }
    },
};

if ($argv[2] === 'cancel') {
    for ($number = 0; $number < 10_000; $number++) {
        $waiting[] = $event = $timer(fn() => null);
        event_add($event, 86_400 + intdiv($number, 100), $number % 100 * 10_000);
    }
}

$onRead = function ($buffer) use (&$inputs): void {
    $key = (int) $buffer;
    while (bufferevent_read($buffer, $inputs[$key], 65536) > 0);
    $lines = explode("\n", $inputs[$key]);
    $inputs[$key] = array_pop($lines);
    foreach ($lines as $line) {
        bufferevent_write($buffer, "$line\n");
    }
};
$onEnd = function ($stream, $buffer) use (&$buffers, &$inputs): void {
    unset($buffers[(int) $buffer], $inputs[(int) $buffer]);
    fclose($stream);
};

$context = stream_context_create(['socket' => ['backlog' => 1024, 'tcp_nodelay' => true]]);
$listener = stream_socket_server("tcp://$argv[1]", $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
$onConnect = $argv[2] === 'buffered'
    ? function ($listener) use (&$buffers, &$inputs, $onRead, $onEnd): void {
        $stream = stream_socket_accept($listener, 0);
        $buffer = bufferevent_new($stream, $onRead, fn() => null, $onEnd);
        [$buffers[(int) $buffer], $inputs[(int) $buffer]] = [$buffer, ''];
        bufferevent_enable($buffer, EV_READ);
    }
    : function ($listener) use (&$events, &$inputs, $onRequest): void {
        $stream = stream_socket_accept($listener, 0);
        [$events[(int) $stream], $inputs[(int) $stream]] = [event_new(), ''];
        event_set($events[(int) $stream], $stream, EV_READ | EV_PERSIST, $onRequest);
        event_add($events[(int) $stream]);
    };
$accepting = event_new();
event_set($accepting, $listener, EV_READ | EV_PERSIST, $onConnect);
event_add($accepting);
event_dispatch();
