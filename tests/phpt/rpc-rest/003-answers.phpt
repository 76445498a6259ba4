--TEST--
REST: answers and failures: problem+json, statuses of faults, masked exceptions, media types, bodies, entity tags, CORS
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\{Cors, Fault, Get, Post, Put, Body};

    final class Known extends DomainException {}
    #[Cors(['https://class.example'])]
    final class Shared {
        #[Get] public function get(): int { return 1; }
        #[Get] #[Cors(['*'], headers: [], exposed: [], maxAge: 5)] public function all(): int { return 1; }
        #[Put('/shared/{id}')] #[Cors(['https://a.example', 'https://b.example:8443'], headers: ['X-A', 'Content-Type'], credentials: true)] public function put(int $id): int { return $id; }
    }
    final class Answers {
        public function fault(int $code, mixed $data = null): never { throw new Fault("code $code", $code, $data); }
        public function plain(): never { throw new Fault('plain'); }
        public function known(int $code): never { throw new Known('known', $code); }
        public function secret(): never { throw new RuntimeException('s3cret'); }
        public function wrong(): int { return 's3cret'; }
        public function error(): void { (function (int $s3cret) {})(); }
        public function leave(): void { exit(3); }
        public function unsendable(): float { return NAN; }
        public function closure(): Closure { return fn () => 1; }
        public function nothing(): void {}
        public function null(): ?int { return null; }
        #[Post(status: 202)] public function later(): void {}
        #[Post(status: 204)] public function quiet(): int { return 1; }
        /** @return array<string, int> */
        public function map(): array { return []; }
        /** @return base64 */
        public function bytes(): string { return "\0\xff"; }
        #[Get] public function counter(): int { static $calls = 0; file_put_contents('php://stderr', "called\n"); return intdiv($calls++, 2); }
        #[Put('/whole')] public function whole(#[Body] int|string|null $value = null): array { return [$value]; }
        public function wait(string $what): string { Kargo\delay(0.01); return "waited for $what"; }
        public function waitAndThrow(): string { Kargo\delay(0.01); throw new Fault('waited', 418); }
    }
    $api = new Kargo\Rpc\Api(cors: new Cors(['https://api.example']));
    $api->export(new Answers())->export(new Shared(), as: 'shared')->allow(Known::class);
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$rest = new Rest($server);
echo "-- a whole problem\n";
$response = $server->post('/rest/fault', '{"code":"x"}', ['Content-Type' => 'application/json']);
echo preg_replace('/"[0-9a-f]+-[0-9a-f]+"/', '"ID"', $response), "\n";
echo "-- faults\n";
foreach ([400, 404, 409, 418, 499, 500, 599, 600, 399, 0, -1, 42, -32602, -32601, -32603, -32600, -32700, -32000] as $code) {
    echo "$code: ", $rest->post('/rest/fault', "{\"code\":$code}"), "\n";
}
echo $rest->post('/rest/fault', '{"code":410,"data":{"a":[1,{}]}}'), "\n";
echo $rest->post('/rest/plain'), "\n";
foreach ([0, 404, 7] as $code) {
    echo $rest->post('/rest/known', "{\"code\":$code}"), "\n";
}
echo "-- masked\n";
foreach (['secret', 'wrong', 'error', 'leave', 'unsendable', 'closure'] as $method) {
    $response = $server->post("/rest/$method", '', ['Content-Type' => 'application/json']);
    $id = $response->json()['instance'];
    $isLogged = preg_match('/request=' . $id . '\b/', $server->log()) === 1;
    echo "$method: ", Rest::shown($response), ' ', $response->header('x-request-id') === $id && $isLogged ? 'logged' : $server->log(), str_contains($response->head . $response->body, 's3cret') ? ' LEAK' : '', "\n";
}
echo "-- results\n";
foreach (['nothing', 'null', 'later', 'quiet', 'map', 'bytes', 'waitAndThrow'] as $method) {
    echo "$method: ", $rest->post("/rest/$method"), "\n";
}
echo "-- waiting: others are answered meanwhile\n";
$connections = [];
foreach (range(1, 5) as $number) {
    $connections[$number] = $server->connect();
    $body = "{\"what\":\"$number\"}";
    $connections[$number]->send("POST /rest/wait HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body");
}
foreach ($connections as $connection) {
    echo $connection->readResponse()->body, "\n";
}
echo "-- bodies\n";
foreach (['application/json' => 'x', 'application/json; charset=utf-8' => '{"code":409}', 'application/vnd.x+json' => '{"code":409}', 'text/plain' => '{"code":409}', 'application/x-www-form-urlencoded' => 'code=409', 'text/xml' => '<a/>', 'nonsense' => '{}', '' => '{}'] as $type => $body) {
    echo "$type: ", $rest->send('POST', '/rest/fault', $body, ['Content-Type' => $type]), "\n";
}
foreach ([[], ['Origin' => 'https://evil.example'], ['Origin' => 'null'], ['Origin' => 'https://api.example'], ['Origin' => "http://127.0.0.1:$server->port"]] as $headers) {
    echo 'no type ', json_encode($headers, JSON_UNESCAPED_SLASHES) === json_encode(['Origin' => "http://127.0.0.1:$server->port"], JSON_UNESCAPED_SLASHES) ? 'itself' : json_encode($headers, JSON_UNESCAPED_SLASHES), ': ', $rest->send('POST', '/rest/null', '', $headers), "\n";
}
foreach (['', ' ', '{', '[]', '1', 'null', '"x"', '{}', '{"code":409,"code":410}', '{"code":409} x', '{"nope":1}', '{"code":409,"nope":1}', "{\"code\":409,\"data\":\"\xff\"}", '{"code":1e400}', '{"\u0000":1}'] as $body) {
    echo json_encode($body, JSON_INVALID_UTF8_SUBSTITUTE), ': ', $rest->post('/rest/fault', $body), "\n";
}
foreach (['', '1', '"x"', 'null', '{}', 'true', '1 2'] as $body) {
    echo "whole $body: ", $rest->send('PUT', '/whole', $body, ['Content-Type' => 'application/json']), "\n";
}
echo 'null: ', $rest->post('/rest/nothing', '{}'), ' ', $rest->post('/rest/nothing', '{"a":1}'), ' ', $rest->post('/rest/nothing?a=1'), ' ', $rest->get('/rest/counter?a=1'), "\n";
echo "-- negotiation\n";
foreach (['*/*', 'application/json', 'application/*', 'text/html', 'text/html, */*;q=0.1', 'application/json;q=0', 'application/problem+json', ''] as $accept) {
    echo "$accept: ", $rest->post('/rest/null', '', ['Accept' => $accept]), "\n";
}
echo "-- entity tags\n";
$tags = [];
foreach ([1, 2, 3] as $_) {
    $tags[] = $server->get('/rest/counter')->header('etag');
}
[$first, $same, $other] = $tags;
echo preg_match('/^"[0-9a-f]{32}"$/', $first), ' ', var_export($first === $same, true), ' ', var_export($first === $other, true), "\n";
foreach ([$other, "W/$other", "\"x\", $other", '*', '"x"', $first, trim($other, '"')] as $tag) {
    $response = $server->get('/rest/shared/get', ['If-None-Match' => $tag]);
    echo $response->status, $response->body === '' ? ' ' : " $response->body ";
}
$head = $server->request('HEAD', '/rest/shared/get');
echo "\nHEAD $head->status ", $head->header('etag') === $server->get('/rest/shared/get')->header('etag') ? 'same tag' : 'another tag', ' ', $head->header('content-length'), "\n";
echo 'POST ', var_export($server->post('/rest/counter', '', ['Content-Type' => 'application/json'])->header('etag'), true), "\n";
echo "-- CORS\n";
foreach ([['GET', '/rest/shared/get', 'https://class.example'], ['GET', '/rest/shared/get', 'https://api.example'], ['GET', '/rest/shared/get', null], ['GET', '/rest/shared/all', 'https://x.example'], ['PUT', '/shared/1', 'https://b.example:8443'], ['PUT', '/shared/x', 'https://a.example'], ['POST', '/rest/null', 'https://api.example'], ['POST', '/rest/null', 'https://api.example.evil'], ['GET', '/rest/nope', 'https://api.example'], ['GET', '/openapi.json', 'https://api.example']] as [$verb, $path, $origin]) {
    $response = $server->request($verb, $path, ['Content-Type' => 'application/json'] + ($origin === null ? [] : ['Origin' => $origin]), $verb === 'GET' ? null : '');
    echo "$verb $path $origin: ", preg_replace('/\{"openapi.*/s', '', Rest::shown($response)), "\n";
}
foreach ([['/rest/shared/all', 'GET', 'https://x.example'], ['/shared/1', 'PUT', 'https://a.example'], ['/shared/1', 'PUT', 'https://c.example'], ['/shared/1', 'DELETE', 'https://a.example'], ['/rest/null', 'POST', 'https://api.example'], ['/rest/nope', 'POST', 'https://api.example'], ['/rest/null', 'POST', null]] as [$path, $verb, $origin]) {
    echo "preflight $verb $path $origin: ", $rest->send('OPTIONS', $path, null, ['Access-Control-Request-Method' => $verb] + ($origin === null ? [] : ['Origin' => $origin])), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
-- a whole problem
422 Unprocessable Content (application/problem+json)
{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"/code: int expected, string given","instance":"ID","code":-32602,"errors":[{"pointer":"/code","detail":"int expected, string given"}]}

-- faults
400: 400 [vary: Origin] problem {"detail":"code 400","code":400}
404: 404 [vary: Origin] problem {"detail":"code 404","code":404}
409: 409 [vary: Origin] problem {"detail":"code 409","code":409}
418: 418 [vary: Origin] problem {"detail":"code 418","code":418}
499: 499 [vary: Origin] problem {"detail":"code 499","code":499}
500: 500 [vary: Origin] problem {"detail":"code 500","code":500}
599: 599 [vary: Origin] problem {"detail":"code 599","code":599}
600: 422 [vary: Origin] problem {"detail":"code 600","code":600}
399: 422 [vary: Origin] problem {"detail":"code 399","code":399}
0: 422 [vary: Origin] problem {"detail":"code 0","code":0}
-1: 422 [vary: Origin] problem {"detail":"code -1","code":-1}
42: 422 [vary: Origin] problem {"detail":"code 42","code":42}
-32602: 422 [vary: Origin] problem {"detail":"code -32602","code":-32602}
-32601: 404 [vary: Origin] problem {"detail":"code -32601","code":-32601}
-32603: 500 [vary: Origin] problem {"detail":"code -32603","code":-32603}
-32600: 400 [vary: Origin] problem {"detail":"code -32600","code":-32600}
-32700: 400 [vary: Origin] problem {"detail":"code -32700","code":-32700}
-32000: 422 [vary: Origin] problem {"detail":"code -32000","code":-32000}
410 [vary: Origin] problem {"detail":"code 410","code":410,"data":{"a":[1,{}]}}
422 [vary: Origin] problem {"detail":"plain","code":-32000}
422 [vary: Origin] problem {"detail":"known"}
404 [vary: Origin] problem {"detail":"known","code":404}
422 [vary: Origin] problem {"detail":"known","code":7}
-- masked
secret: 500 [vary: Origin] problem {"detail":"The server failed; its log has why, under the id that is the instance.","code":-32603} logged
wrong: 500 [vary: Origin] problem {"detail":"The server failed; its log has why, under the id that is the instance.","code":-32603} logged
error: 500 [vary: Origin] problem {"detail":"The server failed; its log has why, under the id that is the instance.","code":-32603} logged
leave: 500 [vary: Origin] problem {"detail":"The server failed; its log has why, under the id that is the instance.","code":-32603} logged
unsendable: 500 [vary: Origin] problem {"detail":"The server failed; its log has why, under the id that is the instance.","code":-32603} logged
closure: 500 [vary: Origin] problem {"detail":"The server failed; its log has why, under the id that is the instance.","code":-32603} logged
-- results
nothing: 204 [vary: Origin]
null: 200 [vary: Origin] null
later: 202 [vary: Origin]
quiet: 204 [vary: Origin]
map: 200 [vary: Origin] {}
bytes: 200 [vary: Origin] "AP8="
waitAndThrow: 418 [vary: Origin] problem {"detail":"waited","code":418}
-- waiting: others are answered meanwhile
"waited for 1"
"waited for 2"
"waited for 3"
"waited for 4"
"waited for 5"
-- bodies
application/json: 400 [vary: Origin] problem {"detail":"The body is no JSON: syntax error at byte 0."}
application/json; charset=utf-8: 409 [vary: Origin] problem {"detail":"code 409","code":409}
application/vnd.x+json: 409 [vary: Origin] problem {"detail":"code 409","code":409}
text/plain: 415 [vary: Origin] problem {"detail":"Send application/json."}
application/x-www-form-urlencoded: 415 [vary: Origin] problem {"detail":"Send application/json."}
text/xml: 415 [vary: Origin] problem {"detail":"Send application/json."}
nonsense: 415 [vary: Origin] problem {"detail":"Send application/json."}
: 415 [vary: Origin] problem {"detail":"Send application/json."}
no type []: 200 [vary: Origin] null
no type {"Origin":"https://evil.example"}: 415 [vary: Origin] problem {"detail":"Send application/json."}
no type {"Origin":"null"}: 415 [vary: Origin] problem {"detail":"Send application/json."}
no type {"Origin":"https://api.example"}: 200 [vary: Origin] [access-control-allow-origin: https://api.example] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] null
no type itself: 200 [vary: Origin] null
"": 422 [vary: Origin] problem {"detail":"code is missing","code":-32602,"errors":[{"pointer":"","detail":"code is missing"}]}
" ": 400 [vary: Origin] problem {"detail":"The body is no JSON: unexpected end at byte 1."}
"{": 400 [vary: Origin] problem {"detail":"The body is no JSON: unexpected end at byte 1."}
"[]": 422 [vary: Origin] problem {"detail":"object expected","code":-32602,"errors":[{"pointer":"","detail":"object expected"}]}
"1": 422 [vary: Origin] problem {"detail":"object expected","code":-32602,"errors":[{"pointer":"","detail":"object expected"}]}
"null": 422 [vary: Origin] problem {"detail":"object expected","code":-32602,"errors":[{"pointer":"","detail":"object expected"}]}
"\"x\"": 422 [vary: Origin] problem {"detail":"object expected","code":-32602,"errors":[{"pointer":"","detail":"object expected"}]}
"{}": 422 [vary: Origin] problem {"detail":"code is missing","code":-32602,"errors":[{"pointer":"","detail":"code is missing"}]}
"{\"code\":409,\"code\":410}": 410 [vary: Origin] problem {"detail":"code 410","code":410}
"{\"code\":409} x": 400 [vary: Origin] problem {"detail":"The body is no JSON: text after the end at byte 13."}
"{\"nope\":1}": 422 [vary: Origin] problem {"detail":"/nope: no such parameter","code":-32602,"errors":[{"pointer":"/nope","detail":"no such parameter"}]}
"{\"code\":409,\"nope\":1}": 422 [vary: Origin] problem {"detail":"/nope: no such parameter","code":-32602,"errors":[{"pointer":"/nope","detail":"no such parameter"}]}
"{\"code\":409,\"data\":\"\ufffd\"}": 400 [vary: Origin] problem {"detail":"The body is no JSON: invalid UTF-8 at byte 20."}
"{\"code\":1e400}": 400 [vary: Origin] problem {"detail":"The body is no JSON: number out of range at byte 13."}
"{\"\\u0000\":1}": 400 [vary: Origin] problem {"detail":"The body is no JSON: key begins with NUL at byte 9."}
whole : 200 [vary: Origin] [null]
whole 1: 200 [vary: Origin] [1]
whole "x": 200 [vary: Origin] ["x"]
whole null: 200 [vary: Origin] [null]
whole {}: 422 [vary: Origin] problem {"detail":"/value: int|string|null expected, object given","code":-32602,"errors":[{"pointer":"/value","detail":"int|string|null expected, object given"}]}
whole true: 422 [vary: Origin] problem {"detail":"/value: int|string|null expected, bool given","code":-32602,"errors":[{"pointer":"/value","detail":"int|string|null expected, bool given"}]}
whole 1 2: 400 [vary: Origin] problem {"detail":"The body is no JSON: text after the end at byte 2."}
null: 204 [vary: Origin] 422 [vary: Origin] problem {"detail":"/a: no such parameter","code":-32602,"errors":[{"pointer":"/a","detail":"no such parameter"}]} 422 [vary: Origin] problem {"detail":"/a: no such parameter","code":-32602,"errors":[{"pointer":"/a","detail":"no such parameter"}]} 422 [vary: Origin] problem {"detail":"/a: no such parameter","code":-32602,"errors":[{"pointer":"/a","detail":"no such parameter"}]}
-- negotiation
*/*: 200 [vary: Origin] null
application/json: 200 [vary: Origin] null
application/*: 200 [vary: Origin] null
text/html: 406 [vary: Origin] problem {"detail":"Answers are application/json."}
text/html, */*;q=0.1: 200 [vary: Origin] null
application/json;q=0: 406 [vary: Origin] problem {"detail":"Answers are application/json."}
application/problem+json: 406 [vary: Origin] problem {"detail":"Answers are application/json."}
: 200 [vary: Origin] null
-- entity tags
1 true false
304 304 304 304 200 1 200 1 200 1 
HEAD 200 same tag 1
POST NULL
-- CORS
GET /rest/shared/get https://class.example: 200 [vary: Origin] [access-control-allow-origin: https://class.example] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] 1
GET /rest/shared/get https://api.example: 200 [vary: Origin] 1
GET /rest/shared/get : 200 [vary: Origin] 1
GET /rest/shared/all https://x.example: 200 [vary: Origin] [access-control-allow-origin: *] 1
PUT /shared/1 https://b.example:8443: 200 [vary: Origin] [access-control-allow-origin: https://b.example:8443] [access-control-allow-credentials: true] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] 1
PUT /shared/x https://a.example: 422 [vary: Origin] [access-control-allow-origin: https://a.example] [access-control-allow-credentials: true] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] problem {"detail":"/id: int expected, string given","code":-32602,"errors":[{"pointer":"/id","detail":"int expected, string given"}]}
POST /rest/null https://api.example: 200 [vary: Origin] [access-control-allow-origin: https://api.example] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] null
POST /rest/null https://api.example.evil: 200 [vary: Origin] null
GET /rest/nope https://api.example: 404 [vary: Origin] [access-control-allow-origin: https://api.example] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] problem {}
GET /openapi.json https://api.example: 200 [vary: Origin] [access-control-allow-origin: https://api.example] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] 
preflight GET /rest/shared/all https://x.example: 204 [vary: Origin] [access-control-allow-origin: *] [access-control-allow-methods: GET, HEAD, POST, OPTIONS] [access-control-max-age: 5] [allow: GET, HEAD, POST, OPTIONS]
preflight PUT /shared/1 https://a.example: 204 [vary: Origin] [access-control-allow-origin: https://a.example] [access-control-allow-credentials: true] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] [access-control-allow-methods: PUT, OPTIONS] [access-control-allow-headers: X-A, Content-Type] [access-control-max-age: 600] [allow: PUT, OPTIONS]
preflight PUT /shared/1 https://c.example: 204 [vary: Origin] [allow: PUT, OPTIONS]
preflight DELETE /shared/1 https://a.example: 204 [vary: Origin] [allow: PUT, OPTIONS]
preflight POST /rest/null https://api.example: 204 [vary: Origin] [access-control-allow-origin: https://api.example] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] [access-control-allow-methods: POST, OPTIONS] [access-control-allow-headers: Content-Type, Authorization, If-None-Match, Idempotency-Key] [access-control-max-age: 600] [allow: POST, OPTIONS]
preflight POST /rest/nope https://api.example: 404 [vary: Origin] [access-control-allow-origin: https://api.example] [access-control-expose-headers: ETag, Retry-After, X-Request-Id] problem {}
preflight POST /rest/null : 204 [vary: Origin] [allow: POST, OPTIONS]
0
