--TEST--
Batches and multicalls: policies hold for each call, and many calls cost no more verifications than one
--FILE--
<?php
require __DIR__ . '/doors.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\{Anonymous, ApiKeys, Cache, Idempotent, RateLimit, Roles, Timeout};

    final class Each {
        #[Anonymous, RateLimit(4, per: 3600)]
        public function limited(): int { return ran(); }
        #[Anonymous, RateLimit(1000, per: 3600), RateLimit(2, per: 3600, by: 'all')]
        public function both(): int { return ran(); }
        #[Anonymous, Timeout(0.1)]
        public function slow(): int { ran(); Kargo\delay(30); return 0; }
        #[Anonymous, Cache(60)]
        public function kept(): int { return ran(); }
        #[Anonymous, Idempotent]
        public function pay(): int { return ran(); }
        #[Roles('admin')]
        public function admin(): int { return ran(); }
        #[Anonymous]
        public function free(): int { return ran(); }
    }
    $api = new Kargo\Rpc\Api(auth: new ApiKeys(verify: function (string $key): ?Kargo\Rpc\Caller {
        error_log("verified $key");
        return $key === 'right' ? new Kargo\Rpc\Caller('ann', ['admin']) : null;
    }));
    $api->export(new Each(), as: 'e');
    PHP);

/** The answers to calls in one body. @param list<string> $methods @return list<string> */
$answers = function (string $door, array $methods, array $headers = []) use ($policed): array {
    $json = fn (string $method): string => Policed::body($method, '{}');
    $tool = fn (string $method): string => '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"' . strtr($method, '.', '_') . '"}}';
    $xml = fn (string $method): string => "<value><struct><member><name>methodName</name><value>$method</value></member><member><name>params</name><value><array><data/></array></value></member></struct></value>";
    [$path, $type, $body] = match ($door) {
        'JSON-RPC' => ['/jsonrpc', 'application/json', '[' . implode(',', array_map($json, $methods)) . ']'],
        'MCP' => ['/mcp', 'application/json', '[' . implode(',', array_map($tool, $methods)) . ']'],
        'XML-RPC' => ['/xmlrpc', 'text/xml', '<methodCall><methodName>system.multicall</methodName><params><param><value><array><data>' . implode('', array_map($xml, $methods)) . '</data></array></value></param></params></methodCall>'],
    };
    $response = $policed->post($path, $body, $headers + ['Content-Type' => $type]);
    if ($response->status !== 200 || $response->header('WWW-Authenticate') !== null || $response->header('Retry-After') !== null) {
        return ["$response->status with headers"];
    }
    if ($door === 'XML-RPC') {
        $body = explode('<params>', $response->body)[1];
        preg_match_all('~<name>faultCode</name><value><int>(-\d+)|<data>\s*<value><int>(\d+)~', $body, $found);

        return array_map(fn (string $code, string $result): string => $code === '' ? 'result' : $code, $found[1], $found[2]);
    }

    return array_map(fn (array $answer): string => match (true) {
        isset($answer['error']) => (string) $answer['error']['code'],
        $answer['result']['isError'] ?? false => (string) json_decode($answer['result']['content'][0]['text'])->code,
        default => 'result',
    }, json_decode($response->body, true));
};
$told = function (string $what, Closure $do, int $verified = 0) use ($policed): void {
    $before = $policed->ran();
    $log = strlen($policed->server->log());
    $counts = array_count_values($do());
    ksort($counts);
    $found = substr_count(substr($policed->server->log(), $log), 'verified');
    echo "$what: ", json_encode($counts), ' ran ', $policed->ran() - $before, $found > $verified ? ", verified $found times" : '', "\n";
};
foreach (['JSON-RPC', 'XML-RPC', 'MCP'] as $place => $door) {
    echo "-- $door\n";
    $told('each call takes a token', fn () => $answers($door, [...array_fill(0, 500, 'e.limited'), 'e.free']));
    $told('of two limits', fn () => $answers($door, array_fill(0, 5, 'e.both')));
    $told('each has its time', fn () => $answers($door, ['e.slow', 'e.free', 'e.slow']));
    $told('made once', fn () => $answers($door, array_fill(0, 20, 'e.kept')));
    $key = ['Idempotency-Key' => "key $place"];
    $told('each has a place of the key', fn () => $answers($door, ['e.pay', 'e.pay', 'e.free', 'e.pay'], $key));
    $told('again', fn () => $answers($door, ['e.pay', 'e.pay', 'e.free', 'e.pay'], $key));
    $told('and one more', fn () => $answers($door, ['e.pay', 'e.pay', 'e.pay', 'e.pay'], $key));
    $told('nobody', fn () => $answers($door, [...array_fill(0, 100, 'e.admin'), 'e.free']));
    $told('a wrong key', fn () => $answers($door, [...array_fill(0, 900, 'e.admin'), 'e.free'], ['X-Api-Key' => "wrong $place"]), 1);
    $told('the right key', fn () => $answers($door, array_fill(0, 100, 'e.admin'), ['X-Api-Key' => 'right']), 1);
}
echo "-- one wrong key counts once, whatever the number of calls\n";
echo $policed->json('e.admin', '[]', ['X-Api-Key' => 'wrong, too']), "\n";
echo $policed->stop(), "\n";
?>
--EXPECT--
-- JSON-RPC
each call takes a token: {"-32029":496,"result":5} ran 5
of two limits: {"-32029":3,"result":2} ran 2
each has its time: {"-32008":2,"result":1} ran 3
made once: {"result":20} ran 1
each has a place of the key: {"result":4} ran 4
again: {"result":4} ran 1
and one more: {"result":4} ran 1
nobody: {"-32001":100,"result":1} ran 1
a wrong key: {"-32001":900,"result":1} ran 1
the right key: {"result":100} ran 100
-- XML-RPC
each call takes a token: {"-32029":500,"result":1} ran 1
of two limits: {"-32029":5} ran 0
each has its time: {"-32008":2,"result":1} ran 3
made once: {"result":20} ran 0
each has a place of the key: {"result":4} ran 4
again: {"result":4} ran 1
and one more: {"result":4} ran 1
nobody: {"-32001":100,"result":1} ran 1
a wrong key: {"-32001":900,"result":1} ran 1
the right key: {"result":100} ran 100
-- MCP
each call takes a token: {"-32029":500,"result":1} ran 1
of two limits: {"-32029":5} ran 0
each has its time: {"-32008":2,"result":1} ran 3
made once: {"result":20} ran 0
each has a place of the key: {"result":4} ran 4
again: {"result":4} ran 1
and one more: {"result":4} ran 1
nobody: {"-32001":100,"result":1} ran 1
a wrong key: {"-32001":900,"result":1} ran 1
the right key: {"result":100} ran 100
-- one wrong key counts once, whatever the number of calls
401 [WWW-Authenticate: ApiKey header="X-Api-Key"] {"code":-32001,"message":"Authentication required"}
0
