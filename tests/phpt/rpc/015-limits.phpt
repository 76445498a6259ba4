--TEST--
Limits: calls in a batch, nesting, and bodies whose values would not fit into memory
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    $api = new Kargo\Rpc\Api(batchLimit: 3, depthLimit: 10);
    $api->export(fn (mixed $v = null): int => memory_get_usage() > 0 ? 1 : 0, as: 'f');
    $large = new Kargo\Rpc\Api(depthLimit: 10000);
    $large->export(fn (mixed $v) => 1, as: 'f')->export(fn (array $v) => count($v), as: 'count')
        ->export(/** @param list<mixed> $v */ fn (array $v) => count($v), as: 'list')->export(fn (mixed $v) => $v, as: 'echo');
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(bodyBytes: 16 << 20));
    $server->mount('/', $api)->mount('/large', $large);
    $server->run(workers: 1);
    PHP, ini: ['memory_limit' => '32M']);
$client = new Client($server);
$call = '{"jsonrpc":"2.0","method":"f","id":1}';
ini_set('memory_limit', '512M'); // this test's own
foreach ([2, 3, 4] as $count) {
    echo $count, ' ', substr_count($client->json('[' . implode(',', array_fill(0, $count, $call)) . ']'), '"result":1'), "\n";
}
foreach ([7, 8, 9] as $levels) {
    $value = str_repeat('[', $levels) . str_repeat(']', $levels);
    echo "$levels ", $client->call('f', "[$value]"), ' ', $client->xmlCall('f', str_repeat('<array><data><value>', $levels) . str_repeat('</value></data></array>', $levels)), "\n";
}
$large = new Client($server, '/large');
foreach ([1000, 9990] as $levels) {
    echo "$levels ", $large->call('f', '[' . str_repeat('[', $levels) . str_repeat(']', $levels) . ']'), ' ', substr($large->call('f', '[' . str_repeat('{"a":', $levels) . '1' . str_repeat('}', $levels) . ']'), 0, 80), ' ', $large->call('list', '[[' . str_repeat('{"a":', $levels) . '1' . str_repeat('}', $levels) . ']]'), "\n";
}
echo substr(preg_replace('/"id":"[^"]*"/', '"id":"ID"', $large->call('echo', '[' . str_repeat('[', 1000) . str_repeat(']', 1000) . ']')), 0, 80), "\n";
echo $large->call('count', '[[' . implode(',', range(1, 100000)) . ']]'), "\n";
// One megabyte that becomes hundreds: the memory limit ends the decoding, not the process.
foreach (['{"a":1}', '{}', '[1]', '"xy"', '"' . str_repeat('x', 5000) . '"', '123.5'] as $item) {
    $answer = $large->call('f', '[[' . implode(',', array_fill(0, intdiv(8 << 20, strlen($item) + 1), $item)) . ']]');
    echo preg_replace('/"id":"[^"]*"/', '"id":"ID"', $answer), "\n";
    echo $large->call('count', '[[1,2,3]]'), "\n";
}
preg_match_all('/decoding a body \w+/', $server->log(), $logged);
echo count($logged[0]) > 0 ? 'logged' : 'not logged', ' ', preg_match_all('/ended by signal|exit status/', $server->log()), "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
2 2
3 3
4 0
7 1 <int>1</int>
8 {"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"} <int>1</int>
9 {"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"} <int>1</int>
1000 1 1 1
9990 1 1 1
{"code":-32603,"message":"Internal error","data":{"id":"ID"}}
100000
{"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":null,"jsonrpc":"2.0"}
3
{"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":null,"jsonrpc":"2.0"}
3
{"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":null,"jsonrpc":"2.0"}
3
{"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":null,"jsonrpc":"2.0"}
3
1
3
{"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":null,"jsonrpc":"2.0"}
3
logged 0
0
