--TEST--
Deep recursion in PHP and in native code, in handlers that are parked and in those that run meanwhile
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    // Each level of PHP's own recursion costs VM stack; each level below array_map() costs native stack.
    function php_levels(int $levels): int {
        if ($levels === 0) { Kargo\delay(0.05); return 0; }
        return 1 + php_levels($levels - 1);
    }
    function native_levels(int $levels): int {
        if ($levels === 0) { Kargo\delay(0.05); return 0; }
        return 1 + array_map('native_levels', [$levels - 1])[0];
    }
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/php/{levels}', fn ($request) => (string) php_levels((int) $request->parameter('levels')));
    $server->get('/native/{levels}', fn ($request) => (string) native_levels((int) $request->parameter('levels')));
    $server->run(workers: 1);
    PHP, ini: ['memory_limit' => '512M']);
echo $server->get('/php/50000')->body, ' ', $server->get('/native/5000')->body, "\n";
// The second and later of these run on contexts of ours, whose native stack has to be as large as the main one.
$clients = [];
foreach (range(1, 8) as $number) {
    $clients[] = $server->connect()->send("GET /php/20000 HTTP/1.1\r\nHost: a\r\n\r\nGET /native/5000 HTTP/1.1\r\nHost: a\r\n\r\n");
}
foreach ($clients as $client) {
    echo $client->readResponse()->body, ' ', $client->readResponse()->body, "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
50000 5000
20000 5000
20000 5000
20000 5000
20000 5000
20000 5000
20000 5000
20000 5000
20000 5000
0
