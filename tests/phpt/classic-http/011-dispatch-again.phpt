--TEST--
event_dispatch() and event_loopbreak() in an evhttp callback
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $depth = 0;
    $http = serve(function ($request) use (&$depth) {
        switch (evhttp_request_uri($request)) {
            case '/dispatch':
                $depth++;
                event_dispatch();
                $depth--;
                return "dispatched at depth $depth " . evhttp_request_uri($request) . ' ' . evhttp_request_body($request);
            case '/break':
                $was = $depth;
                event_loopbreak();
                return "break at $was";
            case '/throw':
                throw new Exception('thrown in an inner run');
        }
        return "depth $depth";
    });
    event_dispatch();
    echo "first run over\n";
    event_dispatch();
    echo "second run over\n";
    run();
    PHP);
$outer = $server->connect();
$second = $server->connect();
$other = $server->connect();
$outer->send("POST /dispatch HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nouter");
while ($other->request('GET', '/')->body !== 'depth 1') {
}
$second->send("POST /dispatch HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\ninner");
while ($other->request('GET', '/')->body !== 'depth 2') {
}
// An exception of another callback ends nothing.
echo $other->request('GET', '/throw')->status, ' ', $other->request('GET', '/')->body, "\n";
// The innermost run ends first.
echo $other->request('GET', '/break')->body, "\n", $second->readResponse()->body, "\n", $other->request('GET', '/')->body, "\n";
echo $other->request('GET', '/break')->body, "\n", $outer->readResponse()->body, "\n";
// Then the script's own; what was pipelined behind it is answered by the next run.
$other->send("GET /break HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\nGET /break HTTP/1.1\r\nHost: a\r\n\r\n");
echo $other->readResponse()->body, "\n", $other->readResponse()->body, "\n", $other->readResponse()->body, "\n";
echo $other->request('GET', '/')->body, "\n";
// exit in an inner run ends the script, and the outer callback's client is answered.
echo $server->stop(), "\n", preg_replace('/\n\s*Warning: Uncaught Exception: thrown.*?thrown in \S+ on line \d+\n/s', "a warning\n", $server->output());

$server = evhttp_server(<<<'PHP'
    $depth = 0;
    $http = serve(function ($request) use (&$depth) {
        switch (evhttp_request_uri($request)) {
            case '/dispatch':
                $depth++;
                try {
                    event_dispatch();
                } finally {
                    echo "finally must not run\n";
                }
                return 'never';
            case '/exit':
                exit(7);
        }
        return "depth $depth";
    });
    run();
    PHP);
$outer = $server->connect()->send("GET /dispatch HTTP/1.1\r\nHost: a\r\n\r\n");
$other = $server->connect();
while ($other->request('GET', '/')->body !== 'depth 1') {
}
echo $other->request('GET', '/exit')->status, ' ', $outer->readResponse()->status, ' ', $server->wait(), ' ', $server->output(), "\n";
?>
--EXPECT--
503 depth 2
break at 2
dispatched at depth 1 /dispatch inner
depth 1
break at 1
dispatched at depth 0 /dispatch outer
break at 0
depth 0
break at 0
depth 0
0
a warning
first run over
second run over
503 503 7
