--TEST--
Several servers in one process: each its own callback; servers come and go; beside events, timers and the modern API
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $servers = [];
    for ($n = 0; $n < 20; $n++) {
        $servers[] = serve(fn ($request) => "server $n " . evhttp_request_uri($request));
    }
    $ticks = 0;
    $event = event_new();
    event_set($event, -1, 0, function () use (&$ticks, $event) { ++$ticks === 20 && fwrite(STDERR, "the event ticked\n"); event_add($event, 0, 1000); });
    event_add($event, 0, 1000);
    $turns = 0;
    $watcher = Kargo\Loop::repeat(0.001, function () use (&$turns) { ++$turns === 20 && fwrite(STDERR, "the watcher ticked\n"); });
    run();
    PHP, servers: 20);
$connections = [];
for ($n = 0; $n < 20; $n++) {
    $connections[$n] = to($server, $n);
}
for ($round = 0; $round < 10; $round++) {
    // All at once, so that one turn of the loop has events of several servers.
    foreach ($connections as $connection) {
        $connection->send(str_repeat("GET /$round HTTP/1.1\r\nHost: a\r\n\r\n", 3));
    }
    foreach ($connections as $n => $connection) {
        for ($k = 0; $k < 3; $k++) {
            $body = $connection->readResponse()->body;
            $body === "server $n /$round" || print "wrong: $body\n";
        }
    }
}
echo $server->waitForLog('/the event ticked/')[0], ', ', $server->waitForLog('/the watcher ticked/')[0], ' ', $server->stop(), "\n";

// Many more come and go while one is served: none of them leaves anything behind.
$server = evhttp_server(<<<'PHP'
    $http = serve(function ($request) {
        $before = count(scandir('/proc/self/fd'));
        $servers = [];
        for ($n = 0; $n < 200; $n++) {
            $servers[] = $server = evhttp_start('127.0.0.1', 0);
            evhttp_set_gencb($server, fn () => 'never asked');
        }
        $with = count(scandir('/proc/self/fd'));
        $servers = $server = null;
        return json_encode([$with - $before > 199, count(scandir('/proc/self/fd')) - $before]);
    });
    run();
    PHP);
for ($n = 0; $n < 30; $n++) {
    $body = $server->get('/')->body;
    $body === '[true,0]' || print "$body\n";
}
$resident = $server->residentKilobytes();
for ($n = 0; $n < 30; $n++) {
    $server->get('/');
}
echo $server->residentKilobytes() - $resident < 2000 ? 'flat' : 'grew', ' ', $server->stop(), "\n";

// Events with priorities look at everything that is ready at once.
$server = evhttp_server(<<<'PHP'
    event_priority_init(3);
    [$one, $two] = [serve(fn ($request) => 'one ' . evhttp_request_uri($request)), serve(fn ($request) => 'two ' . evhttp_request_uri($request))];
    $event = event_new();
    event_set($event, -1, 0, function () use ($event) { event_add($event, 0, 100); });
    event_priority_set($event, 0);
    event_add($event, 0, 100);
    run();
    PHP, servers: 2);
$pairs = [];
for ($n = 0; $n < 10; $n++) {
    $pairs[] = [to($server, 0), to($server, 1)];
}
for ($round = 0; $round < 20; $round++) {
    foreach ($pairs as [$one, $two]) {
        $one->send(str_repeat("GET /$round HTTP/1.1\r\nHost: a\r\n\r\n", 100));
        $two->send(str_repeat("GET /$round HTTP/1.1\r\nHost: a\r\n\r\n", 100));
    }
    foreach ($pairs as [$one, $two]) {
        for ($k = 0; $k < 100; $k++) {
            [$one->readResponse()->body, $two->readResponse()->body] === ["one /$round", "two /$round"] || print "wrong\n";
        }
    }
}
echo "in order ", $server->stop(), "\n";

// Beside Kargo\Http\Server, whose run() is the loop then.
$server = evhttp_server(<<<'PHP'
    $http = serve(function ($request) {
        if (evhttp_request_uri($request) === '/throw') {
            throw new Exception('in the classic API');
        }
        echo 'printed';
        if (evhttp_request_uri($request) === '/exit') {
            exit(9);
        }
        Kargo\delay(0.001);
        return 'classic';
    });
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/', function () { Kargo\delay(0.001); return 'modern'; });
    $server->run(workers: 0);
    PHP, servers: 2);
for ($round = 0; $round < 3; $round++) {
    echo to($server, 0)->request('GET', '/')->body, ' ', to($server, 1)->request('GET', '/')->body, ' ', to($server, 0)->request('GET', '/throw')->status, ' ', to($server, 0)->request('GET', '/exit')->status, "\n";
}
echo substr_count($server->log(), 'Uncaught Exception: in the classic API'), ' told, ', substr_count($server->log(), 'called exit'), ' exits, ', $server->stop(), ' ', json_encode($server->output()), "\n";
?>
--EXPECT--
the event ticked, the watcher ticked 0
flat 0
in order 0
classic modern 503 503
classic modern 503 503
classic modern 503 503
3 told, 3 exits, 0 ""
