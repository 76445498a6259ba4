--TEST--
Variadic parameters by name, in queries and bodies; variadic constructors; objects without members; refined docblock types
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\{Get, Post};

    final class Nothing { public function __construct() {} }
    final class Bag {
        /** @var list<string> */ public array $tags;
        public function __construct(public string $name, public int $count = 1, string ...$tags) { $this->tags = array_values($tags); }
    }
    final class Picky { public function __construct(int ...$numbers) { if (in_array(0, $numbers)) throw new DomainException('zero'); } }
    final class NoConstructor { public string $name = ''; }
    final class Methods {
        public function sum(string $label, int $first = 10, int ...$more): array { return func_get_args(); }
        #[Get('/sum/{label}')] public function sumOf(string $label, int ...$more): array { return [$label, ...$more]; }
        public function getSum(int ...$more): int { return array_sum($more); }
        public function nothing(Nothing $it, ?Nothing $other = null): array { return [get_class($it), $other === null]; }
        public function bag(Bag $bag): Bag { return $bag; }
        public function bags(Bag ...$bags): array { return array_map(fn (Bag $bag): string => $bag->name, $bags); }
        public function picky(Picky ...$all): int { return count($all); }
        /** @param Nothing|Bag $what */
        public function either(object $what): string { return get_class($what); }
        /** @param non-empty-array<string, int> $map
         *  @param non-empty-array<int> $any */
        public function filled(array $map, array $any = [1]): array { return [$map, $any]; }
        /** @param numeric-string $number */
        public function numeric(string $number): string { return $number; }
        public function self(self|int $it): int { return $it; }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Methods());
    $refused = ['noConstructor' => fn (NoConstructor $it) => 1];
    /** @param class-string $class */
    $refused['classString'] = fn (string $class) => 1;
    /** @param class-string<DateTime>|null $class */
    $refused['generic'] = fn (?string $class) => 1;
    /** @param list<callable-string> $call */
    $refused['callable'] = fn (array $call) => 1;
    foreach ($refused as $name => $method) {
        try {
            $api->export($method, as: $name);
        } catch (Kargo\ConfigurationException $e) {
            file_put_contents('php://stderr', "refused {$e->getMessage()}\n");
        }
    }
    /** @return class-string */
    $api->export(fn (): string => 'X', as: 'gives');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
preg_match_all('/^refused .*$/m', $server->log(), $refused);
echo implode("\n", $refused[0]), "\n";
$json = fn (string $method, string $params): string => preg_replace('/,?"(id|jsonrpc)":("2.0"|1)/', '', $server->post('/jsonrpc', "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$method\",\"params\":$params}", ['Content-Type' => 'application/json'])->body);
foreach ([
    'sum' => ['["x"]', '["x",1,2,3]', '{"label":"x"}', '{"label":"x","more":[1,2]}', '{"more":[1,2],"first":5,"label":"x"}', '{"label":"x","more":[]}', '{"label":"x","first":3,"more":[]}', '{"label":"x","more":1}', '{"label":"x","more":{"a":1}}', '{"label":"x","more":[1,"2"]}', '{"more":[1]}', '{"label":"x","rest":[1]}'],
    'nothing' => ['[{}]', '[[]]', '[{},{}]', '[{"a":1}]', '[null]'],
    'bag' => ['[{"name":"a"}]', '[{"name":"a","tags":["x","y"]}]', '[{"name":"a","count":3,"tags":["x"]}]', '[{"name":"a","tags":["x",1]}]', '[{"name":"a","tags":"x"}]'],
    'bags' => ['[{"name":"a"},{"name":"b"}]', '{"bags":[{"name":"a"},{"name":"b"}]}', '{"bags":[{"name":"a"},{"nome":"b"}]}'],
    'picky' => ['{"all":[{"numbers":[1]},{"numbers":[1,0]}]}', '[{"numbers":[1]},{"numbers":[0]}]', '{"all":[{},{"numbers":[]}]}'],
    'either' => ['[{}]', '[{"name":"a"}]', '[{"x":1}]'],
    'filled' => ['[{"a":1}]', '[{}]', '[[]]', '[{"a":1},[]]', '[{"a":1},{"x":2}]', '[{"a":"x"}]'],
    'numeric' => ['["5"]', '["-1.5e3"]', '[" 7 "]', '[".5"]', '["5."]', '["x"]', '[""]', '["1e"]', '["."]', '[5]'],
] as $method => $all) {
    foreach ($all as $params) {
        echo "$method $params: ", $json($method, $params), "\n";
    }
}
echo "-- REST\n";
foreach (['/sum/x', '/sum/x?more=1&more=2', '/sum/x?more[]=1', '/sum/x?more=y', '/rest/getSum?more=1&more=2', '/rest/getSum', '/rest?method=getSum&more=1&more=2'] as $path) {
    $answer = $server->get($path, ['Accept' => 'application/json']);
    echo "GET $path: $answer->status ", json_decode($answer->body)->detail ?? $answer->body, "\n";
}
foreach (['{"label":"x","more":[4,5]}', '{"label":"x","more":["y"]}'] as $body) {
    $answer = $server->post('/rest/sum', $body, ['Content-Type' => 'application/json']);
    echo "POST /rest/sum $body: $answer->status ", json_decode($answer->body)->detail ?? $answer->body, "\n";
}
echo "-- descriptions\n";
$openapi = json_decode($server->get('/openapi.json')->body);
echo json_encode($openapi->paths->{'/sum/{label}'}->get->parameters, JSON_UNESCAPED_SLASHES), "\n";
echo json_encode($openapi->paths->{'/rest/sum'}->post->requestBody->content->{'application/json'}->schema, JSON_UNESCAPED_SLASHES), "\n";
foreach (['Nothing', 'Bag'] as $name) {
    echo "$name ", json_encode($openapi->components->schemas->$name, JSON_UNESCAPED_SLASHES), "\n";
}
echo json_encode($openapi->paths->{'/rest/filled'}->post->requestBody->content->{'application/json'}->schema, JSON_UNESCAPED_SLASHES), "\n";
preg_match_all('~<xsd:complexType name="(?:Bag|Nothing)"(?:/>|.*?</xsd:complexType>)~s', $server->get('/soap?wsdl')->body, $types);
foreach ($types[0] as $type) {
    echo preg_replace('/\s*\n\s*/', '', $type), "\n";
}
preg_match('/targetNamespace="([^"]+)"/', $server->get('/soap?wsdl')->body, $namespace);
$soap = fn (string $inner): string => trim(strip_tags($server->post('/soap', "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>" . str_replace('NS', $namespace[1], $inner) . '</e:Body></e:Envelope>', ['Content-Type' => 'text/xml'])->body, '<tags>'));
echo $soap('<m:bag xmlns:m="NS"><bag><name>a</name><tags><item>x</item><item>y</item></tags></bag></m:bag>'), "\n";
echo $soap('<m:nothing xmlns:m="NS"><it/></m:nothing>'), "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
refused noConstructor() takes $it of a type that can't be sent (NoConstructor can't be made by a public constructor that takes its members); hide the method with #[Kargo\Rpc\Hidden]
refused a docblock says class-string: callers can't be let choose PHP code by its name; take an enum or literals; hide the method with #[Kargo\Rpc\Hidden]
refused a docblock says class-string: callers can't be let choose PHP code by its name; take an enum or literals; hide the method with #[Kargo\Rpc\Hidden]
refused a docblock says callable-string: callers can't be let choose PHP code by its name; take an enum or literals; hide the method with #[Kargo\Rpc\Hidden]
sum ["x"]: {"result":["x"]}
sum ["x",1,2,3]: {"result":["x",1,2,3]}
sum {"label":"x"}: {"result":["x"]}
sum {"label":"x","more":[1,2]}: {"result":["x",10,1,2]}
sum {"more":[1,2],"first":5,"label":"x"}: {"result":["x",5,1,2]}
sum {"label":"x","more":[]}: {"result":["x",10]}
sum {"label":"x","first":3,"more":[]}: {"result":["x",3]}
sum {"label":"x","more":1}: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/more","reason":"list<int> expected, int given"}}}
sum {"label":"x","more":{"a":1}}: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/more","reason":"list<int> expected, object given"}}}
sum {"label":"x","more":[1,"2"]}: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/more/1","reason":"int expected, string given"}}}
sum {"more":[1]}: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params","reason":"label is missing"}}}
sum {"label":"x","rest":[1]}: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/rest","reason":"no such parameter"}}}
nothing [{}]: {"result":["Nothing",true]}
nothing [[]]: {"result":["Nothing",true]}
nothing [{},{}]: {"result":["Nothing",false]}
nothing [{"a":1}]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/a","reason":"no such member"}}}
nothing [null]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"Nothing expected, null given"}}}
bag [{"name":"a"}]: {"result":{"tags":[],"name":"a","count":1}}
bag [{"name":"a","tags":["x","y"]}]: {"result":{"tags":["x","y"],"name":"a","count":1}}
bag [{"name":"a","count":3,"tags":["x"]}]: {"result":{"tags":["x"],"name":"a","count":3}}
bag [{"name":"a","tags":["x",1]}]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/tags/1","reason":"string expected, int given"}}}
bag [{"name":"a","tags":"x"}]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/tags","reason":"list<string> expected, string given"}}}
bags [{"name":"a"},{"name":"b"}]: {"result":["a","b"]}
bags {"bags":[{"name":"a"},{"name":"b"}]}: {"result":["a","b"]}
bags {"bags":[{"name":"a"},{"nome":"b"}]}: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/bags/1","reason":"name is missing"}}}
picky {"all":[{"numbers":[1]},{"numbers":[1,0]}]}: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/all/1","reason":"the value is refused"}}}
picky [{"numbers":[1]},{"numbers":[0]}]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/1","reason":"the value is refused"}}}
picky {"all":[{},{"numbers":[]}]}: {"result":2}
either [{}]: {"result":"Nothing"}
either [{"name":"a"}]: {"result":"Bag"}
either [{"x":1}]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"Nothing|Bag expected, object given"}}}
filled [{"a":1}]: {"result":[{"a":1},[1]]}
filled [{}]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"non-empty-array<string, int> expected, an empty one given"}}}
filled [[]]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"non-empty-array<string, int> expected, an empty one given"}}}
filled [{"a":1},[]]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/1","reason":"non-empty-array<int> expected, an empty one given"}}}
filled [{"a":1},{"x":2}]: {"result":[{"a":1},{"x":2}]}
filled [{"a":"x"}]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/a","reason":"int expected, string given"}}}
numeric ["5"]: {"result":"5"}
numeric ["-1.5e3"]: {"result":"-1.5e3"}
numeric [" 7 "]: {"result":" 7 "}
numeric [".5"]: {"result":".5"}
numeric ["5."]: {"result":"5."}
numeric ["x"]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"numeric-string expected, string given"}}}
numeric [""]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"numeric-string expected, string given"}}}
numeric ["1e"]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"numeric-string expected, string given"}}}
numeric ["."]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"numeric-string expected, string given"}}}
numeric [5]: {"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"numeric-string expected, int given"}}}
-- REST
GET /sum/x: 200 ["x"]
GET /sum/x?more=1&more=2: 200 ["x",1,2]
GET /sum/x?more[]=1: 200 ["x",1]
GET /sum/x?more=y: 422 /more/0: int expected, string given
GET /rest/getSum?more=1&more=2: 200 3
GET /rest/getSum: 200 0
GET /rest?method=getSum&more=1&more=2: 200 3
POST /rest/sum {"label":"x","more":[4,5]}: 200 ["x",10,4,5]
POST /rest/sum {"label":"x","more":["y"]}: 422 /more/0: int expected, string given
-- descriptions
[{"name":"label","in":"path","required":true,"schema":{"type":"string","minLength":1}},{"name":"more","in":"query","schema":{"type":"array","items":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807}}}]
{"type":"object","properties":{"label":{"type":"string"},"first":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807,"default":10},"more":{"type":"array","items":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807}}},"required":["label"],"additionalProperties":false}
Nothing {"type":"object","properties":{},"additionalProperties":false}
Bag {"type":"object","properties":{"name":{"type":"string"},"count":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807,"default":1},"tags":{"type":"array","items":{"type":"string"}}},"required":["name"],"additionalProperties":false}
{"type":"object","properties":{"map":{"type":"object","additionalProperties":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807},"minProperties":1},"any":{"type":["array","object"],"items":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807},"additionalProperties":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807},"minItems":1,"minProperties":1,"default":[1]}},"required":["map"],"additionalProperties":false}
<xsd:complexType name="Nothing"><xsd:sequence></xsd:sequence></xsd:complexType>
<xsd:complexType name="Bag"><xsd:sequence><xsd:element name="name" type="xsd:string"/><xsd:element name="count" type="xsd:long" minOccurs="0"/><xsd:element name="tags" type="tns:ArrayOfString" minOccurs="0"/></xsd:sequence></xsd:complexType>
a1xy
Nothingtrue
0
