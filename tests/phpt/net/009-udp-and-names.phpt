--TEST--
Udp: bounds, senders, timeouts, closed sockets, sizes; Dns; connections to names, in vain and in time
--FILE--
<?php
use Kargo\Loop;
use Kargo\Net\{Connection, Datagram, Dns, TcpServer, Udp};
use function Kargo\delay;

function attempt(callable $what): string
{
    try { return json_encode($what()); } catch (Throwable $error) { return get_class($error) . ': ' . preg_replace('/:\d+/', ':PORT', $error->getMessage()); }
}

// An echo service in a Loop callback.
$service = Udp::bind('127.0.0.1:0');
echo preg_match('/^127\.0\.0\.1:[1-9]\d*$/', $service->address()), "\n";
Loop::defer(function () use ($service) {
    do {
        $datagram = $service->receive();
        $service->sendTo(strtoupper($datagram->bytes), $datagram->address);
    } while ($datagram->bytes !== 'quit');
});
$client = Udp::bind();
foreach (['one', '', "a\0b", 'quit'] as $text) {
    $client->sendTo($text, $service->address());
    $answer = $client->receive(5);
    echo json_encode([$answer->bytes, $answer->address === $service->address()]), ' ';
}
echo "\n", attempt(fn () => $client->receive(0.02)), ' ', attempt(fn () => $client->receive(0)), "\n";
// A name as the receiver; the largest datagram, and a larger one.
$port = substr($service->address(), strrpos($service->address(), ':'));
$client->sendTo(str_repeat('x', 60_000), "localhost$port");
echo strlen($service->receive(5)->bytes), "\n";
$local = Udp::bind('127.0.0.1:0');
$local->sendTo(str_repeat('x', 65_507), $service->address());
echo strlen($service->receive(5)->bytes), ' ', attempt(fn () => $local->sendTo(str_repeat('x', 65_508), $service->address())), "\n";
foreach (['127.0.0.1', 'unix:/x', '127.0.0.1:0', '::1:53', ':53'] as $address) {
    echo attempt(fn () => $client->sendTo('x', $address)), "\n";
}
// The queue is bounded; the system keeps some more.
$small = Udp::bind('127.0.0.1:0', queued: 3);
for ($i = 0; $i < 10; $i++) { $client->sendTo((string) $i, $small->address()); }
delay(0.02);
$got = '';
while (strlen($got) < 10) { $got .= $small->receive(5)->bytes; }
echo $got, "\n";
// One receiver at a time; close() ends the wait.
Loop::defer(function () use ($small) { echo attempt(fn () => $small->receive()), "\n"; $small->close(); $small->close(); });
echo attempt(fn () => $small->receive()), "\n";
echo attempt(fn () => $small->receive()), ' ', attempt(fn () => $small->sendTo('x', $service->address())), ' ', json_encode($small->address()), "\n";
// Nobody listens there: the next one is sent all the same.
$gone = Udp::bind('127.0.0.1:0');
$nowhere = $gone->address();
unset($gone);
for ($i = 0; $i < 5; $i++) { $client->sendTo('x', $nowhere); }
$client->sendTo('here', $service->address());
echo $service->receive(5)->bytes, "\n";
foreach ([fn () => Udp::bind($service->address()), fn () => Udp::bind('nonsense'), fn () => Udp::bind('unix:/x'), fn () => Udp::bind(queued: 0), fn () => new Udp()] as $what) {
    echo attempt($what), "\n";
}
$datagram = new Datagram('bytes', '192.0.2.1:5');
echo $datagram->bytes, ' ', $datagram->address, ' ', attempt(function () use ($datagram) { $datagram->bytes = 'x'; }), "\n";

// Names.
echo json_encode(Dns::resolve('127.0.0.1')), json_encode(Dns::resolve('::1')), ' ';
echo array_diff(Dns::resolve('localhost'), ['127.0.0.1', '::1']) === [] ? 'localhost' : 'elsewhere', "\n";
foreach (['', 'a b', "a\0b", str_repeat('x', 300)] as $name) {
    echo strtok(attempt(fn () => Dns::resolve($name)), ' '), ' ';
}
// No such name, or nobody to ask.
echo substr(attempt(fn () => Dns::resolve('no.such.host.invalid', 2)), 0, 7), "\n";
echo attempt(fn () => Dns::resolve('localhost', 0)), "\n";
$answers = 0;
foreach (range(1, 50) as $_) { Loop::defer(function () use (&$answers) { $answers += count(Dns::resolve('localhost')) > 0 ? 1 : 0; }); }
Loop::run();
echo $answers, "\n";

// Connections.
$server = TcpServer::listen('127.0.0.1:0', fn (Connection $connection) => $connection->write('by name'));
echo Connection::connect('localhost' . strrchr($server->address(), ':'))->read(), "\n";
$server->close();
foreach ([$server->address(), 'unix:/nowhere/socket', 'unix:', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', '::1:80', '[::g]:80', ':80'] as $address) {
    echo attempt(fn () => Connection::connect($address)), "\n";
}
// A listener whose queue is full: nothing answers.
$full = stream_socket_server('tcp://127.0.0.1:0', $code, $text, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, stream_context_create(['socket' => ['backlog' => 0]]));
$address = stream_socket_get_name($full, false);
$queued = [];
while ($client = @stream_socket_client("tcp://$address", timeout: 0.1)) { $queued[] = $client; }
$begin = hrtime(true);
echo attempt(fn () => Connection::connect($address, timeout: 0.1)), ' ', hrtime(true) - $begin >= 100_000_000 ? 'waited' : 'too short', "\n";
?>
--EXPECT--
1
["ONE",true] ["",true] ["A\u0000B",true] ["QUIT",true] 
Kargo\TimeoutException: no datagram came in time Kargo\TimeoutException: no datagram came in time
60000
65507 Kargo\TransportException: can't send 65508 bytes to 127.0.0.1:PORT: Message too long (os error 90)
Kargo\ConfigurationException: can't read the address "127.0.0.1": expected HOST:PORT or unix:/PATH
Kargo\ConfigurationException: can't send a datagram to unix:/x: it has no IP address
Kargo\ConfigurationException: can't read the address "127.0.0.1:PORT": the port is not a number from 1 to 65535
Kargo\ConfigurationException: can't read the address "::PORT:PORT": an IPv6 address needs brackets: [::PORT]:PORT
Kargo\ConfigurationException: can't read the address ":PORT": the host is missing
0123456789
Error: another context waits to receive from this socket
Kargo\ConnectionClosedException: this socket was closed
Kargo\ConnectionClosedException: this socket was closed Kargo\ConnectionClosedException: this socket was closed ""
here
Kargo\TransportException: can't bind 127.0.0.1:PORT: Address already in use (os error 98)
Kargo\ConfigurationException: cannot listen on nonsense: expected HOST:PORT or unix:/PATH
Kargo\ConfigurationException: can't bind unix:/x: a UDP socket has an IP address
ValueError: Kargo\Net\Udp::bind(): Argument #2 ($queued) must be between 1 and 2147483648
Error: Call to private Kargo\Net\Udp::__construct() from global scope
bytes 192.0.2.1:5 Error: Cannot modify readonly property Kargo\Net\Datagram::$bytes
["127.0.0.1"]["::1"] localhost
Kargo\TransportException: Kargo\TransportException: Kargo\TransportException: Kargo\TransportException: Kargo\T
ValueError: Kargo\Net\Dns::resolve(): Argument #2 ($timeout) must be more than 0 and at most ten years
50
by name
Kargo\TransportException: nobody listens at 127.0.0.1:PORT; is the server running?
Kargo\TransportException: can't connect to unix:/nowhere/socket: No such file or directory (os error 2)
Kargo\ConfigurationException: can't read the address "unix:": the path is missing
Kargo\ConfigurationException: can't read the address "127.0.0.1": expected HOST:PORT or unix:/PATH
Kargo\ConfigurationException: can't read the address "127.0.0.1:PORT": the port is not a number from 1 to 65535
Kargo\ConfigurationException: can't read the address "127.0.0.1:PORT": the port is not a number from 1 to 65535
Kargo\ConfigurationException: can't read the address "::PORT:PORT": an IPv6 address needs brackets: [::PORT]:PORT
Kargo\ConfigurationException: can't read the address "[::g]:PORT": there is no IPv6 address in the brackets
Kargo\ConfigurationException: can't read the address ":PORT": the host is missing
Kargo\TimeoutException: no connection to 127.0.0.1:PORT in time waited
