--TEST--
The 10 s that a client has for a head, a body, its next request, and to take an answer
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $http = serve(function ($request) {
        if (evhttp_request_uri($request) === '/slow') {
            // The callback's own time is its own.
            Kargo\delay(10.5);
        }
        return str_repeat('x', evhttp_request_uri($request) === '/large' ? 50_000_000 : 1);
    });
    run();
    PHP);
$begin = microtime(true);
$idle = $server->connect();
$idle->request('GET', '/');
$fresh = $server->connect();
$head = $server->connect()->send("GET / HTTP/1.1\r\nHost: a");
$body = $server->connect()->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
$deaf = $server->connect()->send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
$slow = $server->connect()->send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
$when = fn (): string => ($after = microtime(true) - $begin) < 9.9 ? "after $after s" : ($after < 30 ? 'in time' : "late: $after");
echo 'nothing for 9 s: ', json_encode([$idle->isSilentFor(9), $fresh->isSilentFor(0), $head->isSilentFor(0), $body->isSilentFor(0)]), "\n";
echo 'between two requests: ', json_encode($idle->readUntilClose()), ' ', $when(), "\n";
echo 'before any: ', json_encode($fresh->readUntilClose()), ' ', $when(), "\n";
echo 'in a head: ', $head->readResponse()->status, ' ', $when(), "\n";
echo 'in a body: ', $body->readResponse()->status, ' ', $when(), "\n";
echo 'taking nothing: ', strlen($deaf->readUntilClose()) < 50_000_000 ? 'closed' : 'sent', ' ', $when(), "\n";
echo 'while the callback works: ', $slow->readResponse()->status, ' ', $when(), "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
nothing for 9 s: [true,true,true,true]
between two requests: "" in time
before any: "" in time
in a head: 408 in time
in a body: 408 in time
taking nothing: closed in time
while the callback works: 200 in time
0
