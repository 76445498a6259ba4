--TEST--
SIGTERM and SIGINT while handlers are parked: they are answered, what is pipelined behind them too, then all ends
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

foreach ([0, 1, 2] as $workers) {
    foreach ([SIGTERM, SIGINT] as $signal) {
        $server = Server::start(<<<PHP
            \$server = Kargo\\Http\\Server::listen('127.0.0.1:0');
            \$server->get('/wait', function () {
                fwrite(STDERR, "parked\\n");
                Kargo\\delay(0.3);
                return 'waited';
            });
            \$server->get('/now', fn () => 'now');
            \$server->run(workers: $workers);
            PHP);
        $idle = $server->connect();
        echo $idle->request('GET', '/now')->body, ' ';
        $parked = $server->connect()->send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n");
        $server->waitForLog('/^parked$/m');
        $server->signal($signal);
        echo json_encode($idle->readUntilClose()), ' ';
        echo $parked->readResponse()->body, ' ', $parked->readResponse()->body, ' ';
        echo json_encode($parked->readUntilClose()), ' ', $server->wait(), "\n";
    }
}
?>
--EXPECT--
now "" waited now "" 0
now "" waited now "" 0
now "" waited now "" 0
now "" waited now "" 0
now "" waited now "" 0
now "" waited now "" 0
