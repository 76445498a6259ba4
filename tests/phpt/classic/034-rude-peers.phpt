--TEST--
Bufferevents and events with peers that reset, half-close, send a byte at a time, never read, vanish
--SKIPIF--
<?php
if (!extension_loaded('sockets')) die('skip needs sockets');
?>
--FILE--
<?php
require __DIR__ . '/script.inc';

// An echo server on bufferevents beside the peers; all in one loop.
$server = stream_socket_server('tcp://127.0.0.1:0');
$address = 'tcp://' . stream_socket_get_name($server, false);
$live = [];
$errors = [];
$accept = event($server, EV_READ | EV_PERSIST, function ($server) use (&$live, &$errors) {
    while ($stream = @stream_socket_accept($server, 0)) {
        $be = bufferevent_new($stream, function ($be) {
            $text = '';
            while (bufferevent_read($be, $text, 8192) === 8192);
            bufferevent_write($be, $text);
        }, fn () => null, function ($stream, $be, $what) use (&$live, &$errors) {
            $errors[] = $what;
            unset($live[(int) $be]);
        });
        bufferevent_watermark_set($be, EV_WRITE, 0, 65536);
        bufferevent_settimeout($be, 0, 0.2);
        bufferevent_enable($be, EV_READ);
        $live[(int) $be] = $be;
    }
});
$connect = function () use ($address) {
    $stream = stream_socket_client($address);
    stream_set_blocking($stream, false);
    return $stream;
};
/** Runs the loop until the condition holds; fails loudly otherwise. */
$until = function (callable $holds, string $what): void {
    $given = timer(10_000_000, function () use ($what) { throw new RuntimeException("waited in vain: $what"); });
    $look = event_new();
    event_set($look, -1, 0, function ($stream, $flags, $event) use ($holds) { $holds() ? event_loopbreak() : event_add($event, 0, 1000); });
    event_add($look, 0, 1000);
    event_dispatch();
};
$reset = function ($stream): void {
    socket_set_option(socket_import_stream($stream), SOL_SOCKET, SO_LINGER, ['l_onoff' => 1, 'l_linger' => 0]);
    fclose($stream);
};

// A byte at a time.
$slow = $connect();
$got = '';
foreach (str_split('byte by byte') as $index => $byte) {
    fwrite($slow, $byte);
    $until(function () use ($slow, &$got, $index) { $got .= fread($slow, 100); return strlen($got) > $index; }, 'an echo');
}
echo $got, "\n";

// Half-closed: what it sent before is echoed, and it still gets it.
$half = $connect();
fwrite($half, 'half-closed');
stream_socket_shutdown($half, STREAM_SHUT_WR);
$got = '';
$until(function () use ($half, &$got) { $got .= fread($half, 100); return $got === 'half-closed' && feof($half) || $got === 'half-closed'; }, 'the rest');
echo $got, ' ', count($live), "\n";
$until(function () use (&$live) { return count($live) === 1; }, 'the end of the half-closed one');
echo json_encode($errors), "\n";
$errors = [];

// Reset while idle, with bytes unread, and with bytes on their way to it.
foreach (['idle', 'unread', 'on its way'] as $when) {
    $peer = $connect();
    fwrite($peer, 'x');
    $until(fn () => fread($peer, 1) === 'x', 'an echo');
    $when === 'unread' && fwrite($peer, 'never read');
    if ($when === 'on its way') {
        foreach ($live as $be) {
            bufferevent_write($be, 'to you');
        }
        unset($be);
    }
    $reset($peer);
    $until(function () use (&$live) { return count($live) === 1; }, "the end of $when");
}
echo json_encode(array_unique(array_map(fn (int $what) => $what & ~3, $errors))), "\n";
$errors = [];

// One that never reads and goes on sending: bounded, and then timed out; others are served meanwhile.
$deaf = $connect();
$sent = 0;
$before = rss();
fread($slow, 100);
$until(function () use ($deaf, &$sent, &$errors, $slow) {
    for ($times = 0; $times < 10; $times++) {
        $sent += (int) @fwrite($deaf, str_repeat('x', 65536));
    }
    fwrite($slow, '.');
    return $errors !== [];
}, 'the end of the deaf one');
echo json_encode($errors), ' ', rss() - $before < 20_000_000 ? 'bounded' : rss() - $before, ' ', strlen(fread($slow, 10_000)) > 10 ? 'others are served' : 'others are not', "\n";
$errors = [];

// Hundreds that come and vanish in all ways at once.
$peers = [];
for ($number = 0; $number < 300; $number++) {
    $peers[] = $peer = $connect();
    fwrite($peer, str_repeat('x', $number * 10));
    $number % 20 || $until(function () use (&$live, $number) { return count($live) === $number + 2; }, 'a connection');
}
$until(function () use (&$live) { return count($live) >= 301; }, 'all of them');
foreach ($peers as $number => $peer) {
    match ($number % 4) {
        0 => $reset($peer),
        1 => stream_socket_shutdown($peer, STREAM_SHUT_RDWR),
        2 => fclose($peer),
        3 => stream_socket_shutdown($peer, STREAM_SHUT_WR),
    };
}
$until(function () use (&$live) { return count($live) === 1; }, 'their ends');
echo count($errors) === 300 ? "each ended once\n" : count($errors) . " ends\n";
unset($peers, $peer);

// The last one still is served.
fread($slow, 10_000);
fwrite($slow, 'still here');
$got = '';
$until(function () use ($slow, &$got) { $got .= fread($slow, 100); return str_contains($got, 'still here'); }, 'an echo');
echo "still here\n";
?>
--EXPECT--
byte by byte
half-closed 1
[17]
[32]
[66] bounded others are served
each ended once
still here
