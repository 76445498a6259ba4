<?php

/**
 * The workloads of select.php on the extension "event", which is libevent: php libevent.php HOST:PORT WORKLOAD. "buffered" is
 * "echo" on its buffers.
 */

declare(strict_types=1);

$base = new EventBase();
$events = $inputs = $buffers = [];

$lines = function ($stream) use (&$events, &$inputs): array {
    $data = fread($stream, 65536);
    if ($data === '' || $data === false) {
        $events[(int) $stream][1]->free();
        unset($events[(int) $stream], $inputs[(int) $stream]);
        fclose($stream);

        return [];
    }
    $lines = explode("\n", $inputs[(int) $stream] . $data);
    $inputs[(int) $stream] = array_pop($lines);

    return $lines;
};

$onRequest = match ($argv[2]) {
    'echo', 'buffered' => function ($stream) use ($lines): void {
        foreach ($lines($stream) as $line) {
            fwrite($stream, "$line\n");
        }
    },
    'expire' => function ($stream) use ($lines, $base, &$timers): void {
        foreach ($lines($stream) as $line) {
            $left = (int) $line;
            $number = 0;
            $expire = function (int $slot) use (&$left, &$number, &$timers, $stream): void {
                if (--$left === 0) {
                    fwrite($stream, "done\n");
                }
                if ($left >= 1000) {
                    $timers[$slot]->addTimer(($number++ % 10 + 1) / 1000);
                }
            };
            $timers = [];
            while ($number < min(1000, (int) $line)) {
                $timers[$number] = Event::timer($base, $expire, $number);
                $timers[$number]->addTimer(($number++ % 10 + 1) / 1000);
            }
        }
    },
    'cancel' => function ($stream) use ($lines, $base): void {
        foreach ($lines($stream) as $line) {
            $timeout = Event::timer($base, fn() => null);
            for ($left = (int) $line; $left > 0; $left--) {
                $timeout->addTimer(30.0);
                $timeout->delTimer();
            }
            fwrite($stream, "done\n");
        }
    },
};

if ($argv[2] === 'cancel') {
    for ($number = 0; $number < 10_000; $number++) {
        $waiting[] = $event = Event::timer($base, fn() => null);
        $event->addTimer(86_400.0 + $number / 100);
    }
}

$onRead = function (EventBufferEvent $buffer): void {
    while (($line = $buffer->input->readLine(EventBuffer::EOL_LF)) !== null) {
        $buffer->write("$line\n");
    }
};
$onEnd = function (EventBufferEvent $buffer, int $what, int $key) use (&$buffers): void {
    if ($what & (EventBufferEvent::EOF | EventBufferEvent::ERROR)) {
        [$stream] = $buffers[$key];
        unset($buffers[$key]);
        $buffer->free();
        fclose($stream);
    }
};

$context = stream_context_create(['socket' => ['backlog' => 1024, 'tcp_nodelay' => true]]);
$listener = stream_socket_server("tcp://$argv[1]", $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
$accepting = new Event($base, $listener, Event::READ | Event::PERSIST, function ($listener) use (
    $base, $argv, $onRequest, $onRead, $onEnd, &$events, &$inputs, &$buffers,
): void {
    $stream = stream_socket_accept($listener, 0);
    stream_set_blocking($stream, false);
    stream_set_read_buffer($stream, 0);
    if ($argv[2] === 'buffered') {
        $buffer = new EventBufferEvent($base, $stream, 0, $onRead, null, $onEnd, (int) $stream);
        $buffer->enable(Event::READ | Event::WRITE);
        $buffers[(int) $stream] = [$stream, $buffer];
    } else {
        $inputs[(int) $stream] = '';
        $event = new Event($base, $stream, Event::READ | Event::PERSIST, $onRequest);
        $event->add();
        // An event does not hold its stream.
        $events[(int) $stream] = [$stream, $event];
    }
});
$accepting->add();
$base->loop();
