--TEST--
onReadable and onWritable on stream pairs: level-triggered, both at once, closed under the watcher, refused streams
--FILE--
<?php
use Kargo\Loop;
use Kargo\Watcher;

function pair(): array { return stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0); }

[$near, $far] = pair();
$got = '';
$turns = 0;
$reader = Loop::onReadable($near, function ($stream, Watcher $watcher) use ($near, &$got, &$turns, &$reader) {
    $stream === $near && $watcher === $reader || print "wrong arguments\n";
    $turns++;
    // Less than there is: it has to be called again.
    $bytes = fread($stream, 4);
    $got .= $bytes;
    if ($bytes === '' && feof($stream)) {
        $watcher->cancel();
    }
});
$writer = Loop::onWritable($far, function ($stream, Watcher $watcher) {
    static $parts = ['one, ', 'two, ', 'three'];
    if ($parts === []) {
        $watcher->cancel();
        fclose($stream);
        return;
    }
    fwrite($stream, array_shift($parts));
});
Loop::run();
echo "$got in ", $turns >= 4 ? 'several turns' : "$turns turns", "\n";

// Back-pressure: more than the socket takes at once.
[$near, $far] = pair();
$left = $sent = str_repeat('0123456789', 200_000);
$got = '';
Loop::onWritable($far, function ($stream, Watcher $watcher) use (&$left) {
    $left = substr($left, (int) fwrite($stream, $left));
    if ($left === '') {
        $watcher->cancel();
        fclose($stream);
    }
});
Loop::onReadable($near, function ($stream, Watcher $watcher) use (&$got) {
    $bytes = fread($stream, 65536);
    $got .= $bytes;
    $bytes === '' && feof($stream) && $watcher->cancel();
});
Loop::run();
echo $got === $sent ? "2 MB\n" : 'only ' . strlen($got) . "\n";

// Both directions and two readers on one stream.
[$near, $far] = pair();
$log = [];
$watchers = [
    Loop::onReadable($near, function ($stream) use (&$log) { $log['a'] = true; }),
    Loop::onReadable($near, function ($stream) use (&$log) { $log['b'] = true; }),
    Loop::onWritable($near, function ($stream) use (&$log) { $log['c'] = true; }),
];
fwrite($far, 'x');
Loop::delay(0.02, function () use (&$watchers) { array_map(fn ($watcher) => $watcher->cancel(), $watchers); });
Loop::run();
ksort($log);
echo implode('', array_keys($log)), "\n";

// One of them cancels the other, both being due.
[$near, $far] = pair();
$calls = 0;
$first = $second = null;
$callback = function () use (&$first, &$second, &$calls) { $calls++; $first->cancel(); $second->cancel(); };
$first = Loop::onReadable($near, $callback);
$second = Loop::onReadable($near, $callback);
fwrite($far, 'x');
Loop::run();
echo "$calls call\n";

// Cancelled and registered anew, with the number of a closed descriptor reused.
[$near, $far] = pair();
$stale = Loop::onReadable($near, fn () => print "stale\n");
$stale->cancel();
fclose($near);
[$next, $other] = pair();
fwrite($other, 'fresh');
Loop::onReadable($next, function ($stream, $watcher) { echo fread($stream, 10), "\n"; $watcher->cancel(); });
Loop::run();

// Closed under its watcher: no spinning, no stale call; run() ends once it is cancelled.
[$near, $far] = pair();
$calls = 0;
$watcher = Loop::onReadable($near, function () use (&$calls) { $calls++; });
Loop::defer(function () use ($near, $far) { fclose($near); @fwrite($far, 'x'); });
Loop::delay(0.03, fn () => $watcher->cancel());
Loop::run();
echo $calls, " calls after it was closed\n";

// The peer is gone: readable, with nothing to read.
[$near, $far] = pair();
fclose($far);
Loop::onReadable($near, function ($stream, $watcher) { echo json_encode([fread($stream, 1), feof($stream)]), "\n"; $watcher->cancel(); });
Loop::run();

// Pipes, sockets of a server, and what can't be watched.
$process = proc_open([PHP_BINARY, '-n', '-r', 'usleep(20000); echo "from a process";'], [1 => ['pipe', 'w']], $pipes);
Loop::onReadable($pipes[1], function ($stream, $watcher) { $bytes = fread($stream, 100); $bytes === '' ? $watcher->cancel() : print "$bytes\n"; });
Loop::run();
$listener = stream_socket_server('tcp://127.0.0.1:0');
Loop::onReadable($listener, function ($stream, $watcher) { fwrite(stream_socket_accept($stream), 'accepted'); $watcher->cancel(); });
$client = stream_socket_client('tcp://' . stream_socket_get_name($listener, false));
Loop::onReadable($client, function ($stream, $watcher) { echo fread($stream, 100), "\n"; $watcher->cancel(); });
Loop::run();
foreach (['text' => 'x', 'memory' => fopen('php://memory', 'r'), 'closed' => (function () { [$a] = pair(); fclose($a); return $a; })(), 'context' => stream_context_create(), 'null' => null, 'file' => fopen(__FILE__, 'r')] as $name => $stream) {
    try {
        Loop::onReadable($stream, fn () => null)->cancel();
        echo "$name: accepted\n";
    } catch (Throwable $error) {
        echo "$name: ", get_class($error), "\n";
    }
}
?>
--EXPECT--
one, two, three in several turns
2 MB
abc
1 call
fresh
0 calls after it was closed
["",true]
from a process
accepted
text: TypeError
memory: TypeError
closed: TypeError
context: TypeError
null: TypeError
file: Kargo\TransportException
