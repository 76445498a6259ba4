--TEST--
RPC over HTTP: media types, methods, paths, mounts, several listeners of one Api
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    $api = new Kargo\Rpc\Api();
    $api->export(fn (): string => 'here', as: 'where');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api)->mount('/deep/er', $api);
    $server->get('/page', fn () => 'page');
    $server->run(workers: 1);
    PHP);
$json = '{"jsonrpc":"2.0","method":"where","id":1}';
$xml = '<methodCall><methodName>where</methodName></methodCall>';
$shown = function (Response $response): string {
    $headers = array_intersect_key($response->headers, ['content-type' => 1, 'allow' => 1]);
    return "$response->status " . implode(' ', array_merge(...array_values($headers))) . ' ' . (str_contains($response->body, 'here') ? 'here' : trim($response->body)) . "\n";
};
foreach (['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json-rpc', 'application/jsonrequest', 'application/vnd.api+json', 'text/plain', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/xml', 'text/json', 'application/octet-stream', '', 'nonsense', 'application/json, text/plain'] as $type) {
    echo "json as $type: ", $shown($server->post('/jsonrpc', $json, ['Content-Type' => $type]));
}
echo 'json without: ', $shown($server->post('/jsonrpc', $json));
foreach (['text/xml', 'text/xml; charset=utf-8', 'text/xml;charset="utf-8"', 'application/xml', 'application/rpc+xml', 'text/plain', 'application/x-www-form-urlencoded', 'application/json', 'text/xml; charset=utf-16', 'text/xml; charset=klingon'] as $type) {
    echo "xml as $type: ", preg_replace('~<\?xml.*<int>(.*)</int>.*~s', "$1\n", $shown($server->post('/xmlrpc', $xml, ['Content-Type' => $type])));
}
echo 'xml without: ', $shown($server->post('/xmlrpc', $xml));
foreach (['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'POST', 'TRACE', 'FROB'] as $method) {
    foreach (['/jsonrpc', '/xmlrpc', '/nope'] as $path) {
        $response = $server->request($method, $path, ['Content-Type' => $path === '/xmlrpc' ? 'text/xml' : 'application/json'], in_array($method, ['GET', 'HEAD', 'OPTIONS', 'TRACE'], true) ? null : ($path === '/xmlrpc' ? $xml : $json));
        echo "$method $path: ", preg_replace('/\{.*/', '{…}', $shown($response));
    }
}
foreach (['/deep/er/jsonrpc', '/deep/er/xmlrpc', '/deep/jsonrpc', '/jsonrpc/', '/JSONRPC', '/jsonrpc?x=1', '/json%72pc', '/x/../jsonrpc', '//jsonrpc', '/page'] as $path) {
    echo "$path: ", $shown($server->post($path, str_ends_with($path, 'xmlrpc') ? $xml : $json));
}
// A body in pieces, and one in chunks.
$connection = $server->connect();
$connection->send("POST /jsonrpc HTTP/1.1\r\nHost: a\r\nContent-Length: " . strlen($json) . "\r\n\r\n" . substr($json, 0, 10));
$connection->send(substr($json, 10));
echo $connection->readResponse()->body, "\n";
$connection->send("POST /jsonrpc HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" . substr($json, 0, 5) . "\r\n" . dechex(strlen($json) - 5) . "\r\n" . substr($json, 5) . "\r\n0\r\n\r\n");
echo $connection->readResponse()->body, "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
json as application/json: 200 application/json here
json as application/json; charset=utf-8: 200 application/json here
json as APPLICATION/JSON: 200 application/json here
json as application/json-rpc: 200 application/json here
json as application/jsonrequest: 200 application/json here
json as application/vnd.api+json: 200 application/json here
json as text/plain: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as text/plain;charset=UTF-8: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as application/x-www-form-urlencoded: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as multipart/form-data; boundary=x: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as text/xml: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as text/json: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as application/octet-stream: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as : 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as nonsense: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json as application/json, text/plain: 415 text/plain; charset=utf-8 415 Unsupported Media Type
json without: 200 application/json here
xml as text/xml: 200 text/xml; charset=utf-8 here
xml as text/xml; charset=utf-8: 200 text/xml; charset=utf-8 here
xml as text/xml;charset="utf-8": 200 text/xml; charset=utf-8 here
xml as application/xml: 200 text/xml; charset=utf-8 here
xml as application/rpc+xml: 200 text/xml; charset=utf-8 here
xml as text/plain: 415 text/plain; charset=utf-8 415 Unsupported Media Type
xml as application/x-www-form-urlencoded: 415 text/plain; charset=utf-8 415 Unsupported Media Type
xml as application/json: 415 text/plain; charset=utf-8 415 Unsupported Media Type
xml as text/xml; charset=utf-16: 200 text/xml; charset=utf-8 -32701
xml as text/xml; charset=klingon: 200 text/xml; charset=utf-8 -32701
xml without: 200 text/xml; charset=utf-8 here
GET /jsonrpc: 200 application/json here
GET /xmlrpc: 405 POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
GET /nope: 404 text/plain; charset=utf-8 404 Not Found
HEAD /jsonrpc: 200 application/json 
HEAD /xmlrpc: 405 POST, OPTIONS text/plain; charset=utf-8 
HEAD /nope: 404 text/plain; charset=utf-8 
PUT /jsonrpc: 405 GET, HEAD, POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
PUT /xmlrpc: 405 POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
PUT /nope: 404 text/plain; charset=utf-8 404 Not Found
DELETE /jsonrpc: 405 GET, HEAD, POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
DELETE /xmlrpc: 405 POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
DELETE /nope: 404 text/plain; charset=utf-8 404 Not Found
PATCH /jsonrpc: 405 GET, HEAD, POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
PATCH /xmlrpc: 405 POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
PATCH /nope: 404 text/plain; charset=utf-8 404 Not Found
OPTIONS /jsonrpc: 204 GET, HEAD, POST, OPTIONS 
OPTIONS /xmlrpc: 204 POST, OPTIONS 
OPTIONS /nope: 404 text/plain; charset=utf-8 404 Not Found
POST /jsonrpc: 200 application/json here
POST /xmlrpc: 200 text/xml; charset=utf-8 here
POST /nope: 404 text/plain; charset=utf-8 404 Not Found
TRACE /jsonrpc: 405 GET, HEAD, POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
TRACE /xmlrpc: 405 POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
TRACE /nope: 404 text/plain; charset=utf-8 404 Not Found
FROB /jsonrpc: 405 GET, HEAD, POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
FROB /xmlrpc: 405 POST, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
FROB /nope: 404 text/plain; charset=utf-8 404 Not Found
/deep/er/jsonrpc: 200 application/json here
/deep/er/xmlrpc: 200 text/xml; charset=utf-8 here
/deep/jsonrpc: 404 text/plain; charset=utf-8 404 Not Found
/jsonrpc/: 404 text/plain; charset=utf-8 404 Not Found
/JSONRPC: 404 text/plain; charset=utf-8 404 Not Found
/jsonrpc?x=1: 200 application/json here
/json%72pc: 200 application/json here
/x/../jsonrpc: 400 text/plain; charset=utf-8 400 Bad Request
//jsonrpc: 404 text/plain; charset=utf-8 404 Not Found
/page: 405 GET, HEAD, OPTIONS text/plain; charset=utf-8 405 Method Not Allowed
{"result":"here","id":1,"jsonrpc":"2.0"}
{"result":"here","id":1,"jsonrpc":"2.0"}
0
