--TEST--
Clients that are slow or leave: the script gets to know, and the process is free again
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    if (isset($_GET['endless'])) {
        register_shutdown_function(fn () => error_log('aborted=' . connection_aborted()));
        while (true) { echo str_repeat('x', 10_000); flush(); }
    }
    if (isset($_GET['ignore'])) {
        ignore_user_abort(true);
        for ($i = 0; $i < 100; $i++) { echo str_repeat('x', 10_000); flush(); }
        error_log('ignored to the end');
    }
    if (isset($_GET['large'])) { for ($i = 0; $i < 640; $i++) { echo str_repeat(chr(65 + $i % 26), 100_000); } exit; }
    echo 'ok';
    PHP]);
$server = serve($root, 'processes: 1, timeout: 20.0');
$connection = $server->connect()->send("GET /?endless HTTP/1.1\r\nHost: a\r\n\r\n");
$connection->read(50_000);
$connection->close();
$server->waitForLog('/aborted=1/');
echo $server->get('/')->body, "\n";
$connection = $server->connect()->send("GET /?ignore HTTP/1.1\r\nHost: a\r\n\r\n");
$connection->read(1000);
$connection->close();
$server->waitForLog('/ignored to the end/');
echo $server->get('/')->body, "\n";
// 64 MB for a client that takes its time: the worker holds only what is on its way.
$worker = $server->children()[0];
$before = $server->residentKilobytes($worker);
$slow = $server->connect()->send("GET /?large HTTP/1.1\r\nHost: a\r\n\r\n");
$slow->read(1000);
$most = 0;
for ($i = 0; $i < 200; $i++) {
    $server->get('/native');
    $slow->read(20_000);
    $most = max($most, $server->residentKilobytes($worker));
}
echo $most - $before < 8_000 ? 'flat' : 'grew by ' . ($most - $before) . ' KiB', "\n";
$slow->close();
$whole = $server->get('/?large')->body;
echo strlen($whole), ' ', $whole[0], $whole[-1], "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
ok
ok
flat
64000000 AP
0
