--TEST--
Times set through Options: slow headers and bodies get 408, idle connections are closed, late readers are given up
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(
        headerTimeout: 0.3, bodyTimeout: 0.3, keepAliveTimeout: 0.6, writeTimeout: 0.5));
    $server->any('/', fn ($request) => 'taken ' . strlen($request->body()));
    $server->get('/large', fn () => str_repeat('x', 30_000_000));
    $server->get('/slow', function () { Kargo\delay(1.0); return 'slow'; });
    $server->run(workers: 0);
    PHP);
$time = function (string $name, string $bytes, float $least, float $most) use ($server): void {
    $begin = microtime(true);
    $answer = $server->connect()->send($bytes)->readUntilClose();
    $seconds = microtime(true) - $begin;
    // The end may come late on a busy machine, but not early.
    echo "$name: ", $answer === '' ? 'nothing' : strtok($answer, "\r"), ', ', $seconds < $least ? "early: $seconds" : ($seconds > $most + 2 ? "late: $seconds" : 'in time'), "\n";
};
$time('half a head', "GET / HTTP/1.1\r\nHost: a\r\nX: ", 0.28, 1.0);
$time('half a body', "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345", 0.28, 1.0);
$time('half a chunk', "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12", 0.28, 1.0);
$time('idle after an answer', "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0.58, 1.3);
$time('nothing at all', '', 0.28, 1.3);
// A handler may take longer than all of these.
echo $server->get('/slow')->body, "\n";
// A body that comes slowly but steadily is no timeout.
$slow = $server->connect()->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
foreach (str_split('12345') as $byte) {
    $slow->isSilentFor(0.15) || print "answered early\n";
    $slow->send($byte);
}
echo $slow->readResponse()->body, "\n";
// One that never reads its answer: the server gives up, and goes on with others.
$deaf = $server->connect()->send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
$server->waitUntil(function () { static $end; $end ??= microtime(true) + 1.5; return microtime(true) > $end; }, 'the time has passed');
try {
    $deaf->readResponse();
    echo "it was given everything\n";
} catch (RuntimeException) {
    echo "given up\n";
}
echo $server->get('/')->body, ' ', $server->stop(), "\n";
?>
--EXPECT--
half a head: HTTP/1.1 408 Request Timeout, in time
half a body: HTTP/1.1 408 Request Timeout, in time
half a chunk: HTTP/1.1 408 Request Timeout, in time
idle after an answer: HTTP/1.1 200 OK, in time
nothing at all: nothing, in time
slow
taken 5
given up
taken 0 0
