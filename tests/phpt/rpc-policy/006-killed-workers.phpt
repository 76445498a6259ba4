--TEST--
A worker that is killed at work on a result others wait for: another one makes it, and limits and results stay
--FILE--
<?php
require __DIR__ . '/policies.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\{Cache, Idempotent, RateLimit};

    final class Killed {
        #[Cache(60)]
        public function first(): string { if (ran() === 1) { error_log('at work ' . getmypid()); Kargo\delay(60); } return 'made'; }
        #[Idempotent]
        public function pay(): string { if (ran() === 3) { error_log('at work ' . getmypid()); Kargo\delay(60); } return 'paid'; }
        #[RateLimit(2, per: 3600, by: 'all')]
        public function limited(): string { return 'allowed'; }
        #[Cache(60)]
        public function kept(): int { return ran(); }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Killed(), as: 'k');
    PHP);
$kill = function (string $method, array $headers = []) use ($policed): array {
    $offset = strlen($policed->server->log());
    $connections = [];
    foreach (range(1, 12) as $_) {
        $connections[] = $policed->server->connect()->send(Policed::request($policed->server, Policed::body($method), $headers));
    }
    $pid = (int) $policed->server->waitForLog('/message="at work (\d+)"/', $offset)[1];
    posix_kill($pid, SIGKILL);
    $answers = [];
    foreach ($connections as $connection) {
        try {
            $answers[] = $connection->readResponse()->body;
        } catch (RuntimeException) {
            $answers[] = 'gone with its worker';
        }
    }

    // Which of them had the killed worker is chance; those of the others were answered.
    return array_diff(array_unique($answers), ['gone with its worker', '{"result":"made","id":1,"jsonrpc":"2.0"}', '{"result":"paid","id":1,"jsonrpc":"2.0"}']);
};
echo $policed->json('k.limited'), "\n";
echo implode("\n", $kill('k.first')), $policed->json('k.first'), ' ran ', $policed->ran(), "\n";
echo implode("\n", $kill('k.pay', ['Idempotency-Key' => 'one'])), $policed->json('k.pay', '[]', ['Idempotency-Key' => 'one']), ' ran ', $policed->ran(), "\n";
echo $policed->json('k.kept'), $policed->json('k.kept'), "\n";
echo $policed->json('k.limited'), "\n", str_contains($policed->json('k.limited'), 'Too many') ? 'refused' : 'allowed', "\n";
echo $policed->stop(), "\n";
?>
--EXPECT--
"allowed"
"made" ran 2
"paid" ran 4
55
"allowed"
refused
0
