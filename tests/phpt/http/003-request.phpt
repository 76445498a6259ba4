--TEST--
Every method of Request
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->any('/all/{name}/{rest...}', fn (Kargo\Http\Request $request) => [
        'method' => $request->method(),
        'target' => $request->target(),
        'path' => $request->path(),
        'host' => $request->host(),
        'version' => $request->protocolVersion(),
        'name' => $request->parameter('name'),
        'rest' => $request->parameter('rest'),
        'none' => $request->parameter('none'),
        'parameters' => $request->parameters(),
        'query' => $request->query(),
        'a' => $request->query('a'),
        'no query' => $request->query('none'),
        'x-one' => $request->header('X-ONE'),
        'many' => $request->header('x-many'),
        'no header' => $request->header('x-none'),
        'empty' => $request->header('x-empty'),
        'headers' => $request->headers(),
        'cookie' => $request->cookie('c'),
        'no cookie' => $request->cookie('none'),
        'cookies' => $request->cookies(),
        'body' => $request->body(),
        'form' => $request->form(),
        'address' => $request->clientAddress(),
        'connected' => $request->isClientConnected(),
    ]);
    $server->any('/port', fn ($request) => (string) $request->clientPort());
    $server->any('/id', fn ($request) => $request->id() . ' ' . $request->id());
    $server->post('/json', fn ($request) => str_starts_with($request->body(), '[[') ? gettype($request->json()) : ['json' => $request->json()]);
    $server->post('/form', fn ($request) => ['form' => $request->form()]);
    $server->get('/bytes', fn ($request) => bin2hex($request->header('x-bytes')));
    $server->get('/query', fn ($request) => ['query' => $request->query()]);
    $server->get('/one/{field}', fn ($request) => ['one' => $request->query($request->parameter('field'))]);
    $server->get('/cookies', fn ($request) => ['cookies' => $request->cookies(), 'header' => $request->header('cookie')]);
    $server->run(workers: 0);
    PHP);
$raw = $server->connect();
$response = $raw->send("POST /all/n%C3%A4me/r/s?a=1&b[]=2&b[]=3&c%20d=%2B+&e HTTP/1.1\r\nHost: example.org:81\r\nX-One: 1\r\nx-many: 1\r\nX-MANY: 2\r\n"
    . "X-Empty:\r\nX-Tab:  y\t z \r\nCookie: c=1; d=%20\"; q=\"quoted\"\r\nCookie: f=2\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
    . "Content-Length: 15\r\n\r\nx=1&y[k]=%41&z=")->readResponse();
$all = $response->body;
echo $response->status === 200 ? json_encode($response->json(), JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE) : $response, "\n";

echo $raw->request('GET', '/bytes', ['X-Bytes' => "\xe9 \xff"])->body, "\n";
echo $raw->request('GET', '/port')->body === explode(':', $raw->localAddress())[1] ? "the client's port\n" : "another port\n";
[$first, $second] = explode(' ', $raw->request('GET', '/id')->body);
echo $first === $second && $first !== '' ? "one id\n" : "two ids\n";
echo explode(' ', $raw->request('GET', '/id')->body)[0] !== $first ? "each its own\n" : "the same id twice\n";
$old = $server->connect();
echo $old->send("GET /all/a/b HTTP/1.0\r\n\r\n")->readResponse()->json()['version'], ' ';
echo json_encode($server->connect()->send("GET /all/a/b HTTP/1.0\r\n\r\n")->readResponse()->json()['host']), "\n";
echo $raw->request('GET', 'http://other.example:82/all/a/b', ['Host' => 'ignored.example'])->json()['host'], "\n";

foreach (['{"a":{"b":[1,2.5,null,true,"\u00e9"]}}', '[]', '"text"', ' 7 ', 'null', '{"a":1,}', '', '{"a"', "\"\xff\"", '[1]x', '1e400', '12345678901234567890', str_repeat('[', 511) . str_repeat(']', 511), str_repeat('[', 512) . str_repeat(']', 512)] as $json) {
    $response = $raw->request('POST', '/json', [], $json);
    echo strlen($json) > 40 ? substr_count($json, '[') . ' levels' : json_encode($json, JSON_INVALID_UTF8_SUBSTITUTE), ": $response->status ", strlen($response->body) > 100 ? 'long' : trim($response->body), "\n";
}
foreach ([['application/x-www-form-urlencoded', 'a=1&a=2&b%5B%5D=x&b[]=y&c[d][e]=z&f.g=1&=no&h'], ['APPLICATION/X-WWW-FORM-URLENCODED;charset=x', 'a=1'],
    ['text/plain', 'a=1'], ['application/json', '{"a":1}']] as [$type, $body]) {
    echo $type, ': ', $raw->request('POST', '/form', ['Content-Type' => $type], $body)->body, "\n";
}
echo 'no type: ', $raw->request('POST', '/form', [], 'a=1')->body, "\n";
foreach (['', '?', '?a', '?a=', '?a=1&a=2', '?a[]=1&a[]=2', '?a[x][y]=1', '?%61=%62', '?a+b=c+d', '?a=%', '?a=%zz', '?a=%00', '?a=1;b=2', '?&&a=1&', '?a.b=1&c d=2', '?0=x&5=y', '?a=1#f'] as $query) {
    $query === '?c d' || $response = $raw->request('GET', '/query' . str_replace(' ', '%20', $query));
    echo "$query: $response->status ", trim($response->body), "\n";
    $response->header('connection') === 'close' && $raw = $server->connect();
}
foreach (['a?a=1&b[]=2', 'b?a=1&b[]=2', 'c?a=1', '0?0=zero'] as $target) {
    echo "$target: ", $raw->request('GET', "/one/$target")->body, "\n";
}
foreach (['a=1; b=2', 'a=1;b=2', 'a="1"', 'a', 'a=', '=1', 'a=1; a=2', 'a=%20b', 'a=b=c', ' a = 1 ', 'ä=1', '; ;a=1;'] as $cookie) {
    echo "$cookie => ", $raw->request('GET', '/cookies', ['Cookie' => $cookie])->body, "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
{
    "method": "POST",
    "target": "/all/n%C3%A4me/r/s?a=1&b[]=2&b[]=3&c%20d=%2B+&e",
    "path": "/all/näme/r/s",
    "host": "example.org:81",
    "version": "1.1",
    "name": "näme",
    "rest": "r/s",
    "none": null,
    "parameters": {
        "name": "näme",
        "rest": "r/s"
    },
    "query": {
        "a": "1",
        "b": [
            "2",
            "3"
        ],
        "c_d": "+ ",
        "e": ""
    },
    "a": "1",
    "no query": null,
    "x-one": "1",
    "many": "1, 2",
    "no header": null,
    "empty": "",
    "headers": {
        "host": "example.org:81",
        "x-one": "1",
        "x-many": "1, 2",
        "x-empty": "",
        "x-tab": "y\t z",
        "cookie": "c=1; d=%20\"; q=\"quoted\"; f=2",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "content-length": "15"
    },
    "cookie": "1",
    "no cookie": null,
    "cookies": {
        "c": "1",
        "d": " \"",
        "q": "\"quoted\"",
        "f": "2"
    },
    "body": "x=1&y[k]=%41&z=",
    "form": {
        "x": "1",
        "y": {
            "k": "A"
        },
        "z": ""
    },
    "address": "127.0.0.1",
    "connected": true
}
e920ff
the client's port
one id
each its own
1.0 ""
other.example:82
"{\"a\":{\"b\":[1,2.5,null,true,\"\\u00e9\"]}}": 200 {"json":{"a":{"b":[1,2.5,null,true,"é"]}}}
"[]": 200 {"json":[]}
"\"text\"": 200 {"json":"text"}
" 7 ": 200 {"json":7}
"null": 200 {"json":null}
"{\"a\":1,}": 400 the body is not valid JSON: syntax error at byte 7
"": 400 the body is not valid JSON: unexpected end at byte 0
"{\"a\"": 400 the body is not valid JSON: unexpected end at byte 4
"\"\ufffd\"": 400 the body is not valid JSON: invalid UTF-8 at byte 1
"[1]x": 400 the body is not valid JSON: text after the end at byte 3
"1e400": 400 the body is not valid JSON: number out of range at byte 5
"12345678901234567890": 200 {"json":1.2345678901234567e+19}
511 levels: 200 array
512 levels: 400 the body is not valid JSON: nested too deep at byte 511
application/x-www-form-urlencoded: {"form":{"a":"2","b":["x","y"],"c":{"d":{"e":"z"}},"f_g":"1","h":""}}
APPLICATION/X-WWW-FORM-URLENCODED;charset=x: {"form":{"a":"1"}}
text/plain: {"form":[]}
application/json: {"form":[]}
no type: {"form":[]}
: 200 {"query":[]}
?: 200 {"query":[]}
?a: 200 {"query":{"a":""}}
?a=: 200 {"query":{"a":""}}
?a=1&a=2: 200 {"query":{"a":"2"}}
?a[]=1&a[]=2: 200 {"query":{"a":["1","2"]}}
?a[x][y]=1: 200 {"query":{"a":{"x":{"y":"1"}}}}
?%61=%62: 200 {"query":{"a":"b"}}
?a+b=c+d: 200 {"query":{"a_b":"c d"}}
?a=%: 200 {"query":{"a":"%"}}
?a=%zz: 200 {"query":{"a":"%zz"}}
?a=%00: 200 {"query":{"a":"\u0000"}}
?a=1;b=2: 200 {"query":{"a":"1;b=2"}}
?&&a=1&: 200 {"query":{"a":"1"}}
?a.b=1&c d=2: 200 {"query":{"a_b":"1","c_d":"2"}}
?0=x&5=y: 200 {"query":{"0":"x","5":"y"}}
?a=1#f: 400 400 Bad Request
a?a=1&b[]=2: {"one":"1"}
b?a=1&b[]=2: {"one":["2"]}
c?a=1: {"one":null}
0?0=zero: {"one":"zero"}
a=1; b=2 => {"cookies":{"a":"1","b":"2"},"header":"a=1; b=2"}
a=1;b=2 => {"cookies":{"a":"1","b":"2"},"header":"a=1;b=2"}
a="1" => {"cookies":{"a":"\"1\""},"header":"a=\"1\""}
a => {"cookies":{"a":""},"header":"a"}
a= => {"cookies":{"a":""},"header":"a="}
=1 => {"cookies":[],"header":"=1"}
a=1; a=2 => {"cookies":{"a":"1"},"header":"a=1; a=2"}
a=%20b => {"cookies":{"a":" b"},"header":"a=%20b"}
a=b=c => {"cookies":{"a":"b=c"},"header":"a=b=c"}
 a = 1  => {"cookies":{"a":"1"},"header":"a = 1"}
ä=1 => {"cookies":{"ä":"1"},"header":"ä=1"}
; ;a=1; => {"cookies":{"a":"1"},"header":"; ;a=1;"}
0
