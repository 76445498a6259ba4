--TEST--
Classic mode: alarms, handlers and the mask of signals that one visitor leaves behind are nothing to the next; the application's own stay
--FILE--
<?php
require __DIR__ . '/app.inc';

foreach ([0, 1] as $workers) {
    $server = start_pages([
        '/alarm' => 'pcntl_signal(SIGALRM, fn () => error_log("ALARM of another")); pcntl_alarm(1);',
        '/twice' => 'pcntl_signal(SIGALRM, SIG_IGN); pcntl_signal(SIGALRM, fn () => error_log("ALARM of another")); pcntl_alarm(1); exit;',
        '/throw' => 'pcntl_signal(SIGALRM, fn () => error_log("ALARM of another")); pcntl_alarm(1); throw new Exception("x");',
        '/take' => 'pcntl_signal(SIGUSR1, SIG_IGN); pcntl_signal(SIGUSR2, fn () => error_log("USR2 of another")); pcntl_signal(SIGINT, SIG_IGN); pcntl_signal("14", SIG_DFL);',
        '/block' => 'pcntl_sigprocmask(SIG_BLOCK, [SIGUSR1, SIGALRM]); posix_kill(getmypid(), SIGUSR1); posix_kill(getmypid(), SIGALRM);',
        '/queue' => 'pcntl_async_signals(false); pcntl_signal(SIGALRM, fn () => error_log("ALARM of another")); posix_kill(getmypid(), SIGALRM);',
        '/look' => '
            preg_match_all("/^Sig(Pnd|Blk|Ign|Cgt):\t([0-9a-f]+)/m", file_get_contents("/proc/self/status"), $found);
            $handlers = array_map(pcntl_signal_get_handler(...), [SIGUSR1, SIGUSR2, SIGALRM, SIGINT]);
            echo json_encode([$found[2], array_map(fn ($handler) => is_int($handler) ? $handler : "callable", $handlers), pcntl_async_signals(), getmypid()]);',
        '/clock' => 'echo pcntl_alarm(0);',
        '/own' => '
            $count = $GLOBALS["count"];
            posix_kill(getmypid(), SIGUSR1);
            echo $GLOBALS["count"] - $count;',
        '/sleep' => 'echo usleep(1_200_000), "slept";',
    ], workers: $workers, boot: 'pcntl_async_signals(true); $count = 0; pcntl_signal(SIGUSR1, function () { $GLOBALS["count"]++; });');
    $before = $server->get('/look')->body;
    foreach (['/alarm', '/twice', '/throw', '/take', '/block', '/queue'] as $path) {
        echo $path, ' ', $server->get($path)->status, ' ';
        $after = $server->get('/look')->body;
        echo $after === $before ? 'as before' : "$after, not $before", ', ', $server->get('/clock')->body, ' seconds, own handler ', $server->get('/own')->body, "\n";
    }
    foreach (['/alarm', '/throw', '/twice', '/block'] as $path) {
        $server->get($path);
    }
    echo $server->get('/sleep')->body, ' ', str_contains($server->log(), 'of another') ? 'OF ANOTHER' : 'nothing of another', ' ', $server->stop(), "\n";
}
?>
--EXPECT--
/alarm 200 as before, 0 seconds, own handler 1
/twice 200 as before, 0 seconds, own handler 1
/throw 500 as before, 0 seconds, own handler 1
/take 200 as before, 0 seconds, own handler 1
/block 200 as before, 0 seconds, own handler 1
/queue 200 as before, 0 seconds, own handler 1
slept nothing of another 0
/alarm 200 as before, 0 seconds, own handler 1
/twice 200 as before, 0 seconds, own handler 1
/throw 500 as before, 0 seconds, own handler 1
/take 200 as before, 0 seconds, own handler 1
/block 200 as before, 0 seconds, own handler 1
/queue 200 as before, 0 seconds, own handler 1
slept nothing of another 0
