--TEST--
evhttp client: callbacks that free, throw, exit, wait, run the loop, ask anew; handles kept; a fork
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = own_server();
$rude = rude_server();
event_init();
$ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// A handle that is kept still tells what came; one that was freed is none.
$kept = null;
ask(connection($server), '/hello', function ($request) use (&$kept) { $kept = $request; });
event_dispatch();
echo evhttp_request_status($kept), ' ', evhttp_request_body($kept), ' ', evhttp_request_uri($kept), "\n";
evhttp_request_free($kept);
attempt(fn () => evhttp_request_status($kept));

// Freed in its callback, and used afterwards.
ask(connection($server), '/hello', function ($request) {
    evhttp_request_free($request);
    attempt(fn () => evhttp_request_body($request));
});
event_dispatch();

// Freed while it is on its way: it goes on, and its callback gets a new handle.
$connection = connection($server);
$first = evhttp_request_new(function ($request) use (&$first) {
    echo 'went on: ', evhttp_request_status($request), ' ', evhttp_request_body($request), $request === $first ? " the same\n" : " anew\n";
    attempt(fn () => evhttp_request_status($first));
});
evhttp_make_request($connection, $first, EVHTTP_REQ_GET, '/wait/0.1/x');
ask($connection, '/hello', tell('next'));
$timer = timer(20_000, function () use ($first) {
    var_dump(evhttp_request_free($first));
    attempt(fn () => evhttp_request_free($first));
});
event_dispatch();
// One that is complete, but whose callback has not been called yet.
$second = evhttp_request_new(function ($request) { echo 'complete: ', evhttp_request_body($request), "\n"; });
$other = connection($server);
ask($connection, '/wait/0.1/a', function () use ($second) { usleep(100_000); var_dump(evhttp_request_free($second)); });
evhttp_make_request($other, $second, EVHTTP_REQ_GET, '/wait/0.11/b');
event_dispatch();
// One that waits behind another, and nobody holds its connection.
$third = evhttp_request_new(tell('third'));
$own = connection($server);
ask($own, '/wait/0.05/a', tell('before it'));
evhttp_make_request($own, $third, EVHTTP_REQ_GET, '/hello');
unset($own);
evhttp_request_free($third);
event_dispatch();

// Asking anew in a callback, on the same connection and on another.
$count = 0;
$again = function ($request) use (&$again, &$count, $connection, $server) {
    if (++$count < 20) {
        ask($count % 2 ? $connection : connection($server), '/hello', $again);
    }
};
ask($connection, '/hello', $again);
event_dispatch();
echo "$count asked\n";

// Exceptions end event_dispatch(); what is left goes on with the next.
ask($connection, '/hello', fn () => throw new DomainException('out of a completion callback'));
ask($connection, '/hello', tell('left'));
attempt(fn () => event_dispatch());
event_dispatch();
$closing = connection($rude);
evhttp_connection_set_closecb($closing, fn () => throw new DomainException('out of a close callback'));
ask($closing, path(rude($rude, $ok, 'close')), tell('before it'));
attempt(fn () => event_dispatch());
event_dispatch();

// Waiting, and running the loop, in a callback.
ask($connection, '/hello', function ($request) use ($server) {
    Kargo\delay(0.02);
    ask(connection($server), '/hello', tell('inner'));
    event_dispatch();
    echo 'outer: ', evhttp_request_body($request), ' ', (new Kargo\Http\Client())->get(url($server, '/hello'))->status, "\n";
});
event_dispatch();

// The connection's last reference goes in its own callbacks.
$last = connection($rude);
evhttp_connection_set_closecb($last, function ($connection) use (&$last) { $last = null; echo "closed\n"; });
ask($last, path(rude($rude, $ok, 'close')), tell('of the last'));
event_dispatch();
$cycle = connection($rude);
evhttp_connection_set_closecb($cycle, function () use ($cycle) { echo get_resource_type($cycle), "\n"; });
ask($cycle, path(rude($rude, $ok, 'close')), tell('cycle'));
unset($cycle);
event_dispatch();

// loopbreak, and the loop again.
ask($connection, '/wait/0.1/a', tell('after the break'));
$timer = timer(10_000, fn () => event_loopbreak());
event_dispatch();
echo "broken\n";
event_dispatch();

// A child has nothing of what its parent has on its way; the parent has.
ask($connection, '/wait/0.2/mine', tell('parent'));
$pid = pcntl_fork();
if ($pid === 0) {
    event_reinit();
    event_dispatch();
    ask(connection($server), '/hello', tell('child'));
    event_dispatch();
    posix_kill(getmypid(), SIGKILL);
}
pcntl_waitpid($pid, $status);
event_dispatch();

// From handlers of ours, and of the modern server's.
echo script('
    event_init();
    require ' . var_export(__DIR__ . '/evhttp.inc', true) . ';
    $before = ports();
    $http = evhttp_start("127.0.0.1", 0);
    [$port] = array_values(array_diff(ports(), $before));
    evhttp_set_gencb($http, fn ($request) => "answered " . evhttp_request_uri($request));
    foreach (range(1, 3) as $number) {
        $con = evhttp_connection_new("127.0.0.1", $port);
        $req = evhttp_request_new(function ($request) use (&$http, $number) { echo evhttp_request_body($request), "\n"; if ($number === 3) { $http = null; } });
        evhttp_make_request($con, $req, EVHTTP_REQ_GET, "/$number");
    }
    event_dispatch();
    echo "ended";
'), "\n";
echo script('
    event_init();
    $con = evhttp_connection_new("127.0.0.1", ' . $server->port . ');
    evhttp_make_request($con, evhttp_request_new(fn () => exit(3)), EVHTTP_REQ_GET, "/hello");
    evhttp_make_request($con, evhttp_request_new(fn () => print "never"), EVHTTP_REQ_GET, "/hello");
    event_dispatch();
'), "\n";
// The end of a script with everything open.
echo script('
    event_init();
    $con = evhttp_connection_new("127.0.0.1", ' . $server->port . ');
    evhttp_connection_set_closecb($con, fn () => print "never");
    foreach (range(1, 5) as $_) { evhttp_make_request($con, evhttp_request_new(fn () => print "never"), EVHTTP_REQ_GET, "/wait/5/x"); }
    $event = event_new(); event_set($event, -1, 0, fn () => event_loopbreak()); event_add($event, 0, 10000);
    event_dispatch();
    echo "end";
'), "\n";
?>
--EXPECT--
200 Hello, World! /hello
TypeError: evhttp_request_status(): supplied resource is not a valid EVHTTP Request resource
TypeError: evhttp_request_body(): supplied resource is not a valid EVHTTP Request resource
bool(true)
TypeError: evhttp_request_free(): supplied resource is not a valid EVHTTP Request resource
went on: 200 x anew
TypeError: evhttp_request_status(): supplied resource is not a valid EVHTTP Request resource
next: 200 "Hello, World!"
bool(true)
complete: b
before it: 200 "a"
third: 200 "Hello, World!"
20 asked
DomainException: out of a completion callback
left: 200 "Hello, World!"
before it: 200 "ok"
DomainException: out of a close callback
inner: 200 "Hello, World!"
outer: Hello, World! 200
of the last: 200 "ok"
closed
cycle: 200 "ok"
EVHTTP Connection
broken
after the break: 200 "a"
child: 200 "Hello, World!"
parent: 200 "mine"
answered /1
answered /2
answered /3
ended
[exit 0]
[exit 3]
end
[exit 0]
