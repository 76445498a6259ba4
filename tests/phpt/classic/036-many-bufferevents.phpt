--TEST--
10,000 connections on bufferevents: a broadcast reaches all, memory per client is bounded, each ends once
--FILE--
<?php
require __DIR__ . '/script.inc';

$most = (int) trim(shell_exec('ulimit -Hn'));
posix_setrlimit(POSIX_RLIMIT_NOFILE, min($most, 21_000), $most) || exit('no limit');
$count = min(10_000, intdiv(min($most, 21_000) - 100, 2));

$server = stream_socket_server('tcp://127.0.0.1:0', $code, $error, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN,
    stream_context_create(['socket' => ['backlog' => 1024]]));
$address = 'tcp://' . stream_socket_get_name($server, false);
$live = $clients = $events = [];
$ends = 0;
$before = rss();
$accept = event($server, EV_READ | EV_PERSIST, function ($server, $flags, $event) use (&$live, &$ends, $count) {
    while ($stream = @stream_socket_accept($server, 0)) {
        $be = bufferevent_new($stream, function ($be) use (&$live) {
            $text = '';
            bufferevent_read($be, $text, 100);
            if ($text === 'to all') {
                foreach ($live as $other) {
                    bufferevent_write($other, "hear, hear\n");
                }
            }
        }, fn () => null, function ($stream, $be, $what) use (&$live, &$ends) {
            $what === 17 || print "error $what\n";
            unset($live[(int) $be]);
            $ends++;
        });
        bufferevent_enable($be, EV_READ);
        $live[(int) $be] = $be;
    }
    count($live) >= $count && event_loopbreak();
});
while (count($clients) < $count) {
    for ($batch = 0; $batch < 500 && count($clients) < $count; $batch++) {
        $clients[] = stream_socket_client($address, $code, $error, 5);
    }
    $turn = timer(0, fn () => event_loopbreak());
    event_dispatch();
}
unset($turn);
if (count($live) < $count) {
    event_dispatch();
}
echo count($live) === $count ? "all are connected\n" : count($live) . " of $count are connected\n";
$each = intdiv(rss() - $before, $count);
echo $each < 8192 ? "small\n" : "$each bytes each, both ends\n";

$heard = 0;
foreach ($clients as $client) {
    $events[] = event($client, EV_READ, function ($stream) use (&$heard, $count) {
        fread($stream, 100) === "hear, hear\n" || print "wrong\n";
        ++$heard === $count && event_loopbreak();
    });
}
fwrite($clients[7], 'to all');
event_dispatch();
echo $heard === $count ? "all have heard\n" : "$heard of $count have heard\n";

event_free($accept);
unset($events);
foreach ($clients as $client) {
    fclose($client);
}
event_dispatch();
echo $ends === $count && $live === [] ? "each ended once\n" : "$ends ends\n";
?>
--EXPECT--
all are connected
small
all have heard
each ended once
