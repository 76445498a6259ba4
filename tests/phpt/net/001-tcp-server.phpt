--TEST--
TcpServer: addresses, callbacks that refuse, limits, close(), what the system refuses
--FILE--
<?php
use Kargo\Loop;
use Kargo\Net\{Connection, TcpServer};

// Both ends in one process: the callbacks run while this script waits.
$seen = [];
$server = TcpServer::listen('127.0.0.1:0', function (Connection $connection) use (&$seen) {
    $seen[] = $connection;
    $connection->write("welcome\n");
    $connection->write(strtoupper((string) $connection->readLine()) . "\n");
});
echo preg_match('/^127\.0\.0\.1:[1-9]\d*$/', $server->address()), ' ', $server->connections(), "\n";
$client = Connection::connect($server->address());
echo $client->readLine(), ' ', $server->connections(), ' ', $client->remoteAddress() === $server->address() ? 'same' : 'other', "\n";
echo $seen[0]->remoteAddress() === $client->localAddress() ? 'same' : 'other', ' ',
    $seen[0]->localAddress() === $server->address() ? 'same' : 'other', "\n";
$client->write("hello\n");
echo $client->readLine(), "\n";
// The object was kept, so the connection is open although its callback has returned.
Kargo\delay(0.02);
echo json_encode([$client->isOpen(), $seen[0]->isOpen(), $server->connections()]), "\n";
$seen = [];
echo json_encode([$client->readLine(), $client->isOpen(), $server->connections()]), "\n";

// accept: false refuses, everything else does not.
foreach ([false, true, null, 0, ''] as $answer) {
    $calls = [];
    $picky = TcpServer::listen('127.0.0.1:0', function (Connection $connection) { $connection->write('in'); }, accept: function (string $address) use (&$calls, $answer) {
        $calls[] = $address;
        Kargo\delay(0.001);
        return $answer;
    });
    $client = Connection::connect($picky->address());
    echo json_encode($answer), ' ', json_encode($client->read()), ' ', $calls === [$client->localAddress()] ? 'asked' : 'not asked', "\n";
    $picky->close();
}

// At the limit connections wait until one ends.
$order = [];
$small = TcpServer::listen('127.0.0.1:0', function (Connection $connection) use (&$order) {
    $order[] = $connection->readLine();
    $connection->write("done\n");
}, connections: 1);
$first = Connection::connect($small->address());
$second = Connection::connect($small->address());
$second->write("second\n");
Kargo\delay(0.03);
echo json_encode([$order, $small->connections()]), "\n";
$first->write("first\n");
echo $first->readLine(), $second->readLine(), ' ', implode(', ', $order), "\n";

// close(): no more connections, those that are open stay; loops end.
$kept = Connection::connect($server->address());
echo $kept->readLine(), "\n";
$server->close();
$server->close();
try { Connection::connect($server->address()); echo "connected\n"; } catch (Kargo\TransportException $exception) { echo 'refused, '; }
$kept->write("still\n");
echo $kept->readLine(), ' ', $server->connections(), "\n";
$small->close();
Loop::run();

// A unix socket; its file goes with it.
$path = getenv('KARGO_TEST_TMP') . '/net-001.sock';
$unix = TcpServer::listen("unix:$path", fn (Connection $connection) => $connection->write($connection->remoteAddress()));
echo $unix->address() === "unix:$path" ? 'same' : 'other', ' ';
$client = Connection::connect("unix:$path");
echo $client->read(), ' ', $client->remoteAddress(), "\n";
$unix->close();
echo json_encode(file_exists($path)), "\n";

// IPv6, and a name.
foreach (['[::1]:0', 'localhost:0'] as $address) {
    try {
        $server = TcpServer::listen($address, fn (Connection $connection) => $connection->write('ok'));
    } catch (Kargo\TransportException $exception) {
        echo str_contains($exception->getMessage(), '[::1]') ? "ok\n" : $exception->getMessage() . "\n"; // a machine without IPv6
        continue;
    }
    echo Connection::connect($server->address())->read(), "\n";
    $server->close();
}

// What is refused.
$taken = TcpServer::listen('127.0.0.1:0', fn () => null);
foreach ([
    fn () => TcpServer::listen($taken->address(), fn () => null),
    fn () => TcpServer::listen('127.0.0.1', fn () => null),
    fn () => TcpServer::listen('unix:', fn () => null),
    fn () => TcpServer::listen('127.0.0.1:0', 'no_such_function'),
    fn () => TcpServer::listen('127.0.0.1:0', fn () => null, accept: 'no_such_function'),
    fn () => TcpServer::listen('127.0.0.1:0', fn () => null, connections: 0),
    fn () => TcpServer::listen('127.0.0.1:0', fn () => null, backlog: -1),
    fn () => new TcpServer(),
    fn () => clone $taken,
    fn () => serialize($taken),
] as $attempt) {
    try { $attempt(); echo "accepted\n"; } catch (Throwable $error) { echo get_class($error), ': ', preg_replace('/127.0.0.1:\d{2,}/', 'ADDRESS', $error->getMessage()), "\n"; }
}
?>
--EXPECT--
1 0
welcome 1 same
same same
HELLO
[true,true,1]
[null,true,0]
false null asked
true "in" asked
null "in" asked
0 "in" asked
"" "in" asked
[[],1]
donedone first, second
welcome
refused, STILL 0
same unix: unix:
false
ok
ok
Kargo\TransportException: cannot listen on ADDRESS: address in use: another server listens there, or a file is in the way
Kargo\ConfigurationException: cannot listen on 127.0.0.1: expected HOST:PORT or unix:/PATH
Kargo\ConfigurationException: cannot listen on unix:: the path is missing
TypeError: Kargo\Net\TcpServer::listen(): Argument #2 ($onConnection) must be a valid callback, function "no_such_function" not found or invalid function name, string given
TypeError: Kargo\Net\TcpServer::listen(): Argument #3 ($accept) must be a valid callback, function "no_such_function" not found or invalid function name, string given
ValueError: Kargo\Net\TcpServer::listen(): Argument #5 ($connections) must be between 1 and 2147483648
ValueError: Kargo\Net\TcpServer::listen(): Argument #6 ($backlog) must be between 0 and 2147483648
Error: Call to private Kargo\Net\TcpServer::__construct() from global scope
Error: Trying to clone an uncloneable object of class Kargo\Net\TcpServer
Exception: Serialization of 'Kargo\Net\TcpServer' is not allowed
