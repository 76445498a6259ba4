<?php

/**
 * Echo and timers on plain stream_select(), as libraries do it that need no extension: php select.php HOST:PORT WORKLOAD
 *
 * Workloads: "echo" answers lines with themselves. The others answer a line with a number N by "done", once N timers have
 * expired ("expire", 1,000 of them at the same time) or N have been set and cancelled ("cancel", while 10,000 wait).
 */

declare(strict_types=1);

final class SelectLoop
{
    /** @var array<int, resource> */
    private array $streams = [];
    /** @var array<int, callable> */
    private array $callbacks = [];
    /** The earliest time first; numbers of cancelled timers stay until their turn, or until they are most of it. */
    private SplPriorityQueue $queue;
    /** @var array<int, callable> */
    private array $timers = [];
    private int $lastTimer = 0;

    public function __construct()
    {
        $this->queue = new SplPriorityQueue();
        $this->queue->setExtractFlags(SplPriorityQueue::EXTR_BOTH);
    }

    public function onReadable($stream, callable $callback): void
    {
        $this->streams[(int) $stream] = $stream;
        $this->callbacks[(int) $stream] = $callback;
    }

    public function forget($stream): void
    {
        unset($this->streams[(int) $stream], $this->callbacks[(int) $stream]);
    }

    public function delay(float $seconds, callable $callback): int
    {
        $this->timers[++$this->lastTimer] = $callback;
        $this->queue->insert($this->lastTimer, -hrtime(true) / 1e9 - $seconds);

        return $this->lastTimer;
    }

    public function cancel(int $timer): void
    {
        unset($this->timers[$timer]);
        if (count($this->queue) > 2 * count($this->timers) + 1000) {
            $this->forgetCancelled();
        }
    }

    public function run(): never
    {
        while (true) {
            $wait = 1.0;
            while (!$this->queue->isEmpty()) {
                ['data' => $timer, 'priority' => $at] = $this->queue->top();
                if (isset($this->timers[$timer]) && ($wait = min(1.0, -$at - hrtime(true) / 1e9)) > 0) {
                    break;
                }
                $this->queue->extract();
                if (isset($this->timers[$timer])) {
                    $callback = $this->timers[$timer];
                    unset($this->timers[$timer]);
                    $callback();
                }
                $wait = 1.0;
            }
            $read = $this->streams;
            $write = $except = null;
            if (@stream_select($read, $write, $except, 0, (int) ceil($wait * 1e6)) > 0) {
                foreach ($read as $key => $stream) {
                    ($this->callbacks[$key])($stream);
                }
            }
        }
    }

    private function forgetCancelled(): void
    {
        $old = $this->queue;
        $this->__construct();
        foreach ($old as ['data' => $timer, 'priority' => $at]) {
            isset($this->timers[$timer]) && $this->queue->insert($timer, $at);
        }
    }
}

$loop = new SelectLoop();
$inputs = [];
$nothing = fn() => null;

$lines = function ($stream) use ($loop, &$inputs): array {
    $data = fread($stream, 65536);
    if ($data === '' || $data === false) {
        $loop->forget($stream);
        unset($inputs[(int) $stream]);
        fclose($stream);

        return [];
    }
    $lines = explode("\n", $inputs[(int) $stream] . $data);
    $inputs[(int) $stream] = array_pop($lines);

    return $lines;
};

$onRequest = match ($argv[2]) {
    'echo' => function ($stream) use ($lines): void {
        foreach ($lines($stream) as $line) {
            fwrite($stream, "$line\n");
        }
    },
    'expire' => function ($stream) use ($lines, $loop): void {
        foreach ($lines($stream) as $line) {
            $left = (int) $line;
            $number = 0;
            $expire = function () use (&$left, &$number, &$expire, $loop, $stream): void {
                if (--$left === 0) {
                    fwrite($stream, "done\n");
                }
                if ($left >= 1000) {
                    $loop->delay(($number++ % 10 + 1) / 1000, $expire);
                }
            };
            while ($number < min(1000, (int) $line)) {
                $loop->delay(($number++ % 10 + 1) / 1000, $expire);
            }
        }
    },
    'cancel' => function ($stream) use ($lines, $loop, $nothing): void {
        foreach ($lines($stream) as $line) {
            for ($left = (int) $line; $left > 0; $left--) {
                $loop->cancel($loop->delay(30.0, $nothing));
            }
            fwrite($stream, "done\n");
        }
    },
};

if ($argv[2] === 'cancel') {
    for ($number = 0; $number < 10_000; $number++) {
        $loop->delay(86_400.0 + $number / 100, $nothing);
    }
}
$context = stream_context_create(['socket' => ['backlog' => 1024, 'tcp_nodelay' => true]]);
$listener = stream_socket_server("tcp://$argv[1]", $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
$loop->onReadable($listener, function ($listener) use ($loop, $onRequest, &$inputs): void {
    $stream = stream_socket_accept($listener, 0);
    stream_set_blocking($stream, false);
    stream_set_read_buffer($stream, 0);
    $inputs[(int) $stream] = '';
    $loop->onReadable($stream, $onRequest);
});
$loop->run();
