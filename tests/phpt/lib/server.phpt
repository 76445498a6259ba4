--TEST--
The library of the tests: a server in a process of its own, its log, its end
--FILE--
<?php
require __DIR__ . '/server.inc';

// A stand-in that answers two requests per connection, the second chunked, written with streams alone.
$stand_in = <<<'PHP'
    pcntl_async_signals(true);
    pcntl_signal(SIGTERM, fn () => exit(7));
    $listener = stream_socket_server('tcp://127.0.0.1:0');
    fwrite(STDERR, 'listening on http://' . stream_socket_get_name($listener, false) . "\n");
    while (true) {
        $client = @stream_socket_accept($listener, 60);
        if ($client === false) {
            continue;
        }
        fwrite(STDERR, str_repeat('noise ', 40_000) . "\n"); // more than a pipe holds
        while (($line = fgets($client)) !== false && rtrim($line) !== '') {
        }
        fwrite($client, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 3\r\n\r\none");
        while (($line = fgets($client)) !== false && rtrim($line) !== '') {
        }
        fwrite($client, "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\nA;x=y\r\n0123456789\r\n0\r\nT: end\r\n\r\n");
        fclose($client);
    }
    PHP;

$server = Server::start($stand_in);
echo $server->host, ' ', $server->port > 0 ? 'port' : 'no port', "\n";
$response = $server->get('/');
echo $response, $response->header('X-A'), "\n";

$raw = $server->connect();
$raw->send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
echo $raw->readResponse()->body, "\n";
$second = $raw->readResponse();
echo $second, json_encode($second->trailers), "\n";
echo strlen($raw->readUntilClose()), "\n";
try {
    $raw->read(1);
} catch (RuntimeException $failure) {
    echo $failure->getMessage(), "\n";
}
echo strlen($server->log()) > 400_000 ? 'log taken' : 'log lost', "\n";
echo $server->residentKilobytes() > 1000 ? 'alive' : 'gone', "\n";
echo $server->stop(), "\n";

// One that ends before it listens is told at once, with its log.
try {
    Server::start('fwrite(STDERR, "no such thing\n"); exit(1);');
} catch (RuntimeException $failure) {
    echo $failure->getMessage(), "\n";
}

$killed = Server::start($stand_in);
$killed->signal(SIGKILL);
echo $killed->wait(), "\n";

// A test that is killed takes its server along.
$test = Server::start(
    'require $argv[1]; $inner = Server::start($argv[2]);
    fwrite(STDERR, "inner $inner->pid listening on http://$inner->host:$inner->port\n"); pcntl_wait($status);',
    [__DIR__ . '/server.inc', $stand_in],
);
$inner = (int) $test->waitForLog('/inner (\d+)/')[1];
$test->signal(SIGKILL);
$test->wait();
$test->waitUntil(fn () => !Server::isAlive($inner), 'the inner server is gone');
echo "gone\n";
?>
--EXPECT--
127.0.0.1 port
200 OK (text/plain)
one
1, 2
one
404 Not Found
two0123456789
{"t":["end"]}
0
the server closed the connection; wanted 1 bytes, had ""
log taken
alive
7
the server ended before it logged /listening on \S+/:
no such thing

-9
gone
