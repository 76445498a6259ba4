--TEST--
A drain ends at drainTimeout, a second signal ends it at once; the log says what was not answered
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$code = <<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(drainTimeout: (float) $argv[1]));
    $server->get('/parked', function () { fwrite(STDERR, "in flight\n"); Kargo\delay(60); return 'x'; });
    $server->get('/blocked', function () { fwrite(STDERR, "in flight\n"); while (true) { sleep(60); } });
    $server->run(workers: (int) $argv[2]);
    PHP;
foreach (['deadline' => '0.5', 'second signal' => '60'] as $what => $timeout) {
    foreach ([[0, '/parked'], [1, '/parked'], [2, '/parked'], [1, '/blocked'], [2, '/blocked']] as [$workers, $path]) {
        $server = Server::start($code, [$timeout, (string) $workers]);
        $client = $server->connect()->send("GET $path HTTP/1.1\r\nHost: a\r\n\r\n");
        $server->waitForLog('/^in flight$/m');
        $begin = microtime(true);
        $server->signal(SIGTERM);
        if ($what === 'second signal') {
            $server->waitForLog('/drain/i');
            $server->signal(SIGTERM);
        }
        $left = $client->readUntilClose();
        $exit = $server->wait();
        $seconds = microtime(true) - $begin;
        // A worker blocked in PHP gets some seconds more before it is killed.
        echo "$what, $workers workers, $path: ", preg_match('~^(HTTP/1\.1 50[03] .*\r\nConnection: close\r\n.*)?$~s', $left) ? 'an error or nothing' : json_encode($left), ', exit code ', $exit, ', ',
            $seconds < ($path === '/parked' ? 2 : 12) && ($what !== 'deadline' || $seconds >= 0.45) ? 'in time' : "after $seconds s", ', ',
            preg_match('/ (warning|error) /', $server->log()) ? 'logged' : 'not logged', "\n";
    }
}
?>
--EXPECT--
deadline, 0 workers, /parked: an error or nothing, exit code 0, in time, logged
deadline, 1 workers, /parked: an error or nothing, exit code 0, in time, logged
deadline, 2 workers, /parked: an error or nothing, exit code 0, in time, logged
deadline, 1 workers, /blocked: an error or nothing, exit code 0, in time, logged
deadline, 2 workers, /blocked: an error or nothing, exit code 0, in time, logged
second signal, 0 workers, /parked: an error or nothing, exit code 0, in time, logged
second signal, 1 workers, /parked: an error or nothing, exit code 0, in time, logged
second signal, 2 workers, /parked: an error or nothing, exit code 0, in time, logged
second signal, 1 workers, /blocked: an error or nothing, exit code 0, in time, logged
second signal, 2 workers, /blocked: an error or nothing, exit code 0, in time, logged
