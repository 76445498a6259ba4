--TEST--
Refusals as SOAP and MCP send them: status, headers, fault or result; one-way operations and notifications
--FILE--
<?php
require __DIR__ . '/doors.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\{Anonymous, ApiKeys, BasicUsers, BearerTokens, Idempotent, OneWay, RateLimit, Roles, Timeout};

    final class Each {
        public function known(): int { return ran(); }
        #[Roles('admin')]
        public function admin(): int { return ran(); }
        #[Anonymous, RateLimit(1, per: 3600)]
        public function limited(): int { return ran(); }
        #[Anonymous, Timeout(0.1)]
        public function slow(): int { ran(); Kargo\delay(30); return 0; }
        #[Anonymous, Idempotent(required: true)]
        public function pay(): int { return ran(); }
        #[Roles('admin'), OneWay]
        public function note(): void { ran(); }
        #[Anonymous, RateLimit(1, per: 3600), OneWay]
        public function noteOnce(): void { ran(); }
        #[Anonymous, Timeout(0.1), OneWay]
        public function noteSlowly(): void { ran(); Kargo\delay(30); }
        #[Anonymous, OneWay]
        public function noteBadly(): void { ran(); throw new LogicException('secret'); }
        #[Anonymous]
        public function poor(): int { throw new Kargo\Rpc\Fault('poor', -32029, ['retryAfter' => 1]); }
    }
    $api = new Kargo\Rpc\Api(namespace: 'urn:test', auth: [
        new ApiKeys(['ann' => hash('sha256', 'a')]),
        new BasicUsers(['bob' => password_hash('b', PASSWORD_BCRYPT, ['cost' => 4])], realm: 'Us'),
        new BearerTokens('HS256', str_repeat('s', 32), realm: 'Us'),
    ]);
    $api->export(new Each());
    PHP, workers: 2);

/** Status, the headers that matter, and the body without what all envelopes have. */
$show = function (Response $response): string {
    $shown = "$response->status";
    foreach (['WWW-Authenticate', 'Retry-After', 'Content-Type'] as $name) {
        $value = $response->header($name);
        $shown .= $value === null ? '' : " [$name: $value]";
    }
    $body = preg_replace(['~^<\?xml.*?<soap:Body>~s', '~</soap:Body></soap:Envelope>\n$~', '~ xmlns="urn:test"~'], '', $response->body);

    return "$shown\n  " . ($body === '' ? 'no body' : $body) . "\n";
};
$ann = ['X-Api-Key' => 'a'];
$doors = new Doors($policed->server, 'urn:test');
$policed->json('limited');
foreach (['SOAP 1.1', 'SOAP 1.2', 'MCP'] as $door) {
    echo "-- $door\n";
    foreach (['known' => [], 'admin' => $ann, 'limited' => [], 'slow' => [], 'pay' => [], 'poor' => []] as $method => $headers) {
        echo "$method: ", $show($doors->send($door, $method, [], $headers)->readResponse());
    }
}
echo "-- one-way\n";
$policed->json('noteOnce');
foreach (['SOAP 1.1', 'SOAP 1.2'] as $door) {
    foreach (['note', 'noteOnce', 'noteSlowly', 'noteBadly'] as $method) {
        $before = $policed->ran();
        echo "$door $method: ", $show($doors->send($door, $method)->readResponse()), '  ran ', $policed->ran() - $before, "\n";
    }
    echo "$door note: ", $show($doors->send($door, 'note', [], $ann)->readResponse());
}
echo "-- notifications of JSON-RPC: no body either\n";
foreach (['known', 'noteOnce', 'slow', 'noteBadly'] as $method) {
    $before = $policed->ran();
    echo "$method: ", $show($policed->post('/jsonrpc', "{\"jsonrpc\":\"2.0\",\"method\":\"$method\"}")), '  ran ', $policed->ran() - $before, "\n";
}
echo "-- MCP: the rest is for anybody\n";
foreach (['{"jsonrpc":"2.0","id":1,"method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nothing"}}'] as $body) {
    echo $show($policed->post('/mcp', $body));
}
echo count(json_decode($policed->post('/mcp', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}')->body)->result->tools), " tools\n";
echo str_contains($policed->server->get('/soap?wsdl')->body, 'Authentic') ? 'told' : 'not told', " in the WSDL\n";
echo $policed->stop(), "\n";
?>
--EXPECT--
-- SOAP 1.1
known: 401 [WWW-Authenticate: ApiKey header="X-Api-Key", Basic realm="Us", charset="UTF-8", Bearer realm="Us"] [Content-Type: text/xml; charset=utf-8]
  <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Authentication required</faultstring><detail><Fault><code>-32001</code><message>Authentication required</message></Fault></detail></soap:Fault>
admin: 500 [Content-Type: text/xml; charset=utf-8]
  <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Forbidden</faultstring><detail><Fault><code>-32003</code><message>Forbidden</message></Fault></detail></soap:Fault>
limited: 500 [Retry-After: 3600] [Content-Type: text/xml; charset=utf-8]
  <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Too many calls</faultstring><detail><Fault><code>-32029</code><message>Too many calls</message><data>{"retryAfter":3600}</data></Fault></detail></soap:Fault>
slow: 500 [Content-Type: text/xml; charset=utf-8]
  <soap:Fault><faultcode>soap:Server</faultcode><faultstring>Timed out</faultstring><detail><Fault><code>-32008</code><message>Timed out</message></Fault></detail></soap:Fault>
pay: 500 [Content-Type: text/xml; charset=utf-8]
  <soap:Fault><faultcode>soap:Client</faultcode><faultstring>One Idempotency-Key header of 1 to 255 bytes is needed</faultstring><detail><Fault><code>-32010</code><message>One Idempotency-Key header of 1 to 255 bytes is needed</message></Fault></detail></soap:Fault>
poor: 500 [Content-Type: text/xml; charset=utf-8]
  <soap:Fault><faultcode>soap:Server</faultcode><faultstring>poor</faultstring><detail><Fault><code>-32029</code><message>poor</message><data>{"retryAfter":1}</data></Fault></detail></soap:Fault>
-- SOAP 1.2
known: 401 [WWW-Authenticate: ApiKey header="X-Api-Key", Basic realm="Us", charset="UTF-8", Bearer realm="Us"] [Content-Type: application/soap+xml; charset=utf-8]
  <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Authentication required</soap:Text></soap:Reason><soap:Detail><Fault><code>-32001</code><message>Authentication required</message></Fault></soap:Detail></soap:Fault>
admin: 403 [Content-Type: application/soap+xml; charset=utf-8]
  <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Forbidden</soap:Text></soap:Reason><soap:Detail><Fault><code>-32003</code><message>Forbidden</message></Fault></soap:Detail></soap:Fault>
limited: 429 [Retry-After: 3600] [Content-Type: application/soap+xml; charset=utf-8]
  <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Too many calls</soap:Text></soap:Reason><soap:Detail><Fault><code>-32029</code><message>Too many calls</message><data>{"retryAfter":3600}</data></Fault></soap:Detail></soap:Fault>
slow: 504 [Content-Type: application/soap+xml; charset=utf-8]
  <soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Timed out</soap:Text></soap:Reason><soap:Detail><Fault><code>-32008</code><message>Timed out</message></Fault></soap:Detail></soap:Fault>
pay: 400 [Content-Type: application/soap+xml; charset=utf-8]
  <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">One Idempotency-Key header of 1 to 255 bytes is needed</soap:Text></soap:Reason><soap:Detail><Fault><code>-32010</code><message>One Idempotency-Key header of 1 to 255 bytes is needed</message></Fault></soap:Detail></soap:Fault>
poor: 500 [Content-Type: application/soap+xml; charset=utf-8]
  <soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">poor</soap:Text></soap:Reason><soap:Detail><Fault><code>-32029</code><message>poor</message><data>{"retryAfter":1}</data></Fault></soap:Detail></soap:Fault>
-- MCP
known: 401 [WWW-Authenticate: ApiKey header="X-Api-Key", Basic realm="Us", charset="UTF-8", Bearer realm="Us"] [Content-Type: application/json]
  {"error":{"code":-32001,"message":"Authentication required"},"id":1,"jsonrpc":"2.0"}
admin: 200 [Content-Type: application/json]
  {"result":{"content":[{"type":"text","text":"{\"code\":-32003,\"message\":\"Forbidden\"}"}],"isError":true},"id":1,"jsonrpc":"2.0"}
limited: 200 [Retry-After: 3600] [Content-Type: application/json]
  {"result":{"content":[{"type":"text","text":"{\"code\":-32029,\"message\":\"Too many calls\",\"data\":{\"retryAfter\":3600}}"}],"isError":true},"id":1,"jsonrpc":"2.0"}
slow: 200 [Content-Type: application/json]
  {"result":{"content":[{"type":"text","text":"{\"code\":-32008,\"message\":\"Timed out\"}"}],"isError":true},"id":1,"jsonrpc":"2.0"}
pay: 200 [Content-Type: application/json]
  {"result":{"content":[{"type":"text","text":"{\"code\":-32010,\"message\":\"One Idempotency-Key header of 1 to 255 bytes is needed\"}"}],"isError":true},"id":1,"jsonrpc":"2.0"}
poor: 200 [Content-Type: application/json]
  {"result":{"content":[{"type":"text","text":"{\"code\":-32029,\"message\":\"poor\",\"data\":{\"retryAfter\":1}}"}],"isError":true},"id":1,"jsonrpc":"2.0"}
-- one-way
SOAP 1.1 note: 401 [WWW-Authenticate: ApiKey header="X-Api-Key", Basic realm="Us", charset="UTF-8", Bearer realm="Us"]
  no body
  ran 0
SOAP 1.1 noteOnce: 429 [Retry-After: 3600]
  no body
  ran 0
SOAP 1.1 noteSlowly: 504
  no body
  ran 1
SOAP 1.1 noteBadly: 202
  no body
  ran 1
SOAP 1.1 note: 403
  no body
SOAP 1.2 note: 401 [WWW-Authenticate: ApiKey header="X-Api-Key", Basic realm="Us", charset="UTF-8", Bearer realm="Us"]
  no body
  ran 0
SOAP 1.2 noteOnce: 429 [Retry-After: 3600]
  no body
  ran 0
SOAP 1.2 noteSlowly: 504
  no body
  ran 1
SOAP 1.2 noteBadly: 202
  no body
  ran 1
SOAP 1.2 note: 403
  no body
-- notifications of JSON-RPC: no body either
known: 401 [WWW-Authenticate: ApiKey header="X-Api-Key", Basic realm="Us", charset="UTF-8", Bearer realm="Us"]
  no body
  ran 0
noteOnce: 429 [Retry-After: 3600]
  no body
  ran 0
slow: 504
  no body
  ran 1
noteBadly: 200
  no body
  ran 1
-- MCP: the rest is for anybody
200 [Content-Type: application/json]
  {"result":{},"id":1,"jsonrpc":"2.0"}
200 [Content-Type: application/json]
  {"error":{"code":-32602,"message":"Invalid params (/params/name: there is no such tool)","data":{"pointer":"/params/name","reason":"there is no such tool"}},"id":1,"jsonrpc":"2.0"}
10 tools
not told in the WSDL
0
