--TEST--
Files: half a gigabyte of 10 goes through with flat memory and leaves others their turn; files that shrink, and clients that leave
--SKIPIF--
<?php trim((string) shell_exec('command -v curl')) !== '' || die('skip curl is not installed'); ?>
--FILE--
<?php
require __DIR__ . '/site.inc';

const SIZE = 10 << 30;
$site = new Site(['small.txt' => 'small']);
// Sparse: it has next to no blocks.
$file = fopen("$site->path/huge.bin", 'w');
ftruncate($file, SIZE - 4);
fseek($file, SIZE - 4);
fwrite($file, 'tail');
fclose($file);
$server = $site->serve(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', new Kargo\Http\Files($argv[1]))->run(workers: 0);
    PHP);

show('tail', $server->get('/huge.bin', ['Range' => 'bytes=-4']), 'Content-Range');
var_dump(str_contains($server->get('/huge.bin', ['Range' => 'bytes=-4, 10737418000-10737418001'])->body, "\r\n\r\ntail\r\n--"));
$before = $server->residentKilobytes(withFiles: true);

// A client that takes everything at once, in a process of its own.
$null = ['file', '/dev/null', 'w'];
$client = proc_open(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code} %{size_download}', '-r', '5000000000-5499999999', "http://{$server->authority()}/huge.bin"],
    [1 => ['pipe', 'w']], $pipes);
$answers = 0;
while (proc_get_status($client)['running']) {
    // As long as it takes, every request beside it is answered: no turn is longer than a part of the file.
    $answers += $server->get('/small.txt')->body === 'small' ? 1 : -1000000;
}
echo stream_get_contents($pipes[1]), "\n";
var_dump($answers > 10);
var_dump($server->residentKilobytes(withFiles: true) - $before < 4096);

// A file that ends before its length: the connection ends, so that nobody takes the rest for more of it.
$site->write('shrinking.bin', str_repeat('x', 50_000_000));
$connection = $server->connect();
$connection->send("GET /shrinking.bin HTTP/1.1\r\nHost: a\r\n\r\n");
$head = $connection->readThrough("\r\n\r\n");
$file = fopen("$site->path/shrinking.bin", 'r+');
ftruncate($file, 10);
var_dump(str_contains($head, 'Content-Length: 50000000'));
var_dump(strlen($connection->readUntilClose()) < 50_000_000);

// Clients that leave in the middle.
for ($at = 0; $at < 20; $at++) {
    $connection = $server->connect();
    $connection->send("GET /huge.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    $connection->readThrough("\r\n\r\n");
    $connection->reset();
}
show('still there', $server->get('/small.txt'));
$open = fn() => count(array_filter(glob("/proc/$server->pid/fd/*"), fn($fd) => str_ends_with((string) @readlink($fd), 'huge.bin')));
$server->waitUntil(fn() => $open() === 0, 'every file is closed');
echo $server->stop(), "\n";
?>
--EXPECT--
tail: 206 [Content-Range: bytes 10737418236-10737418239/10737418240] tail
bool(true)
206 500000000
bool(true)
bool(true)
bool(true)
bool(true)
still there: 200 small
0
