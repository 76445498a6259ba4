--TEST--
While handlers wait nothing is judged, and what timers change is no visitor's doing
--FILE--
<?php
require __DIR__ . '/guard.inc';

foreach (['Log', 'Reset', 'Strict'] as $mode) {
    $server = Server::start(<<<PHP
        final class State { public static \$depth = 0; public static \$ticks = 0; public static \$left = 0; }
        \$server = Kargo\\Http\\Server::listen('127.0.0.1:0')->isolate(Kargo\\App\\Isolation::$mode);
        \$server->onWorkerStart(fn () => Kargo\\Loop::repeat(0.001, function () { State::\$ticks++; }));
        \$server->get('/wait', function () { State::\$depth++; Kargo\\delay(0.2); State::\$depth--; return 'waited'; });
        \$server->get('/quick', fn () => (string) State::\$depth);
        \$server->get('/ticks', fn () => (string) State::\$ticks);
        \$server->get('/leave', function () { State::\$left++; return 'left'; });
        \$server->run(workers: 1);
        PHP);
    [$slow, $quick] = [$server->connect(), $server->connect()];
    $slow->send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    $server->waitUntil(fn () => $quick->request('GET', '/quick')->body === '1', 'a handler waits');
    $server->waitUntil(fn () => $quick->request('GET', '/ticks')->body > 20, 'the timer ticks');
    echo "$mode ", $slow->readResponse()->body, ' ', $server->get('/quick')->body, ' ', json_encode(findings($server->log())), ' ';
    $server->get('/leave');
    if ($mode === 'Strict') {
        $server->waitForLog('/worker is being replaced/');
    }
    echo json_encode(findings($server->log())), ' ', $server->stop(), "\n";
}
?>
--EXPECT--
Log waited 0 [] ["State::$left (was changed)"] 0
Reset waited 0 [] ["State::$left (was changed)"] 0
Strict waited 0 [] ["State::$left (was changed)"] 0
