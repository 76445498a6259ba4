--TEST--
evhttp_request_free() on a client's request: the handle is gone, its answer has all that was added before
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $kept = [];
    $http = serve(function ($request) use (&$kept, &$http) {
        $uri = evhttp_request_uri($request);
        evhttp_response_add_header($request, 'X-Added', $uri);
        evhttp_request_append_body($request, 'before ');
        $asked = function ($request) {
            try {
                return evhttp_request_uri($request);
            } catch (TypeError $error) {
                return $error->getMessage();
            }
        };
        switch ($uri) {
            case '/free':
                return json_encode([evhttp_request_free($request), is_resource($request), $asked($request)]);
            case '/twice':
                evhttp_request_free($request);
                try {
                    evhttp_request_free($request);
                } catch (TypeError $error) {
                    return $error->getMessage();
                }
            case '/keep-free':
                $kept[] = $request;
                evhttp_request_free($request);
                return 'kept and freed';
            case '/keep':
                $kept[] = $request;
                return 'kept';
            case '/free-kept':
                // Of those that are freed already, and of those that are not.
                $told = array_map(function ($old) use ($asked) {
                    $uri = $asked($old);
                    try {
                        evhttp_request_free($old);
                    } catch (TypeError) {
                    }
                    return $uri === $asked($old) ? 'was freed' : $uri;
                }, $kept);
                $kept = [];
                return json_encode($told);
            case '/wait':
                Kargo\delay(0.001);
                evhttp_request_free($request);
                Kargo\delay(0.001);
                return 'waited';
            case '/throw':
                evhttp_request_free($request);
                throw new Exception('thrown');
            case '/free-both':
                // Its server goes first.
                $http = null;
                evhttp_request_free($request);
                Kargo\delay(0.001);
                return 'both';
        }
        return 'next';
    });
    run();
    PHP, ['display_errors' => 0]);
$connection = $server->connect();
foreach (['free', 'next', 'twice', 'next', 'keep-free', 'keep', 'keep-free', 'next', 'free-kept', 'next', 'wait', 'next', 'throw', 'next'] as $path) {
    $response = $connection->request('GET', "/$path");
    echo $path, ': ', $response->status, ' ', $response->header('x-added') ?? '-', ' ', $response->body, "\n";
}
// Several at once, so that handles cannot all be used again.
$before = 0;
for ($round = 0; $round < 40; $round++) {
    $connections = [];
    for ($n = 0; $n < 20; $n++) {
        $connections[] = $server->connect()->send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\nGET /keep-free HTTP/1.1\r\nHost: a\r\n\r\nGET /free-kept HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    foreach ($connections as $one) {
        [$one->readResponse()->body, $one->readResponse()->body] === ['before waited', 'before kept and freed'] || print "wrong\n";
        $one->readResponse();
    }
    $round === 10 && $before = $server->residentKilobytes();
}
echo $server->residentKilobytes() - $before < 300 ? "flat\n" : 'grew by ' . ($server->residentKilobytes() - $before) . "\n";
$response = $connection->request('GET', '/free-both');
echo $response->header('x-added'), ' ', $response->body, ' ', $response->header('connection'), ' ', $server->stop(), "\n";
?>
--EXPECT--
free: 200 /free before [true,false,"evhttp_request_uri(): supplied resource is not a valid EVHTTP Request resource"]
next: 200 /next before next
twice: 200 /twice before evhttp_request_free(): supplied resource is not a valid EVHTTP Request resource
next: 200 /next before next
keep-free: 200 /keep-free before kept and freed
keep: 200 /keep before kept
keep-free: 200 /keep-free before kept and freed
next: 200 /next before next
free-kept: 200 /free-kept before ["was freed","\/keep","was freed"]
next: 200 /next before next
wait: 200 /wait before waited
next: 200 /next before next
throw: 503 - 
next: 200 /next before next
flat
/free-both before both close 0
