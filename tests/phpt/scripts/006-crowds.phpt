--TEST--
A slow script blocks nobody; those who wait for a process get one in turn, or 503
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    if (isset($_GET['until'])) {
        while (!file_exists($_GET['until'])) { clearstatcache(); usleep(2000); }
    }
    echo $_GET['n'] ?? '', ' ', getmypid();
    PHP]);
$server = serve($root, 'processes: 2, timeout: 3.0');
$gate = "$root/gate";
$waiting = [];
foreach (range(1, 5) as $n) {
    $waiting[$n] = $server->connect()->send("GET /?n=$n&until=$gate HTTP/1.1\r\nHost: a\r\n\r\n");
}
for ($i = 0; $i < 100; $i++) {
    $server->get('/native')->body === 'native' || print "blocked\n";
}
touch($gate);
$pids = [];
foreach ($waiting as $n => $connection) {
    [$number, $pid] = explode(' ', $connection->readResponse()->body);
    $number == $n || print "mixed up\n";
    $pids[$pid] = true;
}
echo count($pids), " processes for 5 requests\n";
unlink($gate);
$server->stop();
$server = serve($root, 'processes: 1, timeout: 2.0');
$statuses = [];
$waiting = [];
foreach (range(1, 3) as $n) {
    $waiting[] = $server->connect()->send("GET /?n=$n&until=$gate HTTP/1.1\r\nHost: a\r\n\r\n");
}
foreach ($waiting as $connection) {
    $statuses[] = $connection->readResponse()->status;
}
sort($statuses);
echo implode(' ', $statuses), "\n";
$server->waitForLog('/all script processes are at work/');
echo substr($server->get('/?n=after')->body, 0, 5), "\n";
// Many connections at once, each with its own answer.
$connections = array_map(fn () => $server->connect(), range(1, 50));
foreach (range(1, 5) as $round) {
    foreach ($connections as $n => $connection) {
        $connection->send("GET /?n=$n HTTP/1.1\r\nHost: a\r\n\r\nGET /?n={$n}b HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    foreach ($connections as $n => $connection) {
        strtok($connection->readResponse()->body, ' ') === (string) $n || print "mixed up\n";
        strtok($connection->readResponse()->body, ' ') === "{$n}b" || print "mixed up\n";
    }
}
echo "500 answers\n", $server->stop(), "\n";
?>
--EXPECT--
2 processes for 5 requests
503 504 504
after
500 answers
0
