--TEST--
Alarms, handlers and the mask of signals that a script leaves behind are nothing to the next one
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    pcntl_async_signals(true);
    $report = function () {
        preg_match_all('/^Sig(Pnd|Blk|Ign|Cgt):\t([0-9a-f]+)/m', file_get_contents('/proc/self/status'), $found);
        return implode(' ', $found[2]) . ' ' . (pcntl_alarm(0) > 0 ? 'ALARM' : 'no alarm') . ' ' . getmypid();
    };
    switch ($_GET['do']) {
        case 'alarm': pcntl_alarm(1); break;
        case 'handler': pcntl_signal(SIGALRM, fn () => error_log('ALARM of another')); pcntl_alarm(1); break;
        case 'ignore': pcntl_signal(SIGUSR1, SIG_IGN); pcntl_signal(SIGCHLD, SIG_IGN); break;
        case 'user': pcntl_signal(SIGUSR2, fn () => error_log('USR2 of another')); break;
        case 'block': pcntl_sigprocmask(SIG_BLOCK, [SIGALRM, SIGUSR1]); posix_kill(getmypid(), SIGUSR1); posix_kill(getmypid(), SIGALRM); break;
        case 'late': register_shutdown_function(function () { pcntl_signal(SIGALRM, SIG_IGN); pcntl_alarm(1); }); break;
        case 'fatal': pcntl_signal(SIGALRM, fn () => 1); pcntl_alarm(1); trigger_error('x', E_USER_ERROR);
        case 'queued': pcntl_async_signals(false); pcntl_signal(SIGUSR1, fn () => error_log('USR1 of another')); posix_kill(getmypid(), SIGUSR1); break;
        case 'own': pcntl_signal(SIGALRM, function () use (&$rang) { $rang = true; }); pcntl_alarm(1);
            for ($end = microtime(true) + 5; !$rang && microtime(true) < $end;) { usleep(10_000); }
            echo $rang ? 'rang' : 'did not ring'; exit;
        case 'sleep': echo usleep(1_200_000), 'slept'; exit;
        case 'exec': exec('sleep 0.01; exit 3', $lines, $code); echo $code; exit;
    }
    echo $_GET["do"] === "" ? $report() : "";
    PHP]);
$server = serve($root, 'processes: 1, timeout: 20.0');
$before = $server->get('/?do=')->body;
foreach (['alarm', 'handler', 'ignore', 'user', 'block', 'late', 'fatal', 'queued'] as $do) {
    echo $do, ' ', $server->get("/?do=$do")->status, ' ';
    $after = $server->get('/?do=')->body;
    echo $after === $before ? 'as before' : "$after, not $before", "\n";
}
$server->get('/?do=alarm');
$server->get('/?do=handler');
foreach (['sleep', 'own', 'exec'] as $do) {
    echo $server->get("/?do=$do")->body, "\n";
}
echo str_contains($server->log(), 'of another') ? 'OF ANOTHER' : 'nothing of another', ' ', $server->stop(), "\n";
?>
--EXPECT--
alarm 200 as before
handler 200 as before
ignore 200 as before
user 200 as before
block 200 as before
late 200 as before
fatal 500 as before
queued 200 as before
slept
rang
3
nothing of another 0
