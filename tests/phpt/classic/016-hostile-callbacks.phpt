--TEST--
Callbacks that free their own event, others that are due, their base, close streams, drop the last handle, throw
--FILE--
<?php
require __DIR__ . '/script.inc';

$log = [];
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };

// Each with one-shot and persistent events.
foreach ([0, EV_PERSIST] as $persist) {
    foreach (['free', 'del', 'drop', 'set', 'add', 'free and throw', 'close', 'close and free'] as $what) {
        [$one, $two] = pair();
        fwrite($two, 'x');
        $calls = 0;
        $event = event_new();
        event_set($event, $one, EV_READ | $persist, function ($stream, $flags, $event) use ($what, &$calls) {
            if (++$calls > 1) {
                event_del($event);
                return;
            }
            str_starts_with($what, 'close') && fclose($stream);
            match (true) {
                str_contains($what, 'free') => event_free($event),
                $what === 'del' => event_del($event),
                $what === 'drop' => $GLOBALS['event'] = null,
                $what === 'set' => event_set($event, -1, 0, fn () => null),
                $what === 'add' => event_add($event),
                default => null,
            };
            // The handle in hand stays a handle until the callback is over.
            get_resource_type($event) === (str_contains($what, 'free') ? 'Unknown' : 'EVENT') || print "$what: wrong handle\n";
            str_ends_with($what, 'throw') && throw new DomainException('thrown');
        });
        event_add($event);
        try {
            event_dispatch();
            $log[] = "$what $calls";
        } catch (DomainException) {
            $log[] = "$what $calls thrown";
        }
    }
    $say();
}

// One that is due in the same turn is freed, deleted, dropped, closed, set anew, by whoever comes first.
foreach (['free', 'del', 'drop', 'close', 'set', 'close and reuse'] as $what) {
    $pairs = [pair(), pair()];
    $events = [];
    foreach ($pairs as $number => [$one, $two]) {
        fwrite($two, 'x');
        $events[$number] = event($one, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use ($what, $number, &$events, &$pairs, &$log) {
            $log[] = "$what $number";
            fread($stream, 10);
            event_del($event);
            $other = 1 - $number;
            if (str_starts_with($what, 'close')) {
                fclose($pairs[$other][0]);
            }
            match ($what) {
                'free' => event_free($events[$other]),
                'del' => event_del($events[$other]),
                'drop' => array_splice($events, $other, 1),
                'set' => event_set($events[$other], -1, 0, 'strlen'),
                // The number of what was closed belongs to another stream now, for which nobody is called.
                'close and reuse' => $pairs[$other][0] = pair(),
                default => null,
            };
        });
    }
    event_dispatch();
    // Which of the two comes first is the kernel's affair.
    count($log) === 1 ? $log = [] : $say();
}
echo "one of two each\n";

// A base that its own callback frees: refused while events are attached, else the run is over.
$base = event_base_new();
$event = event_new();
event_set($event, -1, 0, function ($stream, $flags, $event) use ($base, &$log) {
    $log[] = json_encode(@event_base_free($base));
    event_free($event);
    $log[] = json_encode(event_base_free($base));
    $log[] = is_resource($base) ? 'still there' : 'gone';
});
event_base_set($event, $base);
event_add($event, 0);
$log[] = event_base_loop($base);
$say();
attempt(fn () => event_base_loop($base));
// The last handle of a base that runs: its events keep it.
$base = event_base_new();
$event = event_new();
event_set($event, -1, 0, function ($stream, $flags, $event) use (&$log) {
    $GLOBALS['base'] = null;
    event_add($event, 0);
    if (++$GLOBALS['calls'] === 3) {
        $GLOBALS['event'] = null;
    }
    $log[] = $GLOBALS['calls'];
});
event_base_set($event, $base);
event_add($event, 0);
$calls = 0;
$log[] = 'result ' . event_base_loop($base);
$say();

// An error handler that frees the event which the warning is about; a string conversion that does.
set_error_handler(function () { event_free($GLOBALS['event']); return true; });
$event = event_new();
echo json_encode([event_add($event), is_resource($event)]), "\n";
$event = event_new();
echo json_encode(event_set($event, fopen('php://memory', 'r'), EV_READ, 'strlen')), "\n";
restore_error_handler();

// Events of a stream wrapper in PHP, whose methods free the event meanwhile.
final class Wrapper
{
    public $context;
    public function stream_open($path, $mode, $options, &$opened) { return true; }
    public function stream_cast(int $as) { event_free($GLOBALS['event']); return pair()[0]; }
    public function stream_set_option($option, $one, $two) { return false; }
}
stream_wrapper_register('wrapped', Wrapper::class);
$event = event_new();
echo json_encode(@event_set($event, fopen('wrapped://x', 'r'), EV_READ, 'strlen')), "\n";

// A destructor that runs the loop while an event is freed.
final class Runs { public function __destruct() { event_dispatch(); } public function fire() {} }
$tick = timer(0, function () use (&$log) { $log[] = 'called by a destructor'; });
$event = timer(60_000_000, [new Runs(), 'fire']);
event_free($event);
$say();

// All at once: a thousand events whose callbacks do any of this to any other, in an order that is always the same.
mt_srand(7);
$events = $streams = [];
$calls = 0;
$act = function ($stream, $flags, $event) use (&$events, &$streams, &$calls, &$act) {
    if (++$calls > 20_000) {
        event_loopbreak();
        return;
    }
    for ($times = 0; $times < 3; $times++) {
        $number = mt_rand(0, 999);
        $it = $events[$number] ?? null;
        switch (mt_rand(0, 9)) {
            case 0: is_resource($it) && event_free($it); break;
            case 1: is_resource($it) && event_del($it); break;
            case 2: unset($events[$number]); break;
            case 3: isset($streams[$number]) && is_resource($streams[$number][0]) && fclose($streams[$number][0]); break;
            case 4: unset($streams[$number]); break;
            case 5: is_resource($it) && @event_add($it, 0, mt_rand(0, 2000)); break;
            case 6: is_resource($it) && @event_add($it); break;
            default:
                $streams[$number] = pair();
                fwrite($streams[$number][1], 'x');
                $events[$number] = event_new();
                event_set($events[$number], $streams[$number][0], [EV_READ, EV_WRITE, EV_READ | EV_WRITE][mt_rand(0, 2)] | (mt_rand(0, 1) * EV_PERSIST), $act);
                event_add($events[$number], 0, mt_rand(0, 5000));
        }
    }
    if (mt_rand(0, 199) === 0) {
        throw new DomainException();
    }
};
for ($number = 0; $number < 1000; $number++) {
    $streams[$number] = pair();
    $events[$number] = event($streams[$number][0], EV_READ | EV_WRITE | EV_PERSIST, $act);
}
while ($calls <= 20_000 && $events) {
    try {
        $starter = timer(0, $act);
        event_dispatch();
    } catch (DomainException) {
    }
}
echo $calls > 20_000 ? "survived\n" : "ended after $calls\n";
?>
--EXPECT--
free 1, del 1, drop 1, set 1, add 2, free and throw 1 thrown, close 1, close and free 1
free 1, del 1, drop 1, set 1, add 2, free and throw 1 thrown, close 1, close and free 1
one of two each
false, null, gone, 0
TypeError: event_base_loop(): supplied resource is not a valid EVENT BASE resource
1, 2, 3, result 1
[false,false]
false
false
called by a destructor
survived
