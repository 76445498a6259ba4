--TEST--
XmlRpcClient: values of all types, namespaces, faults, multicall, options for old servers
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Rpc\{Binary, XmlRpcClient};

$server = api_server();
$client = new XmlRpcClient(url($server, '/xmlrpc'));
echo told($client->call('service.sum', [1, 2])), told($client->service->sum(1)), told($client->a->b->c->sum(3, 4)), told($client->hello('<you> & "me"')), told($client->service->nothing()), "\n";
echo implode(' ', array_slice($client->system->listMethods(), 0, 3)), ' ', json_encode($client->system->methodSignature('service.sum')), "\n";
echo "-- values\n";
foreach ([null, true, false, 1, -2147483648, 1 << 40, PHP_INT_MIN, -1.5, 1e-7, '', ' é <&> ', [], [1, [2, ['x']]], ['a' => ['b' => []]], (object) ['x' => (object) ['y' => 1]]] as $value) {
    $sent = json_encode($value, JSON_PRESERVE_ZERO_FRACTION);
    $came = json_encode($client->service->echo($value), JSON_PRESERVE_ZERO_FRACTION);
    echo $sent === $came ? '' : "$sent: $came\n";
}
var_dump($client->service->echo(['a' => ['b' => [1]]]));
var_dump((new XmlRpcClient(url($server, '/xmlrpc'), assoc: true))->service->echo(['a' => ['b' => [1]]]));
$given = new DateTime('2026-01-02T03:04:05.5+02:00');
$date = $client->service->date($given);
echo get_class($date), ' ', $date->format('Y-m-d H:i:s.v'), ' ', (new XmlRpcClient(url($server, '/xmlrpc'), zones: true))->service->date($given)->format('Y-m-d\TH:i:s.vP'), ' ', get_class($client->service->bytes(new Binary("\0\xff"))), ' ', bin2hex($client->service->bytes(new Binary("\0\xff"))->bytes), "\n";
echo $client->service->echo("a\0b") instanceof Binary ? 'bytes that are no text come as Binary' : '?', "\n";
echo "-- faults\n";
echo told(fn () => $client->service->fail('a < b')), "\n", told(fn () => $client->none()), "\n", told(fn () => $client->service->sum('x')), "\n";
echo "-- multicall\n";
$batch = $client->multicall();
echo json_encode([$batch->call('service.sum', [1, 2]), $batch->service->fail('x'), $batch->none(), $batch->service->echo(['a' => [1]]), $batch->service->nothing()]), "\n";
echo implode("\n", array_map(told(...), $batch->send())), "\n";
echo json_encode($batch->send()), $batch->hello('again'), json_encode($batch->send()), "\n";
echo told(fn () => $batch->notify('a')), "\n";
foreach ($client->all(['x' => ['service.sum', [1, 2]], 'y' => 'none', 'z' => ['hello', ['z']]]) as $key => $result) {
    echo "$key: ", told($result), "\n";
}
echo "-- what can't be sent\n";
foreach ([[NAN], ['a' => 1], [1 => 2], [["\1" => 1]], [fopen('php://memory', 'r')]] as $params) {
    echo told(fn () => $client->call('service.echo', $params)), "\n";
}
echo told(fn () => $client->service->sum(a: 1)), "\n", told(fn () => $client->call("\1")), "\n", told(fn () => $batch->call('a', ['b' => 1])), "\n";
echo "-- for servers that know less\n";
$old = new XmlRpcClient(url($server, '/xmlrpc'), nil: false, i8: false);
echo told(fn () => $old->service->echo(null)), "\n", told(fn () => $old->service->echo([1 << 31])), "\n", told($old->service->echo([1, (1 << 31) - 1])), "\n";
echo told(fn () => $old->multicall()->service->echo(null)), "\n";
echo told(fn () => (new XmlRpcClient(url($server, '/jsonrpc')))->a()), "\n", told(fn () => (new XmlRpcClient(url($server, '/none')))->a()), "\n";
?>
--EXPECTF--
3117"Hello, <you> & \"me\"!"null
system.listMethods system.methodHelp system.methodSignature [["int","int"],["int","int","int"]]
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
DateTimeImmutable 2026-01-02 03:04:05.000 2026-01-02T03:04:05.000+02:00 Kargo\Rpc\Binary 00ff
bytes that are no text come as Binary
-- faults
Kargo\Rpc\RemoteFault 42: a < b
Kargo\Rpc\RemoteFault -32601: Method not found
Kargo\Rpc\RemoteFault -32602: Invalid params (/params/0: int expected, string given)
-- multicall
[0,1,2,3,4]
3
Kargo\Rpc\RemoteFault 42: x
Kargo\Rpc\RemoteFault -32601: Method not found
{"a":[1]}
null
[]0["Hello, again!"]
Error 0: XML-RPC has no notifications: use call(), and ignore the result
x: 3
y: Kargo\Rpc\RemoteFault -32601: Method not found
z: "Hello, z!"
-- what can't be sent
ValueError 0: Kargo\Rpc\XmlRpcClient::call(): Argument #2 ($params) can't be sent: NAN and INF can't be sent
ValueError 0: Kargo\Rpc\XmlRpcClient::call(): Argument #2 ($params) must be a list: XML-RPC has no named parameters
ValueError 0: Kargo\Rpc\XmlRpcClient::call(): Argument #2 ($params) must be a list: XML-RPC has no named parameters
ValueError 0: Kargo\Rpc\XmlRpcClient::call(): Argument #2 ($params) can't be sent: a string has a character that XML can't hold
ValueError 0: Kargo\Rpc\XmlRpcClient::call(): Argument #2 ($params) can't be sent: a value of this type can't be sent
ValueError 0: Kargo\Rpc\RemoteNamespace::__call(): Argument #2 ($arguments) must be a list: XML-RPC has no named parameters
ValueError 0: Kargo\Rpc\XmlRpcClient::call(): Argument #1 ($method) must be the name of a method: a string has a character that XML can't hold
ValueError 0: Kargo\Rpc\Batch::call(): Argument #2 ($params) must be a list: XML-RPC has no named parameters
-- for servers that know less
ValueError 0: Kargo\Rpc\RemoteNamespace::__call(): Argument #2 ($arguments) can't be sent: null can't be sent without <nil/>
ValueError 0: Kargo\Rpc\RemoteNamespace::__call(): Argument #2 ($arguments) can't be sent: an integer exceeds 32 bits
[1,2147483647]
ValueError 0: Kargo\Rpc\RemoteNamespace::__call(): Argument #2 ($arguments) can't be sent: null can't be sent without <nil/>
Kargo\ProtocolException 415: POST http://HOST:PORT/jsonrpc: the response has status 415 and is no XML-RPC: it is text/plain; charset=utf-8
Kargo\ProtocolException 404: POST http://HOST:PORT/none: the response has status 404 and is no XML-RPC: it is text/plain; charset=utf-8
