--TEST--
Bytes that PHP has read ahead are readiness too: fgets(), stream filters, bytes from before event_set()
--FILE--
<?php
require __DIR__ . '/script.inc';

// fgets() reads a packet and leaves all but the first line in PHP's buffer.
[$one, $two] = pair();
fwrite($two, "one\ntwo\nthree\n");
$lines = [];
$event = event($one, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$lines) {
    $lines[] = rtrim(fgets($stream));
    count($lines) === 3 && event_del($event);
});
event_dispatch();
echo implode(' ', $lines), "\n";

// One-shot, added again in its callback, or outside of the loop.
fwrite($two, "one\ntwo\nthree\nfour\n");
$lines = [];
$event = event($one, EV_READ, function ($stream, $flags, $event) use (&$lines) {
    $lines[] = rtrim(fgets($stream));
    count($lines) < 3 && event_add($event);
});
event_dispatch();
event_add($event);
event_dispatch();
echo implode(' ', $lines), "\n";

// What was in the buffer before the event was set.
[$one, $two] = pair();
fwrite($two, "before\nafter\n");
echo rtrim(fgets($one)), ' ';
$event = event($one, EV_READ, fn ($stream) => print rtrim(fgets($stream)) . "\n");
event_dispatch();
// Bytes that somebody takes before the event's turn: nothing to be called for.
fwrite($two, "1\n2\n");
fgets($one);
$event = event($one, EV_READ, fn () => print "called\n");
$take = event($one, EV_WRITE, fn () => fgets($one));
$end = timer(10_000, fn () => event_del($event));
event_dispatch();

// Not for writers, and not once the event is deleted.
fwrite($two, "1\n2\n");
fgets($one);
$calls = 0;
$write = event($one, EV_WRITE, function () use (&$calls) { $calls++; });
$read = event($one, EV_READ, fn () => print "must not be called\n");
event_del($read);
event_dispatch();
echo "$calls\n";

// On a base too.
$base = event_base_new();
$event = event_new();
event_set($event, $one, EV_READ, fn ($stream) => print 'base ' . rtrim(fgets($stream)) . "\n");
event_base_set($event, $base);
event_add($event);
event_base_loop($base);
?>
--EXPECT--
one two three
one two three four
before after
1
base 2
