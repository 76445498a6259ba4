--TEST--
A TcpServer made before the fork listens in all workers; a drain tells connections the end and waits for their callbacks
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$script = <<<'PHP'
    use Kargo\Net\{Connection, TcpServer};
    $tcp = TcpServer::listen($argv[1], function (Connection $connection) {
        foreach ($connection->lines() as $line) {
            match ($line) {
                'pid' => $connection->write(getmypid() . "\n"),
                'stubborn' => (function () use ($connection) { $connection->write("yes\n"); while (true) { Kargo\delay(0.05); } })(),
                default => $connection->write("$line\n"),
            };
        }
        Kargo\delay(0.1);
        $connection->write("farewell\n");
    });
    // One that a connection of the master's is inherited by is closed in the workers.
    $own = Connection::connect($tcp->address());
    $http = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(drainTimeout: (float) $argv[3]));
    $http->get('/', fn () => $tcp->address());
    $http->get('/own', function () use ($own) {
        try { $own->write('x'); return 'written'; } catch (Kargo\ConnectionClosedException $exception) { return $exception->getMessage(); }
    });
    $http->get('/slow', function () { Kargo\delay(0.3); return 'answered'; });
    $http->run(workers: (int) $argv[2]);
    PHP;
$path = getenv('KARGO_TEST_TMP') . '/process-010.sock';
foreach (['127.0.0.1:0', "unix:$path"] as $listen) {
    $server = Server::start($script, [$listen, '4', '10']);
    $server->waitUntil(fn () => preg_match_all('/worker \d+ ready/', $server->log()) === 4, 'all workers serve');
    $address = $server->get('/')->body;
    $address = str_starts_with($address, 'unix:') ? 'unix://' . substr($address, 5) : "tcp://$address";
    $connections = $workers = [];
    for ($i = 0; $i < 32; $i++) {
        $connections[] = $connection = $server->connect($address);
        $workers[] = (int) $connection->send("pid\n")->readThrough("\n");
    }
    $counts = array_count_values($workers);
    echo count($counts), ' ', min($counts) >= 4 && max($counts) <= 14 ? 'spread' : json_encode($counts), ' ';
    echo array_diff(array_keys($counts), $server->children()) === [] ? 'workers' : 'others', ' ', $server->get('/own')->body, "\n";
    // A killed worker takes its connections along, no others; its successor takes new ones.
    posix_kill($workers[0], SIGKILL);
    $gone = 0;
    foreach ($connections as $number => $connection) {
        if ($workers[$number] === $workers[0]) {
            $gone += $connection->readUntilClose() === '' ? 1 : 0;
        } else {
            $connection->send("alive\n");
            $connection->readThrough("\n") === "alive\n" || print "wrong\n";
        }
    }
    echo $gone === $counts[$workers[0]] ? 'its own only' : $gone, ' ';
    $server->waitUntil(fn () => count($server->children()) === 4, 'there is a successor');
    for ($i = 0; $i < 100; $i++) {
        $pid = (int) $server->connect($address)->send("pid\n")->readThrough("\n");
        $pid === $workers[0] && print 'the dead answer ';
    }
    // The drain: each connection is told the end after what it sent, its callback has time for its last words.
    $slow = $server->connect()->send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    $connection = $server->connect($address);
    $connection->send("before\n")->readThrough("before\n");
    $server->signal(SIGTERM);
    echo json_encode($connection->readUntilClose()), ' ', $slow->readResponse()->body, ' ';
    try { $server->connect($address); echo 'connected'; } catch (RuntimeException) { echo 'refused'; }
    echo ' ', $server->wait(), ' ', str_contains($server->log(), 'waiting handlers are ended') ? 'ended by force' : 'ended by themselves', ' ', json_encode(file_exists($path)), "\n";
}
// A callback that does not end is ended at the deadline.
foreach (['0', '1'] as $workers) {
    $server = Server::start($script, ['127.0.0.1:0', $workers, '0.3']);
    $connection = $server->connect('tcp://' . $server->get('/')->body);
    $connection->send("stubborn\n")->readThrough("yes\n");
    echo $server->stop(), ' ', json_encode($connection->readUntilClose()), ' ', str_contains($server->log(), 'waiting handlers are ended') ? 'ended by force' : 'ended by themselves', "\n";
}
?>
--EXPECT--
4 spread workers this connection was closed
its own only "farewell\n" answered refused 0 ended by themselves false
4 spread workers this connection was closed
its own only "farewell\n" answered refused 0 ended by themselves false
0 "" ended by force
0 "" ended by force
