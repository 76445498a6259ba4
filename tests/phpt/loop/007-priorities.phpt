--TEST--
Priorities of watchers: the most urgent of those that are ready goes first, and the loop looks again before the others
--FILE--
<?php
use Kargo\Loop;
use Kargo\Watcher;

$log = [];
$say = function () use (&$log) { Loop::run(); echo implode(' ', $log), "\n"; $log = []; };
$note = function (string $what) use (&$log) { return function () use (&$log, $what) { $log[] = $what; }; };
$pair = fn () => stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);

// All are ready at once; without a priority of its own a watcher has 128.
foreach ([200, 5, null, 255, 0, 127, 129] as $priority) {
    $watcher = Loop::defer($note((string) ($priority ?? 'none')));
    $priority === null || $watcher->setPriority($priority);
}
$say();

// Streams, timers, signals and deferred calls among each other.
[$one, $two] = $pair();
fwrite($two, 'x');
Loop::onReadable($one, function ($stream, Watcher $watcher) use (&$log) {
    $log[] = 'stream ' . fread($stream, 1);
    $watcher->cancel();
})->setPriority(20);
Loop::onSignal(SIGUSR1, function (int $signal, Watcher $watcher) use (&$log) {
    $log[] = 'signal';
    $watcher->cancel();
})->setPriority(10);
Loop::delay(0, $note('timer'))->setPriority(30);
Loop::defer($note('deferred'))->setPriority(40);
// All of them are ready when this is over.
Loop::defer(function () { usleep(5_000); posix_kill(posix_getpid(), SIGUSR1); })->setPriority(0);
$say();

// What becomes ready meanwhile goes before what is less urgent, though that was ready before.
$left = 3;
Loop::onReadable($one, function ($stream, Watcher $watcher) use (&$log, &$left, $two) {
    $log[] = 'urgent ' . fread($stream, 1);
    $left-- ? fwrite($two, (string) $left) : $watcher->cancel();
})->setPriority(0);
Loop::defer(function () use (&$log, $two) { $log[] = 'first'; fwrite($two, 'y'); })->setPriority(1);
Loop::defer($note('last'))->setPriority(2);
$say();

// Changed and set again; after its end it does nothing. Events of the classic API have the middle, too.
$late = Loop::defer($note('late'))->setPriority(0)->setPriority(255);
$event = event_new();
event_set($event, -1, 0, $note('event'));
event_add($event, 0);
Loop::defer($note('early'))->setPriority(127);
$say();
echo get_class($late->setPriority(3)), "\n";
foreach ([-1, 256, PHP_INT_MIN] as $wrong) {
    try {
        $late->setPriority($wrong);
    } catch (ValueError $error) {
        echo $error->getMessage(), "\n";
    }
}
?>
--EXPECT--
0 5 127 none 129 200 255
signal stream x timer deferred
first urgent y urgent 2 urgent 1 urgent 0 last
early event late
Kargo\Watcher
Kargo\Watcher::setPriority(): Argument #1 ($priority) must be between 0 and 255
Kargo\Watcher::setPriority(): Argument #1 ($priority) must be between 0 and 255
Kargo\Watcher::setPriority(): Argument #1 ($priority) must be between 0 and 255
