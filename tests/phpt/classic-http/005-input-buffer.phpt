--TEST--
evhttp_request_input_buffer(): what is drained from it is missing from the body; it outlives the request
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $kept = null;
    $http = serve(function ($request) use (&$kept) {
        switch (evhttp_request_uri($request)) {
            case '/lines':
                $buffer = evhttp_request_input_buffer($request);
                $seen = [get_resource_type($buffer), evhttp_request_body($request), evbuffer_readline($buffer), evhttp_request_body($request),
                    evbuffer_readline(evhttp_request_input_buffer($request)), evhttp_request_body($request),
                    evhttp_request_input_buffer($request) === $buffer, evbuffer_readline($buffer), evhttp_request_body($request)];
                evbuffer_add($buffer, 'more');
                return json_encode([...$seen, evhttp_request_body($request)]);
            case '/all':
                // Bug of Kellner's version: a drained body was "" instead of false.
                $buffer = evhttp_request_input_buffer($request);
                evbuffer_readline($buffer);
                return json_encode(evhttp_request_body($request));
            case '/free':
                // Bug of 2009: a double free.
                $buffer = evhttp_request_input_buffer($request);
                evbuffer_free($buffer);
                return json_encode([evhttp_request_body($request), evbuffer_add($new = evhttp_request_input_buffer($request), 'new'), evhttp_request_body($request), is_resource($buffer)]);
            case '/echo':
                // Bug of 2009: a double free.
                return evhttp_request_input_buffer($request);
            case '/echo-kept':
                return $kept = evhttp_request_input_buffer($request);
            case '/keep':
                $kept = evhttp_request_input_buffer($request);
                return 'kept';
            case '/kept':
                return json_encode([is_resource($kept), is_resource($kept) ? evbuffer_readline($kept) : null]);
            case '/drop':
                evhttp_request_input_buffer($request);
                return evhttp_request_body($request) ?: 'none';
        }
    });
    run();
    PHP);
$connection = $server->connect();
$ask = fn (string $target, ?string $body = null) => print $target . ' ' . $connection->request('POST', $target, [], $body)->body . "\n";
$ask('/lines', "one\ntwo\r\nrest");
$ask('/lines');
$ask('/all', "line\n");
$ask('/all', "line\nrest");
$ask('/free', 'body');
$ask('/echo', 'an echo');
$ask('/echo');
$ask('/echo-kept', 'an echo');
$ask('/kept');
$ask('/keep', "first\nsecond\n");
$ask('/drop', 'of the next request');
$ask('/kept');
$ask('/kept');
$ask('/drop');
$large = random_bytes(1 << 20);
echo $connection->request('POST', '/echo', [], $large)->body === $large ? "same\n" : "other\n";
echo $server->output(), $server->stop(), "\n";
?>
--EXPECT--
/lines ["EVBUFFER","one\ntwo\r\nrest","one","two\r\nrest","two","rest",true,false,"rest","restmore"]
/lines ["EVBUFFER",false,false,false,false,false,true,false,false,"more"]
/all false
/all "rest"
/free [false,0,"new",false]
/echo an echo
/echo 
/echo-kept an echo
/kept [false,null]
/keep kept
/drop of the next request
/kept [true,"first"]
/kept [true,"second"]
/drop none
same
0
