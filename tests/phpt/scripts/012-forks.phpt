--TEST--
A script that forks: the parent answers, once, and the child says nothing to anybody
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    $me = $_GET['me'];
    if (isset($_GET['how'])) {
        $child = pcntl_fork();
        if ($child === 0) {
            switch ($_GET['how']) {
                case 'exit': exit(7);
                case 'echo': echo str_repeat("the child of $me\n", 50_000); exit(7);
                case 'flush': echo "the child of $me\n"; ob_flush(); flush(); usleep(50_000); exit(7);
                case 'throw': throw new Exception('in the child');
                case 'kill': posix_kill(getmypid(), SIGKILL);
                case 'late': register_shutdown_function(fn () => print "late in the child of $me\n"); exit(7);
            }
            echo "the child of $me\n";
            return;
        }
        usleep(30_000); // so that a child that answered would be the first
        pcntl_waitpid($child, $status);
        echo pcntl_wifexited($status) ? pcntl_wexitstatus($status) : 'signal ' . pcntl_wtermsig($status), ' ';
    }
    echo "page of $me in ", getmypid();
    PHP]);
$server = serve($root, 'processes: 1');
$pids = [];
foreach (['exit', 'echo', 'flush', 'throw', 'kill', 'late', 'on'] as $how) {
    $raw = $server->connect()->send("GET /?me=$how&how=$how HTTP/1.1\r\nHost: a\r\n\r\nGET /?me=next HTTP/1.1\r\nHost: a\r\n\r\n");
    $pages = [];
    foreach ([1, 2] as $_) {
        [$pages[], $pids[]] = explode(' in ', $raw->readResponse()->body);
    }
    echo implode(', ', $pages), ', ', $raw->isSilentFor(0.05) ? 'no more' : 'MORE', "\n";
}
echo count(array_unique($pids)) === 1 ? 'one process' : 'several processes', "\n";
// A child that goes on keeps nothing of its parent's open: the end of that is noticed at once.
file_put_contents("$root/long.php", '<?php if (pcntl_fork() === 0) { sleep(3); exit; } posix_kill(getmypid(), SIGKILL);');
$begun = microtime(true);
echo $server->get('/long.php')->status, microtime(true) - $begun < 2 ? ' at once' : ' late', "\n";
echo $server->get('/?me=last')->status, ' ', $server->stop(), "\n";
?>
--EXPECT--
7 page of exit, page of next, no more
7 page of echo, page of next, no more
7 page of flush, page of next, no more
255 page of throw, page of next, no more
signal 9 page of kill, page of next, no more
7 page of late, page of next, no more
0 page of on, page of next, no more
one process
502 at once
200 0
