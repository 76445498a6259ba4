--TEST--
Client: methods, headers, bodies as string, array and Traversable; what a response has
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions, ClientResponse};

$server = own_server();
$client = new Client();
$show = function (ClientResponse $response) use ($server) {
    $echo = $response->json();
    unset($echo['headers']['host']);
    echo $response->status, ' ', $echo['method'], ' ', $echo['target'], ' ', json_encode($echo['headers']), ' ', $echo['body'], "\n";
};

$show($client->get(url($server, '/echo?a=b c&ä=1#fragment')));
$show($client->get(url($server, '/echo'), ['X-One' => 'a', 'X-Two' => ['b', 'c']]));
$show($client->post(url($server, '/echo'), 'text', ['Content-Type' => 'text/plain']));
$show($client->post(url($server, '/echo')));
$show($client->post(url($server, '/echo'), ['list' => [1, 2.5, null, 'ä']]));
$show($client->put(url($server, '/echo'), ['x' => 1], ['content-type' => 'application/vnd.x+json']));
$show($client->patch(url($server, '/echo'), 'p'));
$show($client->delete(url($server, '/echo')));
$show($client->request('OPTIONS', url($server, '/echo'), body: 'o'));
$show($client->request('PURGE', url($server, '/echo')));
$show($client->post(url($server, '/echo'), (function () { yield 'one '; Kargo\delay(0.01); yield ''; yield 'two'; })()));
$show($client->request('PUT', url($server, '/echo'), ['X' => 'y'], new ArrayIterator(['a', 'b', 'c'])));
$show($client->get(str_replace('//', '//user:p%40ss@', url($server, '/echo'))));
$show($client->get(str_replace('//', '//user:pass@', url($server, '/echo')), ['Authorization' => 'Bearer x']));
$show($client->get(url($server, '/echo'), ['Host' => 'other.example', 'User-Agent' => 'me', 'Connection' => 'close']));

$head = $client->head(url($server, '/hello'));
echo $head->status, ' ', $head->header('Content-Length'), ' ', json_encode($head->body), "\n";

$response = $client->get(url($server, '/cookies'));
echo $response->status, ' ', $response->body, ' ', $response->header('CONTENT-type'), ' ', json_encode($response->header('none')), "\n";
echo $response->header('Set-Cookie'), "\n", implode("\n", $response->headerLines('set-cookie')), "\n", json_encode($response->headerLines('x')), "\n";
echo gettype($response->headers['set-cookie']), ' ', gettype($response->headers['content-type']), ' ', $response->url === url($server, '/cookies') ? 'its URL' : $response->url, "\n";
foreach ([200, 299, 304, 404, 500] as $status) {
    echo $client->get(url($server, "/status/$status"))->isSuccess() ? "$status is a success\n" : "$status is none\n";
}
try {
    $client->get(url($server, '/hello'))->json();
} catch (Kargo\ProtocolException $exception) {
    echo $exception->getMessage(), "\n";
}
$client = new Client(new ClientOptions(userAgent: '', headers: ['X-Default' => 'd', 'Accept' => 'text/*']));
$show($client->get(url($server, '/echo'), ['accept' => 'image/*']));
try {
    $response->status = 1;
} catch (Error $error) {
    echo $error->getMessage(), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
200 GET /echo?a=b%20c&%C3%A4=1 {"user-agent":"kargo-event"} 
200 GET /echo {"x-one":"a","x-two":"b, c","user-agent":"kargo-event"} 
200 POST /echo {"content-type":"text\/plain","user-agent":"kargo-event","content-length":"4"} text
200 POST /echo {"user-agent":"kargo-event","content-length":"0"} 
200 POST /echo {"content-type":"application\/json","user-agent":"kargo-event","content-length":"26"} {"list":[1,2.5,null,"ä"]}
200 PUT /echo {"content-type":"application\/vnd.x+json","user-agent":"kargo-event","content-length":"7"} {"x":1}
200 PATCH /echo {"user-agent":"kargo-event","content-length":"1"} p
200 DELETE /echo {"user-agent":"kargo-event"} 
200 OPTIONS /echo {"user-agent":"kargo-event","content-length":"1"} o
200 PURGE /echo {"user-agent":"kargo-event"} 
200 POST /echo {"user-agent":"kargo-event","transfer-encoding":"chunked"} one two
200 PUT /echo {"x":"y","user-agent":"kargo-event","transfer-encoding":"chunked"} abc
200 GET /echo {"authorization":"Basic dXNlcjpwQHNz","user-agent":"kargo-event"} 
200 GET /echo {"authorization":"Bearer x","user-agent":"kargo-event"} 
200 GET /echo {"user-agent":"me","connection":"close"} 
200 13 ""
200 two text/plain; charset=utf-8 null
a=1; Path=/; HttpOnly; SameSite=Lax, b=2; Path=/; HttpOnly; SameSite=Lax
a=1; Path=/; HttpOnly; SameSite=Lax
b=2; Path=/; HttpOnly; SameSite=Lax
[]
array string its URL
200 is a success
299 is a success
304 is none
404 is none
500 is none
the response's body is not valid JSON: syntax error at byte 0
200 GET /echo {"accept":"image\/*","x-default":"d"} 
Cannot modify readonly property Kargo\Http\ClientResponse::$status
0
