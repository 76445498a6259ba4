--TEST--
What an evhttp callback is told of a request: target, method, headers, body
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $http = serve(function ($request) {
        return json_encode([
            evhttp_request_uri($request),
            evhttp_request_method($request),
            evhttp_request_body($request),
            evhttp_request_body($request),
            evhttp_request_status($request),
            evhttp_request_get_uri($request) === evhttp_request_uri($request),
            evhttp_request_get_headers($request) === evhttp_request_headers($request),
        ], JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
    });
    run();
    PHP);
$connection = $server->connect();
$ask = fn (string $method, string $target, array $headers = [], ?string $body = null) => print $connection->request($method, $target, $headers, $body)->body . "\n";
// The target as it was sent.
foreach (['/', '/a/../b//c', '/%41%2f', '/a?b=c&d=%20+e', '/?', '//x', '/~(x)!', 'http://other.example:81/path?query', '/' . str_repeat('x', 100)] as $target) {
    $ask('GET', $target);
}
// All methods, with a body where HTTP lets them have one, and without.
foreach (['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'get', 'X'] as $method) {
    $ask($method, '/', [], 'body');
    $ask($method, '/');
    $ask($method, '/', [], '');
}
$ask('OPTIONS', '*');
$ask('TRACE', '/');
echo $connection->request('CONNECT', 'example.com:443', ['Host' => 'example.com:443'])->body, "\n";
echo $server->stop(), "\n";

// Bodies: binary, empty, chunked, with a trailer, expected.
$server = evhttp_server(<<<'PHP'
    $http = serve(fn ($request) => md5(evhttp_request_body($request)) . ' ' . var_export(evhttp_request_body($request) === false, true));
    run();
    PHP);
$connection = $server->connect();
foreach (["a\0b\0", "\0", "\xff\xfe", random_bytes(10_000), random_bytes(200_000), ''] as $body) {
    [$hash, $isFalse] = explode(' ', $connection->request('POST', '/', [], $body)->body);
    echo json_encode([$hash === md5($body), $isFalse]), ' ';
    $chunks = $body === '' ? '' : implode('', array_map(fn ($chunk) => dechex(strlen($chunk)) . ";x=y\r\n$chunk\r\n", str_split($body, 9_999)));
    $connection->send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{$chunks}0\r\nTrailer: ignored\r\n\r\n");
    [$hash, $isFalse] = explode(' ', $connection->readResponse()->body);
    echo json_encode([$hash === md5($body), $isFalse]), "\n";
}
$connection->send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
echo $connection->readResponse()->status, ' ', $connection->send('body')->readResponse()->body === md5('body') . ' false' ? 'same' : 'other', "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
["/","GET",false,false,0,true,true]
["/a/../b//c","GET",false,false,0,true,true]
["/%41%2f","GET",false,false,0,true,true]
["/a?b=c&d=%20+e","GET",false,false,0,true,true]
["/?","GET",false,false,0,true,true]
["//x","GET",false,false,0,true,true]
["/~(x)!","GET",false,false,0,true,true]
["http://other.example:81/path?query","GET",false,false,0,true,true]
["/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","GET",false,false,0,true,true]
["/","GET","body","body",0,true,true]
["/","GET",false,false,0,true,true]
["/","GET",false,false,0,true,true]
["/","POST","body","body",0,true,true]
["/","POST",false,false,0,true,true]
["/","POST",false,false,0,true,true]
["/","PUT","body","body",0,true,true]
["/","PUT",false,false,0,true,true]
["/","PUT",false,false,0,true,true]
["/","DELETE","body","body",0,true,true]
["/","DELETE",false,false,0,true,true]
["/","DELETE",false,false,0,true,true]
["/","OPTIONS","body","body",0,true,true]
["/","OPTIONS",false,false,0,true,true]
["/","OPTIONS",false,false,0,true,true]
["/","PATCH","body","body",0,true,true]
["/","PATCH",false,false,0,true,true]
["/","PATCH",false,false,0,true,true]
["/",null,"body","body",0,true,true]
["/",null,false,false,0,true,true]
["/",null,false,false,0,true,true]
["/",null,"body","body",0,true,true]
["/",null,false,false,0,true,true]
["/",null,false,false,0,true,true]
["/",null,"body","body",0,true,true]
["/",null,false,false,0,true,true]
["/",null,false,false,0,true,true]
["*","OPTIONS",false,false,0,true,true]
["/","TRACE",false,false,0,true,true]
["example.com:443","CONNECT",false,false,0,true,true]
0
[true,"false"] [true,"false"]
[true,"false"] [true,"false"]
[true,"false"] [true,"false"]
[true,"false"] [true,"false"]
[true,"false"] [true,"false"]
[true,"true"] [true,"true"]
100 same
0
