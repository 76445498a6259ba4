--TEST--
Waiting for the network in handlers, Loop callbacks, Fibers, connection callbacks and plain scripts; where nothing can wait
--FILE--
<?php
use Kargo\Loop;
use Kargo\Net\{Connection, Dns, TcpServer, Udp};
require __DIR__ . '/../lib/server.inc';

$echo = TcpServer::listen('127.0.0.1:0', function (Kargo\Net\Connection $connection) {
    foreach ($connection->lines() as $line) {
        Kargo\delay(0.01);
        $connection->write("$line\n");
    }
});
$ask = function (string $text) use ($echo): string {
    $connection = Kargo\Net\Connection::connect($echo->address());
    $connection->write("$text\n");
    return $connection->readLine();
};

echo $ask('plain script'), "\n";
echo implode(array_map($ask, ['in ', 'array', '_map'])), "\n";
$fiber = new Fiber(function () use ($ask) { $between = Fiber::suspend($ask('in a Fiber')); return $ask($between); });
echo $fiber->start(), ', ';
$fiber->resume('and again');
echo $fiber->getReturn(), "\n";
$order = [];
Loop::defer(function () use ($ask, &$order, $echo) { $order[] = $ask('first'); $echo->close(); });
Loop::defer(function () use (&$order) { $order[] = 'others go on'; });
Loop::run();
echo implode(', ', $order), ' ', json_encode(Loop::isRunning()), "\n";

// A connection callback that asks another server, which asks a third.
$third = TcpServer::listen('127.0.0.1:0', fn (Kargo\Net\Connection $connection) => $connection->write(strrev($connection->readLine()) . "\n"));
$via = fn (TcpServer $next) => function (Kargo\Net\Connection $connection) use ($next) {
    $other = Kargo\Net\Connection::connect($next->address());
    $other->write($connection->readLine() . "!\n");
    $connection->write($other->readLine() . "?\n");
};
$second = TcpServer::listen('127.0.0.1:0', $via($third));
$first = TcpServer::listen('127.0.0.1:0', $via($second));
$connection = Kargo\Net\Connection::connect($first->address());
$connection->write("abc\n");
echo $connection->readLine(), "\n";

// Where PHP can't switch stacks: what is there can be taken, nothing can be waited for.
$connection = Kargo\Net\Connection::connect($third->address());
$blocked = function () use ($connection, $third): array {
    $outcomes = [];
    foreach ([
        fn () => $connection->read(),
        fn () => Kargo\Net\Connection::connect($third->address()),
        fn () => Dns::resolve('localhost'),
        fn () => Udp::bind()->receive(),
    ] as $what) {
        try { $what(); $outcomes[] = 'waited'; } catch (Kargo\AwaitError) { $outcomes[] = 'refused'; }
    }
    $connection->write("written all the same\n");
    return $outcomes;
};
pcntl_async_signals(false);
pcntl_signal(SIGUSR1, function () use ($blocked, &$outcomes) { $outcomes = $blocked(); });
posix_kill(posix_getpid(), SIGUSR1);
pcntl_signal_dispatch();
echo implode(' ', $outcomes), ' ', $connection->readLine(), "\n";
foreach ([$first, $second, $third] as $server) { $server->close(); }

// In handlers: many at once, each for a TCP server in the same worker.
$server = Server::start(<<<'PHP'
    use Kargo\Net\{Connection, TcpServer};
    $tcp = TcpServer::listen('127.0.0.1:0', function (Connection $connection) {
        $line = $connection->readLine();
        Kargo\delay(0.05);
        $connection->write(strtoupper($line) . "\n");
    });
    $http = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(waitingRequests: 40));
    $http->get('/ask/{text}', function (Kargo\Http\Request $request) use ($tcp) {
        $connection = Connection::connect($tcp->address());
        $connection->write($request->parameter('text') . "\n");
        return $connection->readLine();
    });
    $http->get('/plain', fn () => 'plain');
    $http->get('/tcp', fn () => $tcp->address());
    $http->run(workers: 1);
    PHP);
$connections = [];
foreach (range(1, 30) as $number) {
    $connections[] = $server->connect()->send("GET /ask/text$number HTTP/1.1\r\nHost: a\r\n\r\n");
}
echo $server->get('/plain')->body, "\n";
foreach ($connections as $number => $connection) {
    $body = $connection->readResponse()->body;
    $body === 'TEXT' . $number + 1 || print "$body\n";
}
// Connections that wait do not count as requests that wait.
$address = $server->get('/tcp')->body;
$waiting = array_map(fn () => $server->connect("tcp://$address"), range(1, 60));
echo $server->get('/ask/more')->body, "\n";
unset($waiting);
echo $server->stop(), "\n";
?>
--EXPECT--
plain script
in array_map
in a Fiber, and again
others go on, first false
!!cba??
refused refused refused refused emas eht lla nettirw
plain
MORE
0
