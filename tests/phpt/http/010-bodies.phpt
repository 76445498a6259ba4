--TEST--
Bodies of requests and answers: large, chunked, byte by byte, with Expect, binary
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(bodyBytes: 20_000_000));
    $server->post('/hash', fn ($request) => strlen($request->body()) . ' ' . hash('xxh3', $request->body()));
    $server->post('/echo', fn ($request) => $request->body());
    $server->get('/large/{n}', fn ($request) => str_repeat('0123456789', (int) $request->parameter('n') / 10));
    $server->post('/late', function ($request) { Kargo\delay(0.05); return hash('xxh3', $request->body()); });
    $server->run(workers: 0);
    PHP);
$raw = $server->connect();
foreach ([0, 1, 65535, 65536, 65537, 1_000_000, 20_000_000] as $length) {
    $body = $length === 0 ? '' : substr(str_repeat(random_bytes(1000), intdiv($length, 1000) + 1), 0, $length);
    $expected = "$length " . hash('xxh3', $body);
    echo $length, $raw->request('POST', '/hash', [], $body)->body === $expected ? ' whole' : ' DIFFERENT';
    $chunked = '';
    foreach ($length === 0 ? [] : str_split($body, max(1, intdiv($length, 7))) as $chunk) {
        $chunked .= dechex(strlen($chunk)) . ";x=1\r\n$chunk\r\n";
    }
    $response = $raw->send("POST /hash HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{$chunked}0\r\nX-Trailer: 1\r\n\r\n")->readResponse();
    echo $response->body === $expected ? ' chunked' : ' DIFFERENT';
    echo $raw->request('POST', '/late', [], $body)->body === hash('xxh3', $body) ? ' kept' : ' DIFFERENT';
    echo $raw->request('POST', '/echo', [], $body)->body === $body ? ' echoed' : ' DIFFERENT', "\n";
}
// Byte by byte, two requests.
$bytes = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab\0cdPOST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n2\r\n\r\n\r\n0\r\n\r\n";
foreach (str_split($bytes) as $byte) {
    $raw->send($byte);
}
echo json_encode($raw->readResponse()->body), json_encode($raw->readResponse()->body), "\n";
$raw->send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
echo $raw->readResponse()->status, ' ';
echo $raw->send('late')->readResponse()->body, "\n";
echo $raw->request('GET', '/large/30000000')->body === str_repeat('0123456789', 3_000_000) ? "30 MB received\n" : "DIFFERENT\n";
$raw->send("GET /large/1000000 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /large/1000000 HTTP/1.1\r\nHost: a\r\n\r\nGET /large/10 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
echo strlen($raw->readResponse()->body), ' ';
$head = $raw->readResponse(true);
echo $head->header('content-length'), ' ', $raw->readResponse()->body, ' ', json_encode($raw->readUntilClose()), "\n";
echo $server->connect()->send("GET /large/10 HTTP/1.0\r\n\r\n")->readUntilClose() !== '' ? "1.0 closes\n" : '';
$keep = $server->connect()->send("GET /large/10 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
echo $keep->readResponse()->header('connection'), ' ', $keep->send("GET /large/20 HTTP/1.0\r\n\r\n")->readResponse()->body, "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
0 whole chunked kept echoed
1 whole chunked kept echoed
65535 whole chunked kept echoed
65536 whole chunked kept echoed
65537 whole chunked kept echoed
1000000 whole chunked kept echoed
20000000 whole chunked kept echoed
"ab\u0000cd""xyz\r\n"
100 late
30 MB received
1000000 1000000 0123456789 ""
1.0 closes
keep-alive 01234567890123456789
0
