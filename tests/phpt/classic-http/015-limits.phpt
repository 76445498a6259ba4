--TEST--
What is refused before an evhttp callback sees it: bad requests, heads and bodies above the limits
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $calls = 0;
    $http = serve(function ($request) use (&$calls) {
        return evhttp_request_uri($request) === '/calls' ? (string) $calls : 'taken ' . ++$calls . ' ' . strlen(evhttp_request_body($request));
    });
    run();
    PHP);
$send = function (string $bytes) use ($server): string {
    $connection = $server->connect();
    $connection->send($bytes);
    $response = $connection->readResponse();
    $end = $response->status === 200 ? 'open' : ($connection->closeWrite()->readUntilClose() === '' && $response->header('connection') === 'close' ? 'closed' : 'not closed');

    return "$response->version $response->status $end";
};
foreach ([-1 => 'below', 0 => 'at', 1 => 'above'] as $more => $where) {
    $target = '/' . str_repeat('x', 8192 + $more - strlen('GET / HTTP/1.1'));
    echo "request line $where: ", $send("GET $target HTTP/1.1\r\nHost: a\r\n\r\n"), "\n";
    $filler = str_repeat('y', 65536 + $more - strlen("Host: a\r\nX: \r\n"));
    echo "header bytes $where: ", $send("GET /x HTTP/1.1\r\nHost: a\r\nX: $filler\r\n\r\n"), "\n";
    echo "header count $where: ", $send("GET /x HTTP/1.1\r\nHost: a\r\n" . str_repeat("X: 1\r\n", 127 + $more) . "\r\n"), "\n";
    $body = str_repeat('b', (1 << 20) + $more);
    try {
        echo "body $where: ", $send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body"), "\n";
        $chunks = implode('', array_map(fn ($chunk) => dechex(strlen($chunk)) . "\r\n$chunk\r\n", str_split($body, 30_000)));
        echo "chunked body $where: ", $send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{$chunks}0\r\n\r\n"), "\n";
    } catch (RuntimeException $exception) {
        echo $exception->getMessage(), "\n";
    }
}
echo 'announced: ', $send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n"), "\n";
echo 'expected: ', $send("PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n"), "\n";
$calls = $server->get('/calls')->body;
foreach ([
    'no request line' => "nonsense\r\n\r\n",
    'version' => "GET / HTTP/2.0\r\n\r\n",
    'no version' => "GET /\r\n\r\n",
    'method' => "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
    'target' => "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    'relative target' => "GET x HTTP/1.1\r\nHost: a\r\n\r\n",
    'escape' => "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    'header without colon' => "GET / HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n",
    'header with space' => "GET / HTTP/1.1\r\nHost: a\r\nBad : x\r\n\r\n",
    'folded header' => "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
    'NUL' => "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    'no host' => "GET / HTTP/1.1\r\n\r\n",
    'two hosts' => "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    'length' => "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    'two lengths' => "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    'length and coding' => "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    'coding' => "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    'chunk' => "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
] as $what => $bytes) {
    echo "$what: ", $send($bytes), "\n";
}
echo 'calls of the callback: ', $server->get('/calls')->body - $calls, ' ', $server->stop(), ' ', json_encode($server->output()), "\n";
?>
--EXPECT--
request line below: 1.1 200 open
header bytes below: 1.1 200 open
header count below: 1.1 200 open
body below: 1.1 200 open
chunked body below: 1.1 200 open
request line at: 1.1 200 open
header bytes at: 1.1 200 open
header count at: 1.1 200 open
body at: 1.1 200 open
chunked body at: 1.1 200 open
request line above: 1.1 414 closed
header bytes above: 1.1 431 closed
header count above: 1.1 431 closed
body above: 1.1 413 closed
chunked body above: 1.1 413 closed
announced: 1.1 413 closed
expected: 1.1 413 closed
no request line: 1.1 400 closed
version: 1.1 505 closed
no version: 1.1 400 closed
method: 1.1 400 closed
target: 1.1 400 closed
relative target: 1.1 400 closed
escape: 1.1 400 closed
header without colon: 1.1 400 closed
header with space: 1.1 400 closed
folded header: 1.1 400 closed
NUL: 1.1 400 closed
no host: 1.1 400 closed
two hosts: 1.1 400 closed
length: 1.1 400 closed
two lengths: 1.1 400 closed
length and coding: 1.1 400 closed
coding: 1.1 400 closed
chunk: 1.1 400 closed
calls of the callback: 0 0 ""
