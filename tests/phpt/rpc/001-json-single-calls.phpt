--TEST--
JSON-RPC: ids are echoed verbatim, parameters by position and by name, defaults, calls in the style of 1.0
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    final class Service {
        public function sum(int $a, int $b = 2, int ...$more): int { return $a + $b + array_sum($more); }
        public function named(string $first, string $second = 'B', ?string $third = null, array $rest = [1]): array {
            return func_num_args() === 0 ? [] : [$first, $second, $third, $rest];
        }
        public static function still(): string { return static::class; }
        public function nothing(): void {}
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service(), as: 'math')->export(fn (string $name) => "Hello, $name!", as: 'hello');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$ids = ['1', '"1"', '0', '-7', '1.50', '1e2', 'null', '""', '"\u00e9\/"', '9007199254740993', '123456789012345678901234567890', '"' . str_repeat('x', 300) . '"'];
foreach ($ids as $id) {
    $expected = "{\"result\":3,\"id\":$id,\"jsonrpc\":\"2.0\"}";
    $answer = $client->json("{\"jsonrpc\":\"2.0\",\"method\":\"math.sum\",\"params\":[1],\"id\":$id}");
    echo $answer === $expected ? '' : "$id: $answer\n";
}
echo "-- ids that are none\n";
foreach (['true', '[]', '{}', '[1]'] as $id) {
    echo $client->json("{\"jsonrpc\":\"2.0\",\"method\":\"math.sum\",\"params\":[1],\"id\":$id}"), "\n";
}
echo "-- any order of members, others are ignored\n";
echo $client->json('{"params":[1],"x":{"id":3},"id":1,"method":"math.sum","jsonrpc":"2.0"}'), "\n";
echo $client->json(" \n{ \"id\" : 1 , \"params\" : { \"a\" : 40 } , \"method\" : \"math.sum\" , \"jsonrpc\" : \"2.0\" } \r\n\t"), "\n";
echo $client->json('{"jsonrpc":"2.0","m\u0065thod":"math.s\u0075m","params":[1],"id":1}'), "\n";
echo "-- parameters\n";
foreach ([
    ['math.sum', '[]'], ['math.sum', '[1]'], ['math.sum', '[1,1]'], ['math.sum', '[1,1,1,1]'], ['math.sum', '{"a":1}'], ['math.sum', '{"b":1,"a":1}'],
    ['math.named', '["a"]'], ['math.named', '{"first":"a","third":"c"}'], ['math.named', '{"rest":[],"first":"a"}'],
    ['math.named', '{"first":"a","rest":[2],"first":"z"}'], ['math.named', '{"second":"b"}'], ['math.named', '{"first":"a","fourth":"d"}'],
    ['math.named', '{"First":"a"}'], ['math.named', '["a","b","c",[],"e"]'], ['math.still', '[]'], ['math.still', '{}'], ['math.nothing', '[]'], ['math.nothing', '[1]'],
    ['hello', '["you"]'], ['hello', '{"name":"you"}'],
] as [$method, $params]) {
    echo "$method $params: ", $client->call($method, $params), "\n";
}
echo $client->json('{"jsonrpc":"2.0","method":"math.still","id":1}'), "\n";
echo "-- no such method\n";
foreach (['math', 'sum', 'math.Sum', 'math.', '', 'math.__construct', 'rpc.other', 'system.listMethods'] as $method) {
    echo "$method: ", $client->call($method), "\n";
}
echo "-- 1.0 style\n";
echo $client->json('{"method":"math.sum","params":[1]}'), "\n";
echo $client->json('{"method":"math.sum","params":[1],"id":"x"}'), "\n";
echo $client->json('{"method":"math.nope","params":[1],"id":"x"}'), "\n";
echo $client->json('{"method":"math.sum","params":["1"],"id":null}'), "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
-- ids that are none
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
-- any order of members, others are ignored
{"result":3,"id":1,"jsonrpc":"2.0"}
{"result":42,"id":1,"jsonrpc":"2.0"}
{"result":3,"id":1,"jsonrpc":"2.0"}
-- parameters
math.sum []: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params","reason":"a is missing"}}
math.sum [1]: 3
math.sum [1,1]: 2
math.sum [1,1,1,1]: 4
math.sum {"a":1}: 3
math.sum {"b":1,"a":1}: 2
math.named ["a"]: ["a","B",null,[1]]
math.named {"first":"a","third":"c"}: ["a","B","c",[1]]
math.named {"rest":[],"first":"a"}: ["a","B",null,[]]
math.named {"first":"a","rest":[2],"first":"z"}: ["z","B",null,[2]]
math.named {"second":"b"}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params","reason":"first is missing"}}
math.named {"first":"a","fourth":"d"}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/fourth","reason":"no such parameter"}}
math.named {"First":"a"}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/First","reason":"no such parameter"}}
math.named ["a","b","c",[],"e"]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/4","reason":"takes 4 arguments, 5 given"}}
math.still []: "Service"
math.still {}: "Service"
math.nothing []: null
math.nothing [1]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"takes no arguments, 1 given"}}
hello ["you"]: "Hello, you!"
hello {"name":"you"}: "Hello, you!"
{"result":"Service","id":1,"jsonrpc":"2.0"}
-- no such method
math: {"code":-32601,"message":"Method not found"}
sum: {"code":-32601,"message":"Method not found"}
math.Sum: {"code":-32601,"message":"Method not found"}
math.: {"code":-32601,"message":"Method not found"}
: {"code":-32601,"message":"Method not found"}
math.__construct: {"code":-32601,"message":"Method not found"}
rpc.other: {"code":-32601,"message":"Method not found"}
system.listMethods: {"code":-32601,"message":"Method not found"}
-- 1.0 style
{"result":3,"id":null}
{"result":3,"id":"x"}
{"error":{"code":-32601,"message":"Method not found"},"id":"x"}
{"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"int expected, string given"}},"id":null}
0
