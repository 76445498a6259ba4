--TEST--
Kargo\delay() in an evhttp callback: others are served meanwhile, answers are their own
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $waiting = 0;
    $isReleased = false;
    $http = serve(function ($request) use (&$waiting, &$isReleased) {
        $uri = evhttp_request_uri($request);
        if ($uri === '/waiting') {
            return (string) $waiting;
        }
        if (str_starts_with($uri, '/wait')) {
            evhttp_response_add_header($request, 'X-Before', $uri);
            evhttp_request_append_body($request, evhttp_request_body($request) . ' ');
            $buffer = evhttp_request_input_buffer($request);
            $waiting++;
            if ($uri === '/wait-last') {
                Kargo\delay(2);
            }
            while (!$isReleased && $uri !== '/wait-last') {
                array_map(fn () => Kargo\delay(0.01), [1]);
            }
            if (--$waiting === 0) {
                $isReleased = false;
            }
            // Everything is as it was before the wait.
            evhttp_response_add_header($request, 'X-After', evhttp_request_find_header($request, 'x-name'));
            return evhttp_request_method($request) . ' ' . evhttp_request_uri($request) . ' ' . evhttp_request_body($request) . ' ' . evbuffer_readline($buffer);
        }
        if ($uri === '/release') {
            $isReleased = true;
        }
        if ($uri === '/yield') {
            for ($n = 0; $n < 100; $n++) {
                Kargo\delay(0);
            }
        }
        return "at once $uri";
    });
    run();
    echo "waiting at the end: $waiting\n";
    PHP);
$waiters = [];
for ($n = 0; $n < 20; $n++) {
    $waiters[$n] = $server->connect();
    $waiters[$n]->send("POST /wait?$n HTTP/1.1\r\nHost: a\r\nX-Name: name $n\r\nContent-Length: " . strlen("body $n\n") . "\r\n\r\nbody $n\n");
}
// One more is answered at once, and the pipelined request behind a waiter is answered after it.
$other = $server->connect();
while ($other->request('GET', '/waiting')->body !== '20') {
}
$waiters[3]->send("GET /behind HTTP/1.1\r\nHost: a\r\n\r\n");
echo $other->request('GET', '/x')->body, ' ', $other->request('GET', '/yield')->body, ' ', $other->request('GET', '/waiting')->body, "\n";
$other->request('GET', '/release');
foreach ($waiters as $n => $waiter) {
    $response = $waiter->readResponse();
    $expected = "body $n\n POST /wait?$n body $n\n body $n";
    $right = $response->body === $expected && $response->header('x-before') === "/wait?$n" && $response->header('x-after') === "name $n";
    echo $right ? '' : "wrong: $response->head$response->body\n";
}
echo $waiters[3]->readResponse()->body, "\n";

// Clients that are gone when the wait is over: reset, closed, half-closed (who still wants the answer).
[$reset, $closed, $half] = [$server->connect(), $server->connect(), $server->connect()];
foreach ([$reset, $closed, $half] as $client) {
    $client->send("POST /wait HTTP/1.1\r\nHost: a\r\nX-Name: n\r\nContent-Length: 4\r\n\r\nbody");
}
while ($other->request('GET', '/waiting')->body !== '3') {
}
$reset->reset();
$closed->close();
$half->closeWrite();
$other->request('GET', '/release');
echo $half->readResponse()->body, ' ', $half->readUntilClose() === '' ? 'closed' : 'open', "\n";
while ($other->request('GET', '/waiting')->body !== '0') {
}
// The script ends while a callback waits: event_loopbreak() lets it finish, its client has its answer.
$last = $server->connect();
$last->send("POST /wait-last HTTP/1.1\r\nHost: a\r\nX-Name: last\r\nContent-Length: 4\r\n\r\nbody");
while ($other->request('GET', '/waiting')->body !== '1') {
}
$server->signal(SIGTERM);
echo $last->readResponse()->body, ' ', $server->wait(), ' ', $server->output();
?>
--EXPECT--
at once /x at once /yield 20
at once /behind
body POST /wait body  closed
body POST /wait-last body  0 waiting at the end: 0
