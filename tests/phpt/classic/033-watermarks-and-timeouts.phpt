--TEST--
Bufferevents: watermarks of both directions, bounded output for peers that never read, timeouts per direction
--FILE--
<?php
require __DIR__ . '/script.inc';

$log = [];
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };
$new = function ($stream, array $callbacks = []) use (&$log) {
    return bufferevent_new(
        $stream,
        $callbacks['read'] ?? function ($be) use (&$log) { $text = ''; $log[] = 'read ' . bufferevent_read($be, $text, 1_000_000); },
        $callbacks['write'] ?? function ($be) use (&$log) { $log[] = 'write'; },
        $callbacks['error'] ?? function ($stream, $be, $what) use (&$log) { $log[] = "error $what"; },
    );
};

// Low watermark for reading: not called for less.
[$one, $two] = pair();
$be = $new($one, ['read' => function ($be) use (&$log) {
    $text = '';
    $log[] = 'read ' . bufferevent_read($be, $text, 100);
    bufferevent_disable($be, EV_READ);
}]);
echo json_encode(bufferevent_watermark_set($be, EV_READ, 5, 0)), "\n";
bufferevent_enable($be, EV_READ);
fwrite($two, '1234');
$more = timer(20_000, fn () => fwrite($two, '5678'));
event_dispatch();
$say();

// High watermark for reading: the peer has to wait until something is read.
[$one, $two] = pair();
stream_set_blocking($two, false);
$be = $new($one, ['read' => function ($be) use (&$log, &$look) {
    $log[] = 'arrival';
    // Nothing more arrives until some of it is read.
    $look = timer(20_000, function () use ($be, &$log) {
        $text = '';
        $last = count($log) > 1;
        $log[] = bufferevent_read($be, $text, $last ? 100 : 4);
        $last && bufferevent_disable($be, EV_READ);
    });
}]);
bufferevent_watermark_set($be, EV_READ, 0, 10);
bufferevent_enable($be, EV_READ);
fwrite($two, str_repeat('x', 35));
event_dispatch();
$say();

// High watermark for writing: refused above it; the write callback says when it is not any more.
[$one, $two] = pair();
stream_set_blocking($two, false);
$be = $new($one);
bufferevent_watermark_set($be, EV_WRITE, 0, 100_000);
$taken = 0;
while (bufferevent_write($be, str_repeat('x', 10_000))) {
    $taken += 10_000;
}
echo $taken >= 100_000 && $taken < 1_000_000 ? 'refused' : "took $taken", ' ', json_encode(bufferevent_write($be, 'x')), "\n";
$received = 0;
$reader = event($two, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$received, $taken) {
    $received += strlen(fread($stream, 65536));
    $received === $taken && event_del($event);
});
event_dispatch();
$log[] = $received === $taken ? 'all of it' : "$received of $taken";
$log[] = json_encode(bufferevent_write($be, 'x'));
event_dispatch();
$say();
// One write may reach beyond it; the default keeps a peer that never reads within bounds.
[$one, $two] = pair();
$be = $new($one);
$before = rss();
for ($taken = 0; $taken < 1000 && bufferevent_write($be, str_repeat('x', 1_000_000)); $taken++);
echo $taken >= 16 && $taken < 25 ? 'bounded' : "took $taken MB", ', ', rss() - $before < 60_000_000 ? 'in memory too' : rss() - $before, "\n";
bufferevent_watermark_set($be, EV_WRITE, 0, 0);
echo json_encode(bufferevent_write($be, 'no limit')), "\n";
unset($be);
// Low watermark for writing: called while so much is left.
[$one, $two] = pair();
stream_set_blocking($two, false);
$be = $new($one, ['write' => function ($be) use (&$log, &$received) { $log[] = $received < 3_000_000 ? 'not empty yet' : 'empty'; event_loopbreak(); }]);
bufferevent_watermark_set($be, EV_WRITE, 1_000_000, 0);
bufferevent_write($be, str_repeat('x', 3_000_000));
$received = 0;
$reader = event($two, EV_READ | EV_PERSIST, function ($stream) use (&$received) { $received += strlen(fread($stream, 65536)); });
event_dispatch();
$say();
unset($be, $reader);

// Timeouts: reading only while it is enabled, writing only while something is to be sent; each once, then its direction is
// disabled, and can be enabled again.
[$one, $two] = pair();
$be = $new($one);
echo json_encode(bufferevent_settimeout($be, 0.3, 0.3)), "\n";
$wait = timer(350_000, fn () => null);
event_dispatch();
$say();
bufferevent_enable($be, EV_READ);
$begin = hrtime(true);
event_dispatch();
$log[] = hrtime(true) - $begin >= 300_000_000 ? 'in time' : 'early';
$say();
fwrite($two, 'while disabled');
event_dispatch();
$say();
bufferevent_enable($be, EV_READ);
$arrivals = [timer(100_000, fn () => fwrite($two, 'a')), timer(350_000, fn () => fwrite($two, 'b'))];
event_dispatch();
$say();
// Writing to one that takes nothing; what it holds is sent after all if the direction is enabled again.
bufferevent_write($be, str_repeat('x', 3_000_000));
event_dispatch();
$say();
bufferevent_settimeout($be, 0, 0);
bufferevent_enable($be, EV_WRITE);
stream_set_blocking($two, false);
$received = 0;
$reader = event($two, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$received) {
    $received += strlen(fread($stream, 65536));
    $received >= 3_000_000 && event_del($event);
});
event_dispatch();
$log[] = $received;
$say();
// A timer that is set while it runs; none any more.
bufferevent_enable($be, EV_READ);
bufferevent_settimeout($be, 60, 60);
$shorter = timer(1000, fn () => bufferevent_settimeout($be, 0.01, 0));
event_dispatch();
$say();

// Not allowed.
attempt(fn () => bufferevent_settimeout($be, -1, 0));
attempt(fn () => bufferevent_settimeout($be, 0, NAN));
attempt(fn () => bufferevent_settimeout($be, 'x', 0));
attempt(fn () => bufferevent_watermark_set($be, EV_READ, -1, 0));
attempt(fn () => bufferevent_watermark_set($be, EV_READ, 10, 5));
fclose($one);
attempt(fn () => bufferevent_settimeout($be, 1, 1));
attempt(fn () => bufferevent_watermark_set($be, EV_READ, 0, 0));
?>
--EXPECT--
true
read 8
arrival, 4, arrival, 10
refused false
write, all of it, true, write
bounded, in memory too
true
not empty yet
true

error 65, in time

read 14, read 1, read 1, error 65
error 66
write, 3000000
error 65
ValueError: bufferevent_settimeout(): Argument #2 ($read) must be 0 or more and at most ten years
ValueError: bufferevent_settimeout(): Argument #3 ($write) must be 0 or more and at most ten years
TypeError: bufferevent_settimeout(): Argument #2 ($read) must be of type float, string given
ValueError: bufferevent_watermark_set(): Argument #3 ($low) must be 0 or more
ValueError: bufferevent_watermark_set(): Argument #4 ($high) must be 0 or not less than the low watermark
false
false
