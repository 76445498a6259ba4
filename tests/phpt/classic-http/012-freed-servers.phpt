--TEST--
A server whose handle is freed: it listens no more, idle connections close, requests in progress end with their answers
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$script = <<<'PHP'
    $waiting = 0;
    $control = serve(function ($request) {
        global $http, $waiting;
        if (evhttp_request_uri($request) === '/free') {
            $http = null;
        }
        return json_encode([$waiting, count(ports())]);
    });
    $http = serve(function ($request) {
        global $http, $waiting;
        $uri = evhttp_request_uri($request);
        switch ($uri) {
            case '/wait':
                $waiting++;
                while ($http !== null) {
                    Kargo\delay(0.01);
                }
                $waiting--;
                evhttp_response_add_header($request, 'X-Uri', evhttp_request_uri($request));
                return 'waited ' . evhttp_request_body($request);
            case '/free':
                $http = null;
                return 'freed by itself ' . evhttp_request_uri($request);
            case '/free-throw':
                $http = null;
                throw new Exception('freed');
            case '/free-wait':
                $http = null;
                Kargo\delay(0.1);
                return 'freed and waited ' . evhttp_request_method($request);
            case '/drop-all':
                $http = null;
                unset($request);
                evhttp_set_gencb($GLOBALS['control'], fn () => 'another');
                gc_collect_cycles();
                return str_repeat('x', 10_000_000);
            case '/again':
                $GLOBALS['http'] = null;
                $GLOBALS['http'] = serve(fn () => 'the new one');
                return 'the old one';
        }
        return $uri;
    });
    run();
    echo "over\n";
    PHP;
$refused = function (Server $server, int $index): string {
    $socket = @stream_socket_client('tcp' . strstr($server->addresses[$index], ':'), $code);

    return $socket ? 'accepted' : 'refused';
};

// Freed by somebody else.
$server = evhttp_server($script, servers: 2);
[$idle, $fresh, $half, $waiting, $control] = [to($server, 1), to($server, 1), to($server, 1), to($server, 1), to($server, 0)];
echo $idle->request('GET', '/idle')->body, "\n";
$half->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
$waiting->send("POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbodyGET /behind HTTP/1.1\r\nHost: a\r\n\r\n");
while ($control->request('GET', '/')->json()[0] !== 1) {
}
$before = $control->request('GET', '/')->json()[1];
echo $before - $control->request('GET', '/free')->json()[1], ' less, ', $refused($server, 1), "\n";
echo json_encode([$idle->readUntilClose(), $fresh->readUntilClose(), $half->readUntilClose()]), "\n";
$response = $waiting->readResponse();
echo $response->body, ' ', $response->header('x-uri'), ' ', $response->header('connection'), ' ', json_encode($waiting->readUntilClose()), "\n";
echo $server->stop(), ' ', $server->output();

// Freed by its own callback.
foreach (['free', 'free-throw', 'free-wait', 'drop-all', 'again'] as $path) {
    $server = evhttp_server($script, ['display_errors' => 0], 2);
    [$own, $other, $control] = [to($server, 1), to($server, 1), to($server, 0)];
    $other->request('GET', '/other');
    $response = $own->request('GET', "/$path");
    echo $path, ': ', $response->status, ' ', strlen($response->body) > 100 ? strlen($response->body) : $response->body, ' ', $response->header('connection'), ' ',
        json_encode([$own->readUntilClose(), $other->readUntilClose()]), ' ', $refused($server, 1), ' ', $control->request('GET', '/')->status;
    if ($path === 'again') {
        wait_for_servers($server, 3);
        echo ' ', to($server, 2)->request('GET', '/')->body;
    }
    echo ' ', $server->stop(), "\n";
}

// The loop ends when its last server is gone and the last answer is sent.
$server = evhttp_server(<<<'PHP'
    $http = serve(function ($request) { global $http; $http = null; Kargo\delay(0.05); return str_repeat('x', 3_000_000); });
    event_dispatch();
    echo "over by itself\n";
    PHP);
$slow = $server->connect();
echo strlen($slow->request('GET', '/')->body), ' ', $slow->readUntilClose() === '' ? 'closed' : 'open', ' ', $server->wait(), ' ', $server->output();

// Freed before the loop runs, while it runs by something else, and never.
$server = evhttp_server(<<<'PHP'
    $http = serve(fn () => 'x');
    unset($http);
    event_dispatch();
    echo "nothing to do\n";
    $event = event_new();
    $http = serve(fn () => 'x');
    event_set($event, -1, 0, function () { global $http; $http = null; });
    event_add($event, 0, 10_000);
    event_dispatch();
    echo "freed by a timer\n";
    $http = serve(fn () => 'served at the end');
    register_shutdown_function(function () { echo "shutdown\n"; });
    run();
    PHP, servers: 3);
$last = to($server, 2);
echo $last->request('GET', '/')->body, ' ', $server->stop(), ' ', $last->readUntilClose() === '' ? 'closed' : 'open', "\n", $server->output();
?>
--EXPECT--
/idle
1 less, refused
["","",""]
waited body /wait close ""
0 over
free: 200 freed by itself /free close ["",""] refused 200 0
free-throw: 503  close ["",""] refused 200 0
free-wait: 200 freed and waited GET close ["",""] refused 200 0
drop-all: 200 10000000 close ["",""] refused 200 0
again: 200 the old one close ["",""] refused 200 the new one 0
3000000 closed 0 over by itself
served at the end 0 closed
nothing to do
freed by a timer
shutdown
