--TEST--
Quirk 5: streams closed under a live event, their numbers reused; bug of 2009: freeing an event closed its stream
--FILE--
<?php
require __DIR__ . '/script.inc';

use Kargo\Loop;

$log = [];
$note = function (string $what) use (&$log) { return function ($stream, $flags, $event) use (&$log, $what) { $log[] = $what; }; };
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };
/** The descriptor number of a stream. */
$number = fn ($stream): int => (int) preg_replace('~.*/~', '', (string) array_search(
    fstat($stream)['ino'],
    array_map(fn (string $file) => (int) @stat($file)['ino'], array_combine(glob('/proc/self/fd/*'), glob('/proc/self/fd/*'))),
));

// Freeing an event, or dropping it, leaves its stream open; dropping the stream's variable leaves the event its stream.
[$one, $two] = pair();
$event = event($one, EV_READ, 'strlen');
event_free($event);
$event = event($one, EV_READ, 'strlen');
unset($event);
fwrite($two, 'still open');
echo fread($one, 20), "\n";
$event = event($one, EV_READ, fn ($stream) => print fread($stream, 20) . "\n");
unset($one);
fwrite($two, 'held by its event');
event_dispatch();
unset($event);
echo json_encode([@fwrite($two, 'x'), feof($two)]), "\n";

// A closed stream keeps no loop running, and its event is not called; its time still runs out.
[$one, $two] = pair();
$closed = event($one, EV_READ | EV_PERSIST, $note('must not be called'));
fwrite($two, 'x');
fclose($one);
event_dispatch();
event_set($closed, $two, EV_READ | EV_PERSIST, $note('the time'));
event_add($closed, 0, 5000);
fclose($two);
event_dispatch();
$say();
echo json_encode(@event_add($closed)), ' ', error_get_last()['message'], "\n";

// The number is reused by the next stream, which has an event of its own, while the old event is alive; then the old one
// is deleted, freed, dropped, or set to something else. The new one is called all the same.
foreach (['del', 'free', 'drop', 'set', 'nothing'] as $what) {
    [$one, $two] = pair();
    $old = event($one, EV_READ | EV_PERSIST, $note('old'));
    $before = $number($one);
    fclose($one);
    $server = null;
    [$three, $four] = pair();
    [$new, $peer] = $number($three) === $before ? [$three, $four] : [$four, $three];
    $same = $number($new) === $before ? 'the same number' : 'another number';
    $event = event($new, EV_READ, $note("new, $same, $what"));
    match ($what) {
        'del' => event_del($old),
        'free' => event_free($old),
        'drop' => $old = null,
        'set' => event_set($old, -1, 0, $note('old')),
        default => null,
    };
    fwrite($peer, 'x');
    event_dispatch();
    $say();
}
// The same where the new stream has no event when the old one goes, and where a server of ours has the number.
[$one, $two] = pair();
$old = event($one, EV_READ | EV_PERSIST, $note('old'));
fclose($one);
[$three, $four] = pair();
event_free($old);
$events = [event($three, EV_READ, $note('three')), event($four, EV_READ, $note('four'))];
fwrite($three, 'x');
fwrite($four, 'x');
event_dispatch();
sort($log);
$say();

// In the turn in which both are ready: the callback of one closes the other's stream and accepts on its number.
$server = stream_socket_server('tcp://127.0.0.1:0');
$clients = $accepted = $events = [];
for ($index = 0; $index < 20; $index++) {
    $clients[$index] = stream_socket_client('tcp://' . stream_socket_get_name($server, false));
    $accepted[$index] = stream_socket_accept($server);
    fwrite($clients[$index], "old $index");
    $events[$index] = event($accepted[$index], EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$accepted, &$events, &$log, &$clients, $server) {
        static $done = false;
        $text = fread($stream, 100);
        if ($done) {
            return event_del($event);
        }
        $done = true;
        event_del($event);
        foreach ($accepted as $index => $other) {
            if ($other !== $stream) {
                fclose($other);
            }
        }
        // New connections on the numbers of those that were closed; nothing has come on them.
        for ($index = 100; $index < 119; $index++) {
            $clients[$index] = stream_socket_client('tcp://' . stream_socket_get_name($server, false));
            $accepted[$index] = stream_socket_accept($server);
            $events[$index] = event($accepted[$index], EV_READ, function ($stream) use (&$log, $index) { $log[] = [$index, fread($stream, 100)]; });
        }
        $later = $GLOBALS['later'] = timer(20_000, function () use (&$clients, &$log) {
            $log[] = 'nothing came before';
            for ($index = 100; $index < 119; $index++) {
                fwrite($clients[$index], "new $index");
            }
        });
    });
}
event_dispatch();
$first = array_shift($log);
$right = array_filter($log, fn ($entry) => $entry[1] === "new $entry[0]");
echo $first, ', ', count($right), ' of ', count($log), "\n";
$log = [];

// A copy of the closed descriptor lives on in a child: the kernel goes on telling of it, and nobody spins.
[$one, $two] = pair();
$event = event($one, EV_READ | EV_PERSIST, $note('must not be called'));
$child = proc_open(['sleep', '30'], [3 => $one], $pipes);
fclose($one);
fwrite($two, 'x');
$begin = getrusage();
$wait = timer(200_000, $note('waited'));
event_dispatch();
$used = getrusage();
proc_terminate($child, 9);
$say();
$cpu = ($used['ru_utime.tv_sec'] - $begin['ru_utime.tv_sec']) * 1e6 + $used['ru_utime.tv_usec'] - $begin['ru_utime.tv_usec']
    + ($used['ru_stime.tv_sec'] - $begin['ru_stime.tv_sec']) * 1e6 + $used['ru_stime.tv_usec'] - $begin['ru_stime.tv_usec'];
echo $cpu < 100_000 ? "idle\n" : "busy for $cpu us\n";

// Two events and a watcher of the modern API on one stream; each is the other's neighbour, not its owner.
[$one, $two] = pair();
$events = [event($one, EV_READ, $note('first')), event($one, EV_READ, $note('second')), event($one, EV_WRITE, $note('writable'))];
$watcher = Loop::onReadable($one, function ($stream, $watcher) use (&$log) { $log[] = 'watcher'; $watcher->cancel(); });
fwrite($two, 'x');
event_dispatch();
sort($log);
$say();
$events = [event($one, EV_READ | EV_PERSIST, $note('first')), event($one, EV_READ, $note('second'))];
event_free($events[0]);
event_dispatch();
$say();
// A watcher of the modern API whose stream is closed keeps no loop running either.
$watcher = Loop::onReadable($one, fn () => print "must not be called\n");
fclose($one);
event_dispatch();
echo "end\n";
?>
--EXPECT--
still open
held by its event
[false,true]
the time
false event_add(): the event's stream was closed
new, the same number, del
new, the same number, free
new, the same number, drop
new, the same number, set
new, the same number, nothing
four, three
nothing came before, 19 of 19
waited
idle
first, second, watcher, writable
second
end
