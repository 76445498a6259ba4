--TEST--
Objects made to be expensive: deep, wide, ambiguous, unknown members; memory stays flat
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    final readonly class Leaf { public function __construct(public int $v = 0) {} }
    final readonly class Node { public function __construct(public ?Node $n = null, public ?int $v = null) {} }
    final readonly class A { public function __construct(public A|B|null $n = null, public ?string $a = null) {} }
    final readonly class B { public function __construct(public A|B|null $n = null, public ?string $a = null, public int $b = 0) {} }
    final readonly class Lists {
        /** @param list<Lists>|list<Leaf> $l */
        public function __construct(public array $l = [], public int $end = 0) {}
    }
    final class Poll {
        /** @param list<Leaf> $leaves @param array<string, Leaf> $map @param array{x: int, leaf?: Leaf} $shape */
        public function __construct(public readonly string $q, public readonly array $leaves = [], public readonly array $map = [], public readonly array $shape = [], public readonly ?DateTimeImmutable $at = null) {}
    }
    final readonly class Wide {
        public function __construct(public ?int $p0 = null, public ?int $p1 = null, public ?int $p2 = null, public ?int $p3 = null, public ?int $p4 = null, public ?int $p5 = null, public ?int $p6 = null, public ?int $p7 = null, public ?int $p8 = null, public ?int $p9 = null, public ?int $p10 = null, public ?int $p11 = null, public ?int $p12 = null, public ?int $p13 = null, public ?int $p14 = null, public ?int $p15 = null, public ?int $p16 = null, public ?int $p17 = null, public ?int $p18 = null, public ?int $p19 = null, public ?int $p20 = null, public ?int $p21 = null, public ?int $p22 = null, public ?int $p23 = null, public ?int $p24 = null, public ?int $p25 = null, public ?int $p26 = null, public ?int $p27 = null, public ?int $p28 = null, public ?int $p29 = null, public ?int $p30 = null, public ?int $p31 = null, public ?int $p32 = null, public ?int $p33 = null, public ?int $p34 = null, public ?int $p35 = null, public ?int $p36 = null, public ?int $p37 = null, public ?int $p38 = null, public ?int $p39 = null, public ?int $p40 = null, public ?int $p41 = null, public ?int $p42 = null, public ?int $p43 = null, public ?int $p44 = null, public ?int $p45 = null, public ?int $p46 = null, public ?int $p47 = null, public ?int $p48 = null, public ?int $p49 = null, public ?int $p50 = null, public ?int $p51 = null, public ?int $p52 = null, public ?int $p53 = null, public ?int $p54 = null, public ?int $p55 = null, public ?int $p56 = null, public ?int $p57 = null, public ?int $p58 = null, public ?int $p59 = null) {}
    }
    final readonly class Refusing { public function __construct(int $v) { throw new ValueError('never'); } }
    final class Service {
        public function node(Node $v): int { for ($depth = 0; $v; $v = $v->n) { $depth++; } return $depth; }
        public function either(A|B $v): int { for ($depth = 0; $v; $v = $v->n) { $depth++; } return $depth; }
        public function lists(Lists $v): int { return $v->end; }
        public function poll(Poll $v): Poll { return $v; }
        public function refusing(Refusing $v): int { return 1; }
        /** @param list<Leaf> $v */
        public function leaves(array $v): int { return count($v); }
        /** @param list<Wide> $v */
        public function wide(array $v): int { return count($v); }
        public function leaf(Leaf $v): int { return 1; }
        public function used(): array { gc_collect_cycles(); return [memory_get_usage(), (int) (explode(' ', file_get_contents('/proc/self/statm'))[1] * 4)]; }
    }
    $api = new Kargo\Rpc\Api(depthLimit: 10000);
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(bodyBytes: 32 << 20));
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP, ini: ['memory_limit' => '64M']);
$client = new Client($server);
$hide = fn (string $text) => preg_replace('/[0-9a-f]+-[0-9a-f]+(?="}|\))/', 'ID', $text);
$timed = function (string $what, string $method, string $value) use ($client, $hide): void {
    $start = hrtime(true);
    $answer = $client->call($method, "[$value]");
    $seconds = (hrtime(true) - $start) / 1e9;
    strlen($answer) > 300 && $answer = preg_replace('~(/n|/l/0){20,}~', '$1…', $answer);
    echo "$what: ", $hide(substr($answer, 0, 300)), $seconds < 5 ? '' : " after $seconds seconds", "\n";
};
$chain = fn (int $depth, string $start, string $middle, string $end) => str_repeat($start, $depth) . $middle . str_repeat($end, $depth);
$timed('deep', 'node', $chain(499, '{"n":', '{}', '}'));
$timed('deeper', 'node', $chain(1998, '{"n":', '{}', '}'));
$timed('too deep', 'node', $chain(2100, '{"n":', '{}', '}'));
$timed('beyond the limit', 'node', $chain(10000, '{"n":', '{}', '}'));
$timed('deep and wrong', 'node', $chain(1000, '{"n":', '{"v":"x"}', '}'));
$timed('ambiguous', 'either', $chain(1900, '{"n":', '{}', '}'));
$timed('ambiguous and wrong', 'either', $chain(1900, '{"n":', '{"a":5}', '}'));
$timed('ambiguous and right at the end', 'either', $chain(30, '{"n":', '{"b":5}', '}'));
$timed('ambiguous lists', 'lists', $chain(1900, '{"l":[', '{}', ']}'));
$timed('ambiguous lists, wrong', 'lists', $chain(1900, '{"l":[', '{"end":"x"}', ']}'));
$timed('ambiguous and wide', 'lists', $chain(50, '{"l":[' . str_repeat('{},', 5000), '{"end":"x"}', ']}'));
$many = implode(',', array_map(fn (int $n) => "\"k$n\":$n", range(1, 50000)));
$timed('unknown members', 'leaf', "{{$many}}");
$timed('unknown members behind known ones', 'poll', "{\"q\":\"\",\"map\":{},$many}");
$timed('many', 'leaves', '[' . implode(',', array_fill(0, 50000, '{"v":1}')) . ']');
$timed('the last is wrong', 'leaves', '[' . implode(',', array_fill(0, 50000, '{"v":1}')) . ',{"v":"1"}]');
$timed('more than memory', 'leaves', '[' . implode(',', array_fill(0, 600000, '{"v":1}')) . ']');
$timed('more than memory when they are made', 'wide', '[' . implode(',', array_fill(0, 80000, '{}')) . ']');
$timed('afterwards', 'leaf', '{"v":5}');
echo preg_match_all('/ error .*(memory|Allowed)/i', $server->log()) > 0 ? "the log has it\n" : $server->log();

$poll = '{"q":"?","leaves":[{"v":1},{},{"v":3}],"map":{"a":{"v":1}},"shape":{"x":1,"leaf":{}},"at":"2026-11-23T10:20:30Z"}';
$wrong = ['{"q":"?","leaves":[{"v":1},{},{"v":"3"}]}', '{"q":"?","leaves":[{"v":1}],"other":1}', '{"leaves":[]}', '{"q":"?","leaves":[{}],"shape":{"x":1,"leaf":{"v":null}}}'];
$batch = '[' . implode(',', array_map(fn (int $n) => '{"jsonrpc":"2.0","method":"' . ($n % 10 === 9 ? 'refusing' : 'poll') . '","params":[' . ($n % 10 === 9 ? '{"v":1}' : ($n % 5 ? $poll : $wrong[$n / 5 % 4])) . '],"id":1}', range(0, 99))) . ']';
$run = function (int $batches) use ($client, $batch): array {
    for ($i = 0; $i < $batches; $i++) {
        $client->json($batch);
    }
    return json_decode($client->call('used'));
};
[$before, $residentBefore] = $run(40);
[$after, $residentAfter] = $run(200); // 20,000 calls
echo 'grown: ', $after - $before, ' bytes, ', $residentAfter - $residentBefore < 512 ? 'resident as before' : "$residentBefore to $residentAfter kB", "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
deep: 500
deeper: 1999
too deep: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/n…","reason":"nested too deeply"}}
beyond the limit: {"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}
deep and wrong: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/n…/v","reason":"int|null expected, string given"}}
ambiguous: 1901
ambiguous and wrong: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/n…","reason":"A|B|null expected, object given"}}
ambiguous and right at the end: 31
ambiguous lists: 0
ambiguous lists, wrong: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/l/0…/l","reason":"list<Lists>|list<Leaf> expected, list given"}}
ambiguous and wide: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/5000/l/500
unknown members: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/k1","reason":"no such member"}}
unknown members behind known ones: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/k1","reason":"no such member"}}
many: 50000
the last is wrong: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/50000/v","reason":"int expected, string given"}}
more than memory: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":null,"jsonrpc":"2.0"}
more than memory when they are made: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
afterwards: 1
the log has it
grown: 120 bytes, resident as before
0
