--TEST--
Interfaces and abstract classes as parameters: the docblock says which classes are meant
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    interface Shape {}
    abstract class Base { public function __construct(public readonly string $name) {} }
    final class Circle extends Base implements Shape { public function __construct(string $name, public readonly float $radius) { parent::__construct($name); } }
    final class Square extends Base implements Shape { public function __construct(string $name, public readonly float $side) { parent::__construct($name); } }
    final class Other { public function __construct(public readonly int $x) {} }
    trait Draws {
        /** @param Circle|Square|Other|null $shape */
        public function draw(?Shape $shape): string { return get_debug_type($shape); }
    }
    final class Service {
        use Draws;
        /** @param Square $v @return Square */
        public function based(Base $v): Base { return $v; }
        /** @param list<Circle|Square> $v @return list<Shape> */
        public function many(array $v): array { return $v; }
        public function maybe(?Shape $v = null, Shape|int $n = 5): ?Shape { return $v; }
        /** @return Circle|Square */
        public function made(): Shape { return new Circle('c', 1); }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service());
    foreach (['fn (Shape $v) => 1', '/** @param Other $v */ fn (Shape $v) => 1', '/** @param int|string $v */ fn (Shape $v) => 1'] as $code) {
        try {
            $api->export(eval("return $code;"), as: 'never');
        } catch (Kargo\ConfigurationException $e) {
            $refused[] = $e->getMessage();
        }
    }
    $api->export(fn () => $refused, as: 'refused');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
foreach ([
    'draw' => ['{"name":"n","radius":1}', '{"name":"n","side":1}', 'null', '{"x":1}', '{"name":"n"}'],
    'based' => ['{"name":"n","side":1}', '{"name":"n","radius":1}'],
    'many' => ['[{"name":"n","side":1},{"name":"n","radius":2}]', '[{"x":1}]'],
    'maybe' => ['null', '{}', 'null,6'], 'made' => [''], 'refused' => [''],
] as $method => $values) {
    foreach ($values as $value) {
        echo "$method $value: ", $client->call($method, "[$value]"), "\n";
    }
}
?>
--EXPECT--
draw {"name":"n","radius":1}: "Circle"
draw {"name":"n","side":1}: "Square"
draw null: "null"
draw {"x":1}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"null|Circle|Square expected, object given"}}
draw {"name":"n"}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"null|Circle|Square expected, object given"}}
based {"name":"n","side":1}: {"name":"n","side":1.0}
based {"name":"n","radius":1}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"side is missing"}}
many [{"name":"n","side":1},{"name":"n","radius":2}]: [{"name":"n","side":1.0},{"name":"n","radius":2.0}]
many [{"x":1}]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/0","reason":"Circle|Square expected, object given"}}
maybe null: null
maybe {}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"null expected, object given"}}
maybe null,6: null
made : {"name":"c","radius":1.0}
refused : ["never() takes $v of a type that can't be sent (Shape can't be made by a public constructor that takes its members); hide the method with #[Kargo\\Rpc\\Hidden]","never() takes $v of a type that can't be sent (Shape can't be made by a public constructor that takes its members); hide the method with #[Kargo\\Rpc\\Hidden]","never() takes $v of a type that can't be sent (Shape can't be made by a public constructor that takes its members); hide the method with #[Kargo\\Rpc\\Hidden]"]
