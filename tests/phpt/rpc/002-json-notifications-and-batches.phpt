--TEST--
JSON-RPC: notifications are never answered, batches are answered call by call
--FILE--
<?php
require __DIR__ . '/client.inc';

$script = <<<'PHP'
    final class Service {
        private array $seen = [];
        public function note(mixed $what): string { $this->seen[] = $what; return 'noted'; }
        public function seen(): array { [$seen, $this->seen] = [$this->seen, []]; return $seen; }
        public function fail(): never { throw new LogicException('secret'); }
        public function fault(): never { throw new Kargo\Rpc\Fault('no', 7); }
    }
    $api = new Kargo\Rpc\Api(noContent: (bool) $argv[1], batchLimit: 10);
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP;
foreach (['0', '1'] as $noContent) {
    $server = Server::start($script, [$noContent]);
    $client = new Client($server);
    $bodies = [
        '{"jsonrpc":"2.0","method":"note","params":[1]}',
        '{"jsonrpc":"2.0","method":"nope","params":[1]}',
        '{"jsonrpc":"2.0","method":"note","params":[]}',
        '{"jsonrpc":"2.0","method":"fail"}',
        '{"jsonrpc":"2.0","method":"fault"}',
        '[{"jsonrpc":"2.0","method":"note","params":[2]},{"jsonrpc":"2.0","method":"fail"},{"jsonrpc":"2.0","method":"note","params":[3]}]',
    ];
    foreach ($bodies as $body) {
        $response = $server->post('/jsonrpc', $body, ['Content-Type' => 'application/json']);
        echo $response->status, ' ', strlen($response->body), ' ', $response->header('content-length') ?? 'no length', "\n";
    }
    echo $client->call('seen'), "\n";
    echo preg_match_all('/error .*method fail threw/', $server->log()), " logged\n";
}
echo "-- batches\n";
foreach ([
    '[{"jsonrpc":"2.0","method":"note","params":["a"],"id":1}]',
    '[{"jsonrpc":"2.0","method":"note","params":["b"],"id":"1"},{"jsonrpc":"2.0","method":"note","params":["c"]},{"jsonrpc":"2.0","method":"nope","id":2}]',
    '[]', '[[]]', '[1,2]', '[null]', '["x",{},{"foo":"boo"}]',
    '[{"method":"note","params":["never"],"id":1},{"jsonrpc":"2.0","method":"note","params":["d"],"id":null}]',
    '[{"jsonrpc":"2.0","method":"fault","id":1},{"jsonrpc":"2.0","method":"note","params":["e"],"id":2},{"jsonrpc":"2.0","method":1,"id":3},{"jsonrpc":"2.0","method":"note","params":{"what":"f"},"id":4}]',
    '[{"jsonrpc":"2.0","method":"note","params":["never"],"id":1},',
    '[{"jsonrpc":"2.0","method":"note","params":["never"],"id":1},{"jsonrpc":"2.0"]',
    '[{"jsonrpc":"2.0","method":"note","params":["never"],"id":1},{"jsonrpc":"2.0","method":"note","params":[tru]}]',
    '[' . str_repeat('{"jsonrpc":"2.0","method":"note","params":["ten"],"id":1},', 9) . '{"jsonrpc":"2.0","method":"note","params":["ten"]}]',
    '[' . str_repeat('{"jsonrpc":"2.0","method":"note","params":["never"],"id":1},', 10) . '{"jsonrpc":"2.0","method":"note","params":["never"]}]',
] as $body) {
    echo $client->json($body), "\n";
}
echo $client->call('seen'), "\n";
?>
--EXPECT--
200 0 0
200 0 0
200 0 0
200 0 0
200 0 0
200 0 0
[1,2,3]
2 logged
204 0 no length
204 0 no length
204 0 no length
204 0 no length
204 0 no length
204 0 no length
[1,2,3]
2 logged
-- batches
[{"result":"noted","id":1,"jsonrpc":"2.0"}]
[{"result":"noted","id":"1","jsonrpc":"2.0"},{"error":{"code":-32601,"message":"Method not found"},"id":2,"jsonrpc":"2.0"}]
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
[{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}]
[{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"},{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}]
[{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}]
[{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"},{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"},{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}]
[{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"},{"result":"noted","id":null,"jsonrpc":"2.0"}]
[{"error":{"code":7,"message":"no"},"id":1,"jsonrpc":"2.0"},{"result":"noted","id":2,"jsonrpc":"2.0"},{"error":{"code":-32600,"message":"Invalid Request"},"id":3,"jsonrpc":"2.0"},{"result":"noted","id":4,"jsonrpc":"2.0"}]
{"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}
[{"result":"noted","id":1,"jsonrpc":"2.0"},{"result":"noted","id":1,"jsonrpc":"2.0"},{"result":"noted","id":1,"jsonrpc":"2.0"},{"result":"noted","id":1,"jsonrpc":"2.0"},{"result":"noted","id":1,"jsonrpc":"2.0"},{"result":"noted","id":1,"jsonrpc":"2.0"},{"result":"noted","id":1,"jsonrpc":"2.0"},{"result":"noted","id":1,"jsonrpc":"2.0"},{"result":"noted","id":1,"jsonrpc":"2.0"}]
{"error":{"code":-32600,"message":"Too many calls in one batch"},"id":null,"jsonrpc":"2.0"}
["a","b","c","d","e","f","ten","ten","ten","ten","ten","ten","ten","ten","ten","ten"]
