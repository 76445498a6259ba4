--TEST--
Policies in OpenAPI and OpenRPC: schemes, requirements, headers, and every answer that can come
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\{Anonymous, Api, ApiKeys, Authenticate, BasicUsers, BearerTokens, Cache, Fault, Get, Header, Idempotent, Post, RateLimit, Roles, Timeout};

    final class Crowded extends Fault { protected $code = 429; }
    class Of {
        public function known(): int { return 1; }
        #[Anonymous]
        public function open(): int { return 1; }
        #[Authenticate('apiKey')]
        public function keyed(): int { return 1; }
        #[Authenticate(['basic', 'bearer']), Roles(['clerk', 'admin'])]
        public function admin(): int { return 1; }
        #[Anonymous, RateLimit(1), Get('/limited/{id}')]
        public function limited(int $id): int { return $id; }
        #[Anonymous, Timeout(1)]
        public function timed(): int { return 1; }
        #[Anonymous, Cache(1)]
        public function cached(): int { return 1; }
        #[Anonymous, Idempotent, Post('/pay', status: 201)]
        public function pay(int $sum): int { return $sum; }
        #[Anonymous, Idempotent(required: true)]
        public function must(int $sum): int { return $sum; }
        #[Anonymous, Idempotent(required: true), Post('/own')]
        public function own(#[Header('idempotency-key')] string $key): string { return $key; }
        /** @throws Crowded when there are too many people */
        #[Anonymous, RateLimit(1)]
        public function crowd(): int { return 1; }
    }
    #[RateLimit(1), Timeout(1)]
    final class Plain { public function call(): int { return 1; } }
    $hash = hash('sha256', 'a');
    $auth = [new ApiKeys(['a' => $hash]), new ApiKeys(['b' => $hash], header: 'X-Other'), new BasicUsers(['c' => '$2y$x']), new BearerTokens('HS256', str_repeat('s', 32))];
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/with', (new Api(auth: $auth))->export(Of::class, as: 'of'));
    $server->mount('/without', (new Api())->export(Plain::class, as: 'plain'));
    $server->mount('/nothing', (new Api())->export(fn (): int => 1, as: 'f'));
    $server->run(workers: 1);
    PHP);
$shown = fn (mixed $value): string => json_encode($value, JSON_UNESCAPED_SLASHES);
foreach (['/with', '/without', '/nothing'] as $mount) {
    echo "-- $mount\n";
    $document = json_decode($server->get("$mount/openapi.json")->body, true);
    echo 'schemes: ', $shown($document['components']['securitySchemes'] ?? null), "\n";
    foreach ($document['paths'] as $path => $verbs) {
        foreach ($verbs as $verb => $operation) {
            $headers = array_filter($operation['parameters'] ?? [], fn (array $parameter): bool => $parameter['in'] === 'header');
            // The empty requirement is an object in the document, an empty array here.
            echo "$verb $path: ", implode(' ', array_keys($operation['responses'])), isset($operation['security']) ? ', ' . $shown($operation['security']) : '', $headers === [] ? '' : ', ' . $shown(array_map(fn (array $it): string => $it['name'] . ($it['required'] ?? false ? '' : '?'), array_values($headers))), "\n";
        }
    }
    foreach ($document['components']['responses'] as $name => $response) {
        foreach ($response['headers'] ?? [] as $header => $about) {
            echo "$name: $header", $about['required'] ?? false ? '' : '?', ' ', $about['schema']['type'], "\n";
        }
    }
    $openrpc = json_decode($server->get("$mount/openrpc.json")->body, true);
    echo 'OpenRPC: ', $shown($openrpc['x-securitySchemes'] ?? null) === $shown($document['components']['securitySchemes'] ?? null) ? 'the same schemes' : 'other schemes', "\n";
    foreach ($openrpc['methods'] as $method) {
        echo $method['name'], ': ', implode(' ', array_column($method['errors'] ?? [], 'code')), isset($method['x-security']) ? ', ' . $shown($method['x-security']) : '', isset($method['x-headers']) ? ', ' . $shown($method['x-headers']) : '', "\n";
    }
}
echo $shown(json_decode($server->get('/with/openapi.json')->body)->paths->{'/rest/of/open'}->post->security[0]), "\n";
$responses = json_decode($server->get('/with/openapi.json')->body, true)['paths'];
echo $responses['/rest/of/crowd']['post']['responses']['429']['description'], "\n";
echo $responses['/pay']['post']['responses']['422']['description'], "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
-- /with
schemes: {"apiKey":{"type":"apiKey","in":"header","name":"X-Api-Key"},"apiKey2":{"type":"apiKey","in":"header","name":"X-Other"},"basic":{"type":"http","scheme":"basic"},"bearer":{"type":"http","scheme":"bearer","bearerFormat":"JWT"}}
get /limited/{id}: 200 304 400 404 406 422 429 500, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
post /pay: 201 400 406 409 413 415 422 500 503, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}], ["Idempotency-Key?"]
post /own: 200 400 406 409 413 415 422 500 503, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}], ["idempotency-key"]
post /rest/of/known: 200 400 401 406 413 415 422 429 500, [{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
post /rest/of/open: 200 400 406 413 415 422 500, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
post /rest/of/keyed: 200 400 401 406 413 415 422 429 500, [{"apiKey":[]},{"apiKey2":[]}]
post /rest/of/admin: 200 400 401 403 406 413 415 422 429 500, [{"basic":["clerk"]},{"basic":["admin"]},{"bearer":["clerk"]},{"bearer":["admin"]}]
get /rest/of/limited: 200 304 400 406 422 429 500, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
post /rest/of/limited: 200 400 406 413 415 422 429 500, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
post /rest/of/timed: 200 400 406 413 415 422 500 504, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
post /rest/of/cached: 200 400 406 413 415 422 500 503, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
post /rest/of/pay: 200 400 406 409 413 415 422 500 503, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}], ["Idempotency-Key?"]
post /rest/of/must: 200 400 406 409 413 415 422 500 503, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}], ["Idempotency-Key"]
post /rest/of/own: 200 400 406 409 413 415 422 500 503, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}], ["Idempotency-Key"]
post /rest/of/crowd: 200 400 406 413 415 422 429 500, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
NotModified: ETag? string
Unauthorized: WWW-Authenticate string
Conflict: Retry-After? integer
TooManyRequests: Retry-After integer
ServiceUnavailable: Retry-After integer
OpenRPC: the same schemes
of.known: -32001 -32029, [{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
of.open: , [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
of.keyed: -32001 -32029, [{"apiKey":[]},{"apiKey2":[]}]
of.admin: -32001 -32003 -32029, [{"basic":["clerk"]},{"basic":["admin"]},{"bearer":["clerk"]},{"bearer":["admin"]}]
of.limited: -32029, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
of.timed: -32008, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
of.cached: -32012, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
of.pay: -32009 -32010 -32011 -32012 -32013 -32022, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}], [{"name":"Idempotency-Key","in":"header","description":"A call that comes again with its key is answered as before, and not made again.","schema":{"type":"string","minLength":1,"maxLength":255}}]
of.must: -32009 -32010 -32011 -32012 -32013 -32022, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}], [{"name":"Idempotency-Key","in":"header","description":"A call that comes again with its key is answered as before, and not made again.","required":true,"schema":{"type":"string","minLength":1,"maxLength":255}}]
of.own: -32009 -32010 -32011 -32012 -32013 -32022, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}], [{"name":"Idempotency-Key","in":"header","description":"A call that comes again with its key is answered as before, and not made again.","required":true,"schema":{"type":"string","minLength":1,"maxLength":255}}]
of.crowd: 429 -32029, [[],{"apiKey":[]},{"apiKey2":[]},{"basic":[]},{"bearer":[]}]
-- /without
schemes: null
post /rest/plain/call: 200 400 406 413 415 422 429 500 504
NotModified: ETag? string
TooManyRequests: Retry-After integer
OpenRPC: the same schemes
plain.call: -32008 -32029
-- /nothing
schemes: null
post /rest/f: 200 400 406 413 415 422 500
NotModified: ETag? string
OpenRPC: the same schemes
f: 
{}
Crowded: when there are too many people
Too many calls.
An argument is missing or wrong, or the method refuses it.
The idempotency key was used for another call.
0
