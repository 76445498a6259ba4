--TEST--
A script of 2009: an evhttp server as an object, with answers of every kind
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$socket = stream_socket_server('tcp://127.0.0.1:0');
$port = (int) substr(strrchr(stream_socket_get_name($socket, false), ':'), 1);
fclose($socket);
$server = Server::start(__DIR__ . '/scripts/httpd.php', [(string) $port]);
echo $server->get('/hello?a=%20b'), $server->request('PUT', '/hello', body: 'x');
echo $server->post('/post', "some\0thing"), $server->get('/post'), $server->request('PUT', '/post', body: 'put');
echo $server->get('/headers', ['User-Agent' => 'phpt', 'X-Twice' => 'once']);
foreach (['/smd', '/missing', '/buffer', '/append', '/none'] as $path) {
    echo $server->get($path);
}
// A callback that returns nothing: 200 without a body, and a warning.
$nothing = $server->get('/nothing');
echo $nothing->status, ' ', json_encode($nothing->body), "\n";
// Several on one connection.
$connection = $server->connect();
for ($number = 0; $number < 3; $number++) {
    echo $connection->request('GET', "/hello?$number")->body, "\n";
}
echo $server->get('/stop');
echo $server->wait(), "\n", $server->output(), preg_replace('/^listening.*\n/m', '', $server->log());
?>
--EXPECTF--
200 OK (text/html; charset=ISO-8859-1)
Hello, GET /hello?a=%20b
200 OK (text/html; charset=ISO-8859-1)
Hello, PUT /hello
200 OK (text/html; charset=ISO-8859-1)
gniht%0emos
200 OK (text/html; charset=ISO-8859-1)
no body
200 OK (text/html; charset=ISO-8859-1)
tup
200 OK (text/html; charset=ISO-8859-1)
%SUser-Agent=phpt;%Snull phpt
200 OK (application/json)
{"transport":"POST"}
404 Not Found (text/html; charset=ISO-8859-1)
<h1>Not here</h1>
200 OK (text/html; charset=ISO-8859-1)
from a buffer
200 OK (text/html; charset=ISO-8859-1)
before, after
404 Not Found
%w
200 ""
Hello, GET /hello?0
Hello, GET /hello?1
Hello, GET /hello?2
200 OK (text/html; charset=ISO-8859-1)
16 requests
0

Warning: evhttp callback returned wrong datatype: null in %shttpd.php on line %d
stopped
