--TEST--
Cache: a result is made once for equal calls, in whatever protocol and worker, also when they come at once; faults are not kept
--FILE--
<?php
require __DIR__ . '/policies.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\Cache;

    final class Kept {
        #[Cache(60), Kargo\Rpc\Post('/sum')]
        public function sum(int $a, int $b = 2): array { ran(); return ['sum' => $a + $b, 'map' => new stdClass(), 'list' => [], 'float' => 1.0, 'none' => null]; }
        #[Cache(60)]
        public function slow(int $number): int { Kargo\delay(0.3); return ran(); }
        #[Cache(0.05)]
        public function brief(): int { return ran(); }
        #[Cache(60, vary: ['X-Language'])]
        public function greet(): int { return ran(); }
        #[Cache(60)]
        public function fail(): int { throw new Kargo\Rpc\Fault('no ' . ran(), 1); }
        #[Cache(60)] /** @return base64 */
        public function bytes(): string { ran(); return "\xff\x00"; }
        #[Cache(60)]
        public function large(): string { ran(); return str_repeat('x', 900_000); }
        #[Cache(60)]
        public function date(): DateTimeImmutable { ran(); return new DateTimeImmutable('2026-11-23T10:20:30.5+01:00'); }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Kept(), as: 'kept');
    PHP);
$ran = function (string $what, Closure $do) use ($policed): void {
    $before = $policed->ran();
    $shown = $do();
    echo "$what: ", $shown, ' (ran ', $policed->ran() - $before, ")\n";
};
$ran('made', fn () => $policed->json('kept.sum', '[1]'));
$ran('by position', fn () => $policed->json('kept.sum', '[1]'));
$ran('by name', fn () => $policed->json('kept.sum', '{"a":1}'));
$ran('in XML', fn () => $policed->xml('kept.sum', '<int>1</int>'));
$ran('in REST', fn () => $policed->post('/sum', '{"a":1}')->body);
$ran('another', fn () => $policed->json('kept.sum', '[2]'));
$ran('bytes', fn () => $policed->json('kept.bytes') . $policed->json('kept.bytes') . $policed->xml('kept.bytes'));
$ran('date', fn () => $policed->json('kept.date') . $policed->json('kept.date'));
$ran('large', fn () => (string) (strlen($policed->json('kept.large')) + strlen($policed->json('kept.large'))));
$ran('at once', fn () => implode(' ', array_unique(array_map(fn ($it) => is_numeric($it) ? 'N' : $it, $policed->atOnce(24, 'kept.slow', '[1]')))));
$ran('afterwards', fn () => is_numeric($policed->json('kept.slow', '[1]')) ? 'N' : '?');
$ran('two at once', fn () => (string) count([...$policed->atOnce(4, 'kept.slow', '[2]'), ...$policed->atOnce(4, 'kept.slow', '[3]')]));
$ran('faults', fn () => (string) preg_match_all('/"no \d+"/', $policed->json('kept.fail') . $policed->json('kept.fail')));
$ran('headers', function () use ($policed): string {
    foreach (['de', 'en', 'de'] as $language) {
        $policed->json('kept.greet', '[]', ['X-Language' => $language]);
    }
    return 'three';
});
$before = $policed->ran();
$policed->json('kept.brief');
$policed->server->waitUntil(fn () => $policed->json('kept.brief') && $policed->ran() >= $before + 2, 'it is made again');
echo $policed->stop(), "\n";
?>
--EXPECT--
made: {"sum":3,"map":{},"list":[],"float":1.0,"none":null} (ran 1)
by position: {"sum":3,"map":{},"list":[],"float":1.0,"none":null} (ran 0)
by name: {"sum":3,"map":{},"list":[],"float":1.0,"none":null} (ran 0)
in XML: <struct><name>sum</name><int>3</int><name>map</name><struct></struct><name>list</name><array><data></data></array><name>float</name><double>1.0</double><name>none</name><nil/></struct> (ran 0)
in REST: {"sum":3,"map":{},"list":[],"float":1.0,"none":null} (ran 0)
another: {"sum":4,"map":{},"list":[],"float":1.0,"none":null} (ran 1)
bytes: "/wA=""/wA="<base64>/wA=</base64> (ran 1)
date: "2026-11-23T10:20:30.500000+01:00""2026-11-23T10:20:30.500000+01:00" (ran 1)
large: 1800004 (ran 2)
at once: N (ran 1)
afterwards: N (ran 0)
two at once: 8 (ran 2)
faults: 2 (ran 2)
headers: three (ran 2)
0
