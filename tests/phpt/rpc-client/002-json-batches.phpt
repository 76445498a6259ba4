--TEST--
JsonRpcClient: batches, whose results come by call, and calls that are made at the same time
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Rpc\{JsonRpcClient, RemoteFault};

$server = api_server();
$client = new JsonRpcClient(url($server, '/jsonrpc'));
$batch = $client->batch();
echo json_encode([$batch->call('service.sum', [1, 2]), $batch->service->sum(a: 5), $batch->notify('service.mark', ['batched']), $batch->none(), $batch->service->fail(), $batch->a->b->c->echo(['x' => null])]), "\n";
echo implode("\n", array_map(told(...), $batch->send())), "\n";
echo $server->waitForLog('~marked batched~') !== [] ? "marked\n" : '';
echo json_encode($batch->send()), $batch->hello('again'), json_encode($batch->send()), "\n";
$batch->notify('service.mark', ['alone']);
echo json_encode($batch->send()), $server->waitForLog('~marked alone~') !== [] ? " alone\n" : '';
echo "-- what is sent\n";
$numbers = $client->batch();
$numbers->call('a');
$numbers->notify('b', ['x' => 1]);
$numbers->call('c', [1]);
$echo = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->post('/', function (Kargo\Http\Request $request) {
        fwrite(STDERR, $request->body() . "\n");
        $ids = array_values(array_filter(array_column(json_decode($request->body(), true), 'id')));
        return array_map(fn ($id) => ['jsonrpc' => '2.0', 'id' => $id, 'result' => "result $id"], array_reverse($ids));
    });
    $server->run(workers: 1);
    PHP);
$other = new JsonRpcClient(url($echo, '/'));
$first = $other->batch();
$first->a();
$first->notify('b', ['x' => 1]);
$first->c(1);
echo json_encode($first->send()), "\n";
echo $echo->waitForLog('~"method":"a"~') !== [] ? "seen\n" : '';
preg_match('~^\[\{"jsonrpc.*$~m', $echo->log(), $line);
echo $line[0], "\n";
$first->d();
echo json_encode($first->send()), "\n";
echo "-- too many, too wrong\n";
for ($i = 0; $i < 1001; $i++) {
    $batch->hello("$i");
}
$results = $batch->send();
echo count($results), ' ', told($results[0]), "\n", told($results[1000]), "\n";
for ($i = 0; $i < 1000; $i++) {
    $batch->hello("$i");
}
$results = $batch->send();
echo count($results), ' ', $results[0], ' ', $results[999], "\n";
echo told(fn () => $batch->call('x', [NAN])), "\n", json_encode($batch->send()), "\n";
$again = new class ($batch) implements JsonSerializable {
    public function __construct(private $batch) {}
    public function jsonSerialize(): mixed { return 'call ' . $this->batch->hello('inner'); }
};
echo $batch->hello($again), json_encode($batch->send()), "\n";
$gone = (new JsonRpcClient('http://127.0.0.1:1/'))->batch();
$gone->a();
echo told(fn () => $gone->send()), "\n", json_encode($gone->send()), "\n";
echo "-- all\n";
$results = $client->all(['x' => ['service.sum', [1, 2]], 'y' => 'service.nothing', 7 => ['hello', ['name' => 'all']], ['none'], 'fault' => ['service.fail']]);
foreach ($results as $key => $result) {
    echo "$key: ", told($result), "\n";
}
$start = microtime(true);
$results = $client->all(array_fill(0, 50, ['service.late', [0.3]]));
echo count(array_keys($results, 'late', true)), ' ', microtime(true) - $start < 5 ? 'at once' : 'one after the other', "\n";
echo json_encode($client->all(array_fill(0, 5, ['service.sum', [1]]), concurrency: 2)), json_encode($client->all([])), "\n";
foreach ([[5], [[]], [['a', 'b']], [['a', [], 1]], ['k' => [1]], [['a' => 'b']], [['a', [1, 'x' => 1]]]] as $calls) {
    echo told(fn () => $client->all($calls)), "\n";
}
echo told(fn () => $client->all(['a'], 0)), "\n";
?>
--EXPECT--
[0,1,null,2,3,4]
3
15
Kargo\Rpc\RemoteFault -32601: Method not found
Kargo\Rpc\RemoteFault 42: no way {"why":[1,null]}
{"x":null}
marked
[]0["Hello, again!"]
[] alone
-- what is sent
["result 1","result 2"]
seen
[{"jsonrpc":"2.0","method":"a","params":[],"id":1},{"jsonrpc":"2.0","method":"b","params":{"x":1}},{"jsonrpc":"2.0","method":"c","params":[1],"id":2}]
["result 3"]
-- too many, too wrong
1001 Kargo\Rpc\RemoteFault -32600: Too many calls in one batch
Kargo\Rpc\RemoteFault -32600: Too many calls in one batch
1000 Hello, 0! Hello, 999!
ValueError 0: Kargo\Rpc\Batch::call(): Argument #2 ($params) can't be sent: NAN and INF can't be sent
[]
1["Hello, inner!","Hello, call 0!"]
Kargo\TransportException 0: POST http://HOST:PORT/: nobody listens at HOST:PORT; is the server running?
[]
-- all
x: 3
y: null
7: "Hello, all!"
8: Kargo\Rpc\RemoteFault -32601: Method not found
fault: Kargo\Rpc\RemoteFault 42: no way {"why":[1,null]}
50 at once
[11,11,11,11,11][]
ValueError 0: Kargo\Rpc\JsonRpcClient::all(): Argument #1 ($calls) must give names of methods, or lists of a name and an array of parameters, which 0 is not
ValueError 0: Kargo\Rpc\JsonRpcClient::all(): Argument #1 ($calls) must give names of methods, or lists of a name and an array of parameters, which 0 is not
ValueError 0: Kargo\Rpc\JsonRpcClient::all(): Argument #1 ($calls) must give names of methods, or lists of a name and an array of parameters, which 0 is not
ValueError 0: Kargo\Rpc\JsonRpcClient::all(): Argument #1 ($calls) must give names of methods, or lists of a name and an array of parameters, which 0 is not
ValueError 0: Kargo\Rpc\JsonRpcClient::all(): Argument #1 ($calls) must give names of methods, or lists of a name and an array of parameters, which "k" is not
ValueError 0: Kargo\Rpc\JsonRpcClient::all(): Argument #1 ($calls) must give names of methods, or lists of a name and an array of parameters, which 0 is not
ValueError 0: Kargo\Rpc\JsonRpcClient::all(): Argument #1 ($calls) must be a list, or have names as keys: JSON-RPC has no mixture
ValueError 0: Kargo\Rpc\JsonRpcClient::all(): Argument #2 ($concurrency) must be at least 1
