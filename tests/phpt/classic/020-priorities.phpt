--TEST--
Priorities: of events that are ready those of the lowest number go first; the loop looks again before the next number
--FILE--
<?php
require __DIR__ . '/script.inc';

$log = [];
$say = function () use (&$log) { echo implode(' ', $log), "\n"; $log = []; };
$note = function (string $what) use (&$log) { return function () use (&$log, $what) { $log[] = $what; }; };
$set = function ($event, int $priority) { event_priority_set($event, $priority) || exit('not set'); return $event; };
$base = event_base_new();
$new = function (mixed $stream, int $flags, callable $callback, bool $onBase) use ($base) {
    $event = event_new();
    event_set($event, $stream, $flags, $callback);
    $onBase && event_base_set($event, $base);
    return $event;
};

echo json_encode([event_priority_init(5), event_base_priority_init($base, 5)]), "\n";
foreach ([false, true] as $onBase) {
    $run = fn () => $onBase ? event_base_loop($base) : event_dispatch();

    // All are ready at once; the kernel's order is not theirs. Without a priority of its own an event has the middle one.
    $pairs = $events = [];
    foreach ([4, 1, 3, null, 0, 2, 1, 4] as $number => $priority) {
        $pairs[$number] = pair();
        fwrite($pairs[$number][1], 'x');
        $events[$number] = $new($pairs[$number][0], EV_READ, $note('p' . ($priority ?? 'm')), $onBase);
        $priority === null || $set($events[$number], $priority);
        event_add($events[$number]);
    }
    $run();
    $say();

    // Timers among each other and beside streams.
    $events = [];
    foreach ([3, 0, 2, 0, 1] as $number => $priority) {
        $event = $set($new(-1, 0, $note("t$priority"), $onBase), $priority);
        event_add($events[] = $event, 0);
    }
    $readable = $set($new($pairs[0][0], EV_READ, $note('r1'), $onBase), 1);
    event_add($readable);
    $run();
    $say();

    // What becomes ready in a callback goes before what is less urgent, though that was ready before; it may starve it.
    [$one, $two] = pair();
    $urgent = $set($new($one, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$log, $two) {
        $log[] = 'urgent ' . fread($stream, 1);
        count($log) < 4 ? fwrite($two, (string) count($log)) : event_del($event);
    }, $onBase), 0);
    event_add($urgent);
    fwrite($two, '0');
    $low = $set($new($pairs[1][0], EV_READ, $note('low'), $onBase), 4);
    event_add($low);
    $middle = $set($new($pairs[2][0], EV_READ, function () use (&$log, $two, $urgent) {
        $log[] = 'middle';
        fwrite($two, 'm');
        event_add($urgent);
    }, $onBase), 2);
    event_add($middle);
    $run();
    $say();

    // A callback that deletes or frees what is in line behind it.
    $events = [];
    foreach ([0, 1, 2, 3] as $number) {
        $events[$number] = $set($new(-1, 0, function () use (&$log, &$events, $number) {
            $log[] = $number;
            $number === 0 && event_del($events[2]);
            $number === 1 && event_free($events[3]);
        }, $onBase), 3 - $number === 3 ? 0 : $number);
        event_add($events[$number], 0);
    }
    $run();
    $say();
}

// Watchers of the modern API have the middle priority.
$events = [$set($new(-1, 0, $note('low'), false), 4), $set($new(-1, 0, $note('urgent'), false), 0)];
array_map(fn ($event) => event_add($event, 0), $events);
Kargo\Loop::defer($note('watcher'));
event_dispatch();
$say();

// Not allowed.
$event = event_new();
foreach ([-1, 5, PHP_INT_MAX] as $priority) {
    echo json_encode(@event_priority_set($event, $priority)), ' ', error_get_last()['message'], "\n";
}
foreach ([-1, 0, 257] as $count) {
    echo json_encode([@event_priority_init($count), @event_base_priority_init($base, $count)]), ' ', error_get_last()['message'], "\n";
}
echo json_encode([event_base_priority_init($base, 256), event_base_priority_init($base, 1), event_priority_init(1)]), "\n";
// While something is due; and a priority beyond what there is now counts as the last.
event_priority_init(3);
[$one, $two] = pair();
$events = [event($one, EV_WRITE, function ($stream, $flags, $event) use (&$log, &$events) {
    $log[] = json_encode([@event_priority_init(2), @event_priority_set($events[1], 2), event_priority_set($event, 1)]);
}), event($two, EV_WRITE, $note('due'))];
$set($events[1], 2);
event_dispatch();
$say();
event_priority_init(2);
$events[2] = event($one, EV_WRITE, $note('last too'));
$set($events[2], 1);
event_add($events[1]);
event_dispatch();
sort($log);
$say();
?>
--EXPECT--
[true,true]
p0 p1 p1 pm p2 p3 p4 p4
t0 t0 r1 t1 t2 t3
urgent 0 urgent 1 urgent 2 urgent 3 middle urgent m low
0 1
p0 p1 p1 pm p2 p3 p4 p4
t0 t0 r1 t1 t2 t3
urgent 0 urgent 1 urgent 2 urgent 3 middle urgent m low
0 1
urgent watcher low
false event_priority_set(): the priority must be between 0 and 4, and the event must not be due already
false event_priority_set(): the priority must be between 0 and 4, and the event must not be due already
false event_priority_set(): the priority must be between 0 and 4, and the event must not be due already
[false,false] event_base_priority_init(): there can be 1 to 256 priorities
[false,false] event_base_priority_init(): there can be 1 to 256 priorities
[false,false] event_base_priority_init(): there can be 1 to 256 priorities
[true,true,true]
[false,false,true] due
due last too
