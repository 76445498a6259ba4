--TEST--
Timers: order, what counts as a time, replaced and removed times; a time that runs out removes a persistent event too
--FILE--
<?php
require __DIR__ . '/script.inc';

$log = [];
$note = function (string $what) use (&$log) { return function ($stream, $flags, $event) use (&$log, $what) { $log[] = $what; }; };
$say = function () use (&$log) { echo implode(' ', $log), "\n"; $log = []; };

// Quirk 3: event_set(-1, 0) is a timer. Deadlines in order, equal ones in the order of their setting.
$timers = [];
foreach ([300, 100, 200, 100, 0] as $number => $milliseconds) {
    $timers[] = timer($milliseconds * 1000, $note("$milliseconds($number)"));
}
event_dispatch();
$say();

// Also where all are overdue before the loop looks.
$timers = [timer(1000, $note('1 ms')), timer(0, $note('at once')), timer(2000, $note('2 ms')), timer(0, $note('at once too'))];
usleep(5000);
$timers[] = timer(0, $note('last'));
event_dispatch();
$say();

// The callback of a timer: -1, the flags.
$event = timer(0, fn ($stream, $flags, $event) => print json_encode([$stream, $flags, get_resource_type($event)]) . "\n");
event_dispatch();

// What is no int counts as 0 seconds: all of these are called at once.
$begin = hrtime(true);
foreach ([1.5, null, '7', true, [], -3] as $number => $seconds) {
    event_set($events[] = $event = event_new(), -1, EV_TIMEOUT, $note("$number"));
    event_add($event, $seconds);
}
event_set($events[] = $event = event_new(), -1, 0, $note('microseconds'));
event_add($event, 0, 1.5);
event_set($events[] = $event = event_new(), -1, 0, $note('borrowed'));
event_add($event, 1, -2_000_000);
event_dispatch();
sort($log);
$say();
echo hrtime(true) - $begin < 900_000_000 ? "at once\n" : "later\n";

// One argument: no time, hence nothing to wait for.
$event = event_new();
event_set($event, -1, 0, $note('never'));
echo json_encode(event_add($event)), "\n";
event_dispatch();
$say();

// Never early; microseconds over a second; adding again counts from then on, one argument leaves the time as it is.
$begin = hrtime(true);
event_add($event, 0, 400_000);
$again = timer(50_000, function () use ($event) { event_add($event, 0, 1_020_000); });
$same = timer(100_000, function () use ($event) { event_add($event); });
event_dispatch();
echo hrtime(true) - $begin >= 1_070_000_000 ? 'not early' : 'early', ' ';
$say();

// A time beyond all measure.
echo json_encode([event_add($event, PHP_INT_MAX, PHP_INT_MAX), event_del($event), event_add($event, PHP_INT_MIN, PHP_INT_MIN)]), ' ';
event_dispatch();
$say();

// A timer with EV_PERSIST: removed when its time runs out, as in libevent 1.4.
$event = event_new();
event_set($event, -1, EV_PERSIST, $note('persistent'));
event_add($event, 0, 1000);
event_dispatch();
$say();

// A time beside a stream: it removes the event altogether, though the stream is ready later.
[$one, $two] = pair();
$event = event_new();
event_set($event, $one, EV_READ | EV_PERSIST, $note('timeout or readable'));
event_add($event, 0, 10_000);
$write = timer(20_000, fn () => fwrite($two, 'x'));
event_dispatch();
$say();

// Readiness of a one-shot event removes its time; readiness of a persistent one does not move it.
$event = event_new();
event_set($event, $one, EV_READ, $note('readable'));
event_add($event, 0, 10_000);
event_dispatch();
fread($one, 10);
$say();
$begin = hrtime(true);
event_set($event, $one, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$log, $two, $begin) {
    $log[] = fread($stream, 10) === 'x' ? 'readable' : 'timeout';
    if (end($log) === 'timeout') {
        $log[] = hrtime(true) - $begin < 650_000_000 ? 'as added' : 'moved';
    }
});
event_add($event, 0, 400_000);
$writes = array_map(fn (int $after) => timer($after * 1000, fn () => fwrite($two, 'x')), [100, 200, 300]);
event_dispatch();
$say();

// Quirk 7: the loop ends when idle; a deleted timer does not keep it.
$event = timer(3_600_000_000, $note('hour'));
$delete = timer(1000, fn () => event_del($event));
event_dispatch();
// Quirk 11: neither does one whose last handle is dropped.
$event = timer(3_600_000_000, $note('hour'));
$delete = timer(1000, function () { unset($GLOBALS['event']); });
event_dispatch();
$event = timer(1000, $note('dropped before'));
$event = null;
event_dispatch();
$say();

// Many, of which half are deleted.
$sum = 0;
$events = [];
for ($number = 0; $number < 50_000; $number++) {
    $events[] = timer(($number % 50) * 1000, function () use (&$sum, $number) { $sum += $number; });
}
for ($number = 1; $number < 50_000; $number += 2) {
    $number % 4 === 1 ? event_del($events[$number]) : event_free($events[$number]);
}
event_dispatch();
echo $sum === array_sum(range(0, 49_998, 2)) ? "all and no others\n" : "wrong: $sum\n";
?>
--EXPECT--
0(4) 100(1) 100(3) 200(2) 300(0)
at once at once too 1 ms 2 ms last
[-1,0,"EVENT"]
0 1 2 3 4 5 borrowed microseconds
at once
true

not early never
[true,true,true] never
persistent
timeout or readable
readable
readable readable readable timeout as added

all and no others
