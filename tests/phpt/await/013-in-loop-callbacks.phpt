--TEST--
delay() in Loop callbacks: others run meanwhile, run() waits for it, exceptions and exit after it
--FILE--
<?php
use Kargo\Loop;

$log = [];
Loop::defer(function () use (&$log) { $log[] = 'a begins'; Kargo\delay(0.1); $log[] = 'a ends'; });
Loop::defer(function () use (&$log) { $log[] = 'b begins'; Kargo\delay(0.03); $log[] = 'b ends'; });
Loop::delay(0.06, function () use (&$log) { $log[] = 'timer'; });
Loop::run();
echo implode(', ', $log), "\n";

// A repeated timer whose callback waits longer than its interval.
$log = [];
$running = 0;
Loop::repeat(0.01, function ($watcher) use (&$log, &$running) {
    static $times = 0;
    if (++$times === 3) {
        $watcher->cancel();
    }
    Kargo\delay(0.05);
    $log[] = $times;
});
Loop::run();
echo count($log), " ended\n";

try {
    Loop::defer(function () { Kargo\delay(0.01); throw new RuntimeException('after a wait'); });
    Loop::run();
} catch (RuntimeException $exception) {
    echo $exception->getMessage(), ', ', json_encode(Loop::isRunning()), "\n";
}

// In a Fiber of its own below a callback.
Loop::defer(function () {
    $fiber = new Fiber(function () { Kargo\delay(0.01); echo Fiber::suspend('out'), "\n"; Kargo\delay(0.01); });
    echo $fiber->start(), "\n";
    Kargo\delay(0.01);
    $fiber->resume('in');
    echo json_encode($fiber->isTerminated()), "\n";
});
Loop::run();

// stop() while one waits: run() ends after it.
Loop::defer(function () { Kargo\delay(0.05); echo "waited to the end\n"; });
Loop::delay(0.01, fn () => Loop::stop());
Loop::run();

// 300 at once, nested: each waits in a function that waits again.
$sum = 0;
foreach (range(1, 300) as $number) {
    Loop::defer(function () use ($number, &$sum) {
        foreach ([1, 2, 3] as $_) {
            Kargo\delay(0.001 * ($number % 10));
        }
        $sum += $number;
    });
}
Loop::run();
echo $sum, "\n";

Loop::defer(function () { Kargo\delay(0.01); exit("exit after a wait\n"); });
Loop::run();
echo "not reached\n";
?>
--EXPECT--
a begins, b begins, b ends, timer, a ends
3 ended
after a wait, false
out
in
true
waited to the end
45150
exit after a wait
