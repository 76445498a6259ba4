--TEST--
evhttp client: when the close callback comes, and when the loop ends
--FILE--
<?php
require __DIR__ . '/client.inc';

event_init();
$server = own_server();
$rude = rude_server();
$closes = fn (string $name) => function ($connection) use ($name) { echo "$name closed ", get_resource_type($connection), "\n"; };
$ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Before the callback of the request that it ended with, at each close.
$connection = connection($server);
var_dump(evhttp_connection_set_closecb($connection, $closes('server')));
foreach (['one', 'two'] as $name) {
    ask($connection, '/hello', tell($name), EVHTTP_REQ_GET, ['Connection' => 'close']);
}
event_dispatch();
echo "done\n";

// The server hangs up while nothing is asked: the loop goes on until then, since somebody wants to know.
$connection = connection($rude);
evhttp_connection_set_closecb($connection, $closes('hung up'));
ask($connection, path(rude($rude, $ok, 'close')), tell('last'));
event_dispatch();
// And it is as good as new.
ask($connection, path(rude($rude, $ok, 'close')), tell('again'));
event_dispatch();

// Nobody wants to know: the loop ends, though the connection is open, and is used again.
$connection = connection($server);
ask($connection, '/port', function ($request) use (&$port) { $port = evhttp_request_body($request); });
$begin = microtime(true);
event_dispatch();
echo microtime(true) - $begin < 3 ? "ended\n" : "waited\n";
ask($connection, '/port', function ($request) use ($port) { echo evhttp_request_body($request) === $port ? "the same\n" : "another\n"; });
event_dispatch();

// The last of several callbacks counts; it may replace itself, and ask anew.
$connection = connection($rude);
evhttp_connection_set_closecb($connection, $closes('never'));
evhttp_connection_set_closecb($connection, function ($connection) use ($rude, $ok, $closes) {
    echo "first close\n";
    evhttp_connection_set_closecb($connection, $closes('second'));
    ask($connection, path(rude($rude, $ok, 'close')), tell('asked in a close callback'));
});
ask($connection, path(rude($rude, $ok, 'close')), tell('first'));
event_dispatch();

// A connection that never came about has no close; one that failed has.
$dead = evhttp_connection_new('127.0.0.1', 1);
evhttp_connection_set_closecb($dead, $closes('dead'));
ask($dead, '/', tell('refused'));
$broken = connection($rude);
evhttp_connection_set_closecb($broken, $closes('broken'));
ask($broken, path(rude($rude, '', 'close')), tell('no answer'));
event_dispatch();

// One that nobody refers to any more ends silently, with its last request.
$count = fn () => count(array_filter(glob('/proc/self/fd/*'), fn ($fd) => str_starts_with((string) @readlink($fd), 'socket:')));
unset($connection, $dead, $broken);
$before = $count();
ask(connection($server), '/hello', tell('nobody holds it'));
event_dispatch();
echo $count() - $before, " left open\n";
$held = connection($server);
ask($held, '/hello', tell('held'));
event_dispatch();
echo $count() - $before, ' open, ';
unset($held);
echo $count() - $before, " after that\n";
?>
--EXPECT--
bool(true)
server closed EVHTTP Connection
one: 200 "Hello, World!"
server closed EVHTTP Connection
two: 200 "Hello, World!"
done
last: 200 "ok"
hung up closed EVHTTP Connection
again: 200 "ok"
hung up closed EVHTTP Connection
ended
the same
first: 200 "ok"
first close
asked in a close callback: 200 "ok"
second closed EVHTTP Connection
refused: 0 false
broken closed EVHTTP Connection
no answer: 0 false
nobody holds it: 200 "Hello, World!"
0 left open
held: 200 "Hello, World!"
1 open, 0 after that
