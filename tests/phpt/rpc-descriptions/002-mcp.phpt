--TEST--
MCP at /mcp: the lifecycle, tools, calls and their failures, versions, batches, what is no message
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\Fault;

    final class Gone extends DomainException {}
    #[Kargo\Rpc\Description('All about polls.')]
    final class Polls {
        /** Votes.
         *  @return array{votes: int} how many there are */
        public function vote(string $option, int $count = 1): array { return ['votes' => $count]; }
        public function text(string $text): string { return $text; }
        public function fail(int $how): void {
            match ($how) {
                0 => throw new Fault('on purpose', 7, ['why' => '"x"']),
                1 => throw new Gone('not any more'),
                2 => throw new RuntimeException('secret'),
            };
        }
        public function unsendable(): float { return NAN; }
        public function slow(string $name): string { Kargo\delay(0.01); return $name; }
        public function date(?DateTimeImmutable $at = null): ?DateTimeImmutable { return $at; }
    }
    $api = new Kargo\Rpc\Api(title: 'Polls', version: '3');
    $api->allow(Gone::class);
    $api->export(new Polls(), as: 'poll')->export(fn () => $api->export(fn () => 1, as: 'added'), as: 'add');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api)->mount('/v1', $api);
    $open = new Kargo\Rpc\Api(cors: new Kargo\Rpc\Cors(['https://page.example'], headers: ['Content-Type', 'MCP-Protocol-Version']));
    $server->mount('/open', $open->export('strlen'));
    $server->run(workers: 1);
    PHP);
$post = function (string $body, array $headers = [], string $path = '/mcp') use ($server): string {
    $answer = $server->post($path, $body, $headers + ['Content-Type' => 'application/json', 'Accept' => 'application/json, text/event-stream']);
    $text = preg_replace(['/"id":"[0-9a-f-]{4,}"/', '/Internal error \([0-9a-f-]{4,}\)/'], ['"id":"ID"', 'Internal error (ID)'], $answer->body);

    return "$answer->status " . ($answer->header('content-type') ?? '-') . " $text";
};
$request = fn (string $method, string $params = '{}', string $id = '1'): string => "{\"jsonrpc\":\"2.0\",\"id\":$id,\"method\":\"$method\",\"params\":$params}";
$call = fn (string $name, string $arguments): string => $post($request('tools/call', "{\"name\":\"$name\",\"arguments\":$arguments}"));
echo "-- the lifecycle\n";
foreach (['2025-06-18', '2025-03-26', '2024-11-05', '1.0', '2099-01-01'] as $version) {
    echo $post($request('initialize', "{\"protocolVersion\":\"$version\",\"capabilities\":{},\"clientInfo\":{\"name\":\"x\",\"version\":\"1\"}}", '"a"')), "\n";
}
echo $post($request('initialize')), "\n";
echo $post('{"jsonrpc":"2.0","method":"notifications/initialized"}'), "\n";
echo $post($request('ping', '{}', '-7')), "\n";
echo $post('{"jsonrpc":"2.0","id":1,"result":{}}'), "\n";
echo "-- tools\n";
$list = json_decode($server->post('/mcp', $request('tools/list'), ['Content-Type' => 'application/json'])->body);
foreach ($list->result->tools as $tool) {
    echo json_encode($tool, JSON_UNESCAPED_SLASHES), "\n";
}
echo $post($request('tools/list', '{"cursor":"x"}')), "\n";
echo "-- calls\n";
foreach ([['vote', '{"option":"a"}'], ['vote', '{"count":5,"option":"b"}'], ['text', '{"text":"\"é\u2028\""}'], ['date', '{}'], ['date', '{"at":"2026-01-02T03:04:05Z"}'], ['slow', '{"name":"s"}'], ['date', 'null']] as [$name, $arguments]) {
    echo "$name $arguments: ", $call("poll_$name", $arguments), "\n";
}
echo $post($request('tools/call', '{"arguments":{"text":"reversed"},"_meta":{"progressToken":1},"name":"poll_text"}', '"x"'), [], '/v1/mcp'), "\n";
echo "-- failures\n";
foreach ([['fail', '{"how":0}'], ['fail', '{"how":1}'], ['fail', '{"how":2}'], ['unsendable', '{}'], ['vote', '{}'], ['vote', '{"option":1}'], ['vote', '{"option":"a","other":1}'], ['vote', '{"option":"a","count":1e999}'], ['vote', '[]'], ['none', '{}']] as [$name, $arguments]) {
    echo "$name $arguments: ", $call("poll_$name", $arguments), "\n";
}
echo $call('poll.vote', '{"option":"a"}'), "\n", $call('rpc_discover', '{}'), "\n";
foreach (['resources/list', 'poll.vote', 'tools/call', 'rpc.discover'] as $method) {
    echo "$method: ", $post($request($method)), "\n";
}
echo "-- no messages\n";
foreach (['', '{', '1', '{}', '[]', '{"jsonrpc":"2.0","id":null,"method":"ping"}', '{"id":1,"method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}'] as $body) {
    echo "$body: ", $post($body), "\n";
}
echo "-- batches\n";
$ping = $request('ping');
$batch = '[' . implode(',', [$request('tools/call', '{"name":"poll_slow","arguments":{"name":"a"}}', '1'), '{"jsonrpc":"2.0","method":"notifications/cancelled"}', $request('tools/call', '{"name":"poll_vote","arguments":{"option":"a","count":1e999}}', '2'), $request('tools/call', '{"name":"poll_vote","arguments":{"option":"a","count":4}}', '3'), '7', $request('tools/call', '{"name":"poll_text","arguments":{"text":"last"}}', '4')]) . ']';
foreach ([[], ['MCP-Protocol-Version' => '2025-03-26'], ['MCP-Protocol-Version' => '2025-06-18']] as $headers) {
    echo $post($batch, $headers), "\n";
}
echo $post('[{"jsonrpc":"2.0","method":"notifications/initialized"},{"jsonrpc":"2.0","id":1,"result":{}}]'), "\n";
echo $post('[' . $request('initialize', '{"protocolVersion":"2025-03-26"}') . ']'), "\n";
echo "-- versions, verbs and origins\n";
foreach (['2025-06-18', '2024-11-05', '2099-01-01', ''] as $version) {
    echo "$version: ", $post($ping, ['MCP-Protocol-Version' => $version]), "\n";
}
foreach (['GET', 'DELETE', 'HEAD', 'PUT', 'OPTIONS'] as $verb) {
    $answer = $server->request($verb, '/mcp');
    echo "$verb $answer->status ", $answer->header('allow'), "\n";
}
foreach (["http://$server->host:$server->port", 'https://' . strtoupper($server->host) . ":$server->port", 'http://evil.example', 'null', 'evil'] as $origin) {
    echo strtr($origin, [$server->port => 'PORT']), ': ', strtok($post($ping, ['Origin' => $origin]), ' '), "\n";
}
foreach (['https://page.example', 'https://other.example'] as $origin) {
    foreach (['POST' => $ping, 'OPTIONS' => null] as $verb => $body) {
        $answer = $server->request($verb, '/open/mcp', ['Origin' => $origin, 'Content-Type' => 'application/json'], $body);
        echo "$verb $origin: $answer->status ", json_encode(array_filter($answer->headers, fn (string $name) => str_starts_with($name, 'access-control') || $name === 'vary', ARRAY_FILTER_USE_KEY), JSON_UNESCAPED_SLASHES), "\n";
    }
}
foreach (['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8'] as $type) {
    echo "$type: ", strtok($post($ping, ['Content-Type' => $type]), ' '), "\n";
}
echo "-- after another export\n";
echo $call('add', '{}'), "\n", $call('added', '{}'), "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
-- the lifecycle
200 application/json {"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"Polls","version":"3"},"instructions":"All about polls."},"id":"a","jsonrpc":"2.0"}
200 application/json {"result":{"protocolVersion":"2025-03-26","capabilities":{"tools":{}},"serverInfo":{"name":"Polls","version":"3"},"instructions":"All about polls."},"id":"a","jsonrpc":"2.0"}
200 application/json {"result":{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"Polls","version":"3"},"instructions":"All about polls."},"id":"a","jsonrpc":"2.0"}
200 application/json {"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"Polls","version":"3"},"instructions":"All about polls."},"id":"a","jsonrpc":"2.0"}
200 application/json {"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"Polls","version":"3"},"instructions":"All about polls."},"id":"a","jsonrpc":"2.0"}
200 application/json {"error":{"code":-32602,"message":"protocolVersion must be a string"},"id":1,"jsonrpc":"2.0"}
202 - 
200 application/json {"result":{},"id":-7,"jsonrpc":"2.0"}
202 - 
-- tools
{"name":"poll_vote","description":"Votes.","inputSchema":{"type":"object","properties":{"option":{"type":"string"},"count":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807,"default":1}},"required":["option"],"additionalProperties":false},"outputSchema":{"description":"how many there are","type":"object","properties":{"votes":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807}},"required":["votes"],"additionalProperties":false}}
{"name":"poll_text","inputSchema":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}}
{"name":"poll_fail","inputSchema":{"type":"object","properties":{"how":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807}},"required":["how"],"additionalProperties":false}}
{"name":"poll_unsendable","inputSchema":{"type":"object","properties":{},"additionalProperties":false}}
{"name":"poll_slow","inputSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}}
{"name":"poll_date","inputSchema":{"type":"object","properties":{"at":{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}],"default":null}},"additionalProperties":false}}
{"name":"add","inputSchema":{"type":"object","properties":{},"additionalProperties":false}}
200 application/json {"error":{"code":-32602,"message":"There is no such cursor"},"id":1,"jsonrpc":"2.0"}
-- calls
vote {"option":"a"}: 200 application/json {"result":{"content":[{"type":"text","text":"{\"votes\":1}"}],"structuredContent":{"votes":1},"isError":false},"id":1,"jsonrpc":"2.0"}
vote {"count":5,"option":"b"}: 200 application/json {"result":{"content":[{"type":"text","text":"{\"votes\":5}"}],"structuredContent":{"votes":5},"isError":false},"id":1,"jsonrpc":"2.0"}
text {"text":"\"é\u2028\""}: 200 application/json {"result":{"content":[{"type":"text","text":"\"\\\"é\\u2028\\\"\""}],"isError":false},"id":1,"jsonrpc":"2.0"}
date {}: 200 application/json {"result":{"content":[{"type":"text","text":"null"}],"isError":false},"id":1,"jsonrpc":"2.0"}
date {"at":"2026-01-02T03:04:05Z"}: 200 application/json {"result":{"content":[{"type":"text","text":"\"2026-01-02T03:04:05Z\""}],"isError":false},"id":1,"jsonrpc":"2.0"}
slow {"name":"s"}: 200 application/json {"result":{"content":[{"type":"text","text":"\"s\""}],"isError":false},"id":1,"jsonrpc":"2.0"}
date null: 200 application/json {"result":{"content":[{"type":"text","text":"null"}],"isError":false},"id":1,"jsonrpc":"2.0"}
200 application/json {"result":{"content":[{"type":"text","text":"\"reversed\""}],"isError":false},"id":"x","jsonrpc":"2.0"}
-- failures
fail {"how":0}: 200 application/json {"result":{"content":[{"type":"text","text":"{\"code\":7,\"message\":\"on purpose\",\"data\":{\"why\":\"\\\"x\\\"\"}}"}],"isError":true},"id":1,"jsonrpc":"2.0"}
fail {"how":1}: 200 application/json {"result":{"content":[{"type":"text","text":"{\"code\":-32000,\"message\":\"not any more\"}"}],"isError":true},"id":1,"jsonrpc":"2.0"}
fail {"how":2}: 200 application/json {"error":{"code":-32603,"message":"Internal error (ID)","data":{"id":"ID"}},"id":1,"jsonrpc":"2.0"}
unsendable {}: 200 application/json {"error":{"code":-32603,"message":"Internal error (ID)","data":{"id":"ID"}},"id":1,"jsonrpc":"2.0"}
vote {}: 200 application/json {"error":{"code":-32602,"message":"Invalid params (/params/arguments: option is missing)","data":{"pointer":"/params/arguments","reason":"option is missing"}},"id":1,"jsonrpc":"2.0"}
vote {"option":1}: 200 application/json {"error":{"code":-32602,"message":"Invalid params (/params/arguments/option: string expected, int given)","data":{"pointer":"/params/arguments/option","reason":"string expected, int given"}},"id":1,"jsonrpc":"2.0"}
vote {"option":"a","other":1}: 200 application/json {"error":{"code":-32602,"message":"Invalid params (/params/arguments/other: no such parameter)","data":{"pointer":"/params/arguments/other","reason":"no such parameter"}},"id":1,"jsonrpc":"2.0"}
vote {"option":"a","count":1e999}: 200 application/json {"error":{"code":-32602,"message":"Invalid params (/params/arguments: a number is out of range)","data":{"pointer":"/params/arguments","reason":"a number is out of range"}},"id":1,"jsonrpc":"2.0"}
vote []: 200 application/json {"error":{"code":-32602,"message":"arguments must be an object"},"id":1,"jsonrpc":"2.0"}
none {}: 200 application/json {"error":{"code":-32602,"message":"Invalid params (/params/name: there is no such tool)","data":{"pointer":"/params/name","reason":"there is no such tool"}},"id":1,"jsonrpc":"2.0"}
200 application/json {"error":{"code":-32602,"message":"Invalid params (/params/name: there is no such tool)","data":{"pointer":"/params/name","reason":"there is no such tool"}},"id":1,"jsonrpc":"2.0"}
200 application/json {"error":{"code":-32602,"message":"Invalid params (/params/name: there is no such tool)","data":{"pointer":"/params/name","reason":"there is no such tool"}},"id":1,"jsonrpc":"2.0"}
resources/list: 200 application/json {"error":{"code":-32601,"message":"Method not found"},"id":1,"jsonrpc":"2.0"}
poll.vote: 200 application/json {"error":{"code":-32601,"message":"Method not found"},"id":1,"jsonrpc":"2.0"}
tools/call: 200 application/json {"error":{"code":-32602,"message":"name must be a string"},"id":1,"jsonrpc":"2.0"}
rpc.discover: 200 application/json {"error":{"code":-32601,"message":"Method not found"},"id":1,"jsonrpc":"2.0"}
-- no messages
: 400 application/json {"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}
{: 400 application/json {"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}
1: 400 application/json {"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{}: 400 application/json {"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
[]: 400 application/json {"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"jsonrpc":"2.0","id":null,"method":"ping"}: 400 application/json {"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"id":1,"method":"ping"}: 400 application/json {"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}: 400 application/json {"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
-- batches
200 application/json [{"result":{"content":[{"type":"text","text":"\"a\""}],"isError":false},"id":1,"jsonrpc":"2.0"},{"error":{"code":-32602,"message":"Invalid params (/params/arguments: a number is out of range)","data":{"pointer":"/params/arguments","reason":"a number is out of range"}},"id":2,"jsonrpc":"2.0"},{"result":{"content":[{"type":"text","text":"{\"votes\":4}"}],"structuredContent":{"votes":4},"isError":false},"id":3,"jsonrpc":"2.0"},{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"},{"result":{"content":[{"type":"text","text":"\"last\""}],"isError":false},"id":4,"jsonrpc":"2.0"}]
200 application/json [{"result":{"content":[{"type":"text","text":"\"a\""}],"isError":false},"id":1,"jsonrpc":"2.0"},{"error":{"code":-32602,"message":"Invalid params (/params/arguments: a number is out of range)","data":{"pointer":"/params/arguments","reason":"a number is out of range"}},"id":2,"jsonrpc":"2.0"},{"result":{"content":[{"type":"text","text":"{\"votes\":4}"}],"structuredContent":{"votes":4},"isError":false},"id":3,"jsonrpc":"2.0"},{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"},{"result":{"content":[{"type":"text","text":"\"last\""}],"isError":false},"id":4,"jsonrpc":"2.0"}]
400 application/json {"error":{"code":-32600,"message":"This version of the protocol has no batches"},"id":null,"jsonrpc":"2.0"}
202 - 
200 application/json [{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}]
-- versions, verbs and origins
2025-06-18: 200 application/json {"result":{},"id":1,"jsonrpc":"2.0"}
2024-11-05: 200 application/json {"result":{},"id":1,"jsonrpc":"2.0"}
2099-01-01: 400 application/json {"error":{"code":-32600,"message":"This version of the protocol is not spoken here"},"id":null,"jsonrpc":"2.0"}
: 400 application/json {"error":{"code":-32600,"message":"This version of the protocol is not spoken here"},"id":null,"jsonrpc":"2.0"}
GET 405 POST, OPTIONS
DELETE 405 POST, OPTIONS
HEAD 405 POST, OPTIONS
PUT 405 POST, OPTIONS
OPTIONS 204 POST, OPTIONS
http://127.0.0.1:PORT: 200
https://127.0.0.1:PORT: 200
http://evil.example: 403
null: 403
evil: 403
POST https://page.example: 200 {"vary":["Origin"],"access-control-allow-origin":["https://page.example"],"access-control-expose-headers":["ETag, Retry-After, X-Request-Id"]}
OPTIONS https://page.example: 204 {"access-control-allow-methods":["POST, OPTIONS"],"access-control-allow-headers":["Content-Type, MCP-Protocol-Version"],"access-control-max-age":["600"],"vary":["Origin"],"access-control-allow-origin":["https://page.example"],"access-control-expose-headers":["ETag, Retry-After, X-Request-Id"]}
POST https://other.example: 403 {"vary":["Origin"]}
OPTIONS https://other.example: 204 {"vary":["Origin"]}
text/plain: 415
application/x-www-form-urlencoded: 415
application/json; charset=utf-8: 200
-- after another export
200 application/json {"result":{"content":[{"type":"text","text":"{}"}],"structuredContent":{},"isError":false},"id":1,"jsonrpc":"2.0"}
200 application/json {"result":{"content":[{"type":"text","text":"1"}],"isError":false},"id":1,"jsonrpc":"2.0"}
0
