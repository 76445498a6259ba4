--TEST--
A script that fails costs its own request only, and its client learns nothing
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    class Noisy { public function __destruct() { $GLOBALS['x'] = 1; } }
    register_shutdown_function(fn () => error_log('shutdown of ' . $_GET['do']));
    switch ($_GET['do']) {
        case 'exit': exit(3);
        case 'die': die('a text');
        case 'exception': throw new RuntimeException('secret exception');
        case 'warning': echo $undefined; echo 'went on'; break;
        case 'fatal': echo 'partial'; nowhere();
        case 'user': trigger_error('secret error', E_USER_ERROR);
        case 'memory': ini_set('memory_limit', '8M'); str_repeat('x', 100_000_000); break;
        case 'parse': eval('this is no PHP'); break;
        case 'kill': posix_kill(getmypid(), SIGKILL); sleep(5); break;
        case 'late-kill': echo str_repeat('x', 100_000); flush(); posix_kill(getmypid(), SIGKILL); sleep(5); break;
        case 'loop': while (true); break;
        case 'limit': set_time_limit(1); while (true); break;
        case 'recursion': $deep = function (int $n) use (&$deep) { return $n ? $deep($n - 1) : 'deep'; }; echo $deep(20_000); break;
        case 'pid': echo getmypid(); break;
        case 'header': header("X-Bad: a\nb"); echo 'sent'; break;
    }
    PHP, 'parse.php' => '<?php this is no PHP']);
$patient = serve($root, 'processes: 1');
$hasty = serve($root, 'processes: 1, timeout: 1.5');
foreach (['exit', 'die', 'exception', 'warning', 'fatal', 'user', 'memory', 'parse', 'kill', 'loop', 'limit', 'recursion', 'header'] as $do) {
    $server = $do === 'loop' ? $hasty : $patient;
    $start = strlen($server->log());
    $response = $server->get("/?do=$do");
    echo "$do: $response->status ", preg_match('/secret|Fatal|Stack|\.php/', $response->body) ? 'TOLD ' : '', substr($response->body, 0, 30), "\n";
    $server->get('/?do=pid')->status === 200 || print "then it answers no more\n";
    $expected = ['exception' => '/secret exception/', 'warning' => '/Undefined variable/', 'fatal' => '/undefined function nowhere/', 'user' => '/secret error/',
        'memory' => '/Allowed memory size/', 'parse' => '/syntax error/', 'kill' => '/a script process ended.*SIGKILL/', 'loop' => '/took too long/',
        'limit' => '/Maximum execution time/'][$do] ?? null;
    $expected === null || $server->waitForLog($expected, $start);
}
echo $server->get('/parse.php')->status, "\n";
$connection = $server->connect()->send("GET /?do=late-kill HTTP/1.1\r\nHost: a\r\n\r\n");
try {
    $connection->readResponse();
    echo "whole\n";
} catch (RuntimeException | UnexpectedValueException) {
    echo "broken off\n";
}
$pid = $server->get('/?do=pid')->body;
echo $server->get('/?do=pid')->body === $pid ? 'the same process goes on' : 'another process', "\n";
echo $server->get('/native')->body, ' ', $server->stop(), "\n";
?>
--EXPECT--
exit: 200 
die: 200 a text
exception: 500 
warning: 200 went on
fatal: 500 partial
user: 500 
memory: 500 
parse: 500 
kill: 502 502 Bad Gateway

loop: 504 504 Gateway Timeout

limit: 500 
recursion: 200 deep
header: 200 sent
500
broken off
the same process goes on
native 0
