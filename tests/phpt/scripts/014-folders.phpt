--TEST--
A script runs in its own folder, and where it goes is nothing to the next one
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site([
    'index.php' => '<?php echo basename(getcwd()) === basename(__DIR__) ? "at home" : getcwd(), " ", file_get_contents("text.txt"), " ";
        include "part.inc";',
    'text.txt' => 'text of the root',
    'part.inc' => 'part of the root',
    'sub/index.php' => '<?php echo getcwd() === __DIR__ ? "at home" : getcwd(), " ", file_get_contents("text.txt"), " ";
        include "part.inc"; include "../part.inc";',
    'sub/text.txt' => 'text of sub',
    'sub/part.inc' => 'part of sub, ',
    'away.php' => <<<'PHP'
        <?php
        chdir('/tmp');
        match ($_GET['how']) {
            'plain' => null,
            'exit' => exit('away'),
            'fatal' => trigger_error('away', E_USER_ERROR),
            'late' => register_shutdown_function(fn () => chdir('/usr')),
            'object' => $GLOBALS['kept'] = new class { function __destruct() { chdir('/usr'); } },
        };
        echo 'away';
        PHP,
    // what shutdown functions see is the folder that the process was started in, as under other servers
    'start.php' => '<?php register_shutdown_function(function () { echo getcwd(); });',
]);
$server = serve($root, 'processes: 1');
$start = $server->get('/start.php')->body;
echo $start === readlink("/proc/$server->pid/cwd") ? 'started where the server was' : $start, "\n";
foreach (['plain', 'exit', 'fatal', 'late', 'object'] as $how) {
    echo $server->get("/away.php?how=$how")->status, ' ';
    echo $server->get('/')->body, '; ', $server->get('/sub/')->body, '; ';
    echo $server->get('/start.php')->body === $start ? 'start' : 'ELSEWHERE', "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
started where the server was
200 at home text of the root part of the root; at home text of sub part of sub, part of the root; start
200 at home text of the root part of the root; at home text of sub part of sub, part of the root; start
500 at home text of the root part of the root; at home text of sub part of sub, part of the root; start
200 at home text of the root part of the root; at home text of sub part of sub, part of the root; start
200 at home text of the root part of the root; at home text of sub part of sub, part of the root; start
0
