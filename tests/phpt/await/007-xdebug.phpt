--TEST--
Waiting works with Xdebug loaded, in the modes develop, debug and off
--SKIPIF--
<?php
is_file(ini_get('extension_dir') . '/xdebug.so') || print 'skip Xdebug is not installed';
?>
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

foreach (['off', 'develop', 'debug', 'develop,debug'] as $mode) {
    $server = Server::start(
        <<<'PHP'
            function deeper(int $levels): int { return $levels === 0 ? (Kargo\delay(0.02) ?? 0) : 1 + deeper($levels - 1); }
            $server = Kargo\Http\Server::listen('127.0.0.1:0');
            $server->get('/xdebug', fn () => extension_loaded('xdebug') ? 'loaded' : 'not loaded');
            $server->get('/wait/{n}', fn ($request) => deeper(100) . ' ' . implode(',', array_map(
                function ($value) { Kargo\delay(0.01); return $value; }, [1, 2])) . ' ' . $request->parameter('n'));
            $server->get('/throw', function () { Kargo\delay(0.02); throw new Exception('x'); });
            $server->get('/exit', function () { Kargo\delay(0.02); exit; });
            $server->run(workers: 1);
            PHP,
        ini: ['zend_extension' => 'xdebug', 'xdebug.mode' => $mode, 'xdebug.log_level' => 0],
    );
    $clients = [];
    foreach (range(1, 30) as $number) {
        $clients[$number] = $server->connect()->send("GET /wait/$number HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    $failing = $server->connect()->send("GET /throw HTTP/1.1\r\nHost: a\r\n\r\nGET /exit HTTP/1.1\r\nHost: a\r\n\r\nGET /wait/31 HTTP/1.1\r\nHost: a\r\n\r\n");
    $right = 0;
    foreach ($clients as $number => $client) {
        $right += $client->readResponse()->body === "100 1,2 $number" ? 1 : 0;
    }
    echo "$mode: ", $server->get('/xdebug')->body, ", $right right, ", $failing->readResponse()->status, ' ', $failing->readResponse()->status,
        ' ', $failing->readResponse()->body, ', exit code ', $server->stop(), "\n";
}
?>
--EXPECT--
off: loaded, 30 right, 500 500 100 1,2 31, exit code 0
develop: loaded, 30 right, 500 500 100 1,2 31, exit code 0
debug: loaded, 30 right, 500 500 100 1,2 31, exit code 0
develop,debug: loaded, 30 right, 500 500 100 1,2 31, exit code 0
