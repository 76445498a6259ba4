--TEST--
evhttp client: methods, what is sent, what a reply has, one request of a connection after the other
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = own_server();
$connection = connection($server);
echo get_resource_type($connection), ' ', get_resource_type($request = evhttp_request_new('strlen')), ' ', $connection == $request ? 'equal' : 'unequal', "\n";
unset($request);

// Nothing happens before the loop runs.
$show = function ($request) use ($server) {
    $echo = json_decode(evhttp_request_body($request), true);
    echo evhttp_request_status($request), ' ', evhttp_request_method($request), ' ', evhttp_request_uri($request), ': ', $echo['method'], ' ', $echo['target'],
        ' ', str_replace($server->authority(), 'HOST:PORT', json_encode($echo['headers'])), ' ', $echo['body'], "\n";
};
echo ask($connection, '/echo', $show), "\n";
foreach ([EVHTTP_REQ_POST, EVHTTP_REQ_PUT, EVHTTP_REQ_DELETE, EVHTTP_REQ_OPTIONS, EVHTTP_REQ_PATCH] as $type) {
    ask($connection, '/echo', $show, $type, [], 'body');
}
ask($connection, '/echo?a=b&c', $show, EVHTTP_REQ_POST);
ask($connection, '/echo', $show, EVHTTP_REQ_GET, ['Host' => 'other', 'X-Mark' => 'm', 'User-Agent' => 'old']);
ask($connection, '/echo?ä b', $show);
ask($connection, '/hello', function ($request) {
    echo evhttp_request_status($request), ' ', evhttp_request_find_header($request, 'CONTENT-length'), ' ', json_encode(evhttp_request_body($request)), "\n";
}, EVHTTP_REQ_HEAD);
ask($connection, '/cookies', function ($request) {
    $headers = evhttp_request_headers($request);
    echo implode(' ', array_keys($headers)), ': ', $headers['Set-Cookie'], ' first ', evhttp_request_find_header($request, 'set-cookie'), ' ', json_encode(evhttp_request_find_header($request, 'none')), "\n";
    var_dump(evhttp_request_add_header($request, 'A', 'b'), evhttp_request_append_body($request, 'x'));
    $buffer = evhttp_request_input_buffer($request);
    echo json_encode(evbuffer_readline($buffer)), ' ', evhttp_request_body($request), "\n";
});
ask($connection, '/status/404', tell('404'));
ask($connection, '/redirect/302', function ($request) { echo evhttp_request_status($request), ' ', evhttp_request_find_header($request, 'Location'), ' ', json_encode(evhttp_request_body($request)), "\n"; });
ask($connection, '/large/3000000', fn ($request) => print strlen(evhttp_request_body($request)) . "\n");
ask($connection, '/length', tell('large'), EVHTTP_REQ_POST, [], str_repeat('x', 3_000_000));
ask($connection, '', fn ($request) => print evhttp_request_status($request) . ' ' . evhttp_request_uri($request) . "\n");
event_init();
event_dispatch();

// All on one connection, in their order; another connection is another.
$ports = [];
foreach ([$connection, $connection, connection($server)] as $number => $to) {
    ask($to, '/port', function ($request) use (&$ports, $number) { $ports[$number] = evhttp_request_body($request); });
}
event_dispatch();
echo $ports[0] === $ports[1] && $ports[1] !== $ports[2] ? "one connection, and another\n" : implode(' ', $ports) . "\n";
$log = [];
foreach ([0.1, 0, 0.05] as $number => $seconds) {
    ask($connection, "/wait/$seconds/$number", function ($request) use (&$log) { $log[] = evhttp_request_body($request); });
}
event_dispatch();
echo implode(' ', $log), "\n";
// A name, and a reply without a body.
$named = evhttp_connection_new('localhost', $server->port);
ask($named, '/hello', tell('localhost'));
ask($named, '/status/204', tell('204'));
event_dispatch();
echo $server->stop(), "\n";
?>
--EXPECT--
EVHTTP Connection EVHTTP Request unequal
0
200 GET /echo: GET /echo {"host":"HOST:PORT"} 
200 POST /echo: POST /echo {"host":"HOST:PORT","content-length":"4"} body
200 PUT /echo: PUT /echo {"host":"HOST:PORT","content-length":"4"} body
200 DELETE /echo: DELETE /echo {"host":"HOST:PORT","content-length":"4"} body
200 OPTIONS /echo: OPTIONS /echo {"host":"HOST:PORT","content-length":"4"} body
200 PATCH /echo: PATCH /echo {"host":"HOST:PORT","content-length":"4"} body
200 POST /echo?a=b&c: POST /echo?a=b&c {"host":"HOST:PORT","content-length":"0"} 
200 GET /echo: GET /echo {"host":"other","x-mark":"m","user-agent":"old"} 
200 GET /echo?%C3%A4%20b: GET /echo?%C3%A4%20b {"host":"HOST:PORT"} 
200 13 false
Date Set-Cookie Content-Type Content-Length: b=2; Path=/; HttpOnly; SameSite=Lax first a=1; Path=/; HttpOnly; SameSite=Lax null
bool(false)
bool(false)
false two
404: 404 "status"
302 /echo false
3000000
large: 200 "3000000 4041822095"
404 /
one connection, and another
0 1 2
localhost: 200 "Hello, World!"
204: 204 false
0
