--TEST--
Uploads: a worker that is killed in the middle leaves no file, and its successor takes uploads
--FILE--
<?php
require __DIR__ . '/form.inc';

$folder = folder();
$server = Server::start(<<<'PHP'
    use Kargo\Http\{Options, Request, Server, Uploads};
    $server = Server::listen('127.0.0.1:0', new Options(uploads: new Uploads(directory: $argv[1])));
    $server->get('/pid', fn() => getmypid() . '');
    $server->post('/', fn(Request $r) => $r->file('f')->contents());
    $server->run(workers: 1);
    PHP, [$folder]);
$pid = (int) $server->get('/pid')->body;
$body = form([['f', str_repeat('x', 100_000), 'x']]);
$connection = $server->connect();
$connection->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: " . strlen($body) . "\r\n\r\n" . substr($body, 0, -10));
while (open_files($pid, $folder) === 0) {
    $server->get('/pid');
}
echo count(scandir($folder)) - 2, " named\n";
posix_kill($pid, SIGKILL);
$server->waitForLog('/worker \d+ .*ready.*generation 1|worker \d+ ready after.*\n(?:.*\n)*.*worker \d+ ready after/');
echo count(scandir($folder)) - 2, " left\n";
echo strlen($server->post('/', $body, FORM)->body), "\n";
echo $server->stop(), "\n";
remove($folder);
?>
--EXPECT--
0 named
0 left
100000
0
