--TEST--
The loop run again inside a callback: nested runs, loopbreak, exceptions and exit of the inner run, waits, bases
--FILE--
<?php
require __DIR__ . '/script.inc';

use Kargo\Loop;
use function Kargo\delay;

// The inner run ends when nothing is registered but what called it; the outer one goes on.
$log = [];
$note = function (string $what) use (&$log) { return function () use (&$log, $what) { $log[] = $what; }; };
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };
$outer = timer(0, function () use (&$log, $note) {
    $log[] = 'outer begins';
    $inner = [timer(200_000, $note('inner 2')), timer(100_000, $note('inner 1'))];
    event_dispatch();
    $log[] = 'outer ends';
    $GLOBALS['after'] = timer(1000, $note('after'));
});
event_dispatch();
$say();

// event_loopbreak() ends the innermost run only. What is due stays due.
[$one, $two] = pair();
fwrite($two, 'x');
$depth = 0;
$reader = event($one, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$depth, &$log) {
    $log[] = 'in ' . ++$depth;
    $depth < 3 ? event_dispatch() : event_loopbreak();
    $log[] = 'out ' . $depth--;
    $depth === 1 && event_loopbreak();
    $depth === 0 && event_del($event);
});
event_dispatch();
$say();

// An exception leaves the inner run, and can be caught between the two.
$outer = timer(0, function () use (&$log) {
    $inner = timer(0, fn () => throw new DomainException('inner'));
    try {
        event_dispatch();
        $log[] = 'returned';
    } catch (DomainException $exception) {
        $log[] = 'caught ' . $exception->getMessage();
    }
    throw new LogicException('outer');
});
attempt('event_dispatch');
$say();
// exit and a fatal error leave all of them.
echo script('
    function timer(callable $callback) { $event = event_new(); event_set($event, -1, 0, $callback); event_add($event, 0); return $event; }
    $outer = timer(function () {
        $inner = timer(function () { echo "exit\n"; exit(4); });
        try { event_dispatch(); } finally { echo "must not run\n"; }
    });
    event_dispatch();
    echo "must not be reached\n";
'), "\n";
echo script('
    function timer(callable $callback) { $event = event_new(); event_set($event, -1, 0, $callback); event_add($event, 0); return $event; }
    $outer = timer(function () {
        $inner = timer(function () { str_repeat("x", PHP_INT_MAX); });
        event_dispatch();
    });
    event_dispatch();
    echo "must not be reached\n";
', ['display_errors' => 0]), "\n";

// Callbacks that wait: the inner run ends after those that it called, and does not wait for older ones.
$log = [];
$older = timer(0, function () use (&$log) { delay(0.5); $log[] = 'older ends'; });
$outer = timer(1000, function () use (&$log) {
    $inner = timer(0, function () use (&$log) { $log[] = 'inner waits'; delay(0.02); $log[] = 'inner ends'; });
    event_dispatch();
    $log[] = 'outer ends';
});
event_dispatch();
$say();

// Inner runs that overlap: the one that began last ends first.
$first = timer(0, function () use (&$log) { event_dispatch(); $log[] = 'first ends'; });
$second = timer(0, function () use (&$log) { event_dispatch(); $log[] = 'second ends'; });
$third = timer(10_000, $note('third'));
event_dispatch();
$say();

// Inside a callback of the modern API, and below a wait of the script.
Loop::defer(function () use (&$log, $note) { $inner = timer(0, $note('classic in modern')); event_dispatch(); $log[] = 'ends'; });
Loop::run();
$outer = timer(0, function () use (&$log, $note) { $inner = timer(0, $note('below a wait')); event_dispatch(); $log[] = 'ends'; });
delay(0.2);
$say();

// Loop::stop() ends the outermost run, and the inner ones with it.
$outer = timer(0, function () use (&$log, $note) {
    $far = timer(60_000_000, $note('far'));
    $stop = timer(0, fn () => Loop::stop());
    event_dispatch();
    $log[] = 'inner ended';
});
event_dispatch();
$say();

// A base within the loop, the loop within a base, a base within itself; and waits there.
$base = event_base_new();
$onBase = function (int $microseconds, callable $callback) use ($base) {
    $event = event_new();
    event_set($event, -1, 0, $callback);
    event_base_set($event, $base);
    event_add($event, 0, $microseconds);
    return $event;
};
$outer = timer(0, function () use (&$log, $note, $base, $onBase) {
    $events = [$onBase(0, function () use (&$log, $note, $base, $onBase) {
        $inner = timer(0, $note('the loop in a base in the loop'));
        event_dispatch();
        $events = [$onBase(0, $note('a base in itself'))];
        event_base_loop($base);
        delay(0.01);
        $log[] = 'waited';
    }), $onBase(200_000, $note('base'))];
    $log[] = event_base_loop($base);
});
event_dispatch();
$say();

// One that never ends is refused when it is too deep, and the loop is as good as new.
foreach (['loop' => function ($stream, $flags, $event) { event_add($event, 0); event_dispatch(); },
    'base' => function ($stream, $flags, $event) use ($base) { event_add($event, 0); event_base_loop($base); }] as $what => $callback) {
    $event = event_new();
    event_set($event, -1, 0, $callback);
    $what === 'base' && event_base_set($event, $base);
    event_add($event, 0);
    attempt(fn () => $what === 'base' ? event_base_loop($base) : event_dispatch());
    event_del($event);
}
$event = timer(0, $note('again'));
event_dispatch();
$say();
?>
--EXPECT--
outer begins, inner 1, inner 2, outer ends, after
in 1, in 2, in 3, out 3, out 2, out 1
LogicException: outer
caught inner
exit
[exit 4]
[exit 255]
inner waits, inner ends, outer ends, older ends
third, second ends, first ends
classic in modern, ends, below a wait, ends
inner ended
the loop in a base in the loop, a base in itself, base, waited, 1
Error: the loop runs within itself 256 times already
Error: bases run within each other 256 times already
again
