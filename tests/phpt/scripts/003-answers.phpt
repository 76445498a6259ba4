--TEST--
What a script sends: headers, cookies, statuses, bodies of every size, flush(), HEAD
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    switch ($_GET['do']) {
        case 'headers':
            header('X-A: 1'); header('X-A: 2', false); header('X-B: 1'); header('X-B: 2'); setcookie('c', 'v w'); setcookie('d', '1', ['httponly' => true]);
            header_remove('X-Powered-By'); header('Content-Type: application/json'); echo '{}'; break;
        case 'status': http_response_code((int) $_GET['code']); echo $_GET['code']; break;
        case 'line': header('HTTP/1.1 418 Teapot'); echo 'short'; break;
        case 'location': header('Location: /there'); break;
        case 'nothing': break;
        case 'large': echo str_repeat('x', (int) $_GET['bytes']); break;
        case 'many': for ($i = 0; $i < 50_000; $i++) { echo 'line ', $i, "\n"; } break;
        case 'flush': echo 'one'; ob_flush(); flush(); usleep(1000); echo 'two'; ob_flush(); flush(); echo 'three'; break;
        case 'early': flush(); echo 'early'; flush(); setcookie('late', '1'); header('X-Late: 1'); echo headers_sent() ? ' sent' : ' open'; break;
        case 'sent': echo 'one'; ob_flush(); flush(); header('X-Late: 1'); echo headers_sent() ? ' sent' : ' open'; break;
        case 'handled': set_exception_handler(function ($e) { echo 'page of ', $e->getMessage(); exit; }); throw new Exception('ours');
        case 'buffer': ob_start(fn ($text) => strtoupper($text)); echo 'upper'; break;
        case 'framing': header('Content-Length: 3'); header('Transfer-Encoding: chunked'); header('Connection: close'); header('Date: x'); echo 'longer'; break;
        case 'input': echo json_encode(['raw' => file_get_contents('php://input'), 'post' => $_POST, 'type' => $_SERVER['CONTENT_TYPE'] ?? null]); break;
        case 'auth': echo ($_SERVER['PHP_AUTH_USER'] ?? '-') . ':' . ($_SERVER['PHP_AUTH_PW'] ?? '-'); break;
        case 'proxy': echo json_encode(array_intersect_key($_SERVER, ['HTTP_PROXY' => 1, 'HTTP_X_A' => 1, 'HTTP_COOKIE' => 1])); break;
    }
    PHP]);
$server = serve($root);
$get = fn (string $do, array $headers = []) => $server->get("/?do=$do", $headers);
$response = $get('headers');
echo json_encode(array_diff_key($response->headers, ['date' => 1])), $response->body, "\n";
foreach (['status&code=201', 'status&code=204', 'status&code=404', 'status&code=500', 'line', 'location', 'nothing', 'buffer', 'auth'] as $do) {
    $response = $get($do);
    echo $do, ': ', $response->status, ' ', $response->reason, ' ', $response->header('location') ?? '', ' ', $response->body, "\n";
}
foreach ([0, 1, 65_535, 65_536, 65_537, 300_000, 5_000_000] as $bytes) {
    $response = $get("large&bytes=$bytes");
    echo $bytes, ' ', strlen($response->body), ' ', $response->header('content-length') ?? 'chunked', "\n";
}
echo md5($get('many')->body) === md5(implode('', array_map(fn ($i) => "line $i\n", range(0, 49_999)))) ? 'many ok' : 'many differ', "\n";
$response = $get('flush');
echo $response->body, ' ', $response->header('transfer-encoding'), "\n";
foreach (['early', 'sent'] as $do) {
    echo $get($do)->body, ' ', $get($do)->header('x-late') ?? 'no late header', ' ', $get($do)->header('set-cookie') ?? 'no cookie', "\n";
}
echo $get('handled')->status, ' ', $get('handled')->body, "\n";
$response = $get('framing');
echo $response->body, ' ', $response->header('content-length'), ' ', $response->header('connection') ?? 'open', "\n";
$connection = $server->connect();
$head = $connection->request('HEAD', '/?do=large&bytes=10');
echo $head->status, ' ', strlen($head->body), ' ', $connection->request('GET', '/?do=buffer')->body, "\n";
echo $server->post('/?do=input', '{"a":1}', ['Content-Type' => 'application/json'])->body, "\n";
echo $server->post('/?do=input', 'a=1&b[]=2', ['Content-Type' => 'application/x-www-form-urlencoded'])->body, "\n";
echo $server->request('PUT', '/?do=input', ['Content-Type' => 'text/plain'], 'put')->body, "\n";
echo strlen($server->post('/?do=input', str_repeat('y', 900_000), ['Content-Type' => 'text/plain'])->json()['raw']), "\n";
echo $get('auth', ['Authorization' => 'Basic ' . base64_encode('ann:pass word')])->body, "\n";
echo $get('proxy', ['Proxy' => 'evil', 'X_A' => 'evil', 'X-A' => 'good', 'Cookie' => 'a=1'])->body, "\n";
echo $server->stop(), "\n";
echo preg_match_all('/Headers already|headers already/', $server->log()), " warning in the log\n";
?>
--EXPECT--
{"x-a":["1","2"],"x-b":["2"],"set-cookie":["c=v%20w","d=1; HttpOnly"],"content-type":["application\/json"],"content-length":["2"]}{}
status&code=201: 201 Created  201
status&code=204: 204 No Content  
status&code=404: 404 Not Found  404
status&code=500: 500 Internal Server Error  500
line: 418 I'm a teapot  short
location: 302 Found /there 
nothing: 200 OK  
buffer: 200 OK  UPPER
auth: 200 OK  -:-
0 0 0
1 1 1
65535 65535 65535
65536 65536 chunked
65537 65537 chunked
300000 300000 chunked
5000000 5000000 chunked
many ok
onetwothree chunked
early open 1 late=1
one sent no late header no cookie
200 page of ours
longer 6 open
200 0 UPPER
{"raw":"{\"a\":1}","post":[],"type":"application\/json"}
{"raw":"a=1&b[]=2","post":{"a":"1","b":["2"]},"type":"application\/x-www-form-urlencoded"}
{"raw":"put","post":[],"type":"text\/plain"}
900000
ann:pass word
{"HTTP_X_A":"good","HTTP_COOKIE":"a=1"}
0
3 warning in the log
