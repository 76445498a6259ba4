--TEST--
run(workers: N): that many processes, onWorkerStart in each after the fork, code after run() in the master only
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

foreach ([1, 4] as $workers) {
    $server = Server::start(<<<PHP
        \$boot = getmypid();
        \$own = null;
        \$server = Kargo\\Http\\Server::listen('127.0.0.1:0');
        \$server->onWorkerStart(function (int \$slot) use (&\$own, \$boot) {
            \$own = "\$slot of " . getmypid();
            fwrite(STDERR, "started \$slot " . json_encode(getmypid() !== \$boot) . "\\n");
        });
        \$server->onWorkerStart(function (int \$slot) { fwrite(STDERR, "second \$slot\\n"); });
        \$server->get('/own', function () use (&\$own) { return \$own; });
        \$server->run(workers: $workers);
        fwrite(STDERR, 'after run ' . json_encode(getmypid() === \$boot) . "\\n");
        exit(7);
        PHP);
    [$slot, $pid] = explode(' of ', $server->get('/own')->body);
    $server->waitUntil(fn () => substr_count($server->log(), 'second ') === $workers, 'all have started');
    preg_match_all('/^started (\d) true\n/m', $server->log(), $started);
    sort($started[1]);
    echo implode(',', $started[1]), ' ', count($server->children()), ' workers, ',
        in_array((int) $pid, $server->children(), true) ? 'answered by one of them' : 'answered by another', "\n";
    echo $server->stop(), ' ', substr_count($server->log(), "after run true\n"), ' ', substr_count($server->log(), 'after run'), "\n";
}

// In this very process.
$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->onWorkerStart(function (int $slot) { fwrite(STDERR, "started $slot\n"); });
    $server->get('/pid', fn () => (string) getmypid());
    $server->run(workers: 0);
    fwrite(STDERR, "after run\n");
    PHP);
echo $server->get('/pid')->body === (string) $server->pid ? 'the same process' : 'another process', ', ', count($server->children()), " children\n";
echo $server->stop(), ' ', preg_match('/^started 0$/m', $server->log()), ' ', preg_match('/^after run$/m', $server->log()), "\n";
?>
--EXPECT--
0 1 workers, answered by one of them
7 1 1
0,1,2,3 4 workers, answered by one of them
7 1 1
the same process, 0 children
0 1 1
