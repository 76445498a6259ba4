--TEST--
Descriptions: OpenRPC at /openrpc.json and as rpc.discover; the service map for Dojo; other mounts, verbs, later exports
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    final class Poll {
        /** @param non-empty-string $title what is asked */
        public function __construct(public string $title, public int $votes = 0) {}
    }
    final class Gone extends Kargo\Rpc\Fault {}
    final class Polls {
        /**
         * Votes.
         *
         * Once only.
         *
         * @return Poll the poll afterwards
         * @throws Gone it is closed
         */
        public function vote(Poll $poll, ?string $user = null): Poll { return $poll; }
        #[Kargo\Rpc\Deprecated('use vote')] public function sum(float $first, float ...$more): float { return 1; }
        public function reset(): void {}
    }
    $api = new Kargo\Rpc\Api(title: 'Polls', version: '3');
    $api->export(new Polls(), as: 'poll')->export(fn () => $api->export(fn () => 1, as: 'added'), as: 'add');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api)->mount('/v1', $api);
    $server->run(workers: 1);
    PHP);
$answer = $server->get('/openrpc.json');
echo $answer->status, ' ', $answer->header('content-type'), "\n";
$document = json_decode($answer->body);
foreach ($document->methods as $method) {
    echo json_encode($method, JSON_UNESCAPED_SLASHES), "\n";
}
$document->methods = [];
$origin = "http://$server->host:$server->port";
echo strtr(json_encode($document, JSON_UNESCAPED_SLASHES), [$origin => 'http://HOST']), "\n";
$client = new Client($server);
echo '-- rpc.discover: ', $client->call('rpc.discover') === $answer->body ? 'the same' : 'another', "\n";
echo $client->call('rpc.discover', '{}') === $answer->body ? 'the same' : 'another', "\n";
echo $client->call('rpc.discover', '[1]'), "\n", $client->call('rpc.Discover'), "\n";
echo $client->json('{"jsonrpc":"2.0","method":"rpc.discover"}') === '' ? "nothing for a notification\n" : "an answer\n";
$batch = json_decode($client->json('[{"jsonrpc":"2.0","method":"rpc.discover","params":[1,2],"id":1},{"jsonrpc":"2.0","method":"poll.reset","id":2},{"jsonrpc":"2.0","method":"rpc.discover","id":3}]'));
echo $batch[0]->error->code, ' ', json_encode($batch[1]->result), ' ', $batch[2]->result->openrpc, "\n";
echo $client->xmlCall('rpc.discover'), "\n";
echo "-- other mounts and verbs\n";
foreach ([$server->get('/v1/openrpc.json')->body, (new Client($server, '/v1'))->call('rpc.discover'), $server->get('/openrpc.json', ['Host' => 'api.example', 'X-Forwarded-Proto' => 'HTTPS'])->body] as $text) {
    echo strtr(json_decode($text)->servers[0]->url, [$origin => 'http://HOST']), "\n";
}
echo $server->get('/%6fpenrpc.json?x')->body === $answer->body ? 'the same' : 'another', "\n";
$head = $server->request('HEAD', '/openrpc.json');
echo $head->status, ' ', $head->header('content-length') === (string) strlen($answer->body) ? 'as long' : 'another length', ' ', $head->body, "\n";
foreach (['POST', 'OPTIONS'] as $verb) {
    $refused = $server->request($verb, '/openrpc.json');
    echo "$verb $refused->status ", $refused->header('allow'), "\n";
}
echo "-- the map for Dojo\n";
foreach (['/jsonrpc?dojo=1', '/v1/jsonrpc?x&dojo', '/jsonrpc?dojos=1'] as $target) {
    echo substr($server->get($target)->body, 0, 170), "\n";
}
$client->call('add');
foreach (['/jsonrpc?dojo=1' => 'methods', '/jsonrpc' => 'services', '/openrpc.json' => 'methods'] as $target => $key) {
    echo count($server->get($target)->json()[$key]), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
200 application/json
{"name":"poll.vote","summary":"Votes.","description":"Once only.","paramStructure":"either","params":[{"name":"poll","required":true,"schema":{"$ref":"#/components/schemas/Poll"}},{"name":"user","required":false,"schema":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null}}],"result":{"name":"result","description":"the poll afterwards","schema":{"$ref":"#/components/schemas/Poll"}},"errors":[{"code":-32000,"message":"it is closed"}]}
{"name":"poll.sum","deprecated":true,"paramStructure":"by-position","params":[{"name":"first","required":true,"schema":{"type":"number"}},{"name":"more","required":false,"schema":{"type":"number"}}],"result":{"name":"result","schema":{"type":"number"}}}
{"name":"poll.reset","paramStructure":"either","params":[],"result":{"name":"result","schema":{"type":"null"}}}
{"name":"add","paramStructure":"either","params":[],"result":{"name":"result","schema":{}}}
{"openrpc":"1.3.2","info":{"title":"Polls","version":"3"},"servers":[{"name":"JSON-RPC 2.0","url":"http://HOST/jsonrpc"}],"methods":[],"components":{"schemas":{"Poll":{"type":"object","properties":{"title":{"type":"string","minLength":1,"description":"what is asked"},"votes":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807,"default":0}},"required":["title"],"additionalProperties":false}}}}
-- rpc.discover: the same
the same
{"code":-32602,"message":"Invalid params","data":{"pointer":"/params","reason":"takes no arguments, 1 given"}}
{"code":-32601,"message":"Method not found"}
nothing for a notification
-32602 null 1.3.2
fault -32601: Method not found
-- other mounts and verbs
http://HOST/v1/jsonrpc
http://HOST/v1/jsonrpc
https://api.example/jsonrpc
the same
200 as long 
POST 405 GET, HEAD, OPTIONS
OPTIONS 204 GET, HEAD, OPTIONS
-- the map for Dojo
{"SMDVersion":".1","serviceType":"JSON-RPC","methods":[{"name":"poll.vote","serviceURL":"/jsonrpc","parameters":[{"name":"poll","type":"object"},{"name":"user","type":["s
{"SMDVersion":".1","serviceType":"JSON-RPC","methods":[{"name":"poll.vote","serviceURL":"/v1/jsonrpc","parameters":[{"name":"poll","type":"object"},{"name":"user","type":
{"transport":"POST","envelope":"JSON-RPC-2.0","contentType":"application/json","SMDVersion":"2.0","target":"/jsonrpc","description":"Polls 3","services":{"poll.vote":{"en
5
5
5
0
