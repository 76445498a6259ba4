--TEST--
evhttp client: without a reply the callback is called all the same, with status 0; what was queued goes on
--FILE--
<?php
require __DIR__ . '/client.inc';

event_init();
$rude = rude_server();
$ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
$show = fn (string $name) => function ($request) use ($name) {
    echo "$name: ", evhttp_request_status($request), ' ', json_encode([evhttp_request_body($request), evhttp_request_headers($request), evhttp_request_find_header($request, 'a'), evhttp_request_uri($request) !== '', evhttp_request_method($request)]),
        ' ', get_resource_type(evhttp_request_input_buffer($request)), "\n";
};
ask(evhttp_connection_new('127.0.0.1', 1), '/', $show('refused'));
event_dispatch();
ask(evhttp_connection_new('no.such.host.invalid', 80), '/', $show('no address'));
event_dispatch();
$connection = connection($rude);
foreach ([
    'closed' => ['', 'close'], 'reset' => ['', 'reset'], 'half a body' => ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 'close'],
    'no HTTP' => ["SSH-2.0\r\n", 'hold'], 'both framings' => ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 'hold'],
    'a storm of 1xx' => [str_repeat("HTTP/1.1 100 Continue\r\n\r\n", 100), 'hold'], 'as it should be' => [$ok, 'hold'],
] as $name => [$say, $then]) {
    ask($connection, path(rude($rude, $say, $then)), $show($name));
}
event_dispatch();
// All that was queued where nobody listens.
$dead = evhttp_connection_new('127.0.0.1', 1);
foreach (range(1, 3) as $number) {
    ask($dead, '/', tell("refused $number"));
}
event_dispatch();
// What can't be sent is told at once, and no callback comes.
$never = fn () => print "called\n";
foreach (["/\r\nX: y", "/a\0b", "/\x7f"] as $url) {
    echo ask($connection, $url, $never), ' ';
}
echo ask($connection, '/', $never, EVHTTP_REQ_POST, ['Content-Length' => '7'], 'six by'), ' ';
$request = evhttp_request_new($never);
evhttp_request_add_header($request, 'Host', 'a');
evhttp_request_add_header($request, 'Host', 'b');
echo evhttp_make_request($connection, $request, EVHTTP_REQ_GET, '/'), ' ';
var_dump(evhttp_request_add_header($request, 'X', "a\r\nb"), evhttp_request_add_header($request, 'X Y', 'a'));
// A request is made once.
$request = evhttp_request_new(tell('once'));
$url = path(rude($rude, $ok, 'hold'));
echo evhttp_make_request($connection, $request, EVHTTP_REQ_GET, $url), ' ', evhttp_make_request($connection, $request, EVHTTP_REQ_GET, $url), "\n";
var_dump(evhttp_request_add_header($request, 'Too', 'late'), evhttp_request_append_body($request, 'too late'), evhttp_request_status($request), evhttp_request_body($request));
event_dispatch();
echo evhttp_make_request($connection, $request, EVHTTP_REQ_GET, $url), "\n";
event_dispatch();

// Wrong arguments.
foreach ([['', 80], ['a b', 80], ["a\0", 80], ['http://a', 80], ['a', 0], ['a', 65536], ['a', -1], ['a', 'x'], [[], 80], ['a']] as $arguments) {
    attempt(fn () => evhttp_connection_new(...$arguments));
}
attempt(fn () => evhttp_connection_set_closecb($connection, 'no_such_function'));
attempt(fn () => evhttp_connection_set_closecb($request, 'strlen'));
attempt(fn () => evhttp_connection_set_closecb(1, 'strlen'));
attempt(fn () => evhttp_request_new('no_such_function'));
attempt(fn () => evhttp_request_new(null));
$new = evhttp_request_new('strlen');
attempt(fn () => evhttp_make_request($new, $new, EVHTTP_REQ_GET, '/'));
attempt(fn () => evhttp_make_request($connection, $connection, EVHTTP_REQ_GET, '/'));
attempt(fn () => evhttp_make_request($connection, $new, 3, '/'));
attempt(fn () => evhttp_make_request($connection, $new, 0, '/'));
attempt(fn () => evhttp_make_request($connection, $new, EVHTTP_REQ_GET, []));
attempt(fn () => evhttp_make_request($connection, $new, EVHTTP_REQ_GET));
attempt(fn () => evhttp_request_free($connection));
attempt(fn () => evhttp_request_free($new));
attempt(fn () => evhttp_request_free($new));
attempt(fn () => evhttp_make_request($connection, $new, EVHTTP_REQ_GET, '/'));
?>
--EXPECT--
refused: 0 [false,[],null,true,"GET"] EVBUFFER
no address: 0 [false,[],null,true,"GET"] EVBUFFER
closed: 0 [false,[],null,true,"GET"] EVBUFFER
reset: 0 [false,[],null,true,"GET"] EVBUFFER
half a body: 0 [false,[],null,true,"GET"] EVBUFFER
no HTTP: 0 [false,[],null,true,"GET"] EVBUFFER
both framings: 0 [false,[],null,true,"GET"] EVBUFFER
a storm of 1xx: 0 [false,[],null,true,"GET"] EVBUFFER
as it should be: 200 ["ok",{"Content-Length":"2"},null,true,"GET"] EVBUFFER
refused 1: 0 false
refused 2: 0 false
refused 3: 0 false
-1 -1 -1 -1 -1 bool(false)
bool(false)
0 -1
bool(false)
bool(false)
int(0)
bool(false)
once: 200 "ok"
-1
ValueError: evhttp_connection_new(): Argument #1 ($host) must be a host name or an IP address
ValueError: evhttp_connection_new(): Argument #1 ($host) must be a host name or an IP address
ValueError: evhttp_connection_new(): Argument #1 ($host) must be a host name or an IP address
ValueError: evhttp_connection_new(): Argument #1 ($host) must be a host name or an IP address
ValueError: evhttp_connection_new(): Argument #2 ($port) must be between 1 and 65535
ValueError: evhttp_connection_new(): Argument #2 ($port) must be between 1 and 65535
ValueError: evhttp_connection_new(): Argument #2 ($port) must be between 1 and 65535
TypeError: evhttp_connection_new(): Argument #2 ($port) must be of type int, string given
TypeError: evhttp_connection_new(): Argument #1 ($host) must be of type string, array given
ArgumentCountError: evhttp_connection_new() expects exactly 2 arguments, 1 given
TypeError: evhttp_connection_set_closecb(): Argument #2 ($callback) must be a valid callback, function "no_such_function" not found or invalid function name
TypeError: evhttp_connection_set_closecb(): supplied resource is not a valid EVHTTP Connection resource
TypeError: evhttp_connection_set_closecb(): Argument #1 ($connection) must be of type resource, int given
TypeError: evhttp_request_new(): Argument #1 ($callback) must be a valid callback, function "no_such_function" not found or invalid function name
TypeError: evhttp_request_new(): Argument #1 ($callback) must be a valid callback, no array or string given
TypeError: evhttp_make_request(): supplied resource is not a valid EVHTTP Connection resource
TypeError: evhttp_make_request(): supplied resource is not a valid EVHTTP Request resource
ValueError: evhttp_make_request(): Argument #3 ($type) must be one of the EVHTTP_REQ_* constants
ValueError: evhttp_make_request(): Argument #3 ($type) must be one of the EVHTTP_REQ_* constants
TypeError: evhttp_make_request(): Argument #4 ($url) must be of type string, array given
ArgumentCountError: evhttp_make_request() expects exactly 4 arguments, 3 given
TypeError: evhttp_request_free(): supplied resource is not a valid EVHTTP Request resource
true
TypeError: evhttp_request_free(): supplied resource is not a valid EVHTTP Request resource
TypeError: evhttp_make_request(): supplied resource is not a valid EVHTTP Request resource
