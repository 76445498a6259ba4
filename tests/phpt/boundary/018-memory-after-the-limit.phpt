--TEST--
After a request that reached the memory limit cycles are still collected, and a worker that holds on to its memory is replaced
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    function rings(): int
    {
        for ($i = 0; $i < 100_000; $i++) {
            $ring = new stdClass();
            $ring->itself = $ring;
        }
        return memory_get_usage() >> 20;
    }
    final class Service
    {
        public function rings(): int { return rings(); }
        public function full(): string { return str_repeat('x', 1 << 30); }
    }
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/rings', fn () => (string) rings());
    $server->get('/full', fn () => str_repeat('x', 1 << 30));
    $server->get('/hoard', function () { static $hoard = []; $hoard[] = str_repeat('x', 20_000_000); return (string) getmypid(); });
    $server->mount('/application', new Kargo\App\Application(function () { echo isset($_GET['full']) ? str_repeat('x', 1 << 30) : rings(); }));
    $api = new Kargo\Rpc\Api();
    $api->export(new Service());
    $server->mount('/api', $api);
    $server->run(workers: 1);
    PHP, ini: ['memory_limit' => '64M']);
$call = fn (string $method) => $server->post('/api/jsonrpc', json_encode(['jsonrpc' => '2.0', 'method' => $method, 'id' => 1]), ['Content-Type' => 'application/json'])->body;
foreach (['a handler' => fn () => $server->get('/full')->status, 'an application' => fn () => $server->get('/application?full')->status,
    'a method' => fn () => json_decode($call('full'))->error->code] as $what => $fill) {
    echo "$what: ", $fill();
    // Each makes 20 MB of rings.
    foreach (range(1, 4) as $_) {
        $most = max((int) $server->get('/rings')->body, (int) $server->get('/application')->body, json_decode($call('rings'))->result ?? 99);
        echo $most < 32 ? ' flat' : " $most MB";
    }
    echo "\n";
}
// No request is refused by a worker that was refused its memory before.
$pids = [];
$refused = $row = 0;
while (count(array_unique($pids)) < 4) {
    $answer = $server->get('/hoard');
    $answer->status === 200 ? $pids[] = $answer->body : $refused++;
    $row = $answer->status === 200 ? 0 : $row + 1;
    $row > 1 && exit("refused twice in a row\n");
}
echo $refused, ' refused by ', count(array_unique($pids)) - 1, " workers\n";
echo $server->stop(), "\n";
?>
--EXPECT--
a handler: 500 flat flat flat flat
an application: 500 flat flat flat flat
a method: -32603 flat flat flat flat
3 refused by 3 workers
0
