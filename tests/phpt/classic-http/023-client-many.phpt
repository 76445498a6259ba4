--TEST--
evhttp client: 200 in flight at once, their variables overwritten; memory stays flat
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = own_server();
event_init();

// As the demo of 2009 has it: connections and requests live as long as they are needed, whatever the variables hold.
$done = $closed = 0;
function completed($request)
{
    global $done;
    $done += evhttp_request_status($request) === 200 && evhttp_request_body($request) === 'late' ? 1 : 0;
    evhttp_request_free($request);
}
function closed($connection)
{
    global $closed;
    $closed++;
}
$begin = microtime(true);
for ($number = 0; $number < 200; $number++) {
    $con = evhttp_connection_new($server->host, $server->port);
    evhttp_connection_set_closecb($con, 'closed');
    $req = evhttp_request_new('completed');
    evhttp_request_add_header($req, 'Host', $server->host);
    evhttp_request_add_header($req, 'Connection', 'close');
    evhttp_make_request($con, $req, EVHTTP_REQ_GET, '/wait/0.5/late');
}
$con = $req = null;
event_dispatch();
$seconds = microtime(true) - $begin;
echo "$done done, $closed closed, ", $seconds >= 0.5 && $seconds < 5 ? "at the same time\n" : "in $seconds s\n";

// All kinds of ends, again and again.
$rude = rude_server();
$connection = connection($server);
$kinds = [
    'one connection' => [50, function () use ($connection) { foreach (range(1, 100) as $_) { ask($connection, '/hello', fn ($request) => strlen(evhttp_request_body($request))); } }],
    'new ones' => [20, function () use ($server) { foreach (range(1, 50) as $_) { $con = connection($server); evhttp_connection_set_closecb($con, 'closed'); ask($con, '/hello', 'completed', EVHTTP_REQ_POST, ['X' => 'y'], 'body'); } }],
    'refused' => [20, function () { foreach (range(1, 100) as $_) { ask(evhttp_connection_new('127.0.0.1', 1), '/', fn () => 0); } }],
    'broken' => [10, function () use ($rude) { foreach (range(1, 50) as $_) { ask(connection($rude), path(rude($rude, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")), fn ($request) => evhttp_request_input_buffer($request)); } }],
    'let go' => [20, function () use ($server) { foreach (range(1, 50) as $_) { $request = evhttp_request_new('completed'); evhttp_make_request(connection($server), $request, EVHTTP_REQ_GET, '/wait/0.02/x'); evhttp_request_free($request); } }],
];
foreach ($kinds as $name => [$rounds, $make]) {
    for ($round = 0; $round < $rounds; $round++) {
        $make();
        event_dispatch();
        if ($round === intdiv($rounds, 2)) {
            gc_collect_cycles();
            [$memory, $resident, $open] = [memory_get_usage(), rss(), count(glob('/proc/self/fd/*'))];
        }
    }
    gc_collect_cycles();
    $grown = memory_get_usage() - $memory;
    echo "$name: ", $grown <= 4096 ? 'flat' : "$grown bytes more", ', ', rss() - $resident <= 1 << 20 ? 'flat' : (rss() - $resident) . ' bytes more', count(glob('/proc/self/fd/*')) > $open ? ", descriptors\n" : "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
200 done, 200 closed, at the same time
one connection: flat, flat
new ones: flat, flat
refused: flat, flat
broken: flat, flat
let go: flat, flat
0
