--TEST--
Limits set through Options: request line, header bytes and count, body, chunk extensions, each below, at and above
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(
        requestLineBytes: 100, headerBytes: 200, headerCount: 5, bodyBytes: 1000, chunkExtensionBytes: 20));
    $server->any('/{rest...}', fn ($request) => 'taken ' . strlen($request->body()));
    $server->run(workers: 0);
    PHP);
$send = function (string $bytes) use ($server): string {
    $connection = $server->connect();
    $connection->send($bytes);
    $response = $connection->readResponse();
    // After an early refusal the answer arrives whole, and the connection ends.
    $end = $response->status === 200 ? 'open' : ($connection->closeWrite()->readUntilClose() === '' && $response->header('connection') === 'close' ? 'closed' : 'not closed');

    return "$response->status $end";
};
foreach ([-1 => 'below', 0 => 'at', 1 => 'above'] as $more => $where) {
    $target = '/' . str_repeat('x', 100 + $more - strlen("GET / HTTP/1.1"));
    echo "request line $where: ", $send("GET $target HTTP/1.1\r\nHost: a\r\n\r\n"), "\n";
    // Header lines with their line ends.
    $filler = str_repeat('y', 200 + $more - strlen("Host: a\r\nX: \r\n"));
    echo "header bytes $where: ", $send("GET /x HTTP/1.1\r\nHost: a\r\nX: $filler\r\n\r\n"), "\n";
    echo "header count $where: ", $send("GET /x HTTP/1.1\r\nHost: a\r\n" . str_repeat("X: 1\r\n", 4 + $more) . "\r\n"), "\n";
    $body = str_repeat('b', 1000 + $more);
    echo "body $where: ", $send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body"), "\n";
    $chunks = implode('', array_map(fn ($chunk) => dechex(strlen($chunk)) . "\r\n$chunk\r\n", str_split($body, 300)));
    echo "chunked body $where: ", $send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{$chunks}0\r\n\r\n"), "\n";
}
// Announced too large: refused before anything of it is sent.
echo 'announced: ', $send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n"), "\n";
echo 'expected: ', $send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n"), "\n";
// Sent all the same, as clients do: the answer still arrives.
$raw = $server->connect();
try {
    $raw->send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" . str_repeat('b', 200_000));
} catch (RuntimeException) {
}
echo 'sent all the same: ', $raw->readResponse()->status, "\n";
// A chunk extension: well below and well above.
echo 'chunk extension below: ', $send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;e=12345\r\nx\r\n0\r\n\r\n"), "\n";
echo 'chunk extension above: ', $send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;e=" . str_repeat('1', 30) . "\r\nx\r\n0\r\n\r\n"), "\n";
echo 'many small extensions: ', $send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" . str_repeat("1;e=1\r\nx\r\n", 10) . "0\r\n\r\n"), "\n";
// Endless: refused without an end in sight.
echo 'endless line: ', $send('GET /' . str_repeat('x', 5000)), "\n";
echo 'endless header: ', $send("GET /x HTTP/1.1\r\nHost: a\r\nX: " . str_repeat('x', 5000)), "\n";
echo $server->get('/fine')->body, ' ', $server->stop(), "\n";

// The defaults.
$options = new Kargo\Http\Options();
echo json_encode(get_object_vars($options)), "\n";
try {
    $options->bodyBytes = 1;
} catch (Error $error) {
    echo $error->getMessage(), "\n";
}
foreach ([['bodyBytes' => -1], ['requestLineBytes' => 0], ['headerCount' => -5], ['headerTimeout' => 0.0], ['headerTimeout' => -1.0], ['keepAliveTimeout' => NAN],
    ['writeTimeout' => INF], ['connections' => 0], ['pipelinedRequests' => 0], ['memoryLimit' => 'much'], ['memoryLimit' => '-1'], ['hosts' => [1.5]]] as $arguments) {
    try {
        new Kargo\Http\Options(...$arguments);
        echo json_encode($arguments, JSON_PARTIAL_OUTPUT_ON_ERROR), ": accepted\n";
    } catch (Throwable $error) {
        echo json_encode($arguments, JSON_PARTIAL_OUTPUT_ON_ERROR), ': ', $error instanceof Kargo\ConfigurationException || $error instanceof ValueError || $error instanceof TypeError ? 'refused' : get_class($error), "\n";
    }
}
?>
--EXPECT--
request line below: 200 open
header bytes below: 200 open
header count below: 200 open
body below: 200 open
chunked body below: 200 open
request line at: 200 open
header bytes at: 200 open
header count at: 200 open
body at: 200 open
chunked body at: 200 open
request line above: 414 closed
header bytes above: 431 closed
header count above: 431 closed
body above: 413 closed
chunked body above: 413 closed
announced: 413 closed
expected: 413 closed
sent all the same: 413
chunk extension below: 200 open
chunk extension above: 413 closed
many small extensions: 413 closed
endless line: 414 closed
endless header: 431 closed
taken 0 0
{"requestLineBytes":8192,"headerBytes":65536,"headerCount":128,"bodyBytes":1048576,"chunkExtensionBytes":4096,"pipelinedRequests":64,"connections":10000,"headerTimeout":10,"bodyTimeout":10,"keepAliveTimeout":60,"writeTimeout":30,"drainTimeout":30,"memoryLimit":"256M","hosts":[],"waitingRequests":4096,"trustedProxies":[],"trustedHeaders":["X-Forwarded-For","X-Forwarded-Proto"],"uploads":null}
Cannot modify readonly property Kargo\Http\Options::$bodyBytes
{"bodyBytes":-1}: refused
{"requestLineBytes":0}: refused
{"headerCount":-5}: refused
{"headerTimeout":0}: refused
{"headerTimeout":-1}: refused
{"keepAliveTimeout":0}: refused
{"writeTimeout":0}: refused
{"connections":0}: refused
{"pipelinedRequests":0}: refused
{"memoryLimit":"much"}: refused
{"memoryLimit":"-1"}: refused
{"hosts":[1.5]}: refused
