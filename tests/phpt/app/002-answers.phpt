--TEST--
Classic mode: echo, header(), status lines, redirects, cookies, header callbacks and buffers make the answer
--FILE--
<?php
require __DIR__ . '/app.inc';

$server = start_pages([
    '/hello' => 'echo "Hello, "; print "World"; printf("%s\n", "!");',
    '/file' => 'header("Content-Type: text/x-own"); readfile(__FILE__, length: null) ?: 0;',
    '/headers' => 'header("X-One: 1"); header("X-One: 2"); header("X-Two: 1"); header("X-Two: 2", false); header("X-Gone: 1"); header_remove("x-gone");
        header("X-Colon:a:b "); echo implode("|", headers_list());',
    '/status' => 'http_response_code(418); echo http_response_code();',
    '/line' => 'header("HTTP/1.1 404 Gone fishing"); echo "x";',
    '/cgi' => 'header("Status: 503 Busy"); echo "x";',
    '/code' => 'header("X-Any: 1", true, 201); echo "x";',
    '/location' => 'header("Location: /elsewhere");',
    '/location301' => 'header("Location: /elsewhere", true, 301); exit;',
    '/cookies' => 'setcookie("a", "v 1"); setcookie("b", "2", ["path" => "/", "httponly" => true, "samesite" => "Lax"]); setrawcookie("c", "r%20w"); echo "x";',
    '/callback' => 'header_register_callback(function () { header("X-Late: " . count(headers_list())); }); header("X-Early: 1"); echo "x";',
    '/callback-empty' => 'header_register_callback(function () { header("X-Late: yes"); });',
    '/buffers' => 'ob_start(fn ($b) => strtoupper($b)); echo "upper "; ob_end_flush(); ob_start(); echo "inner"; $x = ob_get_clean(); ob_start(fn ($b) => "[$b]"); echo "unclosed $x";',
    '/sent' => 'echo "a"; var_dump(headers_sent()); ob_end_flush(); var_dump(headers_sent($file, $line), basename($file) !== "", $line > 0); header("X-Late: 1");',
    '/big' => 'echo str_repeat("0123456789", 5000);',
    '/gzip' => 'ob_start("ob_gzhandler"); echo str_repeat("a", 1000);',
    '/length' => 'header("Content-Length: 3"); echo "longer than that";',
    '/framing' => 'header("Transfer-Encoding: chunked"); header("Connection: close"); header("Date: Sun, 06 Nov 1994 08:49:37 GMT"); echo "x";',
    '/bad' => 'header("Content-Length: many"); header("X Y: 1"); header("X-Bell: a\x07b"); header("nocolon"); echo "x";',
    '/inject' => '@header("X-A: 1\r\nX-B: 2"); echo error_get_last()["message"] ?? "";',
    '/204' => 'http_response_code(204); echo "dropped";',
    '/304' => 'http_response_code(304); header("ETag: \"x\""); echo "dropped";',
    '/odd' => 'http_response_code(99); echo "x";',
    '/empty' => '',
    '/exit' => 'echo "before "; exit("text");',
    '/exit-code' => 'echo "x"; exit(3);',
    '/return' => 'echo "x"; return;',
    '/type' => 'header("Content-type: application/json"); echo "{}";',
    '/charset' => 'header("Content-Type: text/plain"); echo "x";',
]);
$raw = $server->connect();
$show = function (string $target, string $method = 'GET', array $headers = []) use (&$raw, $server): void {
    $response = $raw->request($method, $target, $headers);
    $response->header('connection') === 'close' && $raw = $server->connect();
    echo "$method $target: $response->status $response->reason\n";
    foreach ($response->headers as $name => $values) {
        if ($name === 'date' ? $response->header('date') === 'Sun, 06 Nov 1994 08:49:37 GMT' : $name !== 'x-request-id') {
            echo "  $name: ", implode(' | ', $values), "\n";
        }
    }
    echo '  ', json_encode(strlen($response->body) > 100 ? strlen($response->body) . ' bytes' : $response->body), "\n";
};
foreach (['/hello', '/headers', '/status', '/line', '/cgi', '/code', '/location', '/location301', '/cookies', '/callback', '/callback-empty', '/buffers', '/sent', '/big',
    '/length', '/framing', '/bad', '/inject', '/204', '/304', '/odd', '/empty', '/exit', '/exit-code', '/return', '/type', '/charset'] as $target) {
    $show($target);
}
$show('/hello', 'HEAD');
$show('/big', 'HEAD');
$show('/location', 'POST', ['Content-Type' => 'text/plain']);
$response = $server->get('/gzip', ['Accept-Encoding' => 'gzip']);
echo $response->header('content-encoding'), ' ', $response->header('vary'), ' ', strlen(gzdecode($response->body)), "\n";
echo $server->get('/gzip')->header('content-encoding') ?? 'plain', "\n";
echo $server->stop(), $server->output(), "\n";
preg_match_all('/left out, since.*|that is none.*|Cannot modify header information - headers already sent by/', $server->log(), $found);
echo preg_replace('/ request=\S+/', '', implode("\n", $found[0])), "\n";
?>
--EXPECT--
GET /hello: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 14
  "Hello, World!\n"
GET /headers: 200 OK
  x-one: 2
  x-two: 1 | 2
  x-colon: a:b
  content-type: text/html; charset=UTF-8
  content-length: 38
  "X-One: 2|X-Two: 1|X-Two: 2|X-Colon:a:b"
GET /status: 418 I'm a teapot
  content-type: text/html; charset=UTF-8
  content-length: 3
  "418"
GET /line: 404 Gone fishing
  content-type: text/html; charset=UTF-8
  content-length: 1
  "x"
GET /cgi: 503 Service Unavailable
  content-type: text/html; charset=UTF-8
  content-length: 1
  "x"
GET /code: 201 Created
  x-any: 1
  content-type: text/html; charset=UTF-8
  content-length: 1
  "x"
GET /location: 302 Found
  location: /elsewhere
  content-type: text/html; charset=UTF-8
  content-length: 0
  ""
GET /location301: 301 Moved Permanently
  location: /elsewhere
  content-type: text/html; charset=UTF-8
  content-length: 0
  ""
GET /cookies: 200 OK
  set-cookie: a=v%201 | b=2; path=/; HttpOnly; SameSite=Lax | c=r%20w
  content-type: text/html; charset=UTF-8
  content-length: 1
  "x"
GET /callback: 200 OK
  x-early: 1
  content-type: text/html; charset=UTF-8
  x-late: 2
  content-length: 1
  "x"
GET /callback-empty: 200 OK
  content-type: text/html; charset=UTF-8
  x-late: yes
  content-length: 0
  ""
GET /buffers: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 22
  "UPPER [unclosed inner]"
GET /sent: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 46
  "abool(false)\nbool(true)\nbool(true)\nbool(true)\n"
GET /big: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 50000
  "50000 bytes"
GET /length: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 16
  "longer than that"
GET /framing: 200 OK
  date: Sun, 06 Nov 1994 08:49:37 GMT
  content-type: text/html; charset=UTF-8
  content-length: 1
  connection: close
  "x"
GET /bad: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 1
  "x"
GET /inject: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 67
  "Header may not contain more than a single header, new line detected"
GET /204: 204 No Content
  content-type: text/html; charset=UTF-8
  ""
GET /304: 304 Not Modified
  etag: "x"
  ""
GET /odd: 500 Internal Server Error
  content-type: text/html; charset=UTF-8
  content-length: 1
  "x"
GET /empty: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 0
  ""
GET /exit: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 11
  "before text"
GET /exit-code: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 1
  "x"
GET /return: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 1
  "x"
GET /type: 200 OK
  content-type: application/json
  content-length: 2
  "{}"
GET /charset: 200 OK
  content-type: text/plain;charset=UTF-8
  content-length: 1
  "x"
HEAD /hello: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 14
  ""
HEAD /big: 200 OK
  content-type: text/html; charset=UTF-8
  content-length: 50000
  ""
POST /location: 302 Found
  location: /elsewhere
  content-type: text/html; charset=UTF-8
  content-length: 0
  ""
gzip Accept-Encoding 1000
plain
0
Cannot modify header information - headers already sent by
left out, since HTTP does not allow it name="X Y"
left out, since HTTP does not allow it name=X-Bell
that is none status=99
