--TEST--
Handles of requests and responses: what they are, and what becomes of those that are kept beyond their callback
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $kept = $numbers = [];
    $response = evhttp_response_set('again and again', 200, 'OK');
    final class Holder { public function __construct(public $request) {} public function __destruct() { $GLOBALS['seen'] = evhttp_request_uri($this->request); } }
    $http = serve(function ($request) use (&$kept, &$numbers, $response) {
        $numbers[] = (int) $request;
        switch (evhttp_request_uri($request)) {
            case '/what':
                ob_start();
                print_r($request);
                debug_zval_dump($request);
                return json_encode([get_resource_type($request), is_resource($request), "$request" === 'Resource id #' . get_resource_id($request),
                    $request == $request, gettype($request), str_contains(ob_get_clean(), 'EVHTTP Request'), get_resource_type($GLOBALS['http']), get_resource_type($response)]);
            case '/keep':
            case '/keep?too':
                evhttp_request_add_header($request, 'Added', 'yes');
                $kept[] = $request;
                return 'kept';
            case '/kept':
                return json_encode(array_map(fn ($old) => [
                    evhttp_request_uri($old), evhttp_request_method($old), evhttp_request_body($old), evhttp_request_find_header($old, 'x-name'),
                    evhttp_request_headers($old)['Added'], evhttp_request_status($old), $old == $request,
                    // Nothing can be added to an answer that was sent.
                    evhttp_response_add_header($old, 'X', 'y'), evhttp_request_append_body($old, 'x'), evhttp_request_add_header($old, 'X', 'y'),
                    evbuffer_readline(evhttp_request_input_buffer($old)), evhttp_request_body($old),
                ], $kept));
            case '/numbers':
                return json_encode([count($numbers) === count(array_unique($numbers)), $numbers === array_filter($numbers, fn ($number) => $number > 0)]);
            case '/response':
                return $response;
            case '/drop':
                $kept = [];
                return 'dropped';
            case '/destructor':
                $holder = new Holder($request);
                unset($request);
                return 'destructed at the end';
            case '/seen':
                return $GLOBALS['seen'];
            case '/many':
                for ($n = 0; $n < 1000; $n++) {
                    $kept[] = $request;
                }
                return (string) count($kept);
            case '/list':
                // While a request is kept, it is among PHP's resources, as any other.
                return json_encode(array_map(fn ($resource) => (int) $resource, array_values(get_resources('EVHTTP Request'))) === array_values(array_unique(array_map(fn ($old) => (int) $old, $kept))));
        }
    });
    run();
    echo json_encode([count($kept), is_resource($kept[0]), evhttp_request_uri($kept[0])]), "\n";
    unset($http);
    echo evhttp_request_uri($kept[0]), "\n";
    PHP);
$connection = $server->connect();
$ask = fn (string $target, array $headers = [], ?string $body = null) => print $target . ' ' . $connection->request('POST', $target, $headers, $body)->body . "\n";
$ask('/what');
$ask('/keep', ['X-Name' => 'first'], "one\ntwo");
$ask('/keep?too', ['X-Name' => 'second']);
$other = $server->connect()->request('POST', '/keep', ['X-Name' => 'third'], str_repeat('x', 100_000));
echo strlen($connection->request('GET', '/kept')->body), "\n";
foreach ($connection->request('GET', '/kept')->json() as $one) {
    echo preg_replace('/x{1000,}/', 'x...', json_encode($one)), "\n";
}
$ask('/list');
$ask('/numbers');
for ($n = 0; $n < 3; $n++) {
    $ask('/response');
}
$ask('/drop');
$ask('/list');
$ask('/destructor');
$ask('/seen');
$ask('/many');
$ask('/drop');
$ask('/keep');
$ask('/list');
$ask('/numbers');
$connection->close();
echo $server->stop(), "\n", $server->output();
?>
--EXPECT--
/what ["EVHTTP Request",true,true,true,"resource",true,"EVHTTP","EVHTTP Response"]
/keep kept
/keep?too kept
200233
["\/keep","POST","two","first","yes",0,false,false,false,false,false,"two"]
["\/keep?too","POST",false,"second","yes",0,false,false,false,false,false,false]
["\/keep","POST","x...","third","yes",0,false,false,false,false,false,"x..."]
/list true
/numbers [true,true]
/response again and again
/response again and again
/response again and again
/drop dropped
/list true
/destructor destructed at the end
/seen /destructor
/many 1000
/drop dropped
/keep kept
/list true
/numbers [true,true]
0
[1,true,"\/keep"]
/keep
