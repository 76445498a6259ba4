--TEST--
How run() ends: nothing left, stop(), an exception, exit; it is not re-entrant, and can be run again
--FILE--
<?php
use Kargo\Loop;

Loop::run();
echo "nothing to do\n";

// stop(): after the callback in progress; what is left is still there for the next run.
$log = [];
Loop::defer(function () use (&$log) { Loop::stop(); $log[] = 'in progress'; });
Loop::delay(0.01, function () use (&$log) { $log[] = 'left'; });
Loop::run();
echo implode(', ', $log), ' ', json_encode(Loop::isRunning()), "\n";
Loop::run();
echo implode(', ', $log), "\n";

// An exception leaves run(); what was due is not lost, and the loop works again.
$log = [];
Loop::defer(function () { throw new DomainException('out of run()'); });
Loop::defer(function () use (&$log) { $log[] = 'second'; });
try {
    Loop::run();
    echo "run() returned\n";
} catch (DomainException $exception) {
    echo $exception->getMessage(), ' ', basename($exception->getFile()) === basename(__FILE__) ? $exception->getLine() : '?', ' ', json_encode(Loop::isRunning()), "\n";
}
Loop::run();
echo implode(', ', $log), "\n";

// Re-entrancy.
Loop::defer(function () {
    echo json_encode(Loop::isRunning()), ' ';
    try {
        Loop::run();
        echo "ran within itself\n";
    } catch (Throwable $error) {
        echo "refused\n";
    }
});
Loop::run();
// From a Fiber too.
Loop::defer(function () {
    (new Fiber(function () {
        try { Loop::run(); echo "ran within itself\n"; } catch (Throwable) { echo "refused in a Fiber\n"; }
    }))->start();
});
Loop::run();

// run() within a Fiber: callbacks run there as well.
$fiber = new Fiber(function () {
    Loop::defer(fn () => print 'in a Fiber: ' . json_encode(Fiber::getCurrent() !== null) . "\n");
    Loop::run();
    return 'done';
});
$fiber->start();
echo $fiber->getReturn(), "\n";

// A callback that suspends the Fiber that runs the loop, which another one resumes.
Loop::defer(function () {
    $fiber = new Fiber(function () { echo Fiber::suspend('suspended'), "\n"; });
    echo $fiber->start(), "\n";
    Loop::delay(0.01, fn () => $fiber->resume('resumed'));
});
Loop::run();

// The same exception object, with its previous one, and an Error.
$thrown = new RuntimeException('a', 7, new LogicException('b'));
Loop::defer(fn () => throw $thrown);
try { Loop::run(); } catch (RuntimeException $caught) { echo json_encode($caught === $thrown), ' ', $caught->getPrevious()->getMessage(), "\n"; }
Loop::defer(fn () => no_such_function());
try { Loop::run(); } catch (Error $caught) { echo $caught->getMessage(), "\n"; }

// A destructor of what a callback held runs when its watcher is gone.
final class Held { public function __destruct() { echo "destructed\n"; } }
$held = new Held();
$watcher = Loop::delay(60, fn () => $held);
unset($held);
$watcher->cancel();
echo "cancelled\n";
Loop::defer(function ($watcher) { $watcher->cancel(); $GLOBALS['kept'] = $watcher; });
Loop::run();

register_shutdown_function(fn () => print "shutdown\n");
Loop::defer(function () { echo "exit\n"; exit(5); });
try { Loop::run(); } finally { echo "finally must not run\n"; }
?>
--EXPECT--
nothing to do
in progress false
in progress, left
out of run() 18 false
second
true refused
refused in a Fiber
in a Fiber: true
done
suspended
resumed
true b
Call to undefined function no_such_function()
destructed
cancelled
exit
shutdown
