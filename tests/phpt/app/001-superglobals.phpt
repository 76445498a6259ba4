--TEST--
Classic mode: the superglobals are the request's, and the handler beside it sees none of them
--FILE--
<?php
require __DIR__ . '/app.inc';

$server = start_pages([
    '/dump' => 'echo json_encode(["get" => $_GET, "post" => $_POST, "cookie" => $_COOKIE, "request" => $_REQUEST, "files" => $_FILES,
        "input" => file_get_contents("php://input"), "again" => strlen(file_get_contents("php://input"))]);',
    '/server' => 'ksort($_SERVER);
        foreach ($_SERVER as $name => $value) {
            if (preg_match("/^(HTTP_|SERVER_|REMOTE_|REQUEST_|SCRIPT_|DOCUMENT_|PHP_(?!CONFIG)|PATH_(INFO|TR)|QUERY_|CONTENT_|GATEWAY_|REDIRECT_|arg)/", $name)) {
                echo "$name=", is_string($value) ? $value : get_debug_type($value), "\n";
            }
        }',
    '/env' => 'echo json_encode([$_SERVER["KARGO_PROBE"] ?? null, getenv("KARGO_PROBE"), $_SERVER["BOOTED"] ?? null, $_ENV["BOOTED"] ?? null,
        isset($_SERVER["argv"]), isset($_ENV["HTTP_HOST"]), getenv("REMOTE_ADDR"), getenv("REQUEST_METHOD")]);
        $_SERVER["BOOTED"] = $_ENV["BOOTED"] = "left behind";',
    '/time' => 'echo json_encode([abs($_SERVER["REQUEST_TIME_FLOAT"] - microtime(true)) < 2, $_SERVER["REQUEST_TIME"] === (int) $_SERVER["REQUEST_TIME_FLOAT"]]);',
    '/auth' => 'echo json_encode([$_SERVER["PHP_AUTH_USER"] ?? null, $_SERVER["PHP_AUTH_PW"] ?? null, $_SERVER["PHP_AUTH_DIGEST"] ?? null, $_SERVER["HTTP_AUTHORIZATION"] ?? null]);',
    '/filter' => 'echo json_encode([filter_input(INPUT_GET, "a"), filter_input(INPUT_POST, "p", FILTER_VALIDATE_INT), filter_input(INPUT_COOKIE, "c"), filter_has_var(INPUT_GET, "b")]);',
    '/headers' => 'echo json_encode([getallheaders(), apache_request_headers() === getallheaders(), $request->header("x-one")]);',
], boot: '$_SERVER["BOOTED"] = $_ENV["BOOTED"] = "yes";', ini: ['variables_order' => 'EGPCS']);

echo $server->get('/dump?a=1&b[]=2&b[k]=3&c.d=4', ['Cookie' => 'c1=v%201; c2=2; c1=other'])->body, "\n";
echo $server->post('/dump?a=get', 'a=post&x[y]=z&e=%C3%A4+b', ['Content-Type' => 'application/x-www-form-urlencoded; charset=UTF-8'])->body, "\n";
echo $server->post('/dump', '{"json":1}', ['Content-Type' => 'application/json'])->body, "\n";
echo $server->request('PUT', '/dump', ['Content-Type' => 'application/x-www-form-urlencoded'], 'a=put')->body, "\n";
echo $server->post('/dump', multipart([['a', 'one']]), ['Content-Type' => 'multipart/form-data; boundary=xyz'])->body, "\n";
echo $server->get('/dump')->body, "\n";

$raw = $server->connect();
$raw->send("POST /server/x%20y?q=a%20b&r HTTP/1.1\r\nHost: shop.example:81\r\nX-One: 1\r\nx-one: 2\r\nX_Two: spoofed\r\nProxy: evil\r\n"
    . "Accept: */*\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nCookie: a=1\r\nCookie: b=2\r\n\r\nabc");
echo $raw->readResponse()->status, "\n";
$raw->send("POST /server?q=a%20b&r HTTP/1.1\r\nHost: shop.example:81\r\nX-One: 1\r\nx-one: 2\r\nX_Two: spoofed\r\nProxy: evil\r\n"
    . "Accept: */*\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nCookie: a=1\r\nCookie: b=2\r\n\r\nabc");
$port = explode(':', $raw->localAddress())[1];
$lines = $raw->readResponse()->body;
echo preg_replace(["/$server->port/", "/$port/", '~(DOCUMENT_ROOT|SCRIPT_FILENAME)=.*?((/index.php)?\n)~', '~kargo-event/\S+~'], ['SERVERPORT', 'CLIENTPORT', '$1=ROOT$2', 'kargo-event/V'], $lines);
echo "--\n";
echo $server->get('/env')->body, "\n", $server->get('/env')->body, "\n";
echo $server->get('/time')->body, "\n";
echo $server->get('/auth', ['Authorization' => 'Basic ' . base64_encode('me:p:w')])->body, "\n";
echo $server->get('/auth', ['Authorization' => 'Digest username="me", realm="r"'])->body, "\n";
echo $server->get('/auth')->body, "\n";
echo $server->post('/filter?a=%3Cx%3E&b', 'p=12', ['Content-Type' => 'application/x-www-form-urlencoded', 'Cookie' => 'c=y'])->body, "\n";
echo str_replace((string) $server->port, 'PORT', $server->get('/headers', ['X-One' => 'é'])->body), "\n";
echo $server->get('/modern?x=1')->body, "\n";
echo $server->stop(), "\n", $server->output();
?>
--EXPECT--
{"get":{"a":"1","b":{"0":"2","k":"3"},"c_d":"4"},"post":[],"cookie":{"c1":"v 1","c2":"2"},"request":{"a":"1","b":{"0":"2","k":"3"},"c_d":"4","c1":"v 1","c2":"2"},"files":[],"input":"","again":0}
{"get":{"a":"get"},"post":{"a":"post","x":{"y":"z"},"e":"\u00e4 b"},"cookie":[],"request":{"a":"post","x":{"y":"z"},"e":"\u00e4 b"},"files":[],"input":"a=post&x[y]=z&e=%C3%A4+b","again":24}
{"get":[],"post":[],"cookie":[],"request":[],"files":[],"input":"{\"json\":1}","again":10}
{"get":[],"post":[],"cookie":[],"request":[],"files":[],"input":"a=put","again":5}
{"get":[],"post":{"a":"one"},"cookie":[],"request":{"a":"one"},"files":[],"input":"","again":0}
{"get":[],"post":[],"cookie":[],"request":[],"files":[],"input":"","again":0}
404
CONTENT_LENGTH=3
CONTENT_TYPE=text/plain
DOCUMENT_ROOT=ROOT
DOCUMENT_URI=/index.php
GATEWAY_INTERFACE=CGI/1.1
HTTP_ACCEPT=*/*
HTTP_COOKIE=a=1; b=2
HTTP_HOST=shop.example:81
HTTP_X_ONE=1, 2
PHP_SELF=/index.php
QUERY_STRING=q=a%20b&r
REDIRECT_STATUS=200
REMOTE_ADDR=127.0.0.1
REMOTE_PORT=CLIENTPORT
REQUEST_METHOD=POST
REQUEST_SCHEME=http
REQUEST_TIME=int
REQUEST_TIME_FLOAT=float
REQUEST_URI=/server?q=a%20b&r
SCRIPT_FILENAME=ROOT/index.php
SCRIPT_NAME=/index.php
SERVER_ADDR=127.0.0.1
SERVER_NAME=shop.example
SERVER_PORT=SERVERPORT
SERVER_PROTOCOL=HTTP/1.1
SERVER_SOFTWARE=kargo-event/V
--
[null,false,"yes","yes",false,false,"127.0.0.1","GET"]
[null,false,"yes","yes",false,false,"127.0.0.1","GET"]
[true,true]
["me","p:w",null,"Basic bWU6cDp3"]
[null,null,"username=\"me\", realm=\"r\"","Digest username=\"me\", realm=\"r\""]
[null,null,null,null]
["<x>",12,"y",true]
[{"Host":"127.0.0.1:PORT","X-One":"\u00e9"},true,"\u00e9"]
{"get":[],"server":false,"argc":1}
0
