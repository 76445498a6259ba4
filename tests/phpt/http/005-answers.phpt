--TEST--
What a handler may return, what happens with anything else, and HttpException
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Http\{HttpException, Response};
    final class Teapot extends HttpException { public function __construct() { parent::__construct(418, 'short and stout'); } }
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $returns = [
        'string' => fn () => 'text', 'empty' => fn () => '', 'bytes' => fn () => "\xff\0\r\n", 'list' => fn () => [1, 2], 'map' => fn () => ['a' => 1],
        'empty-array' => fn () => [], 'nested' => fn () => ['é' => ['x/y', 1.5, 1.0, true, null, new ArrayObject([1]), new stdClass()]],
        'response' => fn () => new Response('r', 201, ['X-A' => '1', 'Content-Type' => 'x/y']), 'plain-response' => fn () => new Response('r'),
        'no-content' => fn () => new Response('', 204), 'not-modified' => fn () => new Response('', 304), 'empty-response' => fn () => new Response(),
        'two' => fn () => (new Response('r', 200, ['X' => ['1', '2']]))->withAddedHeader('x', '3')->withCookie('a', '1')->withCookie('b', '2'),
        'null' => fn () => null, 'int' => fn () => 7, 'float' => fn () => 1.5, 'true' => fn () => true, 'object' => fn () => new stdClass(), 'nothing' => function () {},
        'stringable' => fn () => new class { public function __toString(): string { return 'text'; } }, 'closure' => fn () => fn () => 'x',
        'generator' => function () { yield 'x'; }, 'nan' => fn () => [NAN], 'bad-utf8' => fn () => ["\xff"],
        'serializable' => fn () => ['v' => new class implements JsonSerializable { public function jsonSerialize(): mixed { return [1]; } }],
        'serializable-throws' => fn () => ['v' => new class implements JsonSerializable { public function jsonSerialize(): mixed { throw new Exception('secret'); } }],
        'http-404' => fn () => throw new HttpException(404, 'no such poll'), 'http-empty' => fn () => throw new HttpException(403), 'http-503' => fn () => throw new HttpException(503, 'later'),
        'http-599' => fn () => throw new HttpException(599), 'subclass' => fn () => throw new Teapot(), 'throw' => fn () => throw new Exception('secret'),
        'bytes-message' => fn () => throw new HttpException(400, "a\r\nX-Evil: 1\0\xff"),
        'previous' => fn () => throw new HttpException(409, 'conflict', new Exception('secret')),
        'previous-kept' => fn () => (new HttpException(409, 'conflict', new Exception('cause')))->getPrevious()?->getMessage() ?? 'lost',
        'status' => function () { try { throw new HttpException(410, 'gone'); } catch (HttpException $e) { return "$e->status {$e->getMessage()}"; } },
        'bad-status' => function () { $seen = []; foreach ([0, 200, 302, 399, 600, -1] as $status) { try { new HttpException($status); $seen[] = $status; } catch (ValueError) { } } return json_encode($seen); },
        'reference' => function () { $a = ['x' => 1]; $a['y'] = &$a['x']; return $a; },
        'enum' => fn () => ['e' => Suit::Hearts],
    ];
    enum Suit: string { case Hearts = 'h'; }
    foreach ($returns as $path => $handler) { $server->get("/$path", $handler); }
    $server->get('/paths', fn () => array_keys($returns));
    $server->run(workers: 0);
    PHP);
foreach ($server->get('/paths')->json() as $path) {
    $response = $server->get("/$path");
    $headers = array_diff_key($response->headers, ['date' => 1, 'connection' => 1, 'x-request-id' => 1]);
    array_walk($headers, function (&$value, $name) { $value = "$name: " . implode(' | ', $value); });
    echo "$path: $response->status ", json_encode($response->body, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES), ' ', implode('; ', $headers), "\n";
    $head = $server->request('HEAD', "/$path");
    if ([$head->status, $head->header('content-type'), $head->header('content-length')] !== [$response->status, $response->header('content-type'), $response->header('content-length')]) {
        echo "HEAD differs: $head->head";
    }
    if (str_contains($response->body, 'secret')) {
        echo "tells a secret\n";
    }
    ($response->header('x-request-id') !== null) === ($response->status >= 500) || print "x-request-id: " . json_encode($response->header('x-request-id')) . "\n";
}
// The log names what was wrong, with the id that the client got.
foreach (['int' => 'int', 'throw' => 'secret', 'nothing' => 'null', 'object' => 'stdClass'] as $path => $what) {
    $id = preg_quote($server->get("/$path")->header('x-request-id'));
    $server->waitForLog("/ error .*request=$id .*$what/");
}
echo $server->stop(), "\n";
?>
--EXPECT--
string: 200 "text" content-type: text/plain; charset=utf-8; content-length: 4
empty: 200 "" content-type: text/plain; charset=utf-8; content-length: 0
bytes: 200 "\ufffd\u0000\r\n" content-type: text/plain; charset=utf-8; content-length: 4
list: 200 "[1,2]" content-type: application/json; content-length: 5
map: 200 "{\"a\":1}" content-type: application/json; content-length: 7
empty-array: 200 "[]" content-type: application/json; content-length: 2
nested: 200 "{\"\u00e9\":[\"x/y\",1.5,1.0,true,null,{\"0\":1},{}]}" content-type: application/json; content-length: 43
response: 201 "r" x-a: 1; content-type: x/y; content-length: 1
plain-response: 200 "r" content-type: text/plain; charset=utf-8; content-length: 1
no-content: 204 "" 
not-modified: 304 "" 
empty-response: 200 "" content-length: 0
two: 200 "r" x: 1 | 2 | 3; set-cookie: a=1; Path=/; HttpOnly; SameSite=Lax | b=2; Path=/; HttpOnly; SameSite=Lax; content-type: text/plain; charset=utf-8; content-length: 1
null: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
int: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
float: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
true: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
object: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
nothing: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
stringable: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
closure: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
generator: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
nan: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
bad-utf8: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
serializable: 200 "{\"v\":[1]}" content-type: application/json; content-length: 9
serializable-throws: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
http-404: 404 "no such poll\n" content-type: text/plain; charset=utf-8; content-length: 13
http-empty: 403 "403 Forbidden\n" content-type: text/plain; charset=utf-8; content-length: 14
http-503: 503 "later\n" content-type: text/plain; charset=utf-8; content-length: 6
http-599: 599 "599 \n" content-type: text/plain; charset=utf-8; content-length: 5
subclass: 418 "short and stout\n" content-type: text/plain; charset=utf-8; content-length: 16
throw: 500 "500 Internal Server Error\n" content-type: text/plain; charset=utf-8; content-length: 26
bytes-message: 400 "a\r\nX-Evil: 1\u0000\ufffd\n" content-type: text/plain; charset=utf-8; content-length: 17
previous: 409 "conflict\n" content-type: text/plain; charset=utf-8; content-length: 9
previous-kept: 200 "cause" content-type: text/plain; charset=utf-8; content-length: 5
status: 200 "410 gone" content-type: text/plain; charset=utf-8; content-length: 8
bad-status: 200 "[]" content-type: text/plain; charset=utf-8; content-length: 2
reference: 200 "{\"x\":1,\"y\":1}" content-type: application/json; content-length: 13
enum: 200 "{\"e\":\"h\"}" content-type: application/json; content-length: 9
0
