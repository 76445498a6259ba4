--TEST--
Random values of every type arrive as the same PHP values through every protocol
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    enum Kind: string { case Single = 'single'; case Multi = 'multi'; }
    enum Level { case Low; case High; }
    final readonly class Option { public function __construct(public string $label, public float $weight = 1.5, public ?Kind $kind = null) {} }
    final readonly class Circle { public function __construct(public float $radius) {} }
    final readonly class Square { public function __construct(public int $side, public ?Level $level = null) {} }
    final readonly class Node {
        /** @param list<Node> $children @param array<string, Node> $named */
        public function __construct(public int $value, public array $children = [], public array $named = [], public ?self $next = null) {}
    }
    final readonly class Poll {
        /** @param list<Option> $options @param array{a: int, b?: list<string>} $shape @param Circle|Square|null $either */
        public function __construct(public string $question, public array $options, public ?DateTimeImmutable $ends = null, public array $shape = ['a' => 1], public Circle|Square|null $either = null, public ?Kargo\Rpc\Binary $raw = null) {}
    }
    final class Types {
        public function int(int $v) { return $this->dump($v); }
        public function float(float $v) { return $this->dump($v); }
        public function bool(bool $v) { return $this->dump($v); }
        public function string(string $v) { return $this->dump($v); }
        public function nullable(?int $v) { return $this->dump($v); }
        public function kind(Kind $v) { return $this->dump($v); }
        public function level(Level $v) { return $this->dump($v); }
        public function date(DateTimeImmutable $v) { return $this->dump($v); }
        public function binary(Kargo\Rpc\Binary $v) { return $this->dump($v); }
        /** @param base64 $v */
        public function bytes(string $v) { return $this->dump($v); }
        /** @param list<int> $v */
        public function ints(array $v) { return $this->dump($v); }
        /** @param array<string, float> $v */
        public function floats(array $v) { return $this->dump($v); }
        public function any(mixed $v) { return $this->dump($v); }
        public function array(array $v) { return $this->dump($v); }
        public function option(Option $v) { return $this->dump($v); }
        public function either(Circle|Square|int|string $v) { return $this->dump($v); }
        public function node(Node $v) { return $this->dump($v); }
        public function poll(Poll $v) { return $this->dump($v); }
        private function dump(mixed $v): string {
            return match (true) {
                $v instanceof DateTimeInterface => $v->format('Y-m-d\TH:i:s.u') . get_debug_type($v),
                $v instanceof Kargo\Rpc\Binary => 'binary ' . bin2hex($v->bytes),
                $v instanceof UnitEnum => $v::class . "::$v->name",
                is_object($v) => $v::class . $this->dump(get_object_vars($v)),
                is_array($v) => '[' . implode(', ', array_map(fn ($key) => var_export($key, true) . ' => ' . $this->dump($v[$key]), array_keys($v))) . ']',
                is_string($v) => 'string ' . bin2hex($v),
                default => get_debug_type($v) . ' ' . var_export($v, true),
            };
        }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Types(), as: 't');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);

/** Values in the terms of no protocol: a kind, and what is of it. */
final class Values
{
    public static function any(int $depth = 3): array
    {
        return match (random_int(0, $depth > 0 ? 7 : 4)) {
            0 => ['null', null],
            1 => self::int(),
            2 => self::float(),
            3 => ['bool', (bool) random_int(0, 1)],
            4 => self::string(),
            5, 6 => ['list', array_map(fn () => self::any($depth - 1), self::times(3))],
            7 => ['object', self::members(3, fn () => self::any($depth - 1))],
        };
    }
    public static function times(int $most): array { return array_fill(0, random_int(0, $most), 0); }
    public static function members(int $most, callable $make): array
    {
        $members = [];
        foreach (self::times($most) as $nothing) {
            $members['k' . random_int(0, 50) . ['', 'é', ' <&>'][random_int(0, 2)]] = $make();
        }
        return $members;
    }
    public static function int(): array { return ['int', [0, -1, 2147483647, -2147483648, 2147483648, PHP_INT_MAX, PHP_INT_MIN, random_int(PHP_INT_MIN, PHP_INT_MAX), random_int(-100, 100)][random_int(0, 8)]]; }
    public static function float(): array { return ['float', (float) [0.0, 1.0, -0.5, 0.1, 123456.789, random_int(-1000000, 1000000) / 1024, random_int(0, 100) / 7][random_int(0, 6)]]; }
    public static function string(): array
    {
        $parts = ['a', 'é', '€', '😀', ' ', "\n", "\t", "\r", '"', "'", '\\', '/', '<', '>', '&', ']]>', "\u{2028}", '0', 'null', '{', "\u{fffd}"];
        return ['string', implode('', array_map(fn () => $parts[array_rand($parts)], self::times(12)))];
    }
    public static function date(): array { return ['date', gmdate('Y-m-d\TH:i:s', random_int(0, 4102444800))]; }
    public static function bytes(): array { return ['bytes', ($length = random_int(0, 20)) ? random_bytes($length) : '']; }
    public static function option(): array
    {
        return ['object', ['label' => self::string()] + self::some(['weight' => self::float(...), 'kind' => fn () => ['string', ['single', 'multi'][random_int(0, 1)]]])];
    }
    public static function some(array $makers): array
    {
        $some = array_filter($makers, fn () => random_int(0, 1));
        return array_map(fn (callable $make) => $make(), $some);
    }
    public static function shape(): array { return random_int(0, 1) ? ['object', ['radius' => self::float()]] : ['object', ['side' => self::int()] + self::some(['level' => fn () => ['string', 'High']])]; }
    public static function node(int $depth = 4): array
    {
        $below = fn () => self::node($depth - 1);
        return ['object', ['value' => self::int()] + ($depth > 0 ? self::some(['children' => fn () => ['list', array_map($below, self::times(2))], 'named' => fn () => ['object', self::members(2, $below)], 'next' => $below]) : [])];
    }
    public static function poll(): array
    {
        return ['object', ['question' => self::string(), 'options' => ['list', array_map(self::option(...), self::times(3))]] + self::some([
            'ends' => self::date(...), 'either' => self::shape(...), 'raw' => self::bytes(...),
            'shape' => fn () => ['object', ['a' => self::int()] + self::some(['b' => fn () => ['list', array_map(self::string(...), self::times(3))]])],
        ])];
    }
}
function json(array $value): string
{
    [$kind, $of] = $value;
    return match ($kind) {
        'list' => '[' . implode(',', array_map(json(...), $of)) . ']',
        'object' => '{' . implode(',', array_map(fn ($name) => json_encode((string) $name) . ':' . json($of[$name]), array_keys($of))) . '}',
        'bytes' => json_encode(base64_encode($of)),
        default => json_encode($of, JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_UNICODE),
    };
}
function xml(array $value): string
{
    [$kind, $of] = $value;
    $text = fn (string $text) => str_replace("\r", '&#13;', htmlspecialchars($text, ENT_XML1));
    return match ($kind) {
        'null' => '<nil/>',
        'int' => $of === (int) max(-2147483648, min(2147483647, $of)) ? "<int>$of</int>" : "<i8>$of</i8>",
        'float' => '<double>' . var_export($of, true) . '</double>',
        'bool' => '<boolean>' . (int) $of . '</boolean>',
        'string' => '<string>' . $text($of) . '</string>',
        'date' => '<dateTime.iso8601>' . str_replace('-', '', $of) . '</dateTime.iso8601>',
        'bytes' => '<base64>' . base64_encode($of) . '</base64>',
        'list' => '<array><data>' . implode('', array_map(fn ($item) => '<value>' . xml($item) . '</value>', $of)) . '</data></array>',
        'object' => '<struct>' . implode('', array_map(fn ($name) => '<member><name>' . $text($name) . '</name><value>' . xml($of[$name]) . '</value></member>', array_keys($of))) . '</struct>',
    };
}
$client = new Client($server);
$kinds = [
    'int' => Values::int(...), 'float' => Values::float(...), 'bool' => fn () => ['bool', (bool) random_int(0, 1)], 'string' => Values::string(...),
    'nullable' => fn () => random_int(0, 1) ? ['null', null] : Values::int(), 'kind' => fn () => ['string', ['single', 'multi'][random_int(0, 1)]], 'level' => fn () => ['string', ['Low', 'High'][random_int(0, 1)]],
    'date' => Values::date(...), 'binary' => Values::bytes(...), 'bytes' => Values::bytes(...), 'ints' => fn () => ['list', array_map(Values::int(...), Values::times(5))],
    'floats' => fn () => ['object', Values::members(5, Values::float(...))], 'any' => Values::any(...), 'array' => fn () => ['list', array_map(Values::any(...), Values::times(3))],
    'option' => Values::option(...), 'either' => fn () => [Values::shape(...), Values::int(...), Values::string(...)][random_int(0, 2)](), 'node' => Values::node(...), 'poll' => Values::poll(...),
];
$checked = 0;
foreach ($kinds as $method => $make) {
    for ($round = 0; $round < 40; $round++) {
        $value = $make();
        $rest = $server->post("/rest/t/$method", '{"v":' . json($value) . '}', ['Content-Type' => 'application/json']);
        $answers = [
            'JSON-RPC' => json_decode($client->call("t.$method", '[' . json($value) . ']')),
            'JSON-RPC, named' => json_decode($client->call("t.$method", '{"v":' . json($value) . '}')),
            'XML-RPC' => html_entity_decode(preg_replace('~^<string>(.*)</string>$~s', '$1', $client->xmlCall("t.$method", xml($value))), ENT_QUOTES | ENT_XML1),
            'REST' => $rest->status === 200 ? json_decode($rest->body) : $rest->body,
        ];
        if (count(array_unique(array_map('serialize', $answers))) !== 1 || !is_string($answers['REST'])) {
            echo "$method ", json($value), "\n";
            print_r($answers);
            break 2;
        }
        $checked++;
    }
}
echo "$checked values\n";
?>
--EXPECT--
720 values
