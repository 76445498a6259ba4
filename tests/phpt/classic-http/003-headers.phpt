--TEST--
evhttp_request_headers(), _find_header(), _add_header(): case, repetition, what came and what was added
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $http = serve(function ($request) {
        $find = fn (string ...$names) => array_map(fn ($name) => evhttp_request_find_header($request, $name), $names);
        $before = $find('x-a', 'X-A', 'cookie', 'no', '', 'Added');
        $added = [
            evhttp_request_add_header($request, 'Added', 'one'),
            evhttp_request_add_header($request, 'ADDED', 'two'),
            evhttp_request_add_header($request, 'X-A', 'added'),
            evhttp_request_add_header($request, 'Empty', ''),
            evhttp_request_add_header($request, "Bad\r\n", 'x'),
            evhttp_request_add_header($request, 'Bad', "x\r\nInjected: y"),
            evhttp_request_add_header($request, 'Bad', "x\0"),
            evhttp_request_add_header($request, '', 'x'),
            evhttp_request_add_header($request, 'Number', 42),
        ];
        return json_encode([$before, $added, $find('x-a', 'added', 'empty', 'Bad', 'number'), evhttp_request_headers($request)]);
    });
    run();
    PHP);
$connection = $server->connect();
$connection->send("GET / HTTP/1.1\r\nHost: a\r\nX-a: first\r\nX-A: second\r\nx-B:  padded \t\r\nCookie: one\r\nCookie: two\r\nx-empty:\r\n123: number\r\n\r\n");
foreach ($connection->readResponse()->json() as $part) {
    echo json_encode($part), "\n";
}
// What was added to one request is not seen by the next, nor sent to the client.
$response = $connection->request('GET', '/', ['Host' => 'b']);
foreach ($response->json() as $part) {
    echo json_encode($part), "\n";
}
echo json_encode(array_keys($response->headers)), "\n", $server->stop(), "\n";
?>
--EXPECT--
["first","first","one",null,null,null]
[true,true,true,true,false,false,false,false,true]
["first","one","",null,"42"]
{"Host":"a","X-a":"first","X-A":"added","x-B":"padded","Cookie":"two","x-empty":"","123":"number","Added":"one","ADDED":"two","Empty":"","Number":"42"}
[null,null,null,null,null,null]
[true,true,true,true,false,false,false,false,true]
["added","one","",null,"42"]
{"Host":"b","Added":"one","ADDED":"two","X-A":"added","Empty":"","Number":"42"}
["date","content-type","content-length"]
0
