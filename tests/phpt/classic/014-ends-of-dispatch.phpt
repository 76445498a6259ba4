--TEST--
How event_dispatch() ends: nothing registered, event_loopbreak(), an exception, exit (quirk 8), a fatal error
--FILE--
<?php
require __DIR__ . '/script.inc';

event_dispatch();
echo "nothing to do\n";

// Quirk 7: event_loopbreak() ends it after the callback in progress, at once; what is due is called in the next run.
$log = [];
$note = function (string $what) use (&$log) { return function () use (&$log, $what) { $log[] = $what; }; };
[$one, $two] = pair();
fwrite($two, 'x');
$first = event($one, EV_READ, function () use (&$log) { echo json_encode(event_loopbreak()), "\n"; event_loopbreak(); $log[] = 'first'; });
$second = timer(0, $note('second'));
$third = timer(0, $note('third'));
event_dispatch();
echo implode(' ', $log), "\n";
event_dispatch();
echo implode(' ', $log), "\n";
// Outside of a run it has nothing to end.
$log = [];
$event = timer(0, $note('called'));
event_loopbreak();
event_dispatch();
echo implode(' ', $log), "\n";

// An exception leaves event_dispatch() at once; the loop works again, and what was due is not lost.
$log = [];
$first = timer(0, fn () => throw new DomainException('out of a callback'));
$second = timer(0, $note('second'));
usleep(2000);
attempt('event_dispatch');
echo implode(' ', $log), "|\n";
event_dispatch();
echo implode(' ', $log), "\n";
// A persistent event that throws stays registered.
$calls = 0;
$event = event($two, EV_WRITE | EV_PERSIST, function ($stream, $flags, $event) use (&$calls) {
    ++$calls === 3 && event_del($event);
    throw new LogicException("call $calls");
});
for ($run = 0; $run < 4; $run++) {
    attempt('event_dispatch');
}
// An error, and an exception with its trace.
$event = timer(0, function () { no_such_function(); });
attempt('event_dispatch');
function thrower() { throw new Exception('traced'); }
$event = timer(0, 'thrower');
try {
    event_dispatch();
} catch (Exception $exception) {
    echo $exception->getTrace()[0]['function'], ' ', $exception->getTrace()[1]['function'], ' ', $exception->getLine() === __LINE__ - 5 ? 'line' : $exception->getLine(), "\n";
}

// exit in a callback ends the script, with its status, after shutdown functions and destructors; nothing else is called.
$begin = '
    register_shutdown_function(fn () => print "shutdown\n");
    final class Held { public function __destruct() { echo "destructed\n"; } }
    $held = new Held();
    function timer(callable $callback) { $event = event_new(); event_set($event, -1, 0, $callback); event_add($event, 0); return $event; }
    $last = [];
';
echo script($begin . '
    $first = timer(function () { echo "exit\n"; exit(3); });
    $second = timer(fn () => print "must not be called\n");
    try { event_dispatch(); } catch (Throwable) { echo "must not be caught\n"; } finally { echo "must not run\n"; }
    echo "must not be reached\n";
'), "\n";
echo script($begin . '
    function on_sigint($signal, $flags, $event) { echo "bye\n"; usleep(1000); exit; }
    $event = event_new();
    event_set($event, 2, EV_SIGNAL | EV_PERSIST, "on_sigint");
    event_add($event);
    posix_kill(getmypid(), 2);
    event_dispatch();
'), "\n";
echo script($begin . '
    $first = timer(function () { die("died\n"); });
    $second = timer(fn () => print "must not be called\n");
    event_dispatch();
'), "\n";
// A fatal error, an exception that nobody catches, the memory limit, the time limit.
echo script($begin . '
    $first = timer(function () { trigger_error("fatal", E_USER_ERROR); });
    event_dispatch();
    echo "must not be reached\n";
', ['error_reporting' => E_ALL & ~E_DEPRECATED]), "\n";
echo script($begin . '
    $first = timer(function () { throw new Exception("nobody catches this"); });
    event_dispatch();
    echo "must not be reached\n";
'), "\n";
echo script('
    $event = event_new();
    event_set($event, -1, 0, function () { $text = str_repeat("x", 1 << 20); while (true) { $text .= $text; } });
    event_add($event, 0);
    event_dispatch();
    echo "must not be reached\n";
', ['memory_limit' => '16M']), "\n";
echo script('
    set_time_limit(1);
    $event = event_new();
    event_set($event, -1, 0, function () { while (true); });
    event_add($event, 0);
    event_dispatch();
    echo "must not be reached\n";
'), "\n";
// The time limit counts for a loop that has much to do too.
echo script('
    set_time_limit(1);
    $event = event_new();
    event_set($event, -1, 0, function ($stream, $flags, $event) { event_add($event, 0); });
    event_add($event, 0);
    event_dispatch();
    echo "must not be reached\n";
'), "\n";
?>
--EXPECTF--
nothing to do
true
first
first second third
called
DomainException: out of a callback
|
second
LogicException: call 1
LogicException: call 2
LogicException: call 3
null
Error: Call to undefined function no_such_function()
thrower event_dispatch line
exit
shutdown
destructed
[exit 3]
bye
shutdown
destructed
[exit 0]
died
shutdown
destructed
[exit 0]
Fatal error: fatal in script on line %d
shutdown
[exit 255]
Fatal error: Uncaught Exception: nobody catches this in script:%d
Stack trace:
%A
  thrown in script on line %d
shutdown
destructed
[exit 255]
%AAllowed memory size of 16777216 bytes exhausted%A
[exit 255]
%AMaximum execution time of 1 second exceeded%A
[exit 255]
%AMaximum execution time of 1 second exceeded%A
[exit 255]
