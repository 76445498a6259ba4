--TEST--
Results in the form of their declared type: empty maps, lists with gaps, bytes at any depth, renamed properties, enums
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\Name;
    enum Level { case Low; case High; }
    enum Kind: int { case One = 1; }
    class Out {
        /** @var array<string, int> */
        public array $map = [];
        /** @var list<Out> */
        public array $inner = [];
        /** @var array<string, Out> */
        public array $byName = [];
        /** @var base64 */
        public string $raw = "\xff\x00";
        public string $text = 'text';
        #[Name('the-level')] public Level $level = Level::High;
        public Kind $kind = Kind::One;
        public ?Out $next = null;
        public readonly int $unset;
        protected string $secret = 'secret';
    }
    final class More extends Out { public array $more = []; #[Name('anders')] public int $other = 1; }
    final class Given implements JsonSerializable { public function jsonSerialize(): mixed { return ['map' => [], 'out' => new Out()]; } }
    final readonly class Renamed { public function __construct(#[Name('class')] public string $type, #[Name('x y')] public int $n = 0) {} }
    final class Service {
        /** @return array<string, int|string> */
        public function map(array $v) { return $v; }
        /** @return array<string, array<string, int>> */
        public function maps(array $v) { return $v; }
        /** @return list<int> */
        public function gaps() { return array_filter([1, 2, 3], fn (int $n) => $n !== 2); }
        /** @return list<int> */
        public function notList() { return ['a' => 1]; }
        /** @return array<int> */
        public function items(array $v) { return $v; }
        /** @return array{a: array<string, int>, b: list<base64>, c?: array{}, ...} */
        public function shape() { return ['a' => [], 'b' => ["\xfe"], 'c' => [], 'd' => []]; }
        /** @return array{int, array<string, int>} */
        public function pair() { return [1, []]; }
        /** @return array<string, int>|null */
        public function maybe(?array $v) { return $v; }
        /** @return list<int>|array<string, int> */
        public function either(array $v) { return $v; }
        /** @return list<base64> */
        public function bytes() { return ["\xff", '']; }
        public function out(): Out { $out = new Out(); $out->inner = [new Out()]; $out->byName = ['x' => new More()]; $out->next = new Out(); return $out; }
        public function more(): Out { return new More(); }
        public function untyped() { return [new More(), []]; }
        public function given(): Given { return new Given(); }
        /** @return array<string, Given> */
        public function givens(): array { return ['a' => new Given()]; }
        public function renamed(Renamed $v): Renamed { return $v; }
        public function level(): array { return [Level::Low, Kind::One]; }
        /** @return array<string, mixed> */
        public function unsendable() { return ['a' => NAN]; }
        /** @return list<Out> */
        public function cycle() { $a = new Out(); $a->next = $a; return [$a]; }
        public function none(): void {}
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$hide = fn (string $text) => preg_replace('/[0-9a-f]+-[0-9a-f]+(?="}|\))/', 'ID', $text);
foreach ([
    'map' => ['[]', '{"a":1}', '["x","y"]'], 'maps' => ['{"a":{},"b":{"c":1}}', '{}'], 'gaps' => null, 'notList' => null, 'items' => ['[]', '[1]', '{"a":1}'],
    'shape' => null, 'pair' => null, 'maybe' => ['null', '[]', '{"a":1}'], 'either' => ['[]', '[1]', '{"a":1}'], 'bytes' => null, 'out' => null, 'more' => null,
    'untyped' => null, 'given' => null, 'givens' => null, 'renamed' => ['{"class":"c","x y":5}', '{"class":"c","n":5}'], 'level' => null, 'unsendable' => null, 'cycle' => null, 'none' => null,
] as $method => $values) {
    foreach ($values ?? [null] as $value) {
        echo "$method $value: ", $hide($client->call($method, "[$value]")), "\n";
    }
}
echo $client->xmlCall('shape'), "\n", $client->xmlCall('map', '<array><data></data></array>'), "\n", $client->xmlCall('gaps'), "\n";
?>
--EXPECT--
map []: {}
map {"a":1}: {"a":1}
map ["x","y"]: {"0":"x","1":"y"}
maps {"a":{},"b":{"c":1}}: {"a":{},"b":{"c":1}}
maps {}: {}
gaps : [1,3]
notList : {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
items []: []
items [1]: [1]
items {"a":1}: {"a":1}
shape : {"a":{},"b":["/g=="],"c":{},"d":[]}
pair : [1,{}]
maybe null: null
maybe []: {}
maybe {"a":1}: {"a":1}
either []: []
either [1]: [1]
either {"a":1}: {"a":1}
bytes : ["/w==",""]
out : {"map":{},"inner":[{"map":{},"inner":[],"byName":{},"raw":"/wA=","text":"text","the-level":"High","kind":1,"next":null}],"byName":{"x":{"map":{},"inner":[],"byName":{},"raw":"/wA=","text":"text","the-level":"High","kind":1,"next":null,"more":[],"anders":1}},"raw":"/wA=","text":"text","the-level":"High","kind":1,"next":{"map":{},"inner":[],"byName":{},"raw":"/wA=","text":"text","the-level":"High","kind":1,"next":null}}
more : {"map":{},"inner":[],"byName":{},"raw":"/wA=","text":"text","the-level":"High","kind":1,"next":null,"more":[],"anders":1}
untyped : {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
given : {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
givens : {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
renamed {"class":"c","x y":5}: {"class":"c","x y":5}
renamed {"class":"c","n":5}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/n","reason":"no such member"}}
level : ["Low",1]
unsendable : {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
cycle : {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
none : null
<struct><member><name>a</name><value><struct></struct></value></member><member><name>b</name><value><array><data><value><base64>/g==</base64></value></data></array></value></member><member><name>c</name><value><struct></struct></value></member><member><name>d</name><value><array><data></data></array></value></member></struct>
<struct></struct>
<array><data><value><int>1</int></value><value><int>3</int></value></data></array>
