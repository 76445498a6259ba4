--TEST--
RPC clients in handlers, exported methods, Loop callbacks and Fibers: only the caller waits, also for its own server
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Loop;
use Kargo\Rpc\{JsonRpcClient, XmlRpcClient};

$server = api_server();
$json = new JsonRpcClient(url($server, '/jsonrpc'));
$xml = new XmlRpcClient(url($server, '/xmlrpc'));
echo "-- a handler calls its own worker, which answers others meanwhile\n";
$waiting = $server->connect();
$waiting->send("GET /sum HTTP/1.1\r\nHost: a\r\n\r\n");
echo $server->get('/hello')->body, "\n";
echo $waiting->readResponse()->body, "\n";
echo "-- so do exported methods, in both protocols\n";
foreach ([$json, $xml] as $client) {
    echo told($client->relay('json')), told($client->relay('xml')), "\n";
    echo told(fn () => $client->relayFault('json')), "\n", told(fn () => $client->relayFault('xml')), "\n";
}
echo substr_count($server->log(), 'message="a secret"'), " in the log, 0 outside\n";
$batch = $json->batch();
$batch->relay('json');
$batch->relay('xml');
$batch->relayFault('json');
echo implode("\n", array_map(told(...), $batch->send())), "\n";
echo "-- fifty at once, each with two calls below it\n";
echo count(array_filter($json->all(array_fill(0, 50, ['relay', ['json']])), fn ($result) => $result === [3, 'Hello, me!'])), "\n";
echo "-- Loop callbacks and Fibers\n";
$order = [];
Loop::defer(function () use ($json, &$order) {
    $order[] = $json->service->late(0.2);
    Loop::stop();
});
Loop::defer(function () use ($xml, &$order) {
    $order[] = $xml->service->sum(1, 1);
});
Loop::run();
echo json_encode($order), "\n";
$fiber = new Fiber(fn () => $json->service->sum(Fiber::suspend('suspended')) + $xml->service->sum(1));
echo $fiber->start(), ' ';
$fiber->resume(5);
echo $fiber->getReturn(), "\n";
echo json_encode(array_map($json->service->sum(...), [1, 2])), ' ', json_encode(array_map([$json->a->b->c, 'sum'], [3])), ' ', call_user_func([$xml, 'hello'], 'callable'), "\n";
echo "-- an answer larger than memory costs the request that asked for it\n";
$large = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->post('/', fn () => new Kargo\Http\Response('{"id":1,"result":[' . str_repeat('[1],', 2_000_000) . '1]}', 200, ['Content-Type' => 'application/json']));
    $server->run(workers: 1);
    PHP);
$asker = Server::start(
    <<<'PHP'
    $url = $argv[1];
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/large', fn () => (new Kargo\Rpc\JsonRpcClient($url))->a());
    $server->get('/hello', fn () => 'Hello, World!');
    $server->run(workers: 1);
    PHP,
    [url($large, '/')],
    ['memory_limit' => '64M'],
);
echo $asker->get('/large')->status, ' ', $asker->get('/hello')->body, ' ', $asker->get('/large')->status, ' ', $asker->get('/hello')->body, "\n";
?>
--EXPECT--
-- a handler calls its own worker, which answers others meanwhile
Hello, World!
{"sum":42,"late":"late"}
-- so do exported methods, in both protocols
[3,"Hello, me!"][3,"Hello, me!"]
Kargo\Rpc\RemoteFault -32603: Internal error {"id":"ID"}
Kargo\Rpc\RemoteFault -32603: Internal error {"id":"ID"}
[3,"Hello, me!"][3,"Hello, me!"]
Kargo\Rpc\RemoteFault -32603: Internal error (ID)
Kargo\Rpc\RemoteFault -32603: Internal error (ID)
4 in the log, 0 outside
[3,"Hello, me!"]
[3,"Hello, me!"]
Kargo\Rpc\RemoteFault -32603: Internal error {"id":"ID"}
-- fifty at once, each with two calls below it
50
-- Loop callbacks and Fibers
[2,"late"]
suspended 26
[11,12] [13] Hello, callable!
-- an answer larger than memory costs the request that asked for it
500 Hello, World! 500 Hello, World!
