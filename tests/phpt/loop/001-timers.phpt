--TEST--
Timers: order, repetition, cancelling, arguments; defer comes in the next turn
--FILE--
<?php
use Kargo\Loop;
use Kargo\Watcher;

$log = [];
$note = function (string $what) use (&$log) { return function (Watcher $watcher) use ($what, &$log) { $log[] = $what; }; };
Loop::delay(0.03, $note('30 ms'));
Loop::delay(0.01, $note('10 ms'));
Loop::delay(0.02, $note('20 ms'));
Loop::delay(0.01, $note('10 ms again'));
Loop::delay(0, $note('0 ms'));
Loop::defer($note('deferred'));
Loop::defer(function () use (&$log, $note) {
    Loop::defer($note('deferred in a callback'));
    Loop::delay(0, $note('0 ms in a callback'));
    $log[] = 'not yet';
});
Loop::run();
sort($log) && print implode(', ', $log) . "\n";

// The order of what is due at different times, and of equal times.
$log = [];
foreach ([5, 3, 1, 4, 2] as $number) {
    Loop::delay($number / 100, $note((string) $number));
}
foreach (['a', 'b', 'c'] as $name) {
    Loop::defer($note($name));
}
Loop::run();
echo implode(' ', $log), "\n";

// Not before its time.
$begin = hrtime(true);
Loop::delay(0.05, function () use ($begin) { echo (hrtime(true) - $begin) / 1e9 >= 0.05 ? "not early\n" : "early\n"; });
Loop::run();

$count = 0;
$begin = hrtime(true);
$repeated = Loop::repeat(0.01, function (Watcher $watcher) use (&$count, &$repeated) {
    $watcher === $repeated || print "another watcher\n";
    ++$count === 5 && $watcher->cancel();
});
Loop::run();
$seconds = (hrtime(true) - $begin) / 1e9;
echo "$count times, ", $seconds >= 0.05 ? 'not early' : "in $seconds s", "\n";

// Missed turns are not made up for.
$count = 0;
Loop::repeat(0.01, function (Watcher $watcher) use (&$count) {
    $count++ === 0 && usleep(100_000);
    $count === 3 && $watcher->cancel();
});
$begin = hrtime(true);
Loop::run();
echo (hrtime(true) - $begin) / 1e9 >= 0.118 ? "not made up for\n" : "made up for\n";

// Cancelled before, by another one that is due in the same turn, and by itself.
$log = [];
$cancelled = Loop::delay(0.01, $note('cancelled before'));
$cancelled->cancel();
$cancelled->cancel();
echo json_encode($cancelled->isActive()), "\n";
Loop::defer(function () use (&$second, &$log) { $log[] = 'first'; $second->cancel(); });
$second = Loop::defer($note('second, which was due'));
$late = Loop::delay(0, $note('late'));
Loop::defer(fn () => $late->cancel());
$once = Loop::delay(0.001, function (Watcher $watcher) use (&$log) { $log[] = json_encode($watcher->isActive()); $watcher->cancel(); });
Loop::run();
echo implode(', ', $log), ' ', json_encode([$second->isActive(), $late->isActive(), $once->isActive()]), "\n";

// A watcher whose object nobody keeps stays registered; one that is unreferenced does not keep run() running.
Loop::delay(0.01, fn () => print "kept\n");
Loop::repeat(0.001, fn () => null)->unreference();
Loop::delay(30, fn () => print "not waited for\n")->unreference()->reference()->unreference();
gc_collect_cycles();
Loop::run();

foreach ([
    'negative' => fn () => Loop::delay(-1, 'strlen'),
    'NAN' => fn () => Loop::delay(NAN, 'strlen'),
    'INF' => fn () => Loop::delay(INF, 'strlen'),
    '11 years' => fn () => Loop::delay(11 * 365 * 86400, 'strlen'),
    'repeat 0' => fn () => Loop::repeat(0, 'strlen'),
    'no callback' => fn () => Loop::defer('no_such_function'),
    'new Loop' => fn () => new Loop(),
    'new Watcher' => fn () => new Watcher(),
    'clone' => fn () => clone $once,
    'serialize' => fn () => serialize($once),
] as $name => $attempt) {
    try {
        $attempt();
        echo "$name: accepted\n";
    } catch (Throwable $error) {
        echo "$name: ", get_class($error), "\n";
    }
}

// Many at once.
$sum = 0;
$watchers = [];
for ($number = 0; $number < 50_000; $number++) {
    $watchers[] = Loop::delay(($number % 50) / 1000, function () use (&$sum, $number) { $sum += $number; });
}
for ($number = 1; $number < 50_000; $number += 2) {
    $watchers[$number]->cancel();
}
Loop::run();
echo $sum === array_sum(range(0, 49_998, 2)) ? "all and no others\n" : "wrong: $sum\n";
?>
--EXPECT--
0 ms, 0 ms in a callback, 10 ms, 10 ms again, 20 ms, 30 ms, deferred, deferred in a callback, not yet
a b c 1 2 3 4 5
not early
5 times, not early
not made up for
false
first, false [false,false,false]
kept
negative: ValueError
NAN: ValueError
INF: ValueError
11 years: ValueError
repeat 0: ValueError
no callback: TypeError
new Loop: Error
new Watcher: Error
clone: Error
serialize: Exception
all and no others
