--TEST--
Signals: one-shot and persistent, several events of one signal, what can't be caught
--SKIPIF--
<?php
if (!extension_loaded('posix')) die('skip needs posix');
?>
--FILE--
<?php
require __DIR__ . '/script.inc';

defined('SIGUSR1') || define('SIGUSR1', 10);
defined('SIGHUP') || define('SIGHUP', 1);
defined('SIGKILL') || define('SIGKILL', 9);
$send = fn (int $signal) => posix_kill(getmypid(), $signal);

// Caught from event_add() on, not only while the loop runs.
// Quirk 3: an int is the number of the signal, and the callback's first argument.
function on_signal($signal, $flags, $event) { echo "on_signal($signal, $flags, ", get_resource_type($event), ")\n"; }
$once = event(SIGUSR1, EV_SIGNAL, 'on_signal');
$send(SIGUSR1);
event_dispatch();

$calls = 0;
$persistent = event(SIGUSR1, EV_SIGNAL | EV_PERSIST, function ($signal, $flags, $event) use (&$calls, $send) {
    ++$calls < 3 ? $send($signal) : event_del($event);
});
$other = event(SIGUSR1, EV_SIGNAL | EV_PERSIST, function ($signal, $flags, $event) use (&$calls) {
    $calls === 3 && event_free($event);
});
$send(SIGUSR1);
event_dispatch();
echo "$calls calls\n";

// Together with a watcher of the modern API; each is called once per arrival.
$log = [];
$watcher = Kargo\Loop::onSignal(SIGUSR1, function (int $signal, $watcher) use (&$log) { $log[] = 'watcher'; $watcher->cancel(); });
$event = event(SIGUSR1, EV_SIGNAL, function () use (&$log) { $log[] = 'event'; });
$send(SIGUSR1);
event_dispatch();
echo implode(' ', $log), "\n";

// A time.
event_set($event, SIGHUP, EV_SIGNAL | EV_PERSIST, function () { echo "signal or time\n"; });
event_add($event, 0, 1000);
event_dispatch();

// Given back: the signal does again what it did before.
echo script('
    $event = event_new();
    event_set($event, 10, EV_SIGNAL, fn () => print "caught\n");
    event_add($event);
    posix_kill(getmypid(), 10);
    event_dispatch();
    posix_kill(getmypid(), 10);
    echo "survived\n";
'), "\n";

// Signals that do not exist or can't be caught.
foreach ([SIGKILL, 0, -1, 65, 1_000_000, PHP_INT_MAX] as $signal) {
    $event = event_new();
    event_set($event, $signal, EV_SIGNAL, 'on_signal');
    echo json_encode(event_add($event)), "\n";
}
?>
--EXPECTF--
on_signal(10, 8, EVENT)
3 calls
watcher event
signal or time
caught
[exit 138]

Warning: event_add(): this signal does not exist or can't be caught in %s on line %d
false

Warning: event_add(): this signal does not exist or can't be caught in %s on line %d
false

Warning: event_add(): this signal does not exist or can't be caught in %s on line %d
false

Warning: event_add(): this signal does not exist or can't be caught in %s on line %d
false

Warning: event_add(): this signal does not exist or can't be caught in %s on line %d
false

Warning: event_add(): this signal does not exist or can't be caught in %s on line %d
false
