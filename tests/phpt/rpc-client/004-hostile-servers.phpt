--TEST--
What servers answer that is no answer: ids, members, types, sizes, redirects, entities, floods
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions};
use Kargo\Rpc\{JsonRpcClient, XmlRpcClient};

$api = api_server();
$rude = rude_server();
/** A URL whose server says this. */
$saying = fn (string $body, string $type = 'application/json', int $status = 200, ?int $length = null) => rude(
    $rude,
    "HTTP/1.1 $status Said\r\n" . ($type === '' ? '' : "Content-Type: $type\r\n") . 'Content-Length: ' . ($length ?? strlen($body)) . "\r\n\r\n$body",
    'hold',
);
$json = fn (string $body, string ...$more) => told(fn () => (new JsonRpcClient($saying($body, ...$more)))->call('a'));
$xml = fn (string $body, string $type = 'text/xml', int $status = 200) => told(fn () => (new XmlRpcClient($saying($body, $type, $status)))->call('a'));
$shown = fn (string $text) => preg_replace('~http://HOST:PORT/\?say=…: ~', '', preg_replace('~http://HOST:PORT/\?\S*: ~', '', $text)) . "\n";
echo "-- JSON-RPC\n";
foreach ([
    '{"jsonrpc":"2.0","id":1,"result":"good"}', '{"result":"old","error":null,"id":1}', '{"id":1,"result":null,"error":"old fault"}',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}', '{"jsonrpc":"2.0","id":1,"error":{"code":5,"message":"\u0000é","data":{"a":[{}]}}}',
    '', ' ', 'null', '[]', '{}', '"text"', '<html>', '{"jsonrpc":"2.0","id":1', '{"jsonrpc":"2.0","id":1}', '{"jsonrpc":"2.0","result":1}',
    '{"jsonrpc":"2.0","id":2,"result":1}', '{"jsonrpc":"2.0","id":"1","result":1}', '{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":"m"}}',
    '{"jsonrpc":"1.1","id":1,"result":1}', '{"jsonrpc":"2.0","id":1,"error":{"message":"m"}}', '{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"m"}}',
    '{"jsonrpc":"2.0","id":1,"result":1}{}', '{"jsonrpc":"2.0","id":1,"result":1e999}', "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"\xff\"}", '[{"jsonrpc":"2.0","id":1,"result":1}]',
    '{"id":1,"result":' . str_repeat('[', 100_000),
] as $body) {
    echo $shown($json($body));
}
echo "-- batches\n";
foreach ([
    '[{"jsonrpc":"2.0","id":2,"result":"two"}]', '[{"jsonrpc":"2.0","id":3,"result":1}]', '[{"id":1,"result":1},{"id":1,"result":2}]', '{"id":1,"result":1}', '[1]',
    '[{"id":2,"result":2},{"id":null,"error":{"code":-32600,"message":"which?"}}]',
] as $body) {
    $batch = (new JsonRpcClient($saying($body)))->batch();
    $batch->a();
    $batch->b();
    try {
        echo implode('', array_map(fn ($result) => $shown(told($result)), $batch->send()));
    } catch (Throwable $error) {
        echo $shown(told($error));
    }
}
echo "-- types and statuses\n";
$good = '{"jsonrpc":"2.0","id":1,"result":"good"}';
$bad = '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}';
foreach (['application/json; charset=utf-8', 'application/problem+json', 'application/json-rpc', '', 'text/html', 'text/plain', 'application/octet-stream', "text/xml"] as $type) {
    echo $shown($json($good, $type));
}
foreach ([[$bad, 'application/json', 404], [$bad, 'application/json', 500], [$good, 'application/json', 202], ['<h1>', 'text/html', 502], ['', '', 204], ['', '', 401], [$bad, 'text/plain', 500]] as [$body, $type, $status]) {
    echo $shown(told(fn () => (new JsonRpcClient($saying($body, $type, $status)))->call('a')));
}
echo "-- XML-RPC\n";
$value = fn (string $value) => "<?xml version=\"1.0\"?><methodResponse><params><param><value>$value</value></param></params></methodResponse>";
foreach ([
    $value('good'), '', '<html></html>', '<methodResponse/>', '{"jsonrpc":"2.0"}', $value('<int>1e5</int>'), $value('<int>2147483648</int>'), $value('<double>inf</double>'), $value('<unknown/>'),
    $value('<boolean>true</boolean>'), $value('<dateTime.iso8601>yesterday</dateTime.iso8601>'), $value('<base64>*</base64>'), $value('<string>a'), $value('&undeclared;'), $value("\x01"), $value("\xff"),
    '<methodResponse><fault><value><string>no</string></value></fault></methodResponse>', '<methodResponse><params/></methodResponse>', $value('a') . 'b',
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' . '<methodResponse/>',
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><methodResponse><params><param><value>&a;</value></param></params></methodResponse>',
    $value(str_repeat('<array><data><value>', 10_000)),
] as $body) {
    echo $shown($xml($body));
}
echo $shown($xml("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><methodResponse><params><param><value>\xe9</value></param></params></methodResponse>"));
echo $shown($xml($value("\xe9"), 'text/xml; charset="iso-8859-1"')), $shown($xml($value('a'), 'text/xml; charset=ebcdic')), $shown($xml($value('a'), 'application/xml')), $shown($xml($value('a'), 'text/html'));
$fault = '<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member><member><name>faultString</name><value>no</value></member></struct></value></fault></methodResponse>';
echo $shown($xml($fault)), $shown($xml($fault, 'text/xml', 500)), $shown($xml('gone', 'text/html', 503));
echo "-- sizes and ends\n";
$small = new Client(new ClientOptions(bodyBytes: 1000, headTimeout: 0.5));
echo $shown(told(fn () => (new JsonRpcClient($saying('{"id":1,"result":"' . str_repeat('x', 1000) . '"}'), $small))->a()));
echo $shown(told(fn () => (new JsonRpcClient(rude($rude, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", 'close', endlessly: str_repeat('x', 1000)), $small))->a()));
echo $shown(told(fn () => (new JsonRpcClient(rude($rude, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"id\"")))->a()));
echo $shown(told(fn () => (new JsonRpcClient(rude($rude, '')))->a()));
echo $shown(told(fn () => (new XmlRpcClient(rude($rude, '', 'hold'), $small))->a()));
echo "-- redirects\n";
foreach ([301, 302, 303, 307, 308] as $status) {
    echo $shown(told(fn () => (new JsonRpcClient(url($api, "/redirect/$status?to=/jsonrpc")))->service->sum(1, 2)));
}
echo $shown(told(fn () => (new JsonRpcClient(url($api, '/redirect/308?to=/jsonrpc'), new Client(new ClientOptions(redirects: 0))))->a()));
echo $shown(told(fn () => (new XmlRpcClient(url($api, '/redirect/302?to=http://other.example/')))->a()));
echo $shown(told(fn () => (new XmlRpcClient(url($api, '/redirect/307?to=/xmlrpc')))->hello('there')));
$other = api_server();
foreach ([$other, $api] as $target) {
    [$headers] = (new JsonRpcClient(url($api, '/redirect/307?to=' . url($target, '/seen')), bearerToken: 'secret', assoc: true))->call('a');
    echo $target === $other ? 'elsewhere: ' : 'to itself: ', $headers['authorization'] ?? 'no token', ', ', $headers['content-type'], "\n";
}
echo "-- names that collide\n";
$names = [''];
for ($length = 0; $length < 10; $length++) {
    $names = array_merge(...array_map(fn ($name) => ["{$name}Ez", "{$name}FY"], $names));
}
$members = implode(',', array_map(fn ($name) => "\"$name\":1", $names));
$flood = Server::start('$server = Kargo\Http\Server::listen("127.0.0.1:0"); $server->post("/", fn () => Kargo\Http\Response::json(["id" => 1, "result" => array_fill_keys(json_decode(base64_decode("' . base64_encode(json_encode($names)) . '")), 1)])); $server->run(workers: 1);');
echo $shown(told(fn () => (new JsonRpcClient(url($flood, '/')))->a()));
echo $shown(told(fn () => (new JsonRpcClient(url($flood, '/'), assoc: true))->a()));
?>
--EXPECT--
-- JSON-RPC
"good"
"old"
Kargo\Rpc\RemoteFault 0: old fault
Kargo\Rpc\RemoteFault -32700: Parse error
Kargo\Rpc\RemoteFault 5: \0é {"a":[{}]}
Kargo\ProtocolException 0: POST the response is no JSON-RPC: it is empty
Kargo\ProtocolException 0: POST the response is no JSON-RPC: unexpected end at byte 1
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 4
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 2
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 2
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 6
Kargo\ProtocolException 0: POST the response is no JSON-RPC: syntax error at byte 0
Kargo\ProtocolException 0: POST the response is no JSON-RPC: unexpected end at byte 23
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 24
Kargo\ProtocolException 0: POST the response is no JSON-RPC: an answer to none of the calls at byte 28
Kargo\ProtocolException 0: POST the response is no JSON-RPC: an answer to none of the calls at byte 35
Kargo\ProtocolException 0: POST the response is no JSON-RPC: an answer to none of the calls at byte 37
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 68
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 16
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 47
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 58
Kargo\ProtocolException 0: POST the response is no JSON-RPC: text after the end at byte 35
Kargo\ProtocolException 0: POST the response is no JSON-RPC: number out of range at byte 38
Kargo\ProtocolException 0: POST the response is no JSON-RPC: invalid UTF-8 at byte 34
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 37
Kargo\ProtocolException 0: POST the response is no JSON-RPC: nested too deep at byte 527
-- batches
Kargo\ProtocolException 0: POST the response says nothing of call 1 of the batch
"two"
Kargo\ProtocolException 0: POST the response is no JSON-RPC: an answer to none of the calls at byte 36
Kargo\ProtocolException 0: POST the response is no JSON-RPC: a second answer to one call at byte 40
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 19
Kargo\ProtocolException 0: POST the response is no JSON-RPC: not a response to such a request at byte 2
Kargo\Rpc\RemoteFault -32600: which?
2
-- types and statuses
"good"
"good"
"good"
"good"
Kargo\ProtocolException 0: POST the response is no JSON-RPC: it is text/html
Kargo\ProtocolException 0: POST the response is no JSON-RPC: it is text/plain
Kargo\ProtocolException 0: POST the response is no JSON-RPC: it is application/octet-stream
Kargo\ProtocolException 0: POST the response is no JSON-RPC: it is text/xml
Kargo\Rpc\RemoteFault -32601: no
Kargo\Rpc\RemoteFault -32601: no
"good"
Kargo\ProtocolException 502: POST the response has status 502 and is no JSON-RPC: it is text/html
Kargo\ProtocolException 0: POST the response is no JSON-RPC: it is empty
Kargo\ProtocolException 401: POST the response has status 401 and is no JSON-RPC: it is empty
Kargo\ProtocolException 500: POST the response has status 500 and is no JSON-RPC: it is text/plain
-- XML-RPC
"good"
Kargo\ProtocolException 0: POST the response is no XML-RPC: it is empty
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a response to such a request at byte 6
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a response to such a request at byte 17
Kargo\ProtocolException 0: POST the response is no XML-RPC: syntax error at byte 0
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a value of its type at byte 73
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a value of its type at byte 80
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a value of its type at byte 79
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a response to such a request at byte 69
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a value of its type at byte 82
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a value of its type at byte 105
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a value of its type at byte 77
Kargo\ProtocolException 0: POST the response is no XML-RPC: syntax error at byte 70
Kargo\ProtocolException 0: POST the response is no XML-RPC: unknown entity at byte 59
Kargo\ProtocolException 0: POST the response is no XML-RPC: invalid character at byte 59
Kargo\ProtocolException 0: POST the response is no XML-RPC: invalid character for the encoding at byte 59
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a response to such a request at byte 57
Kargo\ProtocolException 0: POST the response is no XML-RPC: not a response to such a request at byte 25
Kargo\ProtocolException 0: POST the response is no XML-RPC: text after the end at byte 102
Kargo\ProtocolException 0: POST the response is no XML-RPC: document type declarations are refused at byte 22
Kargo\ProtocolException 0: POST the response is no XML-RPC: document type declarations are refused at byte 22
Kargo\ProtocolException 0: POST the response is no XML-RPC: nested too deep at byte 1745
"é"
"é"
Kargo\ProtocolException 0: POST the response is no XML-RPC: unsupported encoding at byte 0
"a"
Kargo\ProtocolException 0: POST the response is no XML-RPC: it is text/html
Kargo\Rpc\RemoteFault 4: no
Kargo\Rpc\RemoteFault 4: no
Kargo\ProtocolException 503: POST the response has status 503 and is no XML-RPC: it is text/html
-- sizes and ends
Kargo\ProtocolException 0: POST the response's body has more than 1000 bytes; raise ClientOptions::$bodyBytes, or use stream() or download()
Kargo\ProtocolException 0: POST the response's body has more than 1000 bytes; raise ClientOptions::$bodyBytes, or use stream() or download()
Kargo\ConnectionClosedException 0: POST the server closed the connection within the response
Kargo\ConnectionClosedException 0: POST the server closed the connection without a response; it may have acted on the request, which is not sent again by itself
Kargo\TimeoutException 0: POST no response within 0.5 s (ClientOptions::$headTimeout)
-- redirects
Kargo\ProtocolException 301: POST http://HOST:PORT/redirect/301?to=/jsonrpc: redirected with status 301 to /jsonrpc, which would make a GET of the call; give the client that URL
Kargo\ProtocolException 302: POST http://HOST:PORT/redirect/302?to=/jsonrpc: redirected with status 302 to /jsonrpc, which would make a GET of the call; give the client that URL
Kargo\ProtocolException 303: POST http://HOST:PORT/redirect/303?to=/jsonrpc: redirected with status 303 to /jsonrpc, which would make a GET of the call; give the client that URL
3
3
Kargo\ProtocolException 308: POST http://HOST:PORT/redirect/308?to=/jsonrpc: redirected with status 308 to /jsonrpc, which its options do not allow; give the client that URL
Kargo\ProtocolException 302: POST http://HOST:PORT/redirect/302?to=http://other.example/: redirected with status 302 to http://other.example/, which would make a GET of the call; give the client that URL
"Hello, there!"
elsewhere: no token, application/json
to itself: Bearer secret, application/json
-- names that collide
Kargo\ProtocolException 0: POST http://HOST:PORT/: the response is no JSON-RPC: the names of an object's members collide
Kargo\ProtocolException 0: POST http://HOST:PORT/: the response is no JSON-RPC: the names of an object's members collide
