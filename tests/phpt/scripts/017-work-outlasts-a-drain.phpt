--TEST--
A drain waits for scripts that go on without a client, after fastcgi_finish_request() or by ignore_user_abort(), up to its deadline
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    ignore_user_abort(true);
    if (!isset($_GET['abort'])) {
        echo 'answer';
        fastcgi_finish_request();
    }
    error_log('begins');
    $end = microtime(true) + 20;
    while (!is_file(__DIR__ . '/go') && microtime(true) < $end) { usleep(1000); }
    error_log('done with it');
    PHP]);
foreach ([0, 1] as $workers) {
    foreach (['', '?abort'] as $query) {
        foreach ([SIGTERM, SIGINT] as $signal) {
            @unlink("$root/go");
            $server = serve($root, workers: $workers);
            $client = $server->connect()->send("GET /$query HTTP/1.1\r\nHost: a\r\n\r\n");
            echo "$workers ", $query === '' ? $client->readResponse()->body : 'aborted';
            $server->waitForLog('/=begins$/m');
            $client->close();
            $server->signal($signal);
            $server->waitForLog('/ draining /');
            // Time for whoever does not wait for the script to be gone: nothing tells that nothing happens.
            $until = microtime(true) + 0.3;
            $server->waitUntil(fn () => microtime(true) > $until, 'it had time to end');
            touch("$root/go");
            echo ', ', $server->wait(), str_contains($server->log(), 'done with it') ? ' done' : ' LOST', "\n";
        }
    }
}
@unlink("$root/go");
$server = Server::start(<<<PHP
    \$server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(drainTimeout: 0.3));
    \$server->mount('/', new Kargo\App\Scripts('$root'));
    \$server->run(workers: 1);
    PHP);
echo $server->get('/')->body;
$server->waitForLog('/=begins$/m');
echo ' ', $server->stop() === 0 ? 'not for ever' : $server->log(), str_contains($server->log(), 'done with it') ? ' DONE' : '', "\n";
?>
--EXPECT--
0 answer, 0 done
0 answer, 0 done
0 aborted, 0 done
0 aborted, 0 done
1 answer, 0 done
1 answer, 0 done
1 aborted, 0 done
1 aborted, 0 done
answer not for ever
