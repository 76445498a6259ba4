--TEST--
onSignal: called in the turn after, several watchers, cancelling gives the signal back, unreferenced
--FILE--
<?php
use Kargo\Loop;
use Kargo\Watcher;

$log = [];
$first = Loop::onSignal(SIGUSR1, function (int $signal, Watcher $watcher) use (&$log, &$first) {
    $log[] = $signal === SIGUSR1 && $watcher === $first ? 'first' : 'wrong arguments';
});
$second = Loop::onSignal(SIGUSR1, function () use (&$log) { $log[] = 'second'; });
$other = Loop::onSignal(SIGUSR2, function () use (&$log) { $log[] = 'other'; });
Loop::defer(function () use (&$log) { posix_kill(getmypid(), SIGUSR1); $log[] = 'sent'; });
Loop::delay(0.02, fn () => posix_kill(getmypid(), SIGUSR2));
Loop::delay(0.04, function () use ($first, $second) { $first->cancel(); posix_kill(getmypid(), SIGUSR1); });
Loop::delay(0.06, fn () => array_map(fn ($watcher) => $watcher->cancel(), [$second, $other]));
Loop::run();
echo implode(', ', $log), "\n";

// Sent before the loop runs: not lost.
$seen = 0;
$watcher = Loop::onSignal(SIGUSR1, function ($signal, $watcher) use (&$seen) { $seen++; $watcher->cancel(); });
Loop::defer(fn () => posix_kill(getmypid(), SIGUSR1));
Loop::run();
echo "$seen\n";

// An unreferenced one does not keep run() running.
Loop::onSignal(SIGUSR1, fn () => null)->unreference();
Loop::defer(fn () => print "ends\n");
Loop::run();

foreach ([0, -1, 65, 1000, SIGKILL, SIGSTOP] as $signal) {
    try {
        Loop::onSignal($signal, fn () => null)->cancel();
        Loop::run();
        echo "$signal: accepted\n";
    } catch (ValueError|Kargo\TransportException $error) {
        echo "$signal: ", get_class($error), "\n";
    }
}

// After the last watcher, the signal does again what it did: SIGTERM ends the process.
$child = pcntl_fork();
if ($child === 0) {
    $watcher = Loop::onSignal(SIGTERM, function ($signal, $watcher) { $watcher->cancel(); });
    Loop::defer(fn () => posix_kill(getmypid(), SIGTERM));
    Loop::run();
    posix_kill(getmypid(), SIGTERM);
    sleep(5);
    exit(1);
}
pcntl_waitpid($child, $status);
echo pcntl_wifsignaled($status) ? 'ended by ' . pcntl_wtermsig($status) : 'exit code ' . pcntl_wexitstatus($status), "\n";
?>
--EXPECT--
sent, first, second, other, second
1
ends
0: ValueError
-1: ValueError
65: ValueError
1000: ValueError
9: Kargo\TransportException
19: Kargo\TransportException
ended by 15
