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
    final readonly class Refusing { public function __construct(int $v) { throw new ValueError('never'); } }
    final class Service {
        public function node(Node $v): int { for ($depth = 0; $v; $v = $v->n) { $depth++; } return $depth; }
        public function either(A|B $v): int { for ($depth = 0; $v; $v = $v->n) { $depth++; } return $depth; }
        public function lists(Lists $v): int { return $v->end; }
        public function poll(Poll $v): Poll { return $v; }
        public function refusing(Refusing $v): int { return 1; }
        /** @param list<Leaf> $v */
        public function leaves(array $v): int { return count($v); }
        public function leaf(Leaf $v): int { return 1; }
        public function used(): array { gc_collect_cycles(); return [memory_get_usage(), (int) (explode(' ', file_get_contents('/proc/self/statm'))[1] * 4)]; }
    }
    $api = new Kargo\Rpc\Api(depthLimit: 10000);
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(maxBodySize: 32 << 20));
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
Fatal error: Uncaught RuntimeException: the server ended before it logged /listening on \S+/:

Fatal error: Uncaught Error: Unknown named parameter $maxBodySize in /work/wt/types/build/phpt-8.2/tmp/server-AVxcZ8:27
Stack trace:
#0 {main}
  thrown in /work/wt/types/build/phpt-8.2/tmp/server-AVxcZ8 on line 27
 in /work/wt/types/build/phpt-8.2/lib/server.inc:176
Stack trace:
#0 /work/wt/types/build/phpt-8.2/lib/server.inc(89): Server->waitForLog('/listening on \\...')
#1 /work/wt/types/build/phpt-8.2/rpc-types/006-hostile-objects.php(4): Server::start('final readonly ...', Array, Array)
#2 {main}
  thrown in /work/wt/types/build/phpt-8.2/lib/server.inc on line 176
