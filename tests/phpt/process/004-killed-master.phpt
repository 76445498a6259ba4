--TEST--
SIGKILL of the master leaves no orphan, whatever its workers do
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

foreach (['idle', 'parked', 'blocked'] as $state) {
    $server = Server::start(<<<'PHP'
        $server = Kargo\Http\Server::listen('127.0.0.1:0');
        $server->get('/idle', fn () => 'x');
        $server->get('/parked', function () { fwrite(STDERR, "in flight\n"); Kargo\delay(60); });
        $server->get('/blocked', function () { fwrite(STDERR, "in flight\n"); while (true) { sleep(60); } });
        $server->run(workers: 3);
        PHP);
    $server->waitUntil(fn () => substr_count($server->log(), ' ready ') === 3, 'all workers are ready');
    $workers = $server->children();
    $client = $server->connect()->send("GET /$state HTTP/1.1\r\nHost: a\r\n\r\n");
    $state === 'idle' ? $client->readResponse() : $server->waitForLog('/^in flight$/m');
    $server->signal(SIGKILL);
    echo "$state: ", count($workers), ' workers, master ', $server->wait();
    $server->waitUntil(fn () => array_filter($workers, Server::isAlive(...)) === [], 'all workers are gone');
    echo ", none is left\n";
}
?>
--EXPECT--
idle: 3 workers, master -9, none is left
parked: 3 workers, master -9, none is left
blocked: 3 workers, master -9, none is left
