--TEST--
Files: 503 while there are no descriptors, and 403 for what the process may not read
--FILE--
<?php
require __DIR__ . '/site.inc';

$site = new Site(['a.txt' => 'a', 'locked.txt' => 'secret']);
chmod("$site->path/locked.txt", 0);
$server = $site->serve(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/take', function () {
        global $taken;
        while ($file = @fopen('/dev/null', 'r')) {
            $taken[] = $file;
        }
        return 'taken';
    });
    $server->get('/give', function () {
        global $taken;
        $taken = [];
        return 'given';
    });
    $server->mount('/', new Kargo\Http\Files($argv[1]));
    $server->run(workers: 0);
    PHP);
exec("prlimit --pid $server->pid --nofile=64:64");
$connection = $server->connect();
$get = fn(string $path) => $connection->request('GET', $path);
show('before', $get('/a.txt'));
show('none left', $get('/take'));
show('busy', $get('/a.txt'));
show('busy', $get('/none'));
show('some left', $get('/give'));
show('again', $get('/a.txt'));
// To root every file is open.
$locked = $get('/locked.txt');
echo $locked->status === (posix_geteuid() === 0 ? 200 : 403) ? "locked\n" : "open\n";
preg_match_all('/a file can\'t be sent.*error="([^"]*)"/', $server->log(), $lines);
print_r($lines[1]);
echo $server->stop(), "\n";
?>
--EXPECT--
before: 200 a
none left: 200 taken
busy: 503 503 Service Unavailable
busy: 503 503 Service Unavailable
some left: 200 given
again: 200 a
locked
Array
(
    [0] => Too many open files (os error 24)
)
0
