--TEST--
While no worker can start, clients are answered with 503 at once, nothing of the script runs for that, and it heals by itself
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$script = <<<'PHP'
    $door = $argv[1];
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    Kargo\Loop::repeat(0.01, function () { static $first = true; $first && fwrite(STDERR, "timer in " . getmypid() . "\n"); $first = false; });
    $server->onWorkerStart(fn () => fwrite(STDERR, "start in " . getmypid() . "\n"));
    $api = new Kargo\Rpc\Api();
    $api->export(fn (int $a): int => $a + 1, as: 'next');
    $server->mount('/api', $api);
    $server->get('/modern', fn () => 'modern');
    $server->mount('/', new Kargo\App\Application(function () { echo 'page of ', getmypid(); }, boot: function () use ($door) {
        match (file_get_contents($door)) {
            'throw' => throw new Exception('no database'),
            'fatal' => no_such_function_at_all(),
            'exit' => exit(3),
            'killed' => posix_kill(getmypid(), SIGKILL),
            default => null,
        };
    }));
    $server->run(workers: 2);
    PHP;
$call = '{"jsonrpc":"2.0","method":"next","params":[1],"id":1}';
$json = ['Content-Type' => 'application/json'];
$door = tempnam(sys_get_temp_dir(), 'kargo');
foreach (['throw', 'fatal', 'exit', 'killed'] as $how) {
    file_put_contents($door, $how);
    $server = Server::start($script, [$door]);
    $server->waitForLog('/no worker could start/');
    $kept = $server->connect();
    echo "$how: ", $kept->request('GET', '/')->status, ' ', $server->get('/modern')->status, ' ',
        $server->post('/api/jsonrpc', $call, $json)->status, ' ', $server->post('/', str_repeat('x', 300_000))->status, "\n";
    file_put_contents($door, '');
    $server->waitUntil(fn () => $server->get('/')->status === 200, 'it serves');
    // The stand-in lets go of its clients when a worker serves.
    echo '  then: ', json_encode($kept->readUntilClose()), ' ', $server->get('/modern')->body, ' ', $server->post('/api/jsonrpc', $call, $json)->body, "\n";
    if ($how === 'throw') {
        // The same when those that serve die.
        $server->waitForLog('/(?s:( ready after .*){2})/');
        file_put_contents($door, $how);
        foreach ($server->children() as $child) {
            posix_kill($child, SIGKILL);
        }
        $server->waitForLog('/(?s:(no worker could start.*){2})/');
        echo '  and later: ', $server->get('/')->status, "\n";
    }
    preg_match_all('/no worker could start: process (\d+)/', $server->log(), $standIns);
    preg_match_all('/(?:timer|start) in (\d+)/', $server->log(), $ran);
    echo '  ', count($standIns[1]), ' stand-ins, ', count(array_intersect($standIns[1], $ran[1])), ' of them ran code of the script, ', $server->stop(), "\n";
}
unlink($door);
?>
--EXPECT--
throw: 503 503 503 503
  then: "" modern {"result":2,"id":1,"jsonrpc":"2.0"}
  and later: 503
  2 stand-ins, 0 of them ran code of the script, 0
fatal: 503 503 503 503
  then: "" modern {"result":2,"id":1,"jsonrpc":"2.0"}
  1 stand-ins, 0 of them ran code of the script, 0
exit: 503 503 503 503
  then: "" modern {"result":2,"id":1,"jsonrpc":"2.0"}
  1 stand-ins, 0 of them ran code of the script, 0
killed: 503 503 503 503
  then: "" modern {"result":2,"id":1,"jsonrpc":"2.0"}
  1 stand-ins, 0 of them ran code of the script, 0
