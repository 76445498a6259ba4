--TEST--
#[Name] and #[Description] are what callers see; attributes that are wrong are refused at export
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\{Name, Description, Deprecated};
    const PREFIX = 'by';
    final class Renamed {
        const NAME = 'sum';
        /** Docblock. */
        #[Name(self::NAME), Description("Adds two\nnumbers\n\nAnd gives the sum.")]
        public function add(int $a, #[Name('other-number')] int $b = 2) { return $a + $b; }
        #[Name(name: PREFIX . '.path')]
        public static function second(#[Name('$ref')] ...$c) { return $c; }
        #[Deprecated]
        public function old(int $sum) { return $sum; }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Renamed(), as: 'calc');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
foreach ([
    ['calc.sum', '{"a":1,"other-number":5}'],
    ['calc.sum', '[1]'],
    ['calc.sum', '{"a":1,"b":5}'],
    ['calc.sum', '{"a":1,"other-number":"5"}'],
    ['calc.sum', '{"other-number":5}'],
    ['calc.add', '[1,2]'],
    ['calc.by.path', '[1,2]'],
    ['calc.old', '[3]'],
] as [$method, $params]) {
    echo "$method $params: ", $client->call($method, $params), "\n";
}
echo $client->xmlCall('system.methodHelp', 'calc.sum'), "\n";
echo $client->xmlCall('system.listMethods'), "\n";

$cases = [
    'no argument' => '#[Kargo\Rpc\Name] public function x() {}',
    'wrong type' => '#[Kargo\Rpc\Name(5)] public function x() {}',
    'unknown name' => '#[Kargo\Rpc\Name(title: "x")] public function x() {}',
    'too many' => '#[Kargo\Rpc\Name("x", "y")] public function x() {}',
    'empty' => '#[Kargo\Rpc\Name("")] public function x() {}',
    'undefined constant' => '#[Kargo\Rpc\Name(NOWHERE)] public function x() {}',
    'bad name' => '#[Kargo\Rpc\Name("a b")] public function x() {}',
    'reserved name' => '#[Kargo\Rpc\Name("rpc.x")] public function x() {}',
    'taken' => '#[Kargo\Rpc\Name("x")] public function a() {} public function x() {}',
    'same parameter' => 'public function x(int $a, #[Kargo\Rpc\Name("a")] int $b) {}',
    'a parameter\'s' => 'public function x(#[Kargo\Rpc\Name([])] int $b) {}',
    'no such attribute' => '#[Kargo\Rpc\Nmae("x")] public function x() {}',
    'no attribute' => '#[Kargo\Rpc\Fault("x")] public function x() {}',
    'others are ignored' => '#[App\Anything(NOWHERE)] public function x() {}',
];
foreach ($cases as $what => $code) {
    $class = 'C' . md5($what);
    eval("final class $class { $code }");
    try {
        echo "$what: " . implode(' ', (new Kargo\Rpc\Api())->export(new $class())->methods()) . "\n";
    } catch (Kargo\ConfigurationException $e) {
        echo "$what: ", str_replace($class, 'C', $e->getMessage()), "\n";
    }
}
?>
--EXPECT--
calc.sum {"a":1,"other-number":5}: 6
calc.sum [1]: 3
calc.sum {"a":1,"b":5}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/b","reason":"no such parameter"}}
calc.sum {"a":1,"other-number":"5"}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/other-number","reason":"int expected, string given"}}
calc.sum {"other-number":5}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params","reason":"a is missing"}}
calc.add [1,2]: {"code":-32601,"message":"Method not found"}
calc.by.path [1,2]: [1,2]
calc.old [3]: 3
<string>Adds two numbers

And gives the sum.</string>
<array><data><value><string>system.listMethods</string></value><value><string>system.methodHelp</string></value><value><string>system.methodSignature</string></value><value><string>system.multicall</string></value><value><string>system.getCapabilities</string></value><value><string>calc.sum</string></value><value><string>calc.by.path</string></value><value><string>calc.old</string></value></data></array>
no argument: C::x: #[Kargo\Rpc\Name]: Kargo\Rpc\Name::__construct() expects exactly 1 argument, 0 given
wrong type: C::x: #[Kargo\Rpc\Name]: Cannot assign int to property Kargo\Rpc\Name::$name of type string
unknown name: C::x: #[Kargo\Rpc\Name]: Unknown named parameter $title
too many: C::x: #[Kargo\Rpc\Name]: Kargo\Rpc\Name::__construct() expects exactly 1 argument, 2 given
empty: C::x: #[Kargo\Rpc\Name]: Kargo\Rpc\Name::__construct(): Argument #1 ($name) must be a name in UTF-8 that is not empty
undefined constant: C::x: #[Kargo\Rpc\Name]: Undefined constant "NOWHERE"
bad name: "a b" can't be a name: letters, digits and _ . : / are allowed
reserved name: rpc.x can't be exported: names that begin with "rpc." or "system." are the protocols'
taken: x is exported already
same parameter: C::x() has two parameters called a
a parameter's: C::x($b): #[Kargo\Rpc\Name]: Cannot assign array to property Kargo\Rpc\Name::$name of type string
no such attribute: C::x: there is no attribute #[Kargo\Rpc\Nmae]
no attribute: C::x: there is no attribute #[Kargo\Rpc\Fault]
others are ignored: x
