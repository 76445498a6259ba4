--TEST--
Once the answer to a batch is too long, its other calls are refused, and their methods not called
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    final class Service {
        private int $calls = 0;
        public function big(): string { $this->calls++; return str_repeat('x', 1 << 20); }
        public function calls(): int { $calls = $this->calls; $this->calls = 0; return $calls; }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP, ini: ['memory_limit' => '512M']);
$client = new Client($server);
$json = ['Content-Type' => 'application/json'];
$show = function (string $name, array $answers, callable $isError) use ($client): void {
    $errors = array_filter($answers, $isError);
    echo "$name: ", count($answers), ' answers, ', count($errors), ' refused, ', $client->call('calls'), ' calls: ', json_encode(end($errors)), "\n";
};

$batch = array_map(fn (int $id) => ['jsonrpc' => '2.0', 'method' => 'big', 'id' => $id], range(1, 40));
$answer = $server->post('/jsonrpc', json_encode($batch), $json);
$show('JSON-RPC', $answer->json(), fn (array $one) => isset($one['error']));

$call = '<value><struct><member><name>methodName</name><value>big</value></member><member><name>params</name><value><array><data/></array></value></member></struct></value>';
$body = '<methodCall><methodName>system.multicall</methodName><params><param><value><array><data>' . str_repeat($call, 40)
    . '</data></array></value></param></params></methodCall>';
$answer = $server->post('/xmlrpc', $body, ['Content-Type' => 'text/xml'])->body;
echo 'XML-RPC: ', substr_count($answer, '<int>-32600</int>') ?: substr_count($answer, 'too long already'), ' refused, ', $client->call('calls'), " calls\n";

$tools = array_map(fn (int $id) => ['jsonrpc' => '2.0', 'method' => 'tools/call', 'params' => ['name' => 'big', 'arguments' => new stdClass()], 'id' => $id], range(1, 40));
$answer = $server->post('/mcp', json_encode($tools), $json + ['Accept' => 'application/json, text/event-stream', 'MCP-Protocol-Version' => '2025-03-26']);
$show('MCP', $answer->json(), fn (array $one) => isset($one['error']));

// One call may answer as much as it likes.
echo strlen($server->post('/jsonrpc', '{"jsonrpc":"2.0","method":"big","id":1}', $json)->body) > 1 << 20 ? 'one is whole' : 'one is cut', "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
JSON-RPC: 40 answers, 24 refused, 16 calls: {"error":{"code":-32600,"message":"The answer to this batch is too long already; send fewer calls at once"},"id":40,"jsonrpc":"2.0"}
XML-RPC: 24 refused, 16 calls
MCP: 40 answers, 24 refused, 16 calls: {"error":{"code":-32600,"message":"The answer to this batch is too long already; send fewer calls at once"},"id":40,"jsonrpc":"2.0"}
one is whole
0
