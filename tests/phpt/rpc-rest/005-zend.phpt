--TEST--
REST in the form of Zend_Rest_Server: ?method=NAME, named and numbered arguments, XML or JSON, GET for safe methods only
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    final class Service {
        public static int $calls = 0;
        public function getSum(int $a, int $b = 2): int { return $a + $b; }
        public function getRows(): array { return [['id' => 1, 'name' => 'a<b'], ['id' => 2, 'name' => null]]; }
        public function getStatus(): array { return ['status' => 'open', 'ok' => true]; }
        public function delete(string $method, int $arg2 = 0): string { self::$calls++; return "deleted $method $arg2"; }
        public function calls(): int { return self::$calls; }
        public function nothing(): void {}
        public function fail(): never { throw new Kargo\Rpc\Fault('no <way>', 409); }
        public function secret(): never { throw new Exception('s3cret'); }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service(), as: 'x')->export(fn (string $who): string => "Hello $who", as: 'sayHello');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$rest = new Rest($server);
$form = ['Content-Type' => 'application/x-www-form-urlencoded'];
foreach (['method=x.getSum&a=1', 'method=x.getSum&arg1=1&arg2=5', 'method=x.getSum&a=1&arg2=5', 'arg1=1&method=x.getSum', 'method=x.getRows', 'method=x.getStatus', 'method=x.getSum&arg1=x', 'method=x.getSum&arg3=1', 'method=x.getSum&arg0=1', 'method=x.getSum', 'method=x.nope', 'method=', '', 'method=x.delete&arg1=a', 'method=sayHello&who=you', 'method=nope&method=x.getSum&a=2'] as $query) {
    echo "GET $query: ", $rest->get("/rest?$query"), "\n";
}
foreach ([['/rest', 'method=sayHello&who=you'], ['/rest/', 'method=sayHello&arg1=you'], ['/rest?method=x.delete', 'arg1=a&arg2=3'], ['/rest', 'method=x.nothing'], ['/rest', 'method=x.fail'], ['/rest', 'method=x.secret'], ['/rest', 'method=x.calls']] as [$path, $body]) {
    echo "POST $path $body: ", preg_replace('/[0-9a-f]+-[0-9a-f]+</', 'ID<', $rest->send('POST', $path, $body, $form)), "\n";
}
echo 'as JSON: ', $rest->get('/rest?method=x.getSum&a=1', ['Accept' => 'application/json']), ' ', $rest->get('/rest?method=x.getSum&a=x', ['Accept' => 'application/json']), "\n";
echo 'as text: ', $rest->get('/rest?method=x.getSum&a=1', ['Accept' => 'text/plain']), "\n";
echo 'browser: ', $rest->send('POST', '/rest', 'method=x.delete&arg1=a', $form + ['Origin' => 'https://evil.example']), "\n";
echo 'JSON: ', $rest->send('POST', '/rest', '{"method":"x.delete"}', ['Content-Type' => 'application/json']), "\n";
echo 'untyped: ', $rest->send('POST', '/rest', 'method=x.delete&arg1=a'), ' ', $rest->send('POST', '/rest?method=x.delete&arg1=a', ''), "\n";
foreach (['PUT', 'DELETE', 'OPTIONS', 'HEAD'] as $verb) {
    echo "$verb: ", $rest->send($verb, '/rest?method=x.getSum&a=1'), "\n";
}
echo $rest->post('/rest/x/calls'), ' ', str_contains($server->log(), 's3cret') ? 'logged' : 'lost', "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
GET method=x.getSum&a=1: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response>3</response><status>success</status></getSum></x>
GET method=x.getSum&arg1=1&arg2=5: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response>6</response><status>success</status></getSum></x>
GET method=x.getSum&a=1&arg2=5: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response>6</response><status>success</status></getSum></x>
GET arg1=1&method=x.getSum: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response>3</response><status>success</status></getSum></x>
GET method=x.getRows: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getRows><key_0><id>1</id><name>a&lt;b</name></key_0><key_1><id>2</id><name></name></key_1><status>success</status></getRows></x>
GET method=x.getStatus: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getStatus><status>open</status><ok>1</ok></getStatus></x>
GET method=x.getSum&arg1=x: 422 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response><message>/a: int expected, string given</message></response><status>failed</status></getSum></x>
GET method=x.getSum&arg3=1: 422 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response><message>/arg3: no such parameter</message></response><status>failed</status></getSum></x>
GET method=x.getSum&arg0=1: 422 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response><message>/arg0: no such parameter</message></response><status>failed</status></getSum></x>
GET method=x.getSum: 422 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response><message>a is missing</message></response><status>failed</status></getSum></x>
GET method=x.nope: 404 problem {"detail":"There is no such method."}
GET method=: 404 problem {"detail":"There is no such method."}
GET : 400 problem {"detail":"No method is named: /rest?method=NAME"}
GET method=x.delete&arg1=a: 405 [allow: POST, OPTIONS] problem {"detail":"The method may change something."}
GET method=sayHello&who=you: 405 [allow: POST, OPTIONS] problem {"detail":"The method may change something."}
GET method=nope&method=x.getSum&a=2: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><getSum><response>4</response><status>success</status></getSum></x>
POST /rest method=sayHello&who=you: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<sayHello generator="kargo" version="1.0"><response>Hello you</response><status>success</status></sayHello>
POST /rest/ method=sayHello&arg1=you: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<sayHello generator="kargo" version="1.0"><response>Hello you</response><status>success</status></sayHello>
POST /rest?method=x.delete arg1=a&arg2=3: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><delete><response>deleted a 3</response><status>success</status></delete></x>
POST /rest method=x.nothing: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><nothing><response></response><status>success</status></nothing></x>
POST /rest method=x.fail: 409 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><fail><response><message>no &lt;way&gt;</message></response><status>failed</status></fail></x>
POST /rest method=x.secret: 500 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><secret><response><message>The server failed; its log has why, under the id that is the instance.</message></response><status>failed</status></secret></x>
POST /rest method=x.calls: 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><calls><response>1</response><status>success</status></calls></x>
as JSON: 200 3 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
as text: 406 problem {"detail":"Answers are application/xml or application/json."}
browser: 415 problem {"detail":"Send application/x-www-form-urlencoded, and not from a page of another server."}
JSON: 415 problem {"detail":"Send application/x-www-form-urlencoded, and not from a page of another server."}
untyped: 415 problem {"detail":"Send application/x-www-form-urlencoded, and not from a page of another server."} 200 (text/xml; charset=utf-8) <?xml version="1.0" encoding="UTF-8"?>
<x generator="kargo" version="1.0"><delete><response>deleted a 0</response><status>success</status></delete></x>
PUT: 405 [allow: GET, HEAD, POST, OPTIONS] problem {}
DELETE: 405 [allow: GET, HEAD, POST, OPTIONS] problem {}
OPTIONS: 204 [allow: GET, HEAD, POST, OPTIONS]
HEAD: 200 (text/xml; charset=utf-8)
200 2 logged
0
