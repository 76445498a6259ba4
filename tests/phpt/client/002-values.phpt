--TEST--
ClientOptions, ClientRequest, ClientResponse: defaults, limits, and what is refused before anything is sent
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions, ClientRequest, ClientResponse, ClientStream};

$options = new ClientOptions();
echo json_encode($options), "\n";
echo json_encode((array) new ClientOptions(timeout: 5, redirects: 0, headers: ['A' => ['b', 'c']])), "\n";
foreach (['connectTimeout', 'writeTimeout', 'headTimeout', 'bodyTimeout', 'timeout', 'idleTimeout'] as $time) {
    foreach ([0, -1, NAN, INF, 1e9] as $value) {
        $said = outcome(fn () => new ClientOptions(...[$time => $value]));
        str_contains($said, "(\$$time) must be more than 0 and at most ten years") || print "$time $value: $said\n";
    }
}
foreach (['connectionsPerHost' => 1, 'idlePerHost' => 0, 'redirects' => 0, 'headerBytes' => 1, 'headerCount' => 1, 'bodyBytes' => 0] as $name => $least) {
    new ClientOptions(...[$name => $least]);
    foreach ([$least - 1, PHP_INT_MAX] as $value) {
        $said = outcome(fn () => new ClientOptions(...[$name => $value]));
        str_contains($said, "(\$$name) must be between $least and") || print "$name $value: $said\n";
    }
}
echo outcome(fn () => new ClientOptions(userAgent: "a\r\nb")), "\n";
echo outcome(fn () => new ClientOptions(headers: ['A' => "b\n"])), "\n";
echo outcome(fn () => new ClientOptions(headers: ['A: b'])), "\n";
echo outcome(fn () => new ClientOptions(connectTimeout: 'x')), "\n";
echo outcome(fn () => new Client(new stdClass())), "\n";
echo outcome(fn () => new Client(null) instanceof Client), "\n";
echo outcome(fn () => new Client([])), "\n";

$client = new Client();
foreach (['', 'host/path', '/path', 'http://', 'ftp://a/', 'http://a b/', "http://a/\r\nX: y", "http://a/\0", 'http://a:99999/', "http://a/\xff"] as $url) {
    echo json_encode($url, JSON_INVALID_UTF8_SUBSTITUTE), ' ', outcome(fn () => $client->get($url)), "\n";
}
echo outcome(fn () => $client->request('GET /', 'http://a/')), "\n";
echo outcome(fn () => $client->request('', 'http://a/')), "\n";
echo outcome(fn () => $client->request('CONNECT', 'http://a/')), "\n";
foreach ([['X y' => 'z'], ['X' => "y\r\nZ: a"], ['X' => "y\0"], ['X' => 1], ['X' => ['y', null]], ['no name']] as $headers) {
    echo outcome(fn () => $client->get('http://a/', $headers)), "\n";
}
echo outcome(fn () => $client->get('http://a/', ['Host' => ['a', 'b']])), "\n";
echo outcome(fn () => $client->post('http://a/', 'abc', ['Content-Length' => '4'])), "\n";
echo outcome(fn () => $client->post('http://a/', ['x' => NAN])), "\n";
echo outcome(fn () => $client->post('http://a/', new stdClass())), "\n";
echo outcome(fn () => $client->get('http://a/', 'headers')), "\n";
echo outcome(fn () => $client->get('https://a/')), "\n";

$request = new ClientRequest('http://a/b', 'POST', ['X' => 'y'], ['j' => 1]);
echo json_encode($request), "\n", json_encode(new ClientRequest('http://a/')), "\n";
echo outcome(fn () => new ClientRequest('a')), "\n", outcome(fn () => new ClientRequest('http://a/', 'G T')), "\n";
echo outcome(fn () => new ClientRequest('http://a/', 'GET', ['X' => "\n"])), "\n";
echo outcome(fn () => $request->__construct('http://c/')), "\n";
echo outcome(fn () => $client->all(['http://a/', 1])), "\n", outcome(fn () => $client->all(['k' => 'nowhere'])), "\n";
echo outcome(fn () => $client->all('x')), "\n", outcome(fn () => $client->all([], 0)), "\n", outcome(fn () => $client->all([])), "\n";

$response = new ClientResponse(404, ['X-A' => 'b', 'x-a' => 'c', 'Y' => ['d', 'e']], '{"a":1}', 'http://a/');
echo json_encode($response), ' ', $response->header('x-A'), ' ', json_encode($response->json()), ' ', json_encode($response->isSuccess()), "\n";
echo json_encode(new ClientResponse()), ' ', outcome(fn () => new ClientResponse(99)), ' ', outcome(fn () => $response->__construct()), "\n";
echo outcome(fn () => new ClientStream()), "\n";
echo outcome(fn () => clone $client), "\n", outcome(fn () => serialize($client)), "\n";
echo outcome(fn () => (new ReflectionClass(Client::class))->newInstanceWithoutConstructor()->get('http://a/')), "\n";
echo outcome(fn () => $client->download('http://a/', '')), "\n", outcome(fn () => $client->download('http://a/', "x\0y")), "\n";
echo outcome(fn () => $client->stream('GET', 'http://a/', bodyBytes: -1)), "\n";
?>
--EXPECT--
{"connectTimeout":10,"writeTimeout":30,"headTimeout":30,"bodyTimeout":30,"timeout":null,"idleTimeout":30,"connectionsPerHost":100,"idlePerHost":32,"redirects":10,"headerBytes":65536,"headerCount":128,"bodyBytes":16777216,"userAgent":"kargo-event","headers":[]}
{"connectTimeout":10,"writeTimeout":30,"headTimeout":30,"bodyTimeout":30,"timeout":5,"idleTimeout":30,"connectionsPerHost":100,"idlePerHost":32,"redirects":0,"headerBytes":65536,"headerCount":128,"bodyBytes":16777216,"userAgent":"kargo-event","headers":{"A":["b","c"]}}
ValueError: Kargo\Http\ClientOptions::__construct(): Argument #13 ($userAgent) must be a header value, without control characters
ValueError: Kargo\Http\ClientOptions::__construct(): Argument #14 ($headers) must be valid in HTTP: the value of header A holds a control character or is malformed
ValueError: Kargo\Http\ClientOptions::__construct(): Argument #14 ($headers) must have header names as keys
TypeError: Kargo\Http\ClientOptions::__construct(): Argument #1 ($connectTimeout) must be of type float, string given
TypeError: Kargo\Http\Client::__construct(): Argument #1 ($options) must be of type ?Kargo\Http\ClientOptions, stdClass given
true
TypeError: Kargo\Http\Client::__construct(): Argument #1 ($options) must be of type ?Kargo\Http\ClientOptions, array given
"" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": relative URL without a base
"host\/path" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": relative URL without a base
"\/path" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": relative URL without a base
"http:\/\/" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": empty host
"ftp:\/\/a\/" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": ftp: is no scheme of HTTP
"http:\/\/a b\/" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": invalid international domain name
"http:\/\/a\/\r\nX: y" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": it holds a control character
"http:\/\/a\/\u0000" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": it holds a control character
"http:\/\/a:99999\/" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": invalid port number
"http:\/\/a\/\ufffd" ValueError: Kargo\Http\Client::get(): Argument #1 ($url) must be a URL such as "http://host/path": it is not UTF-8
ValueError: Kargo\Http\Client::request(): Argument #1 ($method) must be a method such as "GET"
ValueError: Kargo\Http\Client::request(): Argument #1 ($method) must be a method such as "GET"
ValueError: Kargo\Http\Client::request(): Argument #1 ($method) can't be CONNECT, which makes a tunnel and has no response
ValueError: Kargo\Http\Client::get(): Argument #2 ($headers) must be valid in HTTP: "X y" is not a valid header name
ValueError: Kargo\Http\Client::get(): Argument #2 ($headers) must be valid in HTTP: the value of header X holds a control character or is malformed
ValueError: Kargo\Http\Client::get(): Argument #2 ($headers) must be valid in HTTP: the value of header X holds a control character or is malformed
ValueError: Kargo\Http\Client::get(): Argument #2 ($headers) must have strings or lists of strings as header values
ValueError: Kargo\Http\Client::get(): Argument #2 ($headers) must have strings as header values
ValueError: Kargo\Http\Client::get(): Argument #2 ($headers) must have header names as keys
ValueError: Kargo\Http\Client::get(): Argument #2 ($headers) can't be sent with this request: more than one Host header
ValueError: Kargo\Http\Client::post(): Argument #3 ($headers) can't be sent with this request: Content-Length is 4, but the length is 3
ValueError: Kargo\Http\Client::post(): Argument #2 ($body) can't be JSON: NAN and INF can't be sent
TypeError: Kargo\Http\Client::post(): Argument #2 ($body) must be of type Traversable|array|string, stdClass given
TypeError: Kargo\Http\Client::get(): Argument #2 ($headers) must be of type array, string given
Kargo\TransportException: GET https://a/: TLS is not in this release: use an http:// URL, or a proxy that speaks https for this process
{"method":"POST","url":"http:\/\/a\/b","headers":{"X":"y","Content-Type":"application\/json"},"body":"{\"j\":1}"}
{"method":"GET","url":"http:\/\/a\/","headers":[],"body":""}
ValueError: Kargo\Http\ClientRequest::__construct(): Argument #1 ($url) must be a URL such as "http://host/path": relative URL without a base
ValueError: Kargo\Http\ClientRequest::__construct(): Argument #2 ($method) must be a method such as "GET"
ValueError: Kargo\Http\ClientRequest::__construct(): Argument #3 ($headers) must be valid in HTTP: the value of header X holds a control character or is malformed
Error: a ClientRequest can't be constructed twice
ValueError: Kargo\Http\Client::all(): Argument #1 ($requests) must give URLs and ClientRequests, but 1 is of type int
ValueError: Kargo\Http\Client::all(): Argument #1 ($requests) must give URLs and ClientRequests, but "k" is no URL: relative URL without a base
TypeError: Kargo\Http\Client::all(): Argument #1 ($requests) must be of type array|Traversable, string given
ValueError: Kargo\Http\Client::all(): Argument #2 ($concurrency) must be at least 1
[]
{"status":404,"headers":{"x-a":["b","c"],"y":["d","e"]},"body":"{\"a\":1}","url":"http:\/\/a\/"} b, c {"a":1} false
{"status":200,"headers":[],"body":"","url":""} ValueError: Kargo\Http\ClientResponse::__construct(): Argument #1 ($status) must be between 100 and 999 Error: a ClientResponse can't be constructed twice
Error: Call to private Kargo\Http\ClientStream::__construct() from global scope
Error: Trying to clone an uncloneable object of class Kargo\Http\Client
Exception: Serialization of 'Kargo\Http\Client' is not allowed
ReflectionException: Class Kargo\Http\Client is an internal class marked as final that cannot be instantiated without invoking its constructor
ValueError: Kargo\Http\Client::download(): Argument #2 ($path) must be the path of a file
ValueError: Kargo\Http\Client::download(): Argument #2 ($path) must be the path of a file
ValueError: Kargo\Http\Client::stream(): Argument #5 ($bodyBytes) must not be negative
