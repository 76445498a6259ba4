--TEST--
Throw, exit, a fatal error and the limits after a wait: that request gets 500, all others their answers
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$code = <<<'PHP'
    function knock() { Kargo\delay(0.02); }
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/throw', function () { knock(); throw new RuntimeException('secret'); });
    $server->get('/throw-in-callback', fn () => array_map(function () { knock(); throw new LogicException('secret'); }, [1]));
    $server->get('/throw-in-fiber', fn () => (new Fiber(function () { knock(); throw new LogicException('secret'); }))->start());
    $server->get('/exit', function () { knock(); exit(4); });
    $server->get('/die', function () { knock(); die('secret'); });
    $server->get('/exit-in-callback', fn () => array_map(function () { knock(); exit(4); }, [1]));
    $server->get('/fatal', function () { knock(); trigger_error('secret', E_USER_ERROR); });
    $server->get('/fatal-in-callback', fn () => array_map(function () { knock(); trigger_error('secret', E_USER_ERROR); }, [1]));
    $server->get('/compile', function () { knock(); eval('function f() {} function f() {}'); });
    $server->get('/memory', function () { knock(); $text = 'x'; while (true) { $text .= str_repeat('x', 1 << 16); } });
    $server->get('/time', function () { set_time_limit(1); knock(); while (true); });
    $server->get('/panic', function () { knock(); Kargo\Internal\panic(); });
    $server->get('/http', function () { knock(); throw new Kargo\Http\HttpException(418, 'short and stout'); });
    $server->get('/caught', function () {
        try { knock(); throw new RuntimeException('secret'); } catch (RuntimeException) { knock(); return 'caught'; }
    });
    $server->get('/after/{n}', function ($request) { Kargo\delay(0.3); return $request->parameter('n'); });
    $server->run(workers: 1);
    PHP;
$expected = ['throw' => 500, 'throw-in-callback' => 500, 'throw-in-fiber' => 500, 'exit' => 500, 'die' => 500,
    'exit-in-callback' => 500, 'fatal' => 500, 'fatal-in-callback' => 500, 'compile' => 500, 'memory' => 500, 'time' => 500,
    'panic' => 500, 'http' => 418, 'caught' => 200];
foreach ($expected as $path => $status) {
    // A server for each: it has to be seen which one does harm.
    $server = Server::start($code, ini: ['memory_limit' => '32M', 'kargo.fault_injection' => 1]);
    $others = [];
    foreach (range(1, 5) as $number) {
        $others[$number] = $server->connect()->send("GET /after/$number HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    $response = $server->get("/$path");
    $answered = 0;
    foreach ($others as $number => $other) {
        $answered += $other->readResponse()->body === (string) $number ? 1 : 0;
    }
    $next = $server->get('/after/6')->body;
    $tells = str_contains($response->body, 'secret') ? ' and tells' : '';
    $exit = $server->stop();
    if ([$response->status, $answered, $next, $exit, $server->output(), $tells] === [$status, 5, '6', 0, '', '']) {
        echo "$path: as it should\n";
    } else {
        echo "$path: $response->status$tells, $answered others, then $next, exit code $exit, printed ",
            json_encode($server->output()), "\n", $server->log();
    }
}
?>
--EXPECT--
throw: as it should
throw-in-callback: as it should
throw-in-fiber: as it should
exit: as it should
die: as it should
exit-in-callback: as it should
fatal: as it should
fatal-in-callback: as it should
compile: as it should
memory: as it should
time: as it should
panic: as it should
http: as it should
caught: as it should
