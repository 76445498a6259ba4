--TEST--
A wait outside of run() runs the loop meanwhile: watchers, exceptions, exit, callbacks that wait longer, Fibers
--FILE--
<?php
use Kargo\Loop;
use function Kargo\delay;

// Watchers are called while the script waits, and no longer than that.
$log = [];
$ticks = Loop::repeat(0.01, function () use (&$log) { $log[] = Loop::isRunning() ? 'tick' : 'outside'; });
delay(0.1);
echo count($log) > 3 ? 'ticks' : 'too few', ' ', implode(array_unique($log)), ' ', json_encode(Loop::isRunning()), "\n";
$count = count($log);
usleep(20_000);
echo count($log) === $count ? "no ticks without a wait\n" : "ticked by itself\n";
$ticks->cancel();

// A callback that waits longer than the script below it, or above it.
$log = [];
Loop::defer(function () use (&$log) { $log[] = 'short begins'; delay(0.02); $log[] = 'short ends'; });
Loop::defer(function () use (&$log) { $log[] = 'long begins'; delay(0.12); $log[] = 'long ends'; });
delay(0.05);
$log[] = 'script';
delay(0.15);
echo implode(', ', $log), "\n";

// What a callback throws is thrown from the wait that let it run; the next wait is a whole one.
Loop::defer(fn () => throw new DomainException('out of a callback'));
try {
    delay(10);
    echo "waited\n";
} catch (DomainException $exception) {
    echo $exception->getMessage(), ' ', json_encode(Loop::isRunning()), "\n";
}
$begin = hrtime(true);
delay(0.02);
echo hrtime(true) - $begin >= 20_000_000 ? "waited\n" : "too short\n";

// run() is refused below a wait; stop() does not shorten one.
Loop::defer(function () {
    try { Loop::run(); echo "ran within a wait\n"; } catch (Error $error) { echo $error->getMessage(), "\n"; }
    Loop::stop();
});
$begin = hrtime(true);
delay(0.02);
echo hrtime(true) - $begin >= 20_000_000 ? "waited\n" : "too short\n";

// In Fibers of a plain script: each runs the loop itself, one after the other; a callback may wait meanwhile.
$fiber = new Fiber(function () {
    delay(0.01);
    echo Fiber::suspend('first'), "\n";
    Loop::defer(function () { delay(0.01); echo "callback\n"; });
    delay(0.03);
    return 'second';
});
echo $fiber->start(), "\n";
delay(0.01);
$fiber->resume('between');
echo $fiber->getReturn(), "\n";

// A Fiber that a callback starts and that waits is not in the way of the script.
Loop::defer(fn () => (new Fiber(function () { delay(0.01); echo "Fiber of a callback\n"; }))->start());
delay(0.03);

// run() goes on with what was left waiting.
Loop::defer(function () { delay(0.03); echo "ended in run()\n"; });
delay(0.001);
echo "before run()\n";
Loop::run();

// Many at once: the contexts of the first are used again.
$sum = 0;
foreach ([1, 2] as $round) {
    foreach (range(1, 200) as $number) {
        Loop::defer(function () use ($number, &$sum) { delay(0.001 * ($number % 5)); $sum += $number; });
    }
    delay(0.1);
}
echo $sum, "\n";

Loop::defer(function () { delay(0.01); exit("exit in a callback\n"); });
register_shutdown_function(fn () => print "shutdown\n");
delay(5);
echo "not reached\n";
?>
--EXPECT--
ticks tick false
no ticks without a wait
short begins, long begins, short ends, script, long ends
out of a callback false
waited
the loop runs already
waited
first
between
callback
second
Fiber of a callback
before run()
ended in run()
40200
exit in a callback
shutdown
