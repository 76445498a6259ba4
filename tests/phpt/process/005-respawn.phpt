--TEST--
A worker that dies by a signal is replaced and the log says so; one that dies at once again and again is slowed down
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/pid', fn () => (string) getmypid());
    $server->get('/kill/{signal}', function ($request) { posix_kill(getmypid(), (int) $request->parameter('signal')); sleep(5); });
    $server->run(workers: 2);
    PHP);
$server->waitUntil(fn () => substr_count($server->log(), ' ready ') === 2, 'all workers are ready');
foreach ([SIGSEGV => 'SIGSEGV', SIGKILL => 'SIGKILL', SIGABRT => 'SIGABRT', SIGBUS => 'SIGBUS'] as $signal => $name) {
    $before = $server->children();
    // Two connections on each worker at least: only those of the dying one may end.
    $others = [];
    while (count(array_unique($others)) < 2 || count($others) < 8) {
        $connection = $server->connect();
        $pid = $connection->request('GET', '/pid')->body;
        $connections[spl_object_id($connection)] = $connection;
        $others[spl_object_id($connection)] = $pid;
    }
    $victim = $server->connect();
    $victimPid = $victim->request('GET', '/pid')->body;
    echo "$name: ", json_encode($victim->send("GET /kill/$signal HTTP/1.1\r\nHost: a\r\n\r\n")->readUntilClose());
    $kept = $lost = 0;
    foreach ($others as $id => $pid) {
        if ($pid === $victimPid) {
            $lost += $connections[$id]->readUntilClose() === '' ? 1 : 0;
        } else {
            $kept += $connections[$id]->request('GET', '/pid')->body === $pid ? 1 : 0;
        }
    }
    echo $kept + $lost === count($others) && $kept > 0 ? ', the others go on' : ", $kept kept, $lost lost";
    $server->waitForLog("/ error .*$victimPid.*($signal|$name)/");
    $server->waitUntil(fn () => count($server->children()) === 2 && !in_array((int) $victimPid, $server->children(), true), 'it is replaced');
    echo ", logged and replaced\n";
}
echo $server->stop(), "\n";

// Killed from outside: a connection that comes meanwhile waits for the new one.
$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/now', fn () => 'now');
    $server->run(workers: 1);
    PHP);
echo $server->get('/now')->body, "\n";
foreach (range(1, 3) as $_) {
    $old = $server->children()[0];
    posix_kill($old, SIGKILL);
    echo $server->get('/now')->body, ' ', json_encode($server->children() !== [$old]), "\n";
}
echo $server->stop(), "\n";

// One that can't start.
$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->onWorkerStart(function () { fwrite(STDERR, "try\n"); throw new RuntimeException('no database'); });
    $server->run(workers: 1);
    PHP);
$begin = microtime(true);
$server->waitUntil(fn () => substr_count($server->log(), "try\n") >= 3 || $server->children() === [], 'it was tried three times');
$server->waitForLog('/ error .*onWorkerStart threw .*message="no database" file=\S+ line=2/');
echo "the log has the reason\n";
$until = microtime(true) + 2;
$server->waitUntil(fn () => microtime(true) > $until, 'two seconds pass');
$tries = substr_count($server->log(), "try\n");
echo $tries < 25 ? "slowed down\n" : "$tries tries in " . (microtime(true) - $begin) . " s\n";
echo $server->stop(), "\n";
?>
--EXPECT--
SIGSEGV: "", the others go on, logged and replaced
SIGKILL: "", the others go on, logged and replaced
SIGABRT: "", the others go on, logged and replaced
SIGBUS: "", the others go on, logged and replaced
0
now
now true
now true
now true
0
the log has the reason
slowed down
0
