--TEST--
Idempotent: a call that comes again with its key is answered as before; another call under the key is refused
--FILE--
<?php
require __DIR__ . '/policies.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\Idempotent;

    final class Paying {
        #[Idempotent]
        public function pay(int $sum): string { return "paid $sum, " . ran(); }
        #[Idempotent(required: true)]
        public function must(int $sum): string { return "paid $sum, " . ran(); }
        #[Idempotent]
        public function slow(): string { Kargo\delay(0.3); return 'paid ' . ran(); }
        #[Idempotent]
        public function refuse(): string { throw new Kargo\Rpc\Fault('too poor ' . ran(), 7, ['have' => 1]); }
        #[Idempotent]
        public function fail(): string { throw new LogicException('failed ' . ran()); }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Paying(), as: 'a');
    PHP);
$key = fn (string $key): array => ['Idempotency-Key' => $key];
echo $policed->json('a.pay', '[5]', $key('k1')), "\n";
echo $policed->json('a.pay', '[5]', $key('k1')), "\n";
echo $policed->xml('a.pay', '<int>5</int>', $key('k1')), "\n";
echo $policed->json('a.pay', '[6]', $key('k1')), "\n";
echo $policed->json('a.must', '[5]', $key('k1')), "\n";
echo $policed->json('a.pay', '[5]', $key('k2')), "\n";
echo $policed->json('a.pay', '[5]'), "\n";
echo $policed->json('a.must', '[5]'), "\n";
echo $policed->json('a.must', '[5]', $key(str_repeat('x', 256))), "\n";
echo $policed->json('a.must', '[5]', $key(str_repeat('x', 255))), "\n";
echo "-- faults on purpose are answers, failures are not\n";
echo $policed->json('a.refuse', '[]', $key('k3')), "\n";
echo $policed->json('a.refuse', '[]', $key('k3')), "\n";
$before = $policed->ran();
$policed->json('a.fail', '[]', $key('k4'));
$policed->json('a.fail', '[]', $key('k4'));
echo $policed->ran() - $before, "\n";
echo "-- at once\n";
$before = $policed->ran();
echo implode("\n", array_unique($policed->atOnce(12, 'a.slow', '[]', $key('k5')))), "\n";
echo $policed->ran() - $before, "\n";
echo "-- in a batch each call has its place\n";
$batch = '[' . Policed::body('a.pay', '[1]', '1') . ',' . Policed::body('a.pay', '[2]', '2') . ']';
echo $policed->post('/jsonrpc', $batch, $key('k6'))->body, "\n";
echo $policed->post('/jsonrpc', $batch, $key('k6'))->body, "\n";
echo $policed->stop(), "\n";
?>
--EXPECT--
"paid 5, 1"
"paid 5, 1"
<string>paid 5, 1</string>
{"code":-32022,"message":"The idempotency key was used for another call"}
{"code":-32022,"message":"The idempotency key was used for another call"}
"paid 5, 2"
"paid 5, 3"
{"code":-32010,"message":"One Idempotency-Key header of 1 to 255 bytes is needed"}
{"code":-32010,"message":"One Idempotency-Key header of 1 to 255 bytes is needed"}
"paid 5, 4"
-- faults on purpose are answers, failures are not
{"code":7,"message":"too poor 5","data":{"have":1}}
{"code":7,"message":"too poor 5","data":{"have":1}}
2
-- at once
"paid 8"
1
-- in a batch each call has its place
[{"result":"paid 1, 9","id":1,"jsonrpc":"2.0"},{"result":"paid 2, 10","id":2,"jsonrpc":"2.0"}]
[{"result":"paid 1, 9","id":1,"jsonrpc":"2.0"},{"result":"paid 2, 10","id":2,"jsonrpc":"2.0"}]
0
