--TEST--
More evhttp callbacks that wait than there may be: others are refused, and no callback is called for them
--SKIPIF--
<?php
$limit = posix_getrlimit()['hard openfiles'];
$limit === 'unlimited' || $limit >= 8192 || die('skip needs 8192 open files');
?>
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
posix_setrlimit(POSIX_RLIMIT_NOFILE, 8192, 8192);
$server = evhttp_server(<<<'PHP'
    $waiting = 0;
    $isReleased = false;
    $http = serve(function ($request) use (&$waiting, &$isReleased) {
        $waiting++;
        do {
            Kargo\delay(evhttp_request_uri($request) === '/soon' ? 0.01 : 1000);
        } while (!$isReleased);
        $waiting--;
        return 'waited';
    });
    $timer = Kargo\Loop::repeat(0.01, function () use (&$waiting) {
        static $told = 0;
        $waiting === $told || fwrite(STDERR, "waiting: " . ($told = $waiting) . "\n");
    });
    $signal = Kargo\Loop::onSignal(SIGUSR1, function () use (&$isReleased) { $isReleased = true; });
    run();
    PHP);
// Made first: select() knows no descriptors above 1023.
$soon = $server->connect();
$refused = [$server->connect(), $server->connect()];
$waiters = [];
for ($n = 0; $n < 4095; $n++) {
    $waiters[] = $server->connect()->send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
}
$server->waitForLog('/waiting: 4095\b/');
$soon->send("GET /soon HTTP/1.1\r\nHost: a\r\n\r\n");
$server->waitForLog('/waiting: 4096\b/');
foreach ($refused as $connection) {
    echo $connection->request('GET', '/long')->status, "\n";
}
// The end of a wait makes room.
$server->signal(SIGUSR1);
echo $soon->readResponse()->body, "\n";
$refused[0]->send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
echo $refused[0]->isSilentFor(0.1) ? 'waits' : 'refused', ' ', strpos($server->log(), 'waiting: 4097') === false ? 'never more' : 'more', "\n";
$server->signal(SIGKILL);
?>
--EXPECT--
503
503
waited
waits never more
