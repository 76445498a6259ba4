--TEST--
onReadable sees what PHP has read ahead into a stream's own buffer
--FILE--
<?php
use Kargo\Loop;

[$near, $far] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
fwrite($far, "first\nsecond\nthird\n");
echo fgets($near);
$lines = '';
$watcher = Loop::onReadable($near, function ($stream, $watcher) use (&$lines) {
    $lines .= fgets($stream);
    substr_count($lines, "\n") === 2 && $watcher->cancel();
});
$timeout = Loop::delay(0.5, fn () => $watcher->cancel());
Loop::repeat(0.001, fn ($repeated) => $watcher->isActive() || [$timeout->cancel(), $repeated->cancel()]);
Loop::run();
echo $lines === '' ? "the buffered lines were not seen\n" : $lines;
?>
--EXPECT--
first
second
third
