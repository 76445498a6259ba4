--TEST--
Results that are not of their declared type: a masked failure in every protocol, and the log says what and where
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    enum Suit: string { case Hearts = 'hearts'; }
    final class Tag {
        /** @param int<1, 5> $level
         *  @param list<string> $more */
        public function __construct(public string $name, public int $level = 1, public array $more = [], public ?Tag $inner = null) {}
    }
    final class Own implements JsonSerializable { public function jsonSerialize(): mixed { return 7; } }
    final class Results {
        private function of(string $what): mixed { return eval("return $what;"); }
        /** @return list<string> */ public function strings(string $what): array { return $this->of($what); }
        /** @return array<string, int> */ public function ints(string $what): array { return $this->of($what); }
        /** @return array{a: int, b?: ?string} */ public function shape(string $what): array { return $this->of($what); }
        /** @return array{int, string} */ public function pair(string $what): array { return $this->of($what); }
        /** @return array{a: int, ...} */ public function open(string $what): array { return $this->of($what); }
        /** @return int<1, 10> */ public function range(string $what): int { return $this->of($what); }
        /** @return 'asc'|'desc' */ public function order(string $what): string { return $this->of($what); }
        /** @return non-empty-string */ public function text(string $what): string { return $this->of($what); }
        /** @return numeric-string */ public function number(string $what): string { return $this->of($what); }
        /** @return non-empty-array<string, int> */ public function filled(string $what): array { return $this->of($what); }
        /** @return int */ public function onlySaid(string $what) { return $this->of($what); }
        /** @return list<int>|array<string, string>|null */ public function either(string $what): ?array { return $this->of($what); }
        /** @return list<Tag> */ public function tags(string $what): array { return $this->of($what); }
        public function tag(string $what): Tag { return $this->of($what); }
        /** @return list<Suit> */ public function suits(string $what): array { return $this->of($what); }
        /** @return list<DateTimeImmutable> */ public function dates(string $what): array { return $this->of($what); }
        /** @return list<float> */ public function floats(string $what): array { return $this->of($what); }
        /** @return array<mixed> */ public function anything(string $what): array { return $this->of($what); }
        public function plain(string $what): array { return $this->of($what); }
        public function again(string $what): static { return $this; }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Results());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$logged = function () use ($server): string {
    static $seen = 0;
    $all = substr($server->log(), $seen);
    $seen += strlen($all);

    return preg_match_all('/not of its declared type.*?reason="?(.*?)"?$/m', $all, $found) ? ' | ' . implode(' & ', $found[1]) : '';
};
$call = function (string $method, string $what) use ($server, $logged): void {
    $body = json_encode(['jsonrpc' => '2.0', 'id' => 1, 'method' => $method, 'params' => [$what]]);
    $answer = json_decode($server->post('/jsonrpc', $body, ['Content-Type' => 'application/json'])->body);
    $text = isset($answer->error) ? "{$answer->error->code} {$answer->error->message}" : json_encode($answer->result, JSON_PRESERVE_ZERO_FRACTION);
    echo "$method $what: $text", $logged(), "\n";
};
foreach ([
    'strings' => ['["a"]', '[]', '[1 => "a", 5 => "b"]', '["a", 1]', '["x" => "a"]'],
    'ints' => ['[]', '["a" => 1]', '[1, 2]', '["a" => 1, "b" => "2"]', '["a" => null]'],
    'shape' => ['["a" => 1]', '["a" => 1, "b" => null]', '["a" => 1, "b" => 2]', '["b" => "x"]', '["a" => 1, "c" => 2]', '[]'],
    'pair' => ['[1, "x"]', '[1]', '[1, 2]', '[1, "x", 3]', '["a" => 1, "b" => "x"]'],
    'open' => ['["a" => 1, "z" => []]', '["z" => 1]'],
    'range' => ['1', '10', '11'],
    'order' => ['"asc"', '"up"'],
    'text' => ['"x"', '""'],
    'number' => ['"1.5e3"', '"1x"'],
    'filled' => ['["a" => 1]', '[]'],
    'onlySaid' => ['1', '"1"', 'null'],
    'either' => ['null', '[1]', '["a" => "b"]', '[]', '["a"]', '["a" => 1]'],
    'tags' => ['[new Tag("a")]', '[new Tag("a", 9)]', '[new Tag("a", 1, ["x", 2])]', '[new Tag("a", inner: new Tag("b", 0))]', '[["name" => "a"]]', '[new Own()]', '[new stdClass()]'],
    'tag' => ['new Tag("a", 5)', 'new Tag("a", 6)'],
    'suits' => ['[Suit::Hearts]', '["hearts"]'],
    'dates' => ['[new DateTimeImmutable("2026-01-02T03:04:05Z")]', '["2026-01-02"]'],
    'floats' => ['[1.5, 2]', '["1"]'],
    'anything' => ['[1, [2]]'],
    'plain' => ['["a" => [1]]'],
    'again' => ['0'],
] as $method => $all) {
    foreach ($all as $what) {
        $call($method, $what);
    }
}
echo "-- every protocol\n";
$what = '["a", 1]';
$bodies = [
    '/jsonrpc' => ['application/json', "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"strings\",\"params\":[\"[1]\"]},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"strings\",\"params\":[\"['x']\"]}]"],
    '/xmlrpc' => ['text/xml', "<methodCall><methodName>strings</methodName><params><param><value>$what</value></param></params></methodCall>"],
    '/soap' => ['text/xml', "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:strings xmlns:m=\"NS\"><what>$what</what></m:strings></e:Body></e:Envelope>"],
    '/rest/strings' => ['application/json', json_encode(['what' => $what])],
    '/mcp' => ['application/json', json_encode(['jsonrpc' => '2.0', 'id' => 1, 'method' => 'tools/call', 'params' => ['name' => 'strings', 'arguments' => ['what' => $what]]])],
];
preg_match('/targetNamespace="([^"]+)"/', $server->get('/soap?wsdl')->body, $namespace);
foreach ($bodies as $path => [$type, $body]) {
    $answer = $server->post($path, str_replace('NS', $namespace[1], $body), ['Content-Type' => $type]);
    preg_match('/Internal (?:Server )?[Ee]rror/', $answer->body, $masked);
    echo "$path: $answer->status ", $masked[0] ?? $answer->body, str_contains($answer->body, '"x"') ? ' and the other call' : '', $logged(), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
strings ["a"]: ["a"]
strings []: []
strings [1 => "a", 5 => "b"]: ["a","b"]
strings ["a", 1]: -32603 Internal error | /1: string expected, int given
strings ["x" => "a"]: -32603 Internal error | list<string> expected, object given
ints []: {}
ints ["a" => 1]: {"a":1}
ints [1, 2]: {"0":1,"1":2}
ints ["a" => 1, "b" => "2"]: -32603 Internal error | /b: int expected, string given
ints ["a" => null]: -32603 Internal error | /a: int expected, null given
shape ["a" => 1]: {"a":1}
shape ["a" => 1, "b" => null]: {"a":1,"b":null}
shape ["a" => 1, "b" => 2]: -32603 Internal error | /b: string|null expected, int given
shape ["b" => "x"]: -32603 Internal error | a is missing
shape ["a" => 1, "c" => 2]: -32603 Internal error | /c: no such member
shape []: -32603 Internal error | a is missing
pair [1, "x"]: [1,"x"]
pair [1]: -32603 Internal error | list{int, string} expected, list given
pair [1, 2]: -32603 Internal error | /1: string expected, int given
pair [1, "x", 3]: -32603 Internal error | list{int, string} expected, list given
pair ["a" => 1, "b" => "x"]: -32603 Internal error | list{int, string} expected, object given
open ["a" => 1, "z" => []]: {"a":1,"z":[]}
open ["z" => 1]: -32603 Internal error | a is missing
range 1: 1
range 10: 10
range 11: -32603 Internal error | int<1, 10> expected, int given
order "asc": "asc"
order "up": -32603 Internal error | 'asc'|'desc' expected, string given
text "x": "x"
text "": -32603 Internal error | non-empty-string expected, string given
number "1.5e3": "1.5e3"
number "1x": -32603 Internal error | numeric-string expected, string given
filled ["a" => 1]: {"a":1}
filled []: -32603 Internal error | non-empty-array<string, int> expected, an empty one given
onlySaid 1: 1
onlySaid "1": -32603 Internal error | int expected, string given
onlySaid null: -32603 Internal error | int expected, null given
either null: null
either [1]: [1]
either ["a" => "b"]: {"a":"b"}
either []: []
either ["a"]: {"0":"a"}
either ["a" => 1]: -32603 Internal error | list<int>|array<string, string>|null expected, object given
tags [new Tag("a")]: [{"name":"a","level":1,"more":[],"inner":null}]
tags [new Tag("a", 9)]: -32603 Internal error | /0/level: int<1, 5> expected, int given
tags [new Tag("a", 1, ["x", 2])]: -32603 Internal error | /0/more/1: string expected, int given
tags [new Tag("a", inner: new Tag("b", 0))]: -32603 Internal error | /0/inner/level: int<1, 5> expected, int given
tags [["name" => "a"]]: -32603 Internal error | /0: Tag expected, object given
tags [new Own()]: [7]
tags [new stdClass()]: -32603 Internal error | /0: Tag expected, object given
tag new Tag("a", 5): {"name":"a","level":5,"more":[],"inner":null}
tag new Tag("a", 6): -32603 Internal error | /level: int<1, 5> expected, int given
suits [Suit::Hearts]: ["hearts"]
suits ["hearts"]: -32603 Internal error | /0: value of Suit expected, string given
dates [new DateTimeImmutable("2026-01-02T03:04:05Z")]: ["2026-01-02T03:04:05Z"]
dates ["2026-01-02"]: -32603 Internal error | /0: date and time (ISO 8601) expected, string given
floats [1.5, 2]: [1.5,2]
floats ["1"]: -32603 Internal error | /0: float expected, string given
anything [1, [2]]: [1,[2]]
plain ["a" => [1]]: {"a":[1]}
again 0: {}
-- every protocol
/jsonrpc: 200 Internal error and the other call | /0: string expected, int given
/xmlrpc: 200 Internal error | /1: string expected, int given
/soap: 500 Internal error | /1: string expected, int given
/rest/strings: 500 Internal Server Error | /1: string expected, int given
/mcp: 200 Internal error | /1: string expected, int given
0
