--TEST--
Methods that wait: others are served meanwhile, everybody gets his own arguments and answers, in the order of his batch
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    final class Service {
        public function echoLater(float $seconds, mixed $value): mixed { Kargo\delay($seconds); return $value; }
        public function now(mixed $value): mixed { return $value; }
        public function failLater(float $seconds): void { Kargo\delay($seconds); throw new RuntimeException('late'); }
        public function slowResult(string $name): JsonSerializable {
            return new class($name) implements JsonSerializable {
                public function __construct(private string $name) {}
                public function jsonSerialize(): mixed {
                    Kargo\delay(0.01);
                    return ['name' => $this->name, 'inner' => new class($this->name) implements JsonSerializable {
                        public function __construct(private string $name) {}
                        public function jsonSerialize(): mixed { Kargo\delay(0.01); return strrev($this->name); }
                    }];
                }
            };
        }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$call = fn (string $method, array $params, mixed $id) => json_encode(['jsonrpc' => '2.0', 'method' => $method, 'params' => $params, 'id' => $id], JSON_PRESERVE_ZERO_FRACTION);
$request = fn (string $body) => "POST /jsonrpc HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body";
$batch = '[' . implode(',', [$call('echoLater', [0.05, ['a' => new stdClass()]], 1), $call('now', ['b'], 2), $call('failLater', [0.01], 3), $call('echoLater', [0.01, [1.0, 'é']], 4)]) . ']';
$parked = $server->connect()->send($request($batch));
for ($number = 0; $number < 50; $number++) {
    $client->call('now', "[$number]") === (string) $number || print "wrong\n";
}
echo preg_replace('/[0-9a-f]+-[0-9a-f]+(?="})/', 'ID', $parked->readResponse()->body), "\n";

// Fifty at once, each with arguments of its own, more than there are pooled workspaces.
$connections = [];
for ($number = 0; $number < 50; $number++) {
    $body = $number % 2 ? $call('echoLater', [0.05, ['n' => $number, 'pad' => str_repeat('x', $number * 100)]], "id $number")
        : '[' . $call('echoLater', [0.01, [$number]], 1) . ',' . $call('echoLater', [0.03, [$number, 'two']], 2) . ']';
    $connections[$number] = $server->connect()->send($request($body) . $request($call('now', ["after $number"], $number)));
}
$wrong = 0;
foreach ($connections as $number => $connection) {
    $expected = $number % 2 ? ['result' => ['n' => $number, 'pad' => str_repeat('x', $number * 100)], 'id' => "id $number", 'jsonrpc' => '2.0']
        : [['result' => [$number], 'id' => 1, 'jsonrpc' => '2.0'], ['result' => [$number, 'two'], 'id' => 2, 'jsonrpc' => '2.0']];
    $wrong += $connection->readResponse()->json() === $expected ? 0 : 1;
    $wrong += $connection->readResponse()->json()['result'] === "after $number" ? 0 : 1;
}
echo "wrong: $wrong\n";

// Results that wait while they are written, with others in between.
$connections = [];
foreach (['abc', 'xyz', 'uvw'] as $name) {
    $connections[] = $server->connect()->send($request($call('now', [$name], 0)) . $request($call('slowResult', [$name], 1)) . $request($call('now', ["then $name"], 2)));
}
foreach ($connections as $connection) {
    echo $connection->readResponse()->body, ' ', $connection->readResponse()->body, ' ', $connection->readResponse()->body, "\n";
}
echo $client->xmlCall('slowResult', 'mno'), ' ', $client->xmlCall('echoLater', '<double>0.01</double>', '<nil/>'), "\n";

// A client that goes away leaves nothing behind.
$server->connect()->send($request($batch))->close();
echo $client->call('now', '["still here"]'), ' ', $server->stop(), "\n";
?>
--EXPECT--
[{"result":{"a":{}},"id":1,"jsonrpc":"2.0"},{"result":"b","id":2,"jsonrpc":"2.0"},{"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":3,"jsonrpc":"2.0"},{"result":[1.0,"é"],"id":4,"jsonrpc":"2.0"}]
wrong: 0
{"result":"abc","id":0,"jsonrpc":"2.0"} {"result":{"name":"abc","inner":"cba"},"id":1,"jsonrpc":"2.0"} {"result":"then abc","id":2,"jsonrpc":"2.0"}
{"result":"xyz","id":0,"jsonrpc":"2.0"} {"result":{"name":"xyz","inner":"zyx"},"id":1,"jsonrpc":"2.0"} {"result":"then xyz","id":2,"jsonrpc":"2.0"}
{"result":"uvw","id":0,"jsonrpc":"2.0"} {"result":{"name":"uvw","inner":"wvu"},"id":1,"jsonrpc":"2.0"} {"result":"then uvw","id":2,"jsonrpc":"2.0"}
<struct><member><name>name</name><value><string>mno</string></value></member><member><name>inner</name><value><string>onm</string></value></member></struct> <nil/>
"still here" 0
