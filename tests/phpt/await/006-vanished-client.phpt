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
    $server->get('/now', fn ($request) => 'now');
    $server->run(workers: 1);
    PHP);
foreach (['reset', 'close'] as $number => $how) {
    $client = $server->connect()->send("GET /wait/$number HTTP/1.1\r\nHost: a\r\nX-Name: $how\r\n\r\n");
    $server->waitForLog("/^(?:parked true\n?.*\n){1}/m");
    $server->waitUntil(fn () => substr_count($server->log(), 'parked true') === $number + 1, 'it is parked');
    $client->$how();
    echo $server->waitForLog("/^over (.*) $number $how$/m")[1], "\n";
    echo $server->get('/now')->body, "\n";
}
// Many at once.
$clients = [];
foreach (range(1, 100) as $number) {
    $clients[] = $server->connect()->send("GET /wait/$number HTTP/1.1\r\nHost: a\r\nX-Name: many\r\n\r\n");
}
$server->waitUntil(fn () => substr_count($server->log(), 'parked true') === 102, 'all are parked');
foreach ($clients as $client) {
    $client->reset();
}
$server->waitUntil(fn () => substr_count($server->log(), 'over false') === 102, 'all have seen it');
echo $server->get('/now')->body, ' ', preg_match('/ (error|warning) /', $server->log()), ' ', $server->stop(), "\n";
?>
--EXPECT--
false
now
false
now
now 0 0
