--TEST--
Classic mode: an error page keeps cookies and who may cache it, a status that is sent stays, lines of one name are one, and the log names what threw
--FILE--
<?php
require __DIR__ . '/app.inc';

$folder = sys_get_temp_dir() . '/kargo-heads-' . getmypid();
mkdir($folder, 0700);
$session = "session_start(['save_path' => '$folder', 'use_strict_mode' => 1]);";
$server = start_pages([
    '/login' => "$session \$_SESSION['user'] = 'ann'; echo session_id();",
    '/regenerate' => "$session session_regenerate_id(true); setcookie('seen', '1'); header('X-Mine: secret'); header('Vary: Cookie'); header('Content-Language: de');
        throw new Exception('x');",
    '/told' => 'setcookie("told", "1"); header("X-Mine: secret"); throw new Kargo\Http\HttpException(403, "not yours");',
    '/fatal' => 'setcookie("fatal", "1"); header("Cache-Control: no-store"); set_time_limit(1); while (true);',
    '/who' => "$session echo \$_SESSION['user'] ?? 'nobody';",
    '/late' => 'echo str_repeat("x", 5000); http_response_code(404); echo headers_sent() ? " sent" : " not sent";',
    '/late-throw' => 'echo str_repeat("x", 5000); throw new Exception("x");',
    '/lines' => 'echo json_encode([getallheaders()["X-Cat"], $_SERVER["HTTP_X_CAT"], getallheaders()["Cookie"], $_SERVER["HTTP_COOKIE"], $_COOKIE]);',
    '/callback' => 'ob_start(function () { throw new Exception("in a callback"); }); echo "x";',
    '/shutdown' => 'register_shutdown_function(function () { throw new Exception("at the end"); });',
    '/header' => 'header_register_callback(function () { throw new Exception("of headers"); });',
], workers: 1);
$cookie = cookies($server->get('/login'));
$answer = $server->get('/regenerate', ['Cookie' => $cookie]);
$renewed = cookies($answer);
echo $answer->status, ' ', count($answer->headers['set-cookie']), ' ', $answer->header('cache-control'), ' ', $answer->header('vary'), ' ',
    json_encode([$answer->header('x-mine'), $answer->header('content-language'), $answer->header('content-type')]), "\n";
echo $server->get('/who', ['Cookie' => $cookie])->body, ' ', $server->get('/who', ['Cookie' => $renewed])->body, "\n";
foreach (['/told', '/fatal'] as $path) {
    $answer = $server->get($path);
    echo $answer->status, ' ', cookies($answer), ' ', json_encode([$answer->header('cache-control'), $answer->header('x-mine')]), "\n";
}
$answer = $server->get('/late');
echo $answer->status, substr($answer->body, 5000), "\n";
echo $server->get('/late-throw')->status, "\n";
$connection = $server->connect();
$connection->send("GET /lines HTTP/1.1\r\nHost: x\r\nX-Cat: tom\r\nCookie: a=1\r\nX-CAT: kit\r\nCookie: b=2; c=3\r\nConnection: close\r\n\r\n");
echo $connection->readResponse()->body, "\n";
foreach (['/callback', '/shutdown', '/header'] as $path) {
    $server->get($path);
}
echo $server->stop(), $server->output(), "\n";
preg_match_all('/(?:an? [a-z]+ (?:callback|function)|a header callback) threw(?=.*(in a callback|at the end|of headers))/', $server->log(), $found, PREG_SET_ORDER);
foreach ($found as [$who, $what]) {
    echo "$who: $what\n";
}
array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
?>
--EXPECT--
500 2 no-store, no-cache, must-revalidate Cookie [null,null,"text\/plain; charset=utf-8"]
nobody ann
403 told=1 [null,null]
500 fatal=1 ["no-store",null]
200 sent
500
["tom, kit","tom, kit","a=1; b=2; c=3","a=1; b=2; c=3",{"a":"1","b":"2","c":"3"}]
0
an output callback threw: in a callback
a shutdown function threw: at the end
a header callback threw: of headers
