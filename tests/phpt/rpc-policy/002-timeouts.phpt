--TEST--
Timeout: a call that waits, blocks or computes too long ends with a fault; it may tidy up, and others are not harmed
--FILE--
<?php
require __DIR__ . '/policies.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\Timeout;

    #[Timeout(0.2)]
    final class Slow {
        private function tidied(string $what): void { error_log("tidied up after $what"); }
        public function wait(): string { try { Kargo\delay(30); } finally { $this->tidied('a wait'); } return 'no'; }
        public function block(): string { try { sleep(30); } finally { $this->tidied('a block'); } return 'no'; }
        public function compute(): string { try { while (true) { $x = 1; } } finally { $this->tidied('a computation'); } }
        public function fiber(): string { try { (new Fiber(fn () => Kargo\delay(30)))->start(); } finally { $this->tidied('a fiber'); } return 'no'; }
        public function stubborn(): string { while (true) { try { while (true) { $x = 1; } } catch (Throwable) { } } }
        public function again(): string { try { Kargo\delay(30); } catch (Kargo\TimeoutException) { Kargo\delay(30); } return 'no'; }
        public function late(): string { try { Kargo\delay(30); } catch (Kargo\TimeoutException $e) { return $e->getMessage(); } }
        public function quick(): string { Kargo\delay(0.01); return 'quick'; }
        #[Timeout(60)] public function patient(): string { Kargo\delay(0.4); return 'patient'; }
        public function pid(): int { return getmypid(); }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Slow(), as: 'slow');
    PHP, workers: 1);
$pid = $policed->json('slow.pid');
foreach (['wait', 'block', 'compute', 'fiber', 'stubborn', 'again', 'late', 'quick', 'patient'] as $method) {
    echo "$method: ", $policed->json("slow.$method"), "\n";
}
echo $policed->xml('slow.wait'), "\n";
echo "-- all at once: the waits of others go on\n";
$others = [$policed->server->connect(), $policed->server->connect(), $policed->server->connect()];
foreach (['patient', 'wait', 'compute'] as $i => $method) {
    $others[$i]->send(Policed::request($policed->server, Policed::body("slow.$method")));
}
foreach ($others as $connection) {
    echo $connection->readResponse()->body, "\n";
}
echo "-- in a batch\n";
echo $policed->post('/jsonrpc', '[' . Policed::body('slow.wait', '[]', '1') . ',' . Policed::body('slow.quick', '[]', '2') . ']')->body, "\n";
echo $policed->json('slow.pid') === $pid ? 'the same worker' : 'another worker', "\n";
preg_match_all('/tidied up after [a-z ]+/', $policed->server->log(), $tidied);
echo implode("\n", array_unique($tidied[0])), "\n";
echo $policed->stop(), "\n";
?>
--EXPECT--
wait: {"code":-32008,"message":"Timed out"}
block: {"code":-32008,"message":"Timed out"}
compute: {"code":-32008,"message":"Timed out"}
fiber: {"code":-32008,"message":"Timed out"}
stubborn: {"code":-32008,"message":"Timed out"}
again: {"code":-32008,"message":"Timed out"}
late: "the call takes too long"
quick: "quick"
patient: "patient"
<struct><name>faultCode</name><int>-32008</int><name>faultString</name><string>Timed out</string></struct>
-- all at once: the waits of others go on
{"result":"patient","id":1,"jsonrpc":"2.0"}
{"error":{"code":-32008,"message":"Timed out"},"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32008,"message":"Timed out"},"id":1,"jsonrpc":"2.0"}
-- in a batch
[{"error":{"code":-32008,"message":"Timed out"},"id":1,"jsonrpc":"2.0"},{"result":"quick","id":2,"jsonrpc":"2.0"}]
the same worker
tidied up after a wait
tidied up after a block
tidied up after a computation
tidied up after a fiber
0
