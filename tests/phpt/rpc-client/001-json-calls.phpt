--TEST--
JsonRpcClient: calls by position and by name, namespaces, results, faults, notifications, headers
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions};
use Kargo\Rpc\{JsonRpcClient, RemoteFault};

$server = api_server();
$client = new JsonRpcClient(url($server, '/jsonrpc'));
echo told($client->call('service.sum', [1, 2])), told($client->call('service.sum', ['b' => 5, 'a' => 1])), told($client->call('service.sum', [1])), "\n";
echo told($client->service->sum(1, 2)), told($client->service->sum(b: 7, a: 1)), told($client->hello('you')), told($client->hello(name: 'me')), told($client->a->b->c->sum(3)), "\n";
echo told($client->call('service.nothing')), told($client->service->nothing()), "\n";
$namespace = $client->service;
echo get_class($namespace), ' ', told($namespace->sum(4, 4)), told($namespace->sum(5, 5)), "\n";
echo "-- values\n";
foreach ([null, true, 1, -1.5, 1.0, PHP_INT_MAX, '', "é\0\u{1f600}", [], [1, [2]], ['a' => ['b' => []]], (object) [], (object) ['0' => 1]] as $value) {
    $sent = json_encode($value, JSON_PRESERVE_ZERO_FRACTION);
    $came = json_encode($client->service->echo($value), JSON_PRESERVE_ZERO_FRACTION);
    echo $sent === $came ? '' : "$sent: $came\n";
}
var_dump($client->service->echo(['a' => (object) ['b' => [1]]]));
var_dump((new JsonRpcClient(url($server, '/jsonrpc'), assoc: true))->service->echo(['a' => (object) ['b' => [1]]]));
echo told($client->service->date(new DateTimeImmutable('2026-01-02T03:04:05.5+02:00'))), told($client->service->bytes(new Kargo\Rpc\Binary("\0\xff"))), "\n";
echo "-- faults\n";
echo told(fn () => $client->service->fail()), "\n", told(fn () => $client->call('none')), "\n", told(fn () => $client->service->sum('1')), "\n";
try {
    $client->service->fail('x');
} catch (RemoteFault $fault) {
    echo $fault instanceof Kargo\KargoException ? 'ours' : '', ' ', $fault instanceof RuntimeException ? 'runtime' : '', ' ', $fault instanceof Kargo\Rpc\Fault ? 'a Fault' : 'no Fault', "\n";
    var_dump($fault->data);
}
$made = new RemoteFault('m', 7, [1], new Exception('p'));
echo $made->getMessage(), $made->getCode(), json_encode($made->data), $made->getPrevious()->getMessage(), "\n";
echo "-- what can't be sent\n";
foreach ([[NAN], [fopen('php://memory', 'r')], ["\xff"], [1, 'a' => 2], [3 => 1], ['a' => 1, 5 => 2]] as $params) {
    echo told(fn () => $client->call('service.echo', $params)), "\n";
}
echo told(fn () => $client->call("\xff")), "\n", told(fn () => $client->service->sum(1, b: 2)), "\n";
$thrower = new class implements JsonSerializable {
    public function jsonSerialize(): mixed { throw new DomainException('mine'); }
};
echo told(fn () => $client->service->echo($thrower)), "\n";
echo "-- notifications\n";
var_dump($client->notify('service.mark', ['one']), $client->notify('service.mark', ['text' => 'two']), $client->notify('none'), $client->notify('service.fail'));
echo $server->waitForLog('~marked one~') !== [] ? "one\n" : '', $server->waitForLog('~marked two~') !== [] ? "two\n" : '';
echo told(fn () => (new JsonRpcClient(url($server, '/none')))->notify('a')), "\n";
echo "-- what HTTP has of it\n";
$seen = new JsonRpcClient(str_replace('//', '//us%3Aer:pass@', url($server, '/seen')), headers: ['X-One' => ['1', '2'], 'accept' => 'application/json, */*'], assoc: true);
[$headers, $body] = $seen->call('a.b', [1, 'x']);
foreach (['accept', 'authorization', 'content-type', 'user-agent', 'x-one'] as $name) {
    echo "$name: $headers[$name]\n";
}
echo $body, "\n";
echo $seen->call('again', ['a' => 1])[1], "\n";
$http = new Client(new ClientOptions(userAgent: 'mine', headers: ['X-Two' => '2']));
[$headers] = (new JsonRpcClient(url($server, '/seen'), $http, bearerToken: 'abc'))->call('a');
echo $headers->authorization, ' ', $headers->{'user-agent'}, ' ', $headers->{'x-two'}, ' ', $headers->{'content-type'}, "\n";
echo "-- options\n";
foreach ([
    fn () => new JsonRpcClient('nonsense'), fn () => new JsonRpcClient('http://h/', headers: ['A' => "b\nc"]), fn () => new JsonRpcClient('http://h/', headers: ['x']),
    fn () => new JsonRpcClient('http://h/', timeout: 0.0), fn () => new JsonRpcClient('http://h/', bearerToken: "a\n"), fn () => new JsonRpcClient('http://h/', bearerToken: ''),
    fn () => new JsonRpcClient('http://h/', headers: ['authorization' => 'x'], bearerToken: 'a'), fn () => (new JsonRpcClient('https://h/'))->a(),
    fn () => new Kargo\Rpc\Batch(), fn () => clone $client, fn () => serialize($client), fn () => $client->property = 1, fn () => $client->__construct('http://h/'),
    fn () => (new JsonRpcClient(url($server, '/jsonrpc'), timeout: 0.05))->service->late(5), fn () => (new JsonRpcClient('http://127.0.0.1:1/'))->a(),
    fn () => (new JsonRpcClient('http://h/', headers: ['Content-Length' => '3']))->a(),
    fn () => (new ReflectionClass(JsonRpcClient::class))->newInstanceWithoutConstructor()->call('a'),
] as $call) {
    echo told($call), "\n";
}
$late = microtime(true);
echo told((new JsonRpcClient(url($server, '/jsonrpc'), new Client(new ClientOptions(timeout: 0.05)), timeout: 10.0))->service->late(0.2)), "\n";
?>
--EXPECTF--
3611
38"Hello, you!""Hello, me!"13
nullnull
Kargo\Rpc\RemoteNamespace 810
-- values
object(stdClass)#%d (1) {
  ["a"]=>
  object(stdClass)#%d (1) {
    ["b"]=>
    array(1) {
      [0]=>
      int(1)
    }
  }
}
array(1) {
  ["a"]=>
  array(1) {
    ["b"]=>
    array(1) {
      [0]=>
      int(1)
    }
  }
}
"2026-01-02T03:04:05.500000+02:00""AP8="
-- faults
Kargo\Rpc\RemoteFault 42: no way {"why":[1,null]}
Kargo\Rpc\RemoteFault -32601: Method not found
Kargo\Rpc\RemoteFault -32602: Invalid params {"pointer":"\/params\/0","reason":"int expected, string given"}
ours runtime no Fault
object(stdClass)#%d (1) {
  ["why"]=>
  array(2) {
    [0]=>
    int(1)
    [1]=>
    NULL
  }
}
m7[1]p
-- what can't be sent
ValueError 0: Kargo\Rpc\JsonRpcClient::call(): Argument #2 ($params) can't be sent: NAN and INF can't be sent
ValueError 0: Kargo\Rpc\JsonRpcClient::call(): Argument #2 ($params) can't be sent: a value of this type can't be sent
ValueError 0: Kargo\Rpc\JsonRpcClient::call(): Argument #2 ($params) can't be sent: a string is not valid UTF-8
ValueError 0: Kargo\Rpc\JsonRpcClient::call(): Argument #2 ($params) must be a list, or have names as keys: JSON-RPC has no mixture
ValueError 0: Kargo\Rpc\JsonRpcClient::call(): Argument #2 ($params) must be a list, or have names as keys: JSON-RPC has no mixture
ValueError 0: Kargo\Rpc\JsonRpcClient::call(): Argument #2 ($params) must be a list, or have names as keys: JSON-RPC has no mixture
ValueError 0: Kargo\Rpc\JsonRpcClient::call(): Argument #1 ($method) must be the name of a method: a string is not valid UTF-8
ValueError 0: Kargo\Rpc\RemoteNamespace::__call(): Argument #2 ($arguments) must be a list, or have names as keys: JSON-RPC has no mixture
DomainException 0: mine
-- notifications
NULL
NULL
NULL
NULL
one
two
Kargo\ProtocolException 404: POST http://HOST:PORT/none: the response has status 404
-- what HTTP has of it
accept: application/json, */*
authorization: Basic dXM6ZXI6cGFzcw==
content-type: application/json
user-agent: kargo-event
x-one: 1, 2
{"jsonrpc":"2.0","method":"a.b","params":[1,"x"],"id":1}
{"jsonrpc":"2.0","method":"again","params":{"a":1},"id":2}
Bearer abc mine 2 application/json
-- options
ValueError 0: Kargo\Rpc\JsonRpcClient::__construct(): Argument #1 ($url) must be a URL such as "http://host/path": relative URL without a base
ValueError 0: Kargo\Rpc\JsonRpcClient::__construct(): Argument #3 ($headers) must be valid in HTTP: the value of header A holds a control character or is malformed
ValueError 0: Kargo\Rpc\JsonRpcClient::__construct(): Argument #3 ($headers) must have header names as keys
ValueError 0: Kargo\Rpc\JsonRpcClient::__construct(): Argument #5 ($timeout) must be more than 0 and at most ten years
ValueError 0: Kargo\Rpc\JsonRpcClient::__construct(): Argument #4 ($bearerToken) must be a token, without control characters
ValueError 0: Kargo\Rpc\JsonRpcClient::__construct(): Argument #4 ($bearerToken) must be a token, without control characters
ValueError 0: Kargo\Rpc\JsonRpcClient::__construct(): Argument #4 ($bearerToken) can't be given together with a header Authorization
Kargo\TransportException 0: POST https://h/: TLS is not in this release: use an http:// URL, or a proxy that speaks https for this process
Error 0: Call to private Kargo\Rpc\Batch::__construct() from global scope
Error 0: Trying to clone an uncloneable object of class Kargo\Rpc\JsonRpcClient
Exception 0: Serialization of 'Kargo\Rpc\JsonRpcClient' is not allowed
Error 0: Cannot create dynamic property Kargo\Rpc\JsonRpcClient::$property
Error 0: a client can't be constructed twice
Kargo\TimeoutException 0: POST http://HOST:PORT/jsonrpc: not complete within 0.05 s (ClientOptions::$timeout)
Kargo\TransportException 0: POST http://HOST:PORT/: nobody listens at HOST:PORT; is the server running?
ValueError 0: the headers of this client can't be sent with a call: Content-Length is 3, but the length is 49
ReflectionException 0: Class Kargo\Rpc\JsonRpcClient is an internal class marked as final that cannot be instantiated without invoking its constructor
"late"
