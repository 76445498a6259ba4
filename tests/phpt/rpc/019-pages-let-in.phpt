--TEST--
CORS in every door: preflights, pages that a method, a class or the Api lets in, batches, descriptions, cookies
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\{Api, Cors, Fault};

    #[Cors(['https://class.example'], headers: ['X-Class'], credentials: true)]
    final class Let {
        public function in(int $by = 1): int { file_put_contents('php://stderr', "called in\n"); return $by; }
        #[Cors(['https://class.example', 'https://own.example'], headers: [], exposed: [], maxAge: 5)]
        public function own(): int { file_put_contents('php://stderr', "called own\n"); return 2; }
        public function fail(): never { throw new Fault('on purpose', 7); }
        public function secret(): never { throw new RuntimeException('s3cret'); }
        public function wait(): int { Kargo\delay(0.01); return 3; }
    }
    final class Plain {
        public function plain(): int { file_put_contents('php://stderr', "called plain\n"); return 4; }
        #[Cors(['*'])] public function all(): int { return 5; }
    }
    $api = new Api();
    $api->export(new Let(), as: 'let')->export(new Plain());
    $open = new Api(cors: new Cors(['https://api.example']));
    $open->export(new Plain());
    $closed = new Api();
    $closed->export(fn (): int => 6, as: 'plain');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/some', $api)->mount('/open', $open)->mount('/closed', $closed);
    $server->run(workers: 1);
    PHP);
$shown = function (Response $response): string {
    $text = (string) $response->status;
    foreach ($response->headers as $name => $values) {
        if (preg_match('/^(allow|vary|access-control-.*)$/', $name)) {
            $text .= ' [' . preg_replace('/access-control-/', '', $name) . ': ' . implode(' & ', $values) . ']';
        }
    }
    $body = preg_match('/^[{\[].{300}/s', $response->body) ? '(a document)' : preg_replace(['/"[0-9a-f]+-[0-9a-f]+"/', '/\([0-9a-f]+-[0-9a-f]+\)/', '/<\?xml.*?\?>\s*/'], ['"ID"', '(ID)', ''], trim($response->body));

    return trim("$text " . (strlen($body) > 250 ? '(a long body)' : $body));
};
$json = fn (string ...$methods): string => count($methods) === 1
    ? "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$methods[0]\"}"
    : '[' . implode(',', array_map(fn (string $method): string => "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$method\"}", $methods)) . ']';
$xml = fn (string $method): string => "<methodCall><methodName>$method</methodName></methodCall>";
$multicall = fn (string ...$methods): string => '<methodCall><methodName>system.multicall</methodName><params><param><value><array><data>' . implode('', array_map(fn (string $method): string => "<value><struct><member><name>methodName</name><value>$method</value></member><member><name>params</name><value><array><data/></array></value></member></struct></value>", $methods)) . '</data></array></value></param></params></methodCall>';
$soap = fn (string $method): string => "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:$method xmlns:m=\"urn:api\"/></e:Body></e:Envelope>";
$tool = fn (string ...$names): string => '[' . implode(',', array_map(fn (string $name): string => "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"$name\"}}", $names)) . ']';
$post = function (string $path, string $type, string $body, ?string $origin, array $headers = []) use ($server, $shown): string {
    $headers += $type === '' ? [] : ['Content-Type' => $type];
    $headers += $origin === null ? [] : ['Origin' => $origin];

    return $shown($server->post($path, $body, $headers));
};
$called = function () use ($server): string {
    static $seen = 0;
    $all = substr_count($server->log(), "called ");
    [$new, $seen] = [$all - $seen, $all];

    return "$new called";
};
echo "-- preflights\n";
foreach (['/some/jsonrpc', '/some/xmlrpc', '/some/soap', '/some/mcp', '/some/openrpc.json', '/some/openapi.json', '/some/rest', '/some/nope'] as $path) {
    foreach (['https://class.example', 'https://own.example', 'https://evil.example'] as $origin) {
        if ($origin !== 'https://class.example' && $path !== '/some/jsonrpc') {
            continue;
        }
        echo "$path $origin: ", $shown($server->request('OPTIONS', $path, ['Origin' => $origin, 'Access-Control-Request-Method' => 'POST'])), "\n";
    }
}
foreach (['/open/jsonrpc', '/open/soap', '/open/openrpc.json', '/open/openapi.json', '/open/', '/closed/jsonrpc', '/closed/mcp'] as $path) {
    echo "$path: ", $shown($server->request('OPTIONS', $path, ['Origin' => 'https://api.example', 'Access-Control-Request-Method' => 'POST'])), "\n";
}
echo 'without an origin: ', $shown($server->request('OPTIONS', '/open/jsonrpc')), "\n";
echo "-- JSON-RPC\n";
foreach ([['let.in'], ['let.own'], ['plain'], ['all'], ['nope'], ['let.fail'], ['let.secret'], ['let.wait'], ['rpc.discover'], ['let.in', 'let.own'], ['let.in', 'plain'], ['let.in', 'nope'], ['let.own', 'rpc.discover']] as $methods) {
    foreach (['https://class.example', 'https://own.example'] as $origin) {
        echo implode('+', $methods), " $origin: ", $post('/some/jsonrpc', 'application/json', $json(...$methods), $origin), "\n";
    }
    echo $called(), "\n";
}
foreach ([null, 'https://evil.example', 'null', "http://127.0.0.1:$server->port"] as $origin) {
    echo $origin === null ? 'nobody' : preg_replace('/:\d+/', '', $origin), ': ', $post('/some/jsonrpc', 'application/json', $json('plain'), $origin), "\n";
}
echo 'no JSON: ', $post('/some/jsonrpc', 'application/json', '{', 'https://own.example'), "\n";
echo 'no type: ', $post('/some/jsonrpc', '', $json('let.own'), 'https://own.example'), "\n";
echo 'no type: ', $post('/some/jsonrpc', '', $json('let.own'), 'https://other.example'), "\n";
echo 'text: ', $post('/some/jsonrpc', 'text/plain', $json('let.own'), 'https://own.example'), "\n";
echo 'notification: ', $post('/some/jsonrpc', 'application/json', '{"jsonrpc":"2.0","method":"let.in"}', 'https://class.example'), "\n";
echo 'notification: ', $post('/some/jsonrpc', 'application/json', '{"jsonrpc":"2.0","method":"plain"}', 'https://class.example'), "\n";
echo $called(), "\n-- XML-RPC\n";
foreach (['let.in' => $xml('let.in'), 'plain' => $xml('plain'), 'system.listMethods' => $xml('system.listMethods'), 'let.in+let.own' => $multicall('let.in', 'let.own'), 'let.in+plain' => $multicall('let.in', 'plain')] as $name => $body) {
    echo "$name: ", $post('/some/xmlrpc', 'text/xml', $body, 'https://class.example'), "\n", $called(), "\n";
}
echo "-- SOAP\n";
foreach (['let.own', 'plain', 'nope'] as $name) {
    echo "$name: ", $post('/some/soap', 'text/xml', str_replace('urn:api', 'urn:kargo:api', $soap($name)), 'https://own.example'), "\n", $called(), "\n";
}
echo "-- MCP\n";
foreach (['own' => $tool('let_own'), 'in+own' => $tool('let_in', 'let_own'), 'plain' => $tool('plain'), 'own+plain' => $tool('let_own', 'plain'), 'nope' => $tool('nope'), 'list' => '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', 'ping' => '{"jsonrpc":"2.0","id":1,"method":"ping"}'] as $name => $body) {
    echo "$name: ", $post('/some/mcp', 'application/json', $body, 'https://class.example', ['MCP-Protocol-Version' => '2025-03-26']), "\n", $called(), "\n";
}
echo 'evil: ', $post('/closed/mcp', 'application/json', '{"jsonrpc":"2.0","id":1,"method":"ping"}', 'https://evil.example'), "\n";
echo "-- as to Zend_Rest_Server\n";
foreach (['let.own', 'plain', 'all', 'nope'] as $name) {
    echo "$name: ", $post('/some/rest', 'application/x-www-form-urlencoded', "method=$name", 'https://own.example', ['Accept' => 'application/json']), "\n";
}
echo $called(), "\n-- descriptions\n";
foreach (['/some/jsonrpc', '/open/jsonrpc', '/open/openrpc.json', '/open/openapi.json', '/open/soap?wsdl', '/closed/openrpc.json'] as $path) {
    foreach (['https://own.example', 'https://api.example'] as $origin) {
        echo "$path $origin: ", preg_replace('/(?<=\]|200) (?!\[).*/s', ' …', $shown($server->get($path, ['Origin' => $origin]))), "\n";
    }
}
echo "-- cookies, and what scripts send themselves\n";
foreach ([['let.in', ['Cookie' => 'a=b']], ['let.own', ['Cookie' => 'a=b']], ['all', ['Cookie' => 'a=b']], ['all', ['Authorization' => 'Basic eDp5']], ['all', ['Authorization' => 'Bearer x']]] as [$name, $headers]) {
    echo "$name ", json_encode($headers), ': ', $post('/some/jsonrpc', 'application/json', $json($name), 'https://class.example', $headers), "\n";
}
echo 'own page: ', $post('/some/jsonrpc', 'application/json', $json('plain'), "http://127.0.0.1:$server->port", ['Cookie' => 'a=b']), "\n";
echo 'api: ', $post('/open/jsonrpc', 'application/json', $json('plain'), 'https://api.example', ['Cookie' => 'a=b']), "\n";
echo "-- the Api's own\n";
foreach ([['plain'], ['all', 'plain'], ['rpc.discover'], ['nope']] as $methods) {
    echo implode('+', $methods), ': ', $post('/open/jsonrpc', 'application/json', $json(...$methods), 'https://api.example'), "\n";
}
echo "-- one after the other on a connection\n";
$connection = $server->connect();
foreach ([['/open/jsonrpc', 'https://api.example'], ['/closed/jsonrpc', 'https://api.example']] as [$path, $origin]) {
    $body = $json('plain');
    $connection->send("POST $path HTTP/1.1\r\nHost: a\r\nOrigin: $origin\r\nContent-Type: application/json\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body");
    echo $shown($connection->readResponse()), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
-- preflights
/some/jsonrpc https://class.example: 204 [allow-methods: GET, HEAD, POST, OPTIONS] [allow-headers: X-Class, Content-Type, Authorization, If-None-Match, Idempotency-Key] [max-age: 5] [allow: GET, HEAD, POST, OPTIONS] [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id]
/some/jsonrpc https://own.example: 204 [allow-methods: GET, HEAD, POST, OPTIONS] [allow-headers: Content-Type, Authorization, If-None-Match, Idempotency-Key] [max-age: 5] [allow: GET, HEAD, POST, OPTIONS] [vary: Origin] [allow-origin: https://own.example] [expose-headers: ETag, Retry-After, X-Request-Id]
/some/jsonrpc https://evil.example: 204 [allow-methods: GET, HEAD, POST, OPTIONS] [allow-headers: Content-Type, Authorization, If-None-Match, Idempotency-Key] [max-age: 600] [allow: GET, HEAD, POST, OPTIONS] [vary: Origin] [allow-origin: *] [expose-headers: ETag, Retry-After, X-Request-Id]
/some/xmlrpc https://class.example: 204 [allow-methods: POST, OPTIONS] [allow-headers: X-Class, Content-Type, Authorization, If-None-Match, Idempotency-Key] [max-age: 5] [allow: POST, OPTIONS] [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id]
/some/soap https://class.example: 204 [allow-methods: GET, HEAD, POST, OPTIONS] [allow-headers: X-Class, Content-Type, Authorization, If-None-Match, Idempotency-Key, SOAPAction] [max-age: 5] [allow: GET, HEAD, POST, OPTIONS] [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id]
/some/mcp https://class.example: 204 [allow-methods: POST, OPTIONS] [allow-headers: X-Class, Content-Type, Authorization, If-None-Match, Idempotency-Key, MCP-Protocol-Version] [max-age: 5] [allow: POST, OPTIONS] [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id]
/some/openrpc.json https://class.example: 204 [allow: GET, HEAD, OPTIONS] [vary: Origin]
/some/openapi.json https://class.example: 204 [allow: GET, HEAD, OPTIONS]
/some/rest https://class.example: 204 [allow: GET, HEAD, POST, OPTIONS] [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] [allow-methods: GET, HEAD, POST, OPTIONS] [allow-headers: X-Class, Content-Type, Authorization, If-None-Match, Idempotency-Key] [max-age: 5]
/some/nope https://class.example: 404 404 Not Found
/open/jsonrpc: 204 [allow-methods: GET, HEAD, POST, OPTIONS] [allow-headers: Content-Type, Authorization, If-None-Match, Idempotency-Key] [max-age: 600] [allow: GET, HEAD, POST, OPTIONS] [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id]
/open/soap: 204 [allow-methods: GET, HEAD, POST, OPTIONS] [allow-headers: Content-Type, Authorization, If-None-Match, Idempotency-Key, SOAPAction] [max-age: 600] [allow: GET, HEAD, POST, OPTIONS] [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id]
/open/openrpc.json: 204 [allow-methods: GET, HEAD, OPTIONS] [allow-headers: Content-Type, Authorization, If-None-Match, Idempotency-Key] [max-age: 600] [allow: GET, HEAD, OPTIONS] [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id]
/open/openapi.json: 204 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] [allow: GET, HEAD, OPTIONS] [allow-methods: GET, HEAD, OPTIONS] [allow-headers: Content-Type, Authorization, If-None-Match, Idempotency-Key] [max-age: 600]
/open/: 204 [allow: GET, HEAD, OPTIONS]
/closed/jsonrpc: 204 [allow: GET, HEAD, POST, OPTIONS]
/closed/mcp: 204 [allow: POST, OPTIONS]
without an origin: 204 [allow: GET, HEAD, POST, OPTIONS] [vary: Origin]
-- JSON-RPC
let.in https://class.example: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":1,"id":1,"jsonrpc":"2.0"}
let.in https://own.example: 403 [vary: Origin] 403 Forbidden
1 called
let.own https://class.example: 200 [vary: Origin] [allow-origin: https://class.example] {"result":2,"id":1,"jsonrpc":"2.0"}
let.own https://own.example: 200 [vary: Origin] [allow-origin: https://own.example] {"result":2,"id":1,"jsonrpc":"2.0"}
2 called
plain https://class.example: 403 [vary: Origin] 403 Forbidden
plain https://own.example: 403 [vary: Origin] 403 Forbidden
0 called
all https://class.example: 200 [vary: Origin] [allow-origin: *] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":5,"id":1,"jsonrpc":"2.0"}
all https://own.example: 200 [vary: Origin] [allow-origin: *] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":5,"id":1,"jsonrpc":"2.0"}
0 called
nope https://class.example: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] {"error":{"code":-32601,"message":"Method not found"},"id":1,"jsonrpc":"2.0"}
nope https://own.example: 200 [vary: Origin] [allow-origin: https://own.example] [expose-headers: ETag, Retry-After, X-Request-Id] {"error":{"code":-32601,"message":"Method not found"},"id":1,"jsonrpc":"2.0"}
0 called
let.fail https://class.example: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] {"error":{"code":7,"message":"on purpose"},"id":1,"jsonrpc":"2.0"}
let.fail https://own.example: 403 [vary: Origin] 403 Forbidden
0 called
let.secret https://class.example: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1,"jsonrpc":"2.0"}
let.secret https://own.example: 403 [vary: Origin] 403 Forbidden
0 called
let.wait https://class.example: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":3,"id":1,"jsonrpc":"2.0"}
let.wait https://own.example: 403 [vary: Origin] 403 Forbidden
0 called
rpc.discover https://class.example: 403 [vary: Origin] 403 Forbidden
rpc.discover https://own.example: 403 [vary: Origin] 403 Forbidden
0 called
let.in+let.own https://class.example: 200 [vary: Origin] [allow-origin: https://class.example] [expose-headers: ETag, Retry-After, X-Request-Id] [{"result":1,"id":1,"jsonrpc":"2.0"},{"result":2,"id":1,"jsonrpc":"2.0"}]
let.in+let.own https://own.example: 403 [vary: Origin] 403 Forbidden
2 called
let.in+plain https://class.example: 403 [vary: Origin] 403 Forbidden
let.in+plain https://own.example: 403 [vary: Origin] 403 Forbidden
0 called
let.in+nope https://class.example: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] [{"result":1,"id":1,"jsonrpc":"2.0"},{"error":{"code":-32601,"message":"Method not found"},"id":1,"jsonrpc":"2.0"}]
let.in+nope https://own.example: 403 [vary: Origin] 403 Forbidden
1 called
let.own+rpc.discover https://class.example: 403 [vary: Origin] 403 Forbidden
let.own+rpc.discover https://own.example: 403 [vary: Origin] 403 Forbidden
0 called
nobody: 200 [vary: Origin] {"result":4,"id":1,"jsonrpc":"2.0"}
https://evil.example: 403 [vary: Origin] 403 Forbidden
null: 403 [vary: Origin] 403 Forbidden
http://127.0.0.1: 200 [vary: Origin] [allow-origin: *] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":4,"id":1,"jsonrpc":"2.0"}
no JSON: 200 [vary: Origin] [allow-origin: https://own.example] [expose-headers: ETag, Retry-After, X-Request-Id] {"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}
no type: 200 [vary: Origin] [allow-origin: https://own.example] {"result":2,"id":1,"jsonrpc":"2.0"}
no type: 403 [vary: Origin] 403 Forbidden
text: 415 [vary: Origin] [allow-origin: https://own.example] [expose-headers: ETag, Retry-After, X-Request-Id] 415 Unsupported Media Type
notification: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id]
notification: 403 [vary: Origin] 403 Forbidden
4 called
-- XML-RPC
let.in: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] <methodResponse><params><param><value><int>1</int></value></param></params></methodResponse>
1 called
plain: 403 [vary: Origin] 403 Forbidden
0 called
system.listMethods: 403 [vary: Origin] 403 Forbidden
0 called
let.in+let.own: 200 [vary: Origin] [allow-origin: https://class.example] [expose-headers: ETag, Retry-After, X-Request-Id] <methodResponse><params><param><value><array><data><value><array><data><value><int>1</int></value></data></array></value><value><array><data><value><int>2</int></value></data></array></value></data></array></value></param></params></methodResponse>
2 called
let.in+plain: 403 [vary: Origin] 403 Forbidden
0 called
-- SOAP
let.own: 200 [vary: Origin] [allow-origin: https://own.example] (a long body)
1 called
plain: 403 [vary: Origin] 403 Forbidden
0 called
nope: 500 [vary: Origin] [allow-origin: https://own.example] [expose-headers: ETag, Retry-After, X-Request-Id] (a long body)
0 called
-- MCP
own: 200 [vary: Origin] [allow-origin: https://class.example] [{"result":{"content":[{"type":"text","text":"2"}],"isError":false},"id":1,"jsonrpc":"2.0"}]
1 called
in+own: 200 [vary: Origin] [allow-origin: https://class.example] [expose-headers: ETag, Retry-After, X-Request-Id] [{"result":{"content":[{"type":"text","text":"1"}],"isError":false},"id":1,"jsonrpc":"2.0"},{"result":{"content":[{"type":"text","text":"2"}],"isError":false},"id":1,"jsonrpc":"2.0"}]
2 called
plain: 403 [vary: Origin] 403 Forbidden
0 called
own+plain: 403 [vary: Origin] 403 Forbidden
0 called
nope: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] [{"error":{"code":-32602,"message":"Invalid params (/params/name: there is no such tool)","data":{"pointer":"/params/name","reason":"there is no such tool"}},"id":1,"jsonrpc":"2.0"}]
0 called
list: 403 [vary: Origin] 403 Forbidden
0 called
ping: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":{},"id":1,"jsonrpc":"2.0"}
0 called
evil: 403 403 Forbidden
-- as to Zend_Rest_Server
let.own: 200 [vary: Origin] [allow-origin: https://own.example] 2
plain: 415 {"type":"about:blank","title":"Unsupported Media Type","status":415,"detail":"Send application/x-www-form-urlencoded, and not from a page of another server.","instance":"ID"}
all: 200 [vary: Origin] [allow-origin: *] [expose-headers: ETag, Retry-After, X-Request-Id] 5
nope: 415 {"type":"about:blank","title":"Unsupported Media Type","status":415,"detail":"Send application/x-www-form-urlencoded, and not from a page of another server.","instance":"ID"}
1 called
-- descriptions
/some/jsonrpc https://own.example: 200 [vary: Origin] …
/some/jsonrpc https://api.example: 200 [vary: Origin] …
/open/jsonrpc https://own.example: 200 [vary: Origin] …
/open/jsonrpc https://api.example: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] …
/open/openrpc.json https://own.example: 200 [vary: Origin] …
/open/openrpc.json https://api.example: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] …
/open/openapi.json https://own.example: 200 [vary: Origin] …
/open/openapi.json https://api.example: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] …
/open/soap?wsdl https://own.example: 200 [vary: Origin] …
/open/soap?wsdl https://api.example: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] …
/closed/openrpc.json https://own.example: 200 …
/closed/openrpc.json https://api.example: 200 …
-- cookies, and what scripts send themselves
let.in {"Cookie":"a=b"}: 200 [vary: Origin] [allow-origin: https://class.example] [allow-credentials: true] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":1,"id":1,"jsonrpc":"2.0"}
let.own {"Cookie":"a=b"}: 403 [vary: Origin] 403 Forbidden
all {"Cookie":"a=b"}: 403 [vary: Origin] 403 Forbidden
all {"Authorization":"Basic eDp5"}: 403 [vary: Origin] 403 Forbidden
all {"Authorization":"Bearer x"}: 200 [vary: Origin] [allow-origin: *] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":5,"id":1,"jsonrpc":"2.0"}
own page: 200 [vary: Origin] [allow-origin: *] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":4,"id":1,"jsonrpc":"2.0"}
api: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":4,"id":1,"jsonrpc":"2.0"}
-- the Api's own
plain: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":4,"id":1,"jsonrpc":"2.0"}
all+plain: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] [{"result":5,"id":1,"jsonrpc":"2.0"},{"result":4,"id":1,"jsonrpc":"2.0"}]
rpc.discover: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] (a document)
nope: 200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] {"error":{"code":-32601,"message":"Method not found"},"id":1,"jsonrpc":"2.0"}
-- one after the other on a connection
200 [vary: Origin] [allow-origin: https://api.example] [expose-headers: ETag, Retry-After, X-Request-Id] {"result":4,"id":1,"jsonrpc":"2.0"}
200 {"result":6,"id":1,"jsonrpc":"2.0"}
0
