<?php

/** The loop without a server, for tests/long/valgrind: prints "done" when all that it asked for has come. */

declare(strict_types=1);

use Kargo\Loop;
use Kargo\Watcher;

use function Kargo\delay;

$seen = [];
$note = function (string $what) use (&$seen): Closure {
    return function () use ($what, &$seen): void {
        $seen[] = $what;
    };
};

// Timers: many, cancelled in part, dropped objects, a callback that throws.
$watchers = [];
foreach (range(1, 500) as $number) {
    $watchers[] = Loop::delay($number % 7 / 1000, $note('timer'));
}
foreach ($watchers as $number => $watcher) {
    $number % 3 === 0 && $watcher->cancel();
}
unset($watchers, $watcher);
$times = 0;
Loop::repeat(0.001, function (Watcher $watcher) use (&$times, $note): void {
    Loop::defer($note('deferred'));
    ++$times === 5 && $watcher->cancel();
});
Loop::repeat(60.0, $note('never'))->unreference();

// Streams: back-pressure, an end, a watcher cancelled by another one's callback.
[$near, $far] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
$unsent = str_repeat('0123456789', 100_000);
$bytes = 0;
Loop::onWritable($far, function ($stream, Watcher $watcher) use (&$unsent): void {
    $unsent = substr($unsent, (int) fwrite($stream, $unsent));
    if ($unsent === '') {
        $watcher->cancel();
        fclose($stream);
    }
});
Loop::onReadable($near, function ($stream, Watcher $watcher) use (&$bytes): void {
    $part = (string) fread($stream, 65536);
    $bytes += strlen($part);
    $part === '' && feof($stream) && $watcher->cancel();
});

// Signals and waits inside callbacks.
Loop::onSignal(SIGUSR2, function (int $signal, Watcher $watcher) use ($note): void {
    $note("signal $signal")();
    $watcher->cancel();
});
Loop::delay(0.005, function (): void {
    exec('kill -USR2 ' . getmypid());
});
Loop::delay(0.001, function () use ($note): void {
    delay(0.01);
    $note('waited')();
});
Loop::run();

Loop::defer(fn() => throw new DomainException('out of a callback'));
try {
    Loop::run();
} catch (DomainException) {
    $seen[] = 'thrown';
}
delay(0.001);

$counts = array_count_values($seen);
ksort($counts);
echo json_encode([$counts, $bytes]), "\n";
echo $counts === ['deferred' => 5, 'signal 12' => 1, 'thrown' => 1, 'timer' => 333, 'waited' => 1] && $bytes === 1_000_000
    ? "done\n" : "not as it must be\n";
