--TEST--
Objects of readonly classes as arguments and results: checked member by member, made by their constructors
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    namespace App;

    use Kargo\Rpc\Name;

    enum Kind: string { case Single = 'single'; case Multi = 'multi'; }
    enum Level { case Low; case High; }

    final readonly class Option
    {
        public function __construct(public string $label, public float $weight = 1.0, public ?Kind $kind = null) {}
    }
    /** A poll. */
    final readonly class Poll
    {
        /** @param list<Option> $options to choose from */
        public function __construct(
            public string $question,
            public array $options = [],
            public ?\DateTimeImmutable $ends = null,
            #[Name('max-votes')] public int $max = 1,
        ) {}
    }
    final class Node
    {
        public int $sum;
        /** @param array<string, Node> $children */
        public function __construct(public readonly int $value, public readonly array $children = [], public readonly ?self $next = null)
        {
            $this->sum = $value + ($next?->sum ?? 0) + array_sum(array_map(fn (Node $n) => $n->sum, $children));
        }
    }
    final class Plain
    {
        private string $kept;
        public function __construct(string $text, mixed $any = null, array $list = [], ?object $object = null, ?\stdClass $std = null)
        {
            $this->kept = $text . ' ' . json_encode([$any, $list, $object, $std]) . ' ' . get_debug_type($any) . get_debug_type($object);
        }
        public function text(): string { return $this->kept; }
    }
    final readonly class Defaults { public function __construct(public int $a = 1, public Option $b = new Option('default'), public int $c = PHP_VERSION_ID > 0 ? 2 : 0) {} }
    final readonly class Circle { public function __construct(public float $radius) {} }
    final readonly class Square { public function __construct(public float $side) {} }
    final readonly class Cat { /** @param 'cat' $is */ public function __construct(public string $is, public string $name) {} }
    final readonly class Dog { /** @param 'dog' $is */ public function __construct(public string $is, public string $name) {} }
    final class NoConstructor { public int $a = 1; }
    abstract class Base { public function __construct(public int $a) {} }
    final class Hidden_ { private function __construct(public int $a) {} }
    final class Variadic { public function __construct(int ...$a) {} }
    final class Needs { public function __construct(\PDO $pdo) {} }
    final class Nested { public function __construct(?int $a, Needs $needs) {} }

    final class Service
    {
        public function poll(Poll $poll, int $times = 1): Poll { return $poll; }
        public function middle(Defaults $v): string { return "$v->a {$v->b->label} $v->c"; }
        public function maybe(?Poll $poll = null): string { return $poll === null ? 'none' : $poll->question; }
        public function node(Node $node): int { return $node->sum; }
        public function plain(Plain $plain): string { return $plain->text(); }
        public function shape(Circle|Square $shape): string { return $shape::class; }
        public function pet(Cat|Dog|int|null $pet): string { return get_debug_type($pet); }
        public function either(Circle|\stdClass $v): string { return get_debug_type($v); }
        /** @param Poll[] $polls */
        public function list(array $polls): string { return implode(',', array_map(fn (Poll $p) => $p->question, $polls)); }
        /** @param array<string, Option> $map @return array<string, Option> */
        public function map(array $map): array { return $map; }
        /** @param Circle|Square $v */
        public function untyped($v) { return $v; }
        public function rest(int $n, Circle ...$circles) { return array_map(fn (Circle $c) => $c->radius, $circles); }
        public function level(Level $level): Level { return $level === Level::Low ? Level::High : Level::Low; }
    }
    $api = new \Kargo\Rpc\Api();
    $api->export(new Service());
    $api->export(new class(1) { public function __construct(int $x) {} public function anonymous(self $v): int { return 1; } });
    foreach ([NoConstructor::class, Base::class, Hidden_::class, Variadic::class, Nested::class] as $class) {
        try {
            $api->export(eval("return fn ($class \$x) => 1;"), as: 'never');
        } catch (\Kargo\ConfigurationException $e) {
            $refused[] = $e->getMessage();
        }
    }
    $api->export(fn () => $refused, as: 'refused');
    $server = \Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$cases = [
    'poll' => [
        '[{"question":"?"}]',
        '{"poll":{"question":"?","options":[{"label":"a","weight":2},{"label":"b","kind":"multi"}],"ends":"2026-11-23T10:20:30Z","max-votes":3}}',
        '[{"question":1}]', '[{}]', '[[]]', '["x"]', '[null]', '[[1]]', '[{"question":"?","max":1}]', '[{"question":"?","0":1}]',
        '[{"question":"?","options":[{"label":"a"},{"label":"b","weight":"heavy"}]}]',
        '{"poll":{"question":"?","options":[{"label":"a","kind":"none"}]}}',
        '[{"question":"?","options":{"a":{"label":"a"}}}]',
        '[{"question":"?","ends":"tomorrow"}]', '[{"question":"?"},"x"]', '[]',
        '[{"question":"1","question":"2"}]',
    ],
    'middle' => ['[{"c":3}]', '[{"a":1,"c":3}]', '[{"b":{"label":"l"}}]'],
    'anonymous' => ['[{"x":1}]', '[5]'],
    'maybe' => ['[]', '[null]', '[{"question":"?"}]', '[{"question":null}]', '[{}]'],
    'node' => ['[{"value":1}]', '[{"value":1,"next":{"value":2,"next":{"value":3}},"children":{"a":{"value":10},"0":{"value":20}}}]',
        '[{"value":1,"next":{"value":2,"children":{"x":{"value":3,"children":{"y/z":{"value":"4"}}}}}}]', '[{"value":1,"children":[{"value":1}]}]'],
    'plain' => ['[{"text":"t"}]', '[{"text":"t","any":{"a":{}},"list":{"a":{"b":[]}},"object":{"o":{}},"std":{}}]', '[{"text":"t","object":{"p":1},"kept":1}]'],
    'shape' => ['[{"radius":1}]', '[{"side":1}]', '[{"radius":"1"}]', '[{"radius":1,"side":1}]', '[{}]', '[1]'],
    'pet' => ['[{"is":"cat","name":"x"}]', '[{"is":"dog","name":"x"}]', '[{"is":"cow","name":"x"}]', '[5]', '[null]', '["x"]', '[{"is":"dog"}]'],
    'either' => ['[{"radius":1}]', '[{"radius":"x"}]', '[{"x":1}]', '[{}]', '[[]]'],
    'list' => ['[[{"question":"a"},{"question":"b"}]]', '[[]]', '[[{"question":"a"},{"question":5}]]', '[[5]]', '[{"question":"a"}]'],
    'map' => ['[{"x":{"label":"l"}}]', '[{"x/~":{"label":1}}]', '[{}]'],
    'untyped' => ['[{"side":2}]', '[1]'],
    'rest' => ['[1,{"radius":1},{"radius":2.5}]', '[1,{"radius":1},{"radius":"2"}]', '[1,{"radius":1},5]'],
    'level' => ['["Low"]', '["High"]', '["low"]', '[1]', '["LOW"]'],
    'refused' => ['[]'],
];
foreach ($cases as $method => $all) {
    foreach ($all as $params) {
        $answer = $client->call($method, $params);
        $answer = preg_match('/"pointer":"(.*)","reason":"(.*)"/', $answer, $parts) ? "- $parts[1] $parts[2]" : $answer;
        echo "$method $params: $answer\n";
    }
}
$struct = fn (string ...$members) => '<struct>' . implode('', array_map(fn ($name, $value) => "<member><name>$name</name><value>$value</value></member>", array_keys($members), $members)) . '</struct>';
$list = fn (string ...$values) => '<array><data>' . implode('', array_map(fn ($value) => "<value>$value</value>", $values)) . '</data></array>';
echo $client->xmlCall('poll', $struct(question: '?', options: $list($struct(label: 'a', weight: '<i4>2</i4>')), ends: '<dateTime.iso8601>20261123T10:20:30</dateTime.iso8601>')), "\n";
echo $client->xmlCall('poll', $struct(question: '?', options: $list($struct(label: 'a', weight: 'x')))), "\n";
echo $client->xmlCall('poll', $struct()), "\n";
echo $client->xmlCall('level', 'Low'), "\n";
echo $client->xmlCall('system.methodSignature', 'poll'), "\n";
?>
--EXPECT--
poll [{"question":"?"}]: {"question":"?","options":[],"ends":null,"max-votes":1}
poll {"poll":{"question":"?","options":[{"label":"a","weight":2},{"label":"b","kind":"multi"}],"ends":"2026-11-23T10:20:30Z","max-votes":3}}: {"question":"?","options":[{"label":"a","weight":2.0,"kind":null},{"label":"b","weight":1.0,"kind":"multi"}],"ends":"2026-11-23T10:20:30Z","max-votes":3}
poll [{"question":1}]: - /params/0/question string expected, int given
poll [{}]: - /params/0 question is missing
poll [[]]: - /params/0 question is missing
poll ["x"]: - /params/0 Poll expected, string given
poll [null]: - /params/0 Poll expected, null given
poll [[1]]: - /params/0 Poll expected, list given
poll [{"question":"?","max":1}]: - /params/0/max no such member
poll [{"question":"?","0":1}]: - /params/0/0 no such member
poll [{"question":"?","options":[{"label":"a"},{"label":"b","weight":"heavy"}]}]: - /params/0/options/1/weight float expected, string given
poll {"poll":{"question":"?","options":[{"label":"a","kind":"none"}]}}: - /params/poll/options/0/kind value of Kind expected, another string given
poll [{"question":"?","options":{"a":{"label":"a"}}}]: - /params/0/options list<Option> expected, object given
poll [{"question":"?","ends":"tomorrow"}]: - /params/0/ends date and time (ISO 8601) expected, another string given
poll [{"question":"?"},"x"]: - /params/1 int expected, string given
poll []: - /params poll is missing
poll [{"question":"1","question":"2"}]: {"question":"2","options":[],"ends":null,"max-votes":1}
middle [{"c":3}]: "1 default 3"
middle [{"a":1,"c":3}]: "1 default 3"
middle [{"b":{"label":"l"}}]: "1 l 2"
anonymous [{"x":1}]: 1
anonymous [5]: - /params/0 class@anonymous expected, int given
maybe []: "none"
maybe [null]: "none"
maybe [{"question":"?"}]: "?"
maybe [{"question":null}]: - /params/0/question string expected, null given
maybe [{}]: - /params/0 question is missing
node [{"value":1}]: 1
node [{"value":1,"next":{"value":2,"next":{"value":3}},"children":{"a":{"value":10},"0":{"value":20}}}]: 36
node [{"value":1,"next":{"value":2,"children":{"x":{"value":3,"children":{"y/z":{"value":"4"}}}}}}]: - /params/0/next/children/x/children/y~1z/value int expected, string given
node [{"value":1,"children":[{"value":1}]}]: - /params/0/children array<string, Node> expected, list given
plain [{"text":"t"}]: "t [null,[],null,null] nullnull"
plain [{"text":"t","any":{"a":{}},"list":{"a":{"b":[]}},"object":{"o":{}},"std":{}}]: "t [{\"a\":{}},{\"a\":{\"b\":[]}},{\"o\":{}},{}] stdClassstdClass"
plain [{"text":"t","object":{"p":1},"kept":1}]: - /params/0/kept no such member
shape [{"radius":1}]: "App\\Circle"
shape [{"side":1}]: "App\\Square"
shape [{"radius":"1"}]: - /params/0/radius float expected, string given
shape [{"radius":1,"side":1}]: - /params/0 Circle|Square expected, object given
shape [{}]: - /params/0 Circle|Square expected, object given
shape [1]: - /params/0 Circle|Square expected, int given
pet [{"is":"cat","name":"x"}]: "App\\Cat"
pet [{"is":"dog","name":"x"}]: "App\\Dog"
pet [{"is":"cow","name":"x"}]: - /params/0 int|Cat|Dog|null expected, object given
pet [5]: "int"
pet [null]: "null"
pet ["x"]: - /params/0 int|Cat|Dog|null expected, string given
pet [{"is":"dog"}]: - /params/0 name is missing
either [{"radius":1}]: "App\\Circle"
either [{"radius":"x"}]: - /params/0/radius float expected, string given
either [{"x":1}]: "stdClass"
either [{}]: "stdClass"
either [[]]: - /params/0 radius is missing
list [[{"question":"a"},{"question":"b"}]]: "a,b"
list [[]]: ""
list [[{"question":"a"},{"question":5}]]: - /params/0/1/question string expected, int given
list [[5]]: - /params/0/0 Poll expected, int given
list [{"question":"a"}]: - /params/0 list<Poll> expected, object given
map [{"x":{"label":"l"}}]: {"x":{"label":"l","weight":1.0,"kind":null}}
map [{"x/~":{"label":1}}]: - /params/0/x~1~0/label string expected, int given
map [{}]: []
untyped [{"side":2}]: {"side":2.0}
untyped [1]: - /params/0 Circle|Square expected, int given
rest [1,{"radius":1},{"radius":2.5}]: [1.0,2.5]
rest [1,{"radius":1},{"radius":"2"}]: - /params/2/radius float expected, string given
rest [1,{"radius":1},5]: - /params/2 Circle expected, int given
level ["Low"]: "High"
level ["High"]: "Low"
level ["low"]: - /params/0 value of Level expected, another string given
level [1]: - /params/0 value of Level expected, int given
level ["LOW"]: - /params/0 value of Level expected, another string given
refused []: ["never() takes $x of a type that can't be sent (App\\NoConstructor can't be made by a public constructor that takes its members); hide the method with #[Kargo\\Rpc\\Hidden]","never() takes $x of a type that can't be sent (App\\Base can't be made by a public constructor that takes its members); hide the method with #[Kargo\\Rpc\\Hidden]","never() takes $x of a type that can't be sent (App\\Hidden_ can't be made by a public constructor that takes its members); hide the method with #[Kargo\\Rpc\\Hidden]","never() takes $x of a type that can't be sent (App\\Nested::__construct() takes $needs of a type that can't be sent (App\\Needs::__construct() takes $pdo of a type that can't be sent (PDO can't be made by a public constructor that takes its members))); hide the method with #[Kargo\\Rpc\\Hidden]"]
<struct><member><name>question</name><value><string>?</string></value></member><member><name>options</name><value><array><data><value><struct><member><name>label</name><value><string>a</string></value></member><member><name>weight</name><value><double>2.0</double></value></member><member><name>kind</name><value><nil/></value></member></struct></value></data></array></value></member><member><name>ends</name><value><dateTime.iso8601>20261123T10:20:30Z</dateTime.iso8601></value></member><member><name>max-votes</name><value><int>1</int></value></member></struct>
fault -32602: Invalid params (/params/0/options/0/weight: float expected, string given)
fault -32602: Invalid params (/params/0: question is missing)
<string>High</string>
<array><data><value><array><data><value><string>struct</string></value><value><string>struct</string></value></data></array></value><value><array><data><value><string>struct</string></value><value><string>struct</string></value><value><string>int</string></value></data></array></value></data></array>
