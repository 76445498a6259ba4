<?php

/**
 * The workloads of select.php on Kargo\Loop: php modern.php HOST:PORT WORKLOAD. "buffered" is "echo" on Kargo\Net.
 */

declare(strict_types=1);

use Kargo\Loop;
use Kargo\Net\Connection;
use Kargo\Net\TcpServer;
use Kargo\Watcher;

$inputs = [];

$lines = function ($stream, Watcher $watcher) use (&$inputs): array {
    $data = fread($stream, 65536);
    if ($data === '' || $data === false) {
        $watcher->cancel();
        unset($inputs[(int) $stream]);
        fclose($stream);

        return [];
    }
    $lines = explode("\n", $inputs[(int) $stream] . $data);
    $inputs[(int) $stream] = array_pop($lines);

    return $lines;
};

$onRequest = match ($argv[2]) {
    'echo', 'buffered' => function ($stream, Watcher $watcher) use ($lines): void {
        foreach ($lines($stream, $watcher) as $line) {
            fwrite($stream, "$line\n");
        }
    },
    'expire' => function ($stream, Watcher $watcher) use ($lines): void {
        foreach ($lines($stream, $watcher) as $line) {
            $left = (int) $line;
            $number = 0;
            $expire = function () use (&$left, &$number, &$expire, $stream): void {
                if (--$left === 0) {
                    fwrite($stream, "done\n");
                }
                if ($left >= 1000) {
                    Loop::delay(($number++ % 10 + 1) / 1000, $expire);
                }
            };
            while ($number < min(1000, (int) $line)) {
                Loop::delay(($number++ % 10 + 1) / 1000, $expire);
            }
        }
    },
    'cancel' => function ($stream, Watcher $watcher) use ($lines): void {
        $nothing = fn() => null;
        foreach ($lines($stream, $watcher) as $line) {
            for ($left = (int) $line; $left > 0; $left--) {
                Loop::delay(30.0, $nothing)->cancel();
            }
            fwrite($stream, "done\n");
        }
    },
};

if ($argv[2] === 'cancel') {
    $nothing = fn() => null;
    for ($number = 0; $number < 10_000; $number++) {
        Loop::delay(86_400.0 + $number / 100, $nothing);
    }
}

if ($argv[2] === 'buffered') {
    $server = TcpServer::listen($argv[1], function (Connection $connection): void {
        foreach ($connection->lines() as $line) {
            $connection->write("$line\n");
        }
    });
} else {
    $context = stream_context_create(['socket' => ['backlog' => 1024, 'tcp_nodelay' => true]]);
    $listener = stream_socket_server("tcp://$argv[1]", $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
    Loop::onReadable($listener, function ($listener) use (&$inputs, $onRequest): void {
        $stream = stream_socket_accept($listener, 0);
        stream_set_read_buffer($stream, 0);
        $inputs[(int) $stream] = '';
        Loop::onReadable($stream, $onRequest);
    });
}
Loop::run();
