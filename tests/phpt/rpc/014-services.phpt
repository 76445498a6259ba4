--TEST--
Services: one object for all calls, a class anew for each, a factory once per worker and again after it failed
--FILE--
<?php
require __DIR__ . '/client.inc';

$flag = tempnam(getenv('KARGO_TEST_TMP') ?: sys_get_temp_dir(), 'flag-');
$server = Server::start(<<<'PHP'
    interface Store { public function pid(): int; public function uses(): int; }
    final class FileStore implements Store {
        private int $uses = 0;
        public function __construct() { if (file_get_contents($GLOBALS['argv'][1]) === 'down') { throw new RuntimeException('database is down'); } fwrite(STDERR, "made in " . getmypid() . "\n"); }
        public function pid(): int { return getmypid(); }
        public function uses(): int { return ++$this->uses; }
        public function notInTheInterface(): void {}
    }
    final class Shared { private int $n = 0; public function next(): int { return ++$this->n; } public static function count(): int { static $c = 10; return ++$c; } }
    final class PerCall { private static int $made = 0; private int $n = 0; public function __construct(int $x = 5) { self::$made++; if (self::$made === 4) { throw new LogicException('fourth'); } } public function next(): int { return ++$this->n; } public static function made(): int { return self::$made; } public function __destruct() { fwrite(STDERR, "gone\n"); } }
    $api = new Kargo\Rpc\Api();
    $api->export(fn (): Store => new FileStore(), as: 'store');
    $api->export(new Shared(), as: 'shared')->export(PerCall::class, as: 'each');
    $n = 0;
    $api->export(function () use (&$n): int { return ++$n; }, as: 'closure');
    fwrite(STDERR, 'master ' . getmypid() . "\n");
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 2);
    PHP, [$flag]);
$client = new Client($server);
$master = (int) $server->waitForLog('/master (\d+)/')[1];
$connection = $server->connect();
$ask = function (string $method) use ($connection): string {
    $body = "{\"jsonrpc\":\"2.0\",\"method\":\"$method\",\"id\":1}";
    return preg_replace(['/^\{"(result|error)":(.*),"id":1,"jsonrpc":"2.0"\}$/', '/"id":"[^"]*"/'], ['$2', '"id":"ID"'], $connection->request('POST', '/jsonrpc', ['Content-Type' => 'application/json'], $body)->body);
};
file_put_contents($flag, 'down');
echo $ask('store.uses'), "\n", $ask('store.pid'), "\n";
file_put_contents($flag, 'up');
echo $ask('store.uses'), ' ', $ask('store.uses'), ' ', $ask('store.notInTheInterface'), "\n";
$pid = (int) $ask('store.pid');
echo $pid !== $master && in_array($pid, $server->children(), true) ? 'made in the worker' : "made in $pid", "\n";
echo preg_match_all('/^made in /m', $server->log()), ' ', preg_match_all('/method store\.\w+ threw .*message="database is down"/', $server->log()), "\n";
echo $ask('shared.next'), $ask('shared.next'), $ask('shared.next'), ' ', $ask('shared.count'), $ask('shared.count'), ' ', $ask('closure'), $ask('closure'), "\n";
echo $ask('each.next'), $ask('each.next'), ' ', $ask('each.made'), ' ', $ask('each.next'), ' ', $ask('each.next'), ' ', $ask('each.next'), ' ', $ask('each.made'), "\n";
echo preg_match_all('/^gone$/m', $server->log()), "\n";
echo $server->stop(), "\n";
unlink($flag);
?>
--EXPECT--
{"code":-32603,"message":"Internal error","data":{"id":"ID"}}
{"code":-32603,"message":"Internal error","data":{"id":"ID"}}
1 2 {"code":-32601,"message":"Method not found"}
made in the worker
1 2
123 1112 12
11 2 1 {"code":-32603,"message":"Internal error","data":{"id":"ID"}} 1 5
4
0
