--TEST--
event_base_*: several bases, each a loop of its own
--FILE--
<?php
require __DIR__ . '/script.inc';

$log = [];
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };
$on = function ($base, mixed $stream, int $flags, callable $callback, ?int $microseconds = null) {
    $event = event_new();
    event_set($event, $stream, $flags, $callback);
    event_base_set($event, $base) || exit('not set');
    $microseconds === null ? event_add($event) : event_add($event, 0, $microseconds);
    return $event;
};
$note = function (string $what) use (&$log) { return function () use (&$log, $what) { $log[] = $what; }; };

[$first, $second] = [event_base_new(), event_base_new()];
echo get_resource_type($first), ' ', json_encode([$first == $second, is_resource($first)]), "\n";

// Each runs what is its own.
$events = [$on($first, -1, 0, $note('first'), 0), $on($second, -1, 0, $note('second'), 0), timer(0, $note('loop'))];
$log[] = event_base_loop($first);
$log[] = event_base_dispatch($second);
event_dispatch();
$log[] = event_base_loop($first);
$say();

// Streams and signals; a signal belongs to one loop at a time.
[$one, $two] = pair();
$events = [$on($first, $one, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$log) {
    $log[] = fread($stream, 10);
    event_del($event);
}), $on($second, $two, EV_WRITE, function ($stream) { fwrite($stream, 'hello'); })];
event_base_loop($second);
event_base_loop($first);
$signal = $on($first, 10, EV_SIGNAL, $note('signal'));
$taken = event_new();
event_set($taken, 10, EV_SIGNAL, 'strlen');
echo json_encode(@event_add($taken)), ' ', error_get_last()['message'], "\n";
posix_kill(getmypid(), 10);
event_base_loop($first);
$say();
echo json_encode(event_add($taken)), "\n";
event_free($taken);

// The flags. EVLOOP_NONBLOCK does not wait, EVLOOP_ONCE waits for something and calls what is ready.
echo json_encode([event_base_loop($first, EVLOOP_ONCE), event_base_loop($first, EVLOOP_NONBLOCK)]), "\n";
$events = [$on($first, -1, 0, $note('now'), 0), $later = $on($first, -1, 0, $note('later'), 300_000)];
$log[] = event_base_loop($first, EVLOOP_NONBLOCK);
$log[] = event_base_loop($first, EVLOOP_NONBLOCK);
$log[] = event_base_loop($first, EVLOOP_ONCE);
$log[] = event_base_loop($first, EVLOOP_ONCE);
$say();
$writable = $on($first, $one, EV_WRITE | EV_PERSIST, $note('writable'));
$log[] = event_base_loop($first, EVLOOP_ONCE);
$log[] = event_base_loop($first, EVLOOP_NONBLOCK);
$log[] = event_base_loop($first, EVLOOP_ONCE | EVLOOP_NONBLOCK);
event_free($writable);
$say();

// event_base_loopbreak(): after the callback in progress; what is due is called in the next run.
$events = [$on($first, -1, 0, function () use (&$log, $first) { $log[] = json_encode(event_base_loopbreak($first)); $log[] = 'breaks'; }, 0), $on($first, -1, 0, $note('next'), 0)];
$log[] = event_base_loop($first);
$log[] = event_base_loop($first);
event_base_loopbreak($first);
$events = [$on($first, -1, 0, $note('not broken'), 0)];
event_base_loop($first);
$say();

// event_base_loopexit(): now is when what is due was called; later keeps the base running until then.
$events = [$on($first, -1, 0, function () use (&$log, $first) { $log[] = json_encode(event_base_loopexit($first)); }, 0),
    $on($first, -1, 0, $note('due too'), 0), $on($first, -1, 0, $note('much later'), 60_000_000)];
$log[] = event_base_loop($first);
event_free($events[2]);
$begin = hrtime(true);
event_base_loopexit($first, 20_000);
$log[] = event_base_loop($first);
$log[] = hrtime(true) - $begin >= 20_000_000 ? 'in time' : 'early';
$say();

// An exception leaves the run; exit too.
$events = [$on($first, -1, 0, fn () => throw new DomainException('out of a base'), 0), $on($first, -1, 0, $note('left'), 0)];
attempt(fn () => event_base_loop($first));
$log[] = event_base_loop($first);
$say();
echo script('
    $base = event_base_new();
    $event = event_new();
    event_set($event, -1, 0, function () { echo "exit\n"; exit(6); });
    event_base_set($event, $base);
    event_add($event, 0);
    event_base_loop($base);
    echo "must not be reached\n";
'), "\n";
echo script('
    $base = event_base_new();
    $event = event_new();
    event_set($event, -1, 0, function () { str_repeat("x", PHP_INT_MAX); });
    event_base_set($event, $base);
    event_add($event, 0);
    event_base_loop($base);
    echo "must not be reached\n";
', ['display_errors' => 0]), "\n";

// Moving an event: not while it is pending. It keeps its base alive; a base with events is not freed.
$event = $on($first, -1, 0, $note('moved'), 60_000_000);
echo json_encode(@event_base_set($event, $second)), ' ', error_get_last()['message'], "\n";
echo json_encode([event_del($event), event_base_set($event, $second), event_add($event, 0), event_base_loop($first)]), "\n";
echo json_encode(@event_base_free($second)), ' ', error_get_last()['message'], "\n";
unset($second);
$GLOBALS['log'] = [];
event_free($event);
// Set anew, it stays where it is.
$event = $on($first, -1, 0, $note('before'), 0);
event_set($event, -1, 0, $note('set anew'));
event_add($event, 0);
event_dispatch();
$log[] = event_base_loop($first);
$say();
event_free($event);
unset($events, $later, $signal, $writable);
echo json_encode([event_base_free($first), is_resource($first)]), "\n";
foreach (['event_base_free', 'event_base_loop', 'event_base_dispatch', 'event_base_loopbreak', 'event_base_loopexit'] as $function) {
    attempt(fn () => $function($first));
}
attempt(fn () => event_base_set(event_new(), $first));
attempt(fn () => event_base_set($event, event_base_new()));
attempt(fn () => event_base_priority_init($first, 2));
attempt(fn () => event_base_loop(event_new()));
attempt(fn () => event_base_loop(null));

// A thousand bases, one after the other and at the same time: their descriptors are given back.
$bases = $events = [];
for ($number = 0; $number < 200; $number++) {
    $bases[] = $base = event_base_new();
    $events[] = $on($base, -1, 0, $note('x'), 0);
}
array_map('event_base_loop', $bases);
echo count($log), "\n";
unset($bases, $base, $events);
for ($number = 0; $number < 1000; $number++) {
    $base = event_base_new();
    $event = $on($base, -1, 0, $note('x'), 0);
    event_base_loop($base);
    unset($event);
    event_base_free($base);
}
echo count($log), ' ', count(glob('/proc/self/fd/*')) < 30 ? 'closed' : 'open', "\n";
?>
--EXPECT--
EVENT BASE [false,true]
first, 1, second, 1, loop, 1
false event_add(): another event loop of this process watches this signal
hello, signal
true
[1,1]
now, 0, 0, later, 0, 1
writable, 0, writable, 0, writable, 0
true, breaks, 0, next, 1, not broken
true, due too, 0, 0, in time
DomainException: out of a base
left, 1
exit
[exit 6]
[exit 255]
false event_base_set(): the event is pending: delete it first
[true,true,true,1]
false event_base_free(): the base has events attached
set anew, 1
[null,false]
TypeError: event_base_free(): supplied resource is not a valid EVENT BASE resource
TypeError: event_base_loop(): supplied resource is not a valid EVENT BASE resource
TypeError: event_base_dispatch(): supplied resource is not a valid EVENT BASE resource
TypeError: event_base_loopbreak(): supplied resource is not a valid EVENT BASE resource
TypeError: event_base_loopexit(): supplied resource is not a valid EVENT BASE resource
TypeError: event_base_set(): supplied resource is not a valid EVENT BASE resource
TypeError: event_base_set(): supplied resource is not a valid EVENT resource
TypeError: event_base_priority_init(): supplied resource is not a valid EVENT BASE resource
TypeError: event_base_loop(): supplied resource is not a valid EVENT BASE resource
TypeError: event_base_loop(): Argument #1 ($base) must be of type resource, null given
200
1200 closed
