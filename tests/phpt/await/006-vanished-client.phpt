--TEST--
A client that goes away while its handler is parked: the handler ends normally and sees it, nothing else happens
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/wait/{n}', function ($request) {
        fwrite(STDERR, 'parked ' . json_encode($request->isClientConnected()) . "\n");
        for ($turn = 0; $turn < 500 && $request->isClientConnected(); $turn++) {
            Kargo\delay(0.01);
        }
        fwrite(STDERR, 'over ' . json_encode($request->isClientConnected()) . ' ' . $request->parameter('n')
            . ' ' . $request->header('x-name') . "\n");
        return 'unheard';
    });
    $server->get('/half', function () { Kargo\delay(0.1); return 'heard'; });
    $server->get('/now', fn ($request) => 'now');
    $server->run(workers: 1);
    PHP);
$client = $server->connect()->send("GET /wait/0 HTTP/1.1\r\nHost: a\r\nX-Name: reset\r\n\r\n");
$server->waitForLog('/^parked true/m');
$client->reset();
echo $server->waitForLog('/^over (.*) 0 reset$/m')[1], "\n";

// One that only says it will send no more may still wait for its answer.
$half = $server->connect()->send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n")->closeWrite();
echo $half->readResponse()->body, ' ', json_encode($half->readUntilClose()), "\n";

// Many at once.
$clients = [];
foreach (range(1, 100) as $number) {
    $clients[] = $server->connect()->send("GET /wait/$number HTTP/1.1\r\nHost: a\r\nX-Name: many\r\n\r\n");
}
$server->waitUntil(fn () => substr_count($server->log(), 'parked true') === 101, 'all are parked');
foreach ($clients as $client) {
    $client->reset();
}
$server->waitUntil(fn () => substr_count($server->log(), 'over false') === 101, 'all have seen it');
echo $server->get('/now')->body, ' ', preg_match('/ (error|warning) /', $server->log()), ' ', $server->stop(), "\n";
?>
--EXPECT--
false
heard ""
now 0 0
