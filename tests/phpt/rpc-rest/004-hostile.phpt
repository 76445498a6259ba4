--TEST--
REST: hostile requests are answered, none costs more than it should, and the worker lives on
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\Get;

    final class Service {
        /** @param list<int> $a */
        #[Get] public function count(array $a): int { return count($a); }
        #[Get] public function one(int $a): int { return $a; }
        #[Get] public function any(mixed $a): string { return gettype($a); }
        public function take(mixed $a): string { return gettype($a); }
        #[Get('/deep/{path...}')] public function deep(string $path): int { return strlen($path); }
    }
    $api = new Kargo\Rpc\Api(depthLimit: 100);
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(requestLineBytes: 4 << 20, bodyBytes: 4 << 20));
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$rest = new Rest($server);
$timed = function (string $what, callable $request): void {
    $start = hrtime(true);
    $answer = $request();
    $seconds = (hrtime(true) - $start) / 1e9;
    echo "$what: ", substr($answer, 0, 150), $seconds < 10 ? '' : " after $seconds s", "\n";
};
$many = 100_000;
$timed('many of a list', fn () => $rest->get('/rest/count?' . str_repeat('a=1&', $many)));
$timed('many of one', fn () => $rest->get('/rest/one?' . str_repeat('a=1&', $many)));
$timed('many of anything', fn () => $rest->get('/rest/any?' . str_repeat('a[]=1&', $many)));
$timed('many that are unknown', fn () => $rest->get('/rest/one?' . implode('&', array_map(fn (int $i) => "x$i=1", range(1, $many)))));
$timed('many ampersands', fn () => $rest->get('/rest/one?' . str_repeat('&', 1_000_000) . 'a=1'));
$timed('many escapes', fn () => $rest->get('/rest/any?a=' . str_repeat('%41', $many)));
$timed('many bad escapes', fn () => $rest->get('/rest/any?a=' . str_repeat('%', $many)));
$timed('many members', fn () => $rest->post('/rest/take', '{' . implode(',', array_map(fn (int $i) => "\"x$i\":1", range(1, $many))) . '}'));
$timed('one member many times', fn () => $rest->post('/rest/take', '{' . implode(',', array_fill(0, $many, '"a":1')) . '}'));
$timed('colliding members', fn () => $rest->post('/rest/take', '{"a":{' . implode(',', array_map(fn (int $i) => '"' . ($i * 65536) . '":1', range(1, 60_000))) . '}}'));
$timed('deep body', fn () => $rest->post('/rest/take', '{"a":' . str_repeat('[', 98) . str_repeat(']', 98) . '}'));
$timed('deeper body', fn () => $rest->post('/rest/take', '{"a":' . str_repeat('[', 99) . str_repeat(']', 99) . '}'));
$timed('deepest body', fn () => $rest->post('/rest/take', '{"a":' . str_repeat('[', 1_000_000) . '}'));
$timed('deep text', fn () => $rest->get('/rest/count?a=' . str_repeat('[', 1_000_000)));
$timed('huge number', fn () => $rest->get('/rest/one?a=' . str_repeat('9', 1_000_000)));
$timed('huge number in a body', fn () => $rest->post('/rest/take', '{"a":' . str_repeat('9', 1_000_000) . '}'));
$timed('huge number in a body that is a float', fn () => $rest->post('/rest/take', '{"a":' . str_repeat('9', 300) . '}'));
$timed('long path', fn () => $rest->get('/deep/' . str_repeat('a/', 500_000)));
$timed('long accept', fn () => $rest->get('/rest/one?a=1', ['Accept' => str_repeat('a/b;q="', 8_000)]));
$timed('long tags', fn () => $rest->get('/rest/one?a=1', ['If-None-Match' => str_repeat('"x",', 15_000)]));
$timed('after all that', fn () => $rest->get('/rest/one?a=1'));
foreach (["\0", "\x01", "\x7f", "\xff", '%', '%0', '%0g', '%u0041', '..', '%2e', '.%2e', '..%2f..%2fetc', '..\\..', '%5c..%5c', '%00'] as $part) {
    $connection = $server->connect();
    $connection->send("GET /deep/$part/x HTTP/1.1\r\nHost: a\r\n\r\n");
    echo json_encode($part, JSON_INVALID_UTF8_SUBSTITUTE), ': ', $connection->readResponse()->status, "\n";
}
echo substr_count($server->log(), 'worker'), ' ', $server->stop(), "\n";
?>
--EXPECT--
many of a list: 200 100000
many of one: 422 problem {"detail":"/a: int expected, list given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, list given"}]}
many of anything: 200 "array"
many that are unknown: 422 problem {"detail":"/x1: no such parameter","code":-32602,"errors":[{"pointer":"/x1","detail":"no such parameter"}]}
many ampersands: 200 1
many escapes: 200 "string"
many bad escapes: 200 "string"
many members: 422 problem {"detail":"/x1: no such parameter","code":-32602,"errors":[{"pointer":"/x1","detail":"no such parameter"}]}
one member many times: 200 "integer"
colliding members: 400 problem {"detail":"the names of an object's members collide"}
deep body: 200 "array"
deeper body: 400 problem {"detail":"The body is no JSON: nested too deep at byte 103."}
deepest body: 400 problem {"detail":"The body is no JSON: nested too deep at byte 103."}
deep text: 422 problem {"detail":"/a/0: int expected, string given","code":-32602,"errors":[{"pointer":"/a/0","detail":"int expected, string given"}]}
huge number: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
huge number in a body: 400 problem {"detail":"The body is no JSON: number out of range at byte 1000005."}
huge number in a body that is a float: 200 "double"
long path: 200 1000000
long accept: 406 problem {"detail":"Answers are application/json."}
long tags: 200 1
after all that: 200 1
"\u0000": 400
"\u0001": 400
"": 400
"\ufffd": 400
"%": 400
"%0": 400
"%0g": 400
"%u0041": 400
"..": 400
"%2e": 400
".%2e": 400
"..%2f..%2fetc": 400
"..\\..": 400
"%5c..%5c": 400
"%00": 400
4 0
