--TEST--
Redirects: the method rules, what is kept and what is dropped, loops, limits, odd targets
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions, ClientResponse};

$server = own_server();
$other = own_server();
$client = new Client();
$to = fn (int $status, string $location) => url($server, "/redirect/$status?to=" . rawurlencode($location));
$show = function (ClientResponse $response) use ($server, $other) {
    $echo = $response->json();
    unset($echo['headers']['host'], $echo['headers']['user-agent']);
    echo $echo['method'], ' ', $echo['target'], ' ', json_encode($echo['headers']), ' ', $echo['body'], ' ',
        strtr($response->url, [url($server, '') => 'SERVER', url($other, '') => 'OTHER']), "\n";
};

foreach ([301, 302, 303, 307, 308] as $status) {
    foreach (['GET', 'POST', 'PUT', 'DELETE'] as $method) {
        echo "$status ";
        $show($client->request($method, $to($status, '/echo'), $method === 'POST' ? ['Content-Type' => 'text/x'] : [], $method === 'POST' ? 'body' : ''));
    }
}
echo $client->head($to(303, '/hello'))->header('content-length'), "\n";

// What is meant for one host stays there, also if the way leads back.
$secrets = ['Authorization' => 'a', 'Cookie' => 'c', 'Proxy-Authorization' => 'p', 'X-Other' => 'x'];
$show($client->get($to(302, '/echo'), $secrets));
$show($client->get($to(302, url($other, '/echo')), $secrets));
$show($client->get($to(302, url($other, '/redirect/302?to=' . rawurlencode(url($server, '/echo')))), $secrets));
$show($client->get($to(307, '//' . substr(url($other, '/echo'), 7)), $secrets));
$show((new Client(new ClientOptions(headers: $secrets)))->get($to(302, url($other, '/echo'))));
$show($client->get(str_replace('//', '//user:pass@', $to(302, '/echo'))));
$show($client->get(str_replace('//', '//user:pass@', $to(302, url($other, '/echo')))));
$show($client->get($to(302, str_replace('//', '//user:pass@', url($other, '/echo')))));
$host = $client->get($to(302, url($other, '/echo')), ['Host' => "$server->host:$server->port"])->json()['headers']['host'];
echo $host === $other->authority() ? "its own Host\n" : "$host\n";

// References of all kinds.
foreach (['/echo?a#b', '../echo', 'echo', '?to=%2Fecho', "http:$server->host", './../../echo', '/echo?ä b'] as $location) {
    echo "$location: ", outcome(fn () => parse_url($client->get($to(302, $location) . '#old')->url, PHP_URL_PATH)), "\n";
}
echo parse_url($client->get($to(302, '/echo') . '#old')->url, PHP_URL_FRAGMENT), ' ', parse_url($client->get($to(302, '/echo#new') . '#old')->url, PHP_URL_FRAGMENT), "\n";

// What is no redirect, and redirects that are not followed.
foreach ([300, 304, 305] as $status) {
    echo $client->get($to($status, '/echo'))->status, ' ';
}
echo "\n", (new Client(new ClientOptions(redirects: 0)))->get($to(302, '/echo'))->header('Location'), "\n";
$rude = rude_server();
echo outcome(fn () => $client->get(rude($rude, "HTTP/1.1 302 Found\r\nContent-Length: 11\r\n\r\nno Location"))), "\n";

// Loops and dead ends.
echo outcome(fn () => $client->get(url($server, '/loop'))), "\n";
echo outcome(fn () => (new Client(new ClientOptions(redirects: 1)))->get($to(302, $to(302, '/echo')))), "\n";
echo (new Client(new ClientOptions(redirects: 2)))->get($to(302, $to(302, '/hello')))->body, "\n";
echo outcome(fn () => $client->get($to(302, 'https://example.org/'))), "\n";
echo outcome(fn () => $client->get($to(302, 'ftp://example.org/'))), "\n";
echo outcome(fn () => $client->get($to(302, 'http://'))), "\n";
echo outcome(fn () => $client->get($to(302, 'http://127.0.0.1:1/'))), "\n";

// A body that comes in pieces can be sent once.
$pieces = fn () => new ArrayIterator(['a', 'b']);
echo outcome(fn () => $client->post($to(307, '/echo'), $pieces())), "\n";
$show($client->post($to(303, '/echo'), $pieces()));

// Streams follow as well.
$stream = $client->stream('GET', $to(302, '/hello'));
echo $stream->status, ' ', $stream->readAll(), ' ', parse_url($stream->url, PHP_URL_PATH), "\n";
// The time is for all of it.
$begin = microtime(true);
echo outcome(fn () => (new Client(new ClientOptions(timeout: 0.3)))->get($to(302, '/wait/5/x'))), "\n";
echo microtime(true) - $begin < 3 ? "in time\n" : "late\n";
?>
--EXPECT--
301 GET /echo []  SERVER/echo
301 GET /echo []  SERVER/echo
301 PUT /echo {"content-length":"0"}  SERVER/echo
301 DELETE /echo []  SERVER/echo
302 GET /echo []  SERVER/echo
302 GET /echo []  SERVER/echo
302 PUT /echo {"content-length":"0"}  SERVER/echo
302 DELETE /echo []  SERVER/echo
303 GET /echo []  SERVER/echo
303 GET /echo []  SERVER/echo
303 GET /echo []  SERVER/echo
303 GET /echo []  SERVER/echo
307 GET /echo []  SERVER/echo
307 POST /echo {"content-type":"text\/x","content-length":"4"} body SERVER/echo
307 PUT /echo {"content-length":"0"}  SERVER/echo
307 DELETE /echo []  SERVER/echo
308 GET /echo []  SERVER/echo
308 POST /echo {"content-type":"text\/x","content-length":"4"} body SERVER/echo
308 PUT /echo {"content-length":"0"}  SERVER/echo
308 DELETE /echo []  SERVER/echo
13
GET /echo {"authorization":"a","cookie":"c","proxy-authorization":"p","x-other":"x"}  SERVER/echo
GET /echo {"x-other":"x"}  OTHER/echo
GET /echo {"x-other":"x"}  SERVER/echo
GET /echo {"x-other":"x"}  OTHER/echo
GET /echo {"x-other":"x"}  OTHER/echo
GET /echo {"authorization":"Basic dXNlcjpwYXNz"}  SERVER/echo
GET /echo []  OTHER/echo
GET /echo []  OTHER/echo
its own Host
/echo?a#b: "\/echo"
../echo: "\/echo"
echo: "\/redirect\/echo"
?to=%2Fecho: "\/echo"
http:127.0.0.1: "\/redirect\/127.0.0.1"
./../../echo: "\/echo"
/echo?ä b: "\/echo"
old new
300 304 305 
/echo
302 no Location
Kargo\ProtocolException: GET URL: redirected more than 10 times; if that is no loop, raise ClientOptions::$redirects
Kargo\ProtocolException: GET URL: redirected more than 1 times; if that is no loop, raise ClientOptions::$redirects
Hello, World!
Kargo\TransportException: GET https://example.org/: TLS is not in this release: use an http:// URL, or a proxy that speaks https for this process
Kargo\ProtocolException: GET URL: redirected to what is no URL of HTTP: ftp: is no scheme of HTTP
Kargo\ProtocolException: GET URL: redirected to what is no URL of HTTP: empty host
Kargo\TransportException: GET URL: nobody listens at HOST:PORT; is the server running?
Kargo\TransportException: POST URL: redirected with its body, which came from a Traversable and can't be sent again; give it as a string
GET /echo []  SERVER/echo
200 Hello, World! /hello
Kargo\TimeoutException: GET URL: not complete within 0.3 s (ClientOptions::$timeout)
in time
