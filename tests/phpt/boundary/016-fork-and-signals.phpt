--TEST--
pcntl_fork() in a handler gives one answer; pcntl_signal(SIGTERM) in a handler does not stop the drain
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

foreach ([0, 1, 2] as $workers) {
    $server = Server::start(<<<'PHP'
        $server = Kargo\Http\Server::listen('127.0.0.1:0');
        $server->get('/fork/{how}', function ($request) {
            $child = pcntl_fork();
            if ($child === 0) {
                fwrite(STDERR, "child\n");
                switch ($request->parameter('how')) {
                    case 'exit': exit(0);
                    case 'throw': throw new Exception('in the child');
                    case 'kill': posix_kill(getmypid(), SIGKILL);
                    case 'wait': Kargo\delay(0.01); return 'the child answers';
                    default: return 'the child answers';
                }
            }
            $reaped = pcntl_waitpid($child, $status);
            return 'the parent answers';
        });
        $server->get('/steal', function () {
            pcntl_async_signals(true);
            pcntl_signal(SIGTERM, function () { fwrite(STDERR, "stolen\n"); });
            pcntl_signal(SIGINT, SIG_IGN);
            pcntl_signal(SIGCHLD, SIG_IGN);
            return 'stolen';
        });
        $server->get('/now', fn () => 'now');
        $server->run(workers: (int) $argv[1]);
        PHP, [(string) $workers]);
    echo "$workers workers: ";
    foreach (['return', 'exit', 'throw', 'kill', 'wait'] as $how) {
        $raw = $server->connect()->send("GET /fork/$how HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n");
        $answers = $raw->readResponse()->body . ', ' . $raw->readResponse()->body . ', ' . ($raw->isSilentFor(0.05) ? 'no more' : 'MORE');
        echo $answers === 'the parent answers, now, no more' ? "$how " : "[$how: $answers] ";
    }
    echo 'children left: ', count($server->children()) - $workers, ', ';
    echo $server->get('/steal')->body, ', ', $server->get('/now')->body, ', exit code ', $server->stop(), "\n";
}
?>
--EXPECT--
0 workers: return exit throw kill wait children left: 0, stolen, now, exit code 0
1 workers: return exit throw kill wait children left: 0, stolen, now, exit code 0
2 workers: return exit throw kill wait children left: 0, stolen, now, exit code 0
