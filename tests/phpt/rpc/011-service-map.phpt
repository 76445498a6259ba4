--TEST--
The service map (SMD 2.0): types, unions, optional parameters and defaults; below another mount; after another export
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    enum Suit: string { case Hearts = 'H'; }
    interface Limits { const MOST = 7; }
    final class Service implements Limits {
        /** @return array<string, array<string, string>> */
        public function getAllPolls(): array { return []; }
        /** @return string[] */
        public function getAllQuestions(): array { return []; }
        public function all(int $a, float $b, string $c, bool $d, array $e, object $f, mixed $g, $h, ?string $i, int|float $j, string|false|null $k, Suit $l, DateTimeInterface $m, Kargo\Rpc\Binary $n): ?int { return 1; }
        public function defaults(int $a = 1, float $b = 1.0, string $c = "a\"é", bool $d = true, ?array $e = null, array $f = [1, 'k' => []], int $g = self::MOST, Suit $h = Suit::Hearts, string ...$more): void {}
        /** @param list<int> $v
         *  @param array<string, int> $w */
        public function docs(array $v, array $w, $x = PHP_INT_MAX): static { return $this; }
        public function noType() {}
        public function intOrNull(): int|null { return 1; }
        public function never(): never { exit; }
    }
    $api = new Kargo\Rpc\Api(title: 'Polls "of" the world', version: '2.1');
    $api->export(new Service(), as: 'poll');
    $api->export('strlen', as: 'length')->export('number_format');
    $api->export(function () use ($api) { $api->export(fn () => 1, as: 'added'); }, as: 'add');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api)->mount('/v1', $api)->mount('/empty', new Kargo\Rpc\Api());
    $server->run(workers: 1);
    PHP);
$response = $server->get('/jsonrpc');
$map = $response->json();
echo $response->status, ' ', $response->header('content-type'), "\n";
$services = $map['services'];
unset($map['services']);
echo json_encode($map, JSON_UNESCAPED_SLASHES), "\n";
foreach ($services as $name => $service) {
    echo "$name: ", $service['envelope'], ' ', $service['transport'], ' ', json_encode($service['returns']), ' ', implode(', ', array_keys($service)), "\n";
    foreach ($service['parameters'] as $parameter) {
        echo '  ', json_encode($parameter, JSON_UNESCAPED_UNICODE), "\n";
    }
}
echo $server->get('/v1/jsonrpc')->json()['target'], ' ', $server->get('/jsonrpc?x=1')->json()['target'], ' ', $server->get('/empty/jsonrpc')->body, "\n";
$head = $server->request('HEAD', '/jsonrpc');
echo $head->status, ' ', $head->header('content-length') === (string) strlen($response->body) ? 'as long' : 'another length', ' ', $head->body, "\n";
(new Client($server))->call('add');
echo isset($server->get('/jsonrpc')->json()['services']['added']) ? "the new one too\n" : "the old ones only\n", (new Client($server))->call('added'), "\n";
?>
--EXPECT--
200 application/json
{"transport":"POST","envelope":"JSON-RPC-2.0","contentType":"application/json","SMDVersion":"2.0","target":"/jsonrpc","description":"Polls \"of\" the world 2.1"}
poll.getAllPolls: JSON-RPC-2.0 POST "object" envelope, transport, parameters, returns
poll.getAllQuestions: JSON-RPC-2.0 POST "array" envelope, transport, parameters, returns
poll.all: JSON-RPC-2.0 POST ["integer","null"] envelope, transport, parameters, returns
  {"name":"a","type":"integer","optional":false}
  {"name":"b","type":"float","optional":false}
  {"name":"c","type":"string","optional":false}
  {"name":"d","type":"boolean","optional":false}
  {"name":"e","type":"array","optional":false}
  {"name":"f","type":"object","optional":false}
  {"name":"g","type":"any","optional":false}
  {"name":"h","type":"any","optional":false}
  {"name":"i","type":["string","null"],"optional":false}
  {"name":"j","type":["integer","float"],"optional":false}
  {"name":"k","type":["boolean","string","null"],"optional":false}
  {"name":"l","type":"string","optional":false}
  {"name":"m","type":"string","optional":false}
  {"name":"n","type":"string","optional":false}
poll.defaults: JSON-RPC-2.0 POST "null" envelope, transport, parameters, returns
  {"name":"a","type":"integer","optional":true,"default":1}
  {"name":"b","type":"float","optional":true,"default":1}
  {"name":"c","type":"string","optional":true,"default":"a\"é"}
  {"name":"d","type":"boolean","optional":true,"default":true}
  {"name":"e","type":["array","null"],"optional":true,"default":null}
  {"name":"f","type":"array","optional":true,"default":{"0":1,"k":[]}}
  {"name":"g","type":"integer","optional":true,"default":7}
  {"name":"h","type":"string","optional":true,"default":"H"}
  {"name":"more","type":"string","optional":true}
poll.docs: JSON-RPC-2.0 POST "object" envelope, transport, parameters, returns
  {"name":"v","type":"array","optional":false}
  {"name":"w","type":"object","optional":false}
  {"name":"x","type":"any","optional":true,"default":9223372036854775807}
poll.noType: JSON-RPC-2.0 POST "any" envelope, transport, parameters, returns
poll.intOrNull: JSON-RPC-2.0 POST ["integer","null"] envelope, transport, parameters, returns
poll.never: JSON-RPC-2.0 POST "null" envelope, transport, parameters, returns
length: JSON-RPC-2.0 POST "integer" envelope, transport, parameters, returns
  {"name":"string","type":"string","optional":false}
number_format: JSON-RPC-2.0 POST "string" envelope, transport, parameters, returns
  {"name":"num","type":"float","optional":false}
  {"name":"decimals","type":"integer","optional":true,"default":0}
  {"name":"decimal_separator","type":["string","null"],"optional":true,"default":"."}
  {"name":"thousands_separator","type":["string","null"],"optional":true,"default":","}
add: JSON-RPC-2.0 POST "any" envelope, transport, parameters, returns
/v1/jsonrpc /jsonrpc {"transport":"POST","envelope":"JSON-RPC-2.0","contentType":"application/json","SMDVersion":"2.0","target":"/empty/jsonrpc","description":"API 1.0","services":{}}
200 as long 
the new one too
1
