--TEST--
Peers that reset, hang up, trickle, flood, never read or half-close cost nobody else anything; memory is bounded
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Net\{Connection, ConnectionOptions, TcpServer};
    $tcp = TcpServer::listen('127.0.0.1:0', function (Connection $connection) {
        try {
            foreach ($connection->lines(100) as $line) {
                match (true) {
                    $line === 'flood me' => (function () use ($connection) { while (true) { $connection->write(str_repeat('x', 10_000)); } })(),
                    $line === 'memory' => $connection->write(memory_get_usage() . "\n"),
                    default => $connection->write("$line\n"),
                };
            }
            fwrite(STDERR, "ended\n");
        } catch (Kargo\KargoException $exception) {
            fwrite(STDERR, get_class($exception) . ': ' . $exception->getMessage() . "\n");
        }
    }, options: new ConnectionOptions(inputHigh: 10_000, outputHigh: 50_000, readTimeout: 1.0, writeTimeout: 0.2, closeTimeout: 0.2));
    fwrite(STDERR, 'listening on tcp://' . $tcp->address() . "\n");
    Kargo\Loop::onSignal(SIGTERM, fn () => Kargo\Loop::stop());
    Kargo\Loop::run();
    PHP);

$polite = $server->connect();
$ask = function (string $line) use ($polite): string {
    return rtrim($polite->send("$line\n")->readThrough("\n"));
};
$ask('hello');
$before = (int) $ask('memory');

// Byte by byte, with both line ends.
$peer = $server->connect();
foreach (str_split("slow\r\nly\n") as $byte) {
    $peer->send($byte);
    $ask('between');
}
echo json_encode($peer->readThrough("slow\n") . $peer->readThrough("ly\n")), "\n";
// Gone without a word, in the middle of a line.
$offset = strlen($server->log());
$peer->send('half a li')->close();
$server->waitForLog('/^ended$/m', $offset);
// A half-close is an end; what was asked before is answered.
echo json_encode($server->connect()->send("last")->closeWrite()->readUntilClose()), "\n";
// Reset while it waits.
$offset = strlen($server->log());
$socket = socket_create(AF_INET, SOCK_STREAM, SOL_TCP);
socket_connect($socket, $server->host, $server->port);
socket_write($socket, "half a line");
usleep(20_000);
socket_set_option($socket, SOL_SOCKET, SO_LINGER, ['l_onoff' => 1, 'l_linger' => 0]);
socket_close($socket);
echo $server->waitForLog('/.*reset.*/', $offset)[0], "\n";
// A line without end.
$offset = strlen($server->log());
$peer = $server->connect();
try { $peer->send(str_repeat('x', 5_000_000)); } catch (RuntimeException) {}
echo $server->waitForLog('/.*Protocol.*/', $offset)[0], "\n";
// Says nothing.
$offset = strlen($server->log());
$silent = $server->connect();
echo $ask('others are served'), "\n";
for ($i = 0; $i < 30 && !str_contains(substr($server->log(), $offset), 'Timeout'); $i++) { $ask('busy'); usleep(50_000); }
echo $server->waitForLog('/.*Timeout.*/', $offset)[0], "\n";
// Asks for a flood and never reads it; fifty of them.
$offset = strlen($server->log());
$greedy = array_map(fn () => $server->connect()->send("flood me\n"), range(1, 50));
$most = 0;
while (substr_count(substr($server->log(), $offset), 'took nothing') < 50) {
    $most = max($most, (int) $ask('memory'));
    usleep(10_000);
}
echo $most - $before < 50 * 200_000 ? "bounded\n" : $most - $before . " bytes\n";
unset($greedy, $silent, $peer);
echo $ask('and the polite one'), "\n";
$after = (int) $ask('memory');
echo $after - $before < 1_000_000 ? "given back\n" : $after - $before . " bytes left\n";
echo $server->stop(), "\n";
?>
--EXPECT--
"slow\nly\n"
"last\n"
Kargo\ConnectionClosedException: the peer has reset the connection
Kargo\ProtocolException: the peer sent a line of more than 100 bytes
others are served
Kargo\TimeoutException: nothing came in time
bounded
and the polite one
given back
0
