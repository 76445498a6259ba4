--TEST--
RateLimit: a token bucket for each client, caller, or all, over all workers; what is refused does not reach PHP
--FILE--
<?php
require __DIR__ . '/policies.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\RateLimit;

    final class Limited {
        #[RateLimit(20, per: 3600)]
        public function counted(): int { return ran(); }
        #[RateLimit(1, per: 3600, by: 'all')]
        public function once(): int { return ran(); }
        #[RateLimit(100, per: 3600), RateLimit(2, per: 30)]
        public function both(): int { return ran(); }
        #[RateLimit(1, per: 0.05)]
        public function quick(): int { return ran(); }
        #[RateLimit(1, per: 3600)]
        public function checked(int $number): int { return ran(); }
        public function free(): int { return ran(); }
    }
    #[RateLimit(3, per: 3600)]
    final class Together {
        public function one(): int { return ran(); }
        public function two(): int { return ran(); }
    }
    $api = new Kargo\Rpc\Api(trustedProxies: ['127.0.0.1', '10.0.0.9']);
    $api->export(new Limited(), as: 'limited')->export(new Together(), as: 'together');
    PHP);

echo "-- 40 calls on 40 connections\n";
$answers = $policed->atOnce(40, 'limited.counted');
$refused = array_filter($answers, fn (string $answer) => str_contains($answer, 'Too many calls'));
echo count($refused), " refused, ran ", $policed->ran(), "\n";
echo $policed->json('limited.counted'), "\n";
echo "-- the same limit in the other protocol, and in batches\n";
echo $policed->xml('limited.counted'), "\n";
$batch = '[' . Policed::body('limited.counted', '[]', '1') . ',' . Policed::body('limited.free', '[]', '2') . ']';
$response = $policed->post('/jsonrpc', $batch);
echo $response->status, ' ', preg_replace('/"result":\d+/', '"result":N', $response->body), "\n";
$call = fn (string $method) => "<value><struct><member><name>methodName</name><value>$method</value></member><member><name>params</name><value><array><data/></array></value></member></struct></value>";
$multicall = preg_replace('~<int>\d+</int></value></data>~', '<int>N</int></value></data>', $policed->xml('system.multicall', "<array><data>{$call('limited.counted')}{$call('limited.free')}</data></array>"));
echo $multicall, "\n";
$before = $policed->ran();
echo "-- other clients are not concerned\n";
$from = fn (string $address): array => ['X-Forwarded-For' => $address];
echo str_contains($policed->json('limited.counted', '[]', $from('198.51.100.7')), 'error') ? 'refused' : 'allowed', "\n";
echo $policed->ran() - $before, "\n";
echo "-- the last address that is no proxy counts, whatever a client puts before it\n";
for ($i = 0; $i < 22; $i++) {
    $answer = $policed->json('limited.counted', '[]', $from("203.0.113.$i, 198.51.100.8, 10.0.0.9"));
}
echo $answer, "\n";
echo "-- of an IPv6 address the network\n";
foreach (['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'] as $address) {
    echo str_contains($policed->json('limited.checked', '[1]', $from($address)), 'Too many') ? 'refused' : 'allowed', "\n";
}
echo "-- all together\n";
$before = $policed->ran();
foreach (['198.51.100.1', '198.51.100.2'] as $address) {
    echo preg_replace('/^\d+$/', 'N', $policed->json('limited.once', '[]', $from($address))), "\n";
}
echo $policed->ran() - $before, "\n";
echo "-- two limits\n";
foreach ([1, 2, 3] as $_) {
    echo preg_replace('/^\d+$/', 'N', $policed->json('limited.both')), "\n";
}
echo "-- a class\n";
foreach (['one', 'two', 'one', 'two'] as $method) {
    echo preg_replace('/^\d+$/', 'N', $policed->json("together.$method")), "\n";
}
echo "-- tokens come back\n";
$policed->json('limited.quick');
$policed->server->waitUntil(fn () => preg_match('/^\d+$/', $policed->json('limited.quick')), 'a token is back');
echo "-- wrong arguments cost a token too\n";
echo $policed->json('limited.checked', '["x"]'), "\n";
echo $policed->json('limited.checked', '[1]'), "\n";
echo $policed->stop(), "\n";
?>
--EXPECT--
-- 40 calls on 40 connections
20 refused, ran 20
[Retry-After: 180] {"code":-32029,"message":"Too many calls","data":{"retryAfter":180}}
-- the same limit in the other protocol, and in batches
[Retry-After: 180] <struct><name>faultCode</name><int>-32029</int><name>faultString</name><string>Too many calls (try again in 180 s)</string></struct>
200 [{"error":{"code":-32029,"message":"Too many calls","data":{"retryAfter":180}},"id":1,"jsonrpc":"2.0"},{"result":N,"id":2,"jsonrpc":"2.0"}]
<array><data><struct><name>faultCode</name><int>-32029</int><name>faultString</name><string>Too many calls (try again in 180 s)</string></struct><array><data><int>22</int></data></array></data></array>
-- other clients are not concerned
allowed
1
-- the last address that is no proxy counts, whatever a client puts before it
[Retry-After: 180] {"code":-32029,"message":"Too many calls","data":{"retryAfter":180}}
-- of an IPv6 address the network
allowed
refused
allowed
-- all together
N
[Retry-After: 3600] {"code":-32029,"message":"Too many calls","data":{"retryAfter":3600}}
1
-- two limits
N
N
[Retry-After: 15] {"code":-32029,"message":"Too many calls","data":{"retryAfter":15}}
-- a class
N
N
N
[Retry-After: 1200] {"code":-32029,"message":"Too many calls","data":{"retryAfter":1200}}
-- tokens come back
-- wrong arguments cost a token too
{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"int expected, string given"}}
[Retry-After: 3600] {"code":-32029,"message":"Too many calls","data":{"retryAfter":3600}}
0
