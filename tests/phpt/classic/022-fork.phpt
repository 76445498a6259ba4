--TEST--
event_init() and event_reinit() in forked processes, inside and outside of callbacks
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
?>
--FILE--
<?php
require __DIR__ . '/script.inc';

/** Forks; the child does $child and ends; the parent waits and returns what the child printed. */
function forked(callable $child): string
{
    [$one, $two] = pair();
    $pid = pcntl_fork();
    if ($pid === 0) {
        fclose($one);
        ob_start();
        $child();
        fwrite($two, ob_get_clean());
        fclose($two);
        posix_kill(getmypid(), 9);
    }
    fclose($two);
    $text = stream_get_contents($one);
    pcntl_waitpid($pid, $status);

    return $text;
}

$log = [];
$note = function (string $what) use (&$log) { return function () use (&$log, $what) { $log[] = $what; }; };
$say = function () use (&$log) { sort($log); echo implode(', ', $log) . "\n"; $log = []; };

// Events of the parent, in a child that calls event_reinit(), event_init(), or nothing.
[$one, $two] = pair();
$reader = event($one, EV_READ, $note('readable'));
$timer = timer(10_000, $note('timer'));
$signal = event(10, EV_SIGNAL | EV_PERSIST, function ($signal, $flags, $event) use (&$log) { $log[] = 'signal'; event_del($event); });
fwrite($two, 'x');
foreach (['event_reinit', 'event_init', null] as $function) {
    echo $function ?? 'nothing', ': ', forked(function () use ($function, $note, $say) {
        $function === null || $function();
        posix_kill(getmypid(), 0);
        $own = timer(20_000, $note('own timer'));
        $function === 'event_init' || posix_kill(getmypid(), 10);
        event_dispatch();
        $say();
    });
}
// The parent's are as they were.
posix_kill(getmypid(), 10);
event_dispatch();
$say();

// In a callback: the child runs a loop of its own within it, and goes on with the parent's afterwards.
fread($one, 10);
$reader = event($one, EV_READ, $note('readable'));
$write = timer(30_000, fn () => fwrite($two, 'x'));
$fork = timer(0, function () use (&$log, $note, $say) {
    echo forked(function () use (&$log, $note, $say) {
        event_init();
        $own = timer(1000, $note('own'));
        event_dispatch();
        $say();
        event_reinit();
    });
    $log[] = 'forked';
});
event_dispatch();
$say();
// A child that leaves the callback runs what it registered itself, and then what follows event_dispatch().
$outcome = [];
[$three, $four] = pair();
$pid = null;
$fork = timer(0, function () use (&$pid, &$own, $four) {
    $pid = pcntl_fork();
    if ($pid === 0) {
        event_init();
        $own = timer(1000, fn () => fwrite($four, 'own '));
    }
});
$far = timer(30_000, fn () => fwrite($four, $pid === 0 ? 'the parent\'s in the child ' : 'the parent\'s '));
event_dispatch();
if ($pid === 0) {
    fwrite($four, 'after ');
    posix_kill(getmypid(), 9);
}
pcntl_waitpid($pid, $status);
fclose($four);
$words = explode(' ', trim(stream_get_contents($three)));
sort($words);
echo implode(' ', $words), "\n";

// Callbacks that wait at the time of the fork go on in both.
$text = '';
$waits = timer(0, function () use (&$text) { Kargo\delay(0.05); $text = 'waited'; });
$fork = timer(10_000, function () use (&$text) {
    echo forked(function () use (&$text) {
        event_reinit();
        Kargo\delay(0.4);
        echo "child: $text\n";
    });
});
event_dispatch();
echo "parent: $text\n";

// Bases too.
$base = event_base_new();
$event = event_new();
event_set($event, -1, 0, fn () => print 'base ');
event_base_set($event, $base);
event_add($event, 0, 1000);
echo forked(fn () => print event_base_loop($base) . "\n");
echo event_base_loop($base), "\n";
?>
--EXPECT--
event_reinit: own timer, readable, signal, timer
event_init: own timer
nothing: own timer, readable, signal, timer
readable, signal, timer
own
forked, readable
after own parent's the
child: waited
parent: waited
base 1
base 1
