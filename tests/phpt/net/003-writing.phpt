--TEST--
Writing: waits for a peer that does not read, memory is bounded, writers do not mix, timeouts, end() and close()
--FILE--
<?php
use Kargo\Loop;
use Kargo\Net\{Connection, ConnectionOptions, TcpServer};
use function Kargo\delay;

function peer(callable $peer, ?ConnectionOptions $options = null, ?ConnectionOptions $peerOptions = null): Connection
{
    $server = TcpServer::listen('127.0.0.1:0', $peer, options: $peerOptions);
    $connection = Connection::connect($server->address(), $options);
    $server->close();
    return $connection;
}

function attempt(callable $what): string
{
    try { return json_encode($what()); } catch (Throwable $error) { return get_class($error) . ': ' . $error->getMessage(); }
}

// A peer that reads later: write() waits, and what is queued never gets far above the high mark.
$high = 100_000;
$options = new ConnectionOptions(outputHigh: $high, outputLow: 0);
$begun = false;
$received = 0;
$connection = peer(function (Connection $peer) use (&$begun, &$received) {
    delay(0.1);
    $begun = true;
    while (($bytes = $peer->read()) !== null) { $received += strlen($bytes); }
}, $options);
$most = 0;
$before = memory_get_usage();
for ($sent = 0; $sent < 40_000_000; $sent += 50_000) {
    $connection->write(str_repeat('x', 50_000));
    $most = max($most, $connection->queued());
}
echo json_encode([$begun, $most >= $high, $most < $high + 50_000, memory_get_usage() - $before < 1_000_000]), "\n";
$connection->end();
while ($connection->read() !== null);
echo $received === $sent ? "all received\n" : "$received of $sent\n";

// One write of more than the output may hold, in parts: memory stays bounded, and others' writes come after it.
$received = '';
$connection = peer(function (Connection $peer) use (&$received) {
    delay(0.05);
    while (($bytes = $peer->read()) !== null) { $received .= $bytes; }
}, $options);
$most = 0;
$ticks = Loop::repeat(0.001, function () use ($connection, &$most) { $most = max($most, $connection->queued()); });
Loop::delay(0.01, function () use ($connection) {
    echo json_encode($connection->tryWrite('!')), ' ';
    $connection->write('second');
    $connection->end();
});
$connection->write(str_repeat('x', 30_000_000));
while ($connection->read() !== null);
$ticks->cancel();
echo json_encode([strlen($received), substr($received, -8), $most < 2 * $high]), "\n";

// tryWrite() never waits: all of it or nothing.
$connection = peer(fn (Connection $peer) => delay(60), $options);
$taken = 0;
while ($connection->tryWrite(str_repeat('x', 10_000))) { $taken++; }
echo json_encode([$taken > 10, $connection->queued() >= $high, $connection->tryWrite('x')]), "\n";
$connection->abort();
echo attempt(fn () => $connection->tryWrite('x')), ' ', attempt(fn () => $connection->write('')), ' ', $connection->queued(), "\n";

// A peer that takes nothing for the write timeout is gone: for the writer, and for whoever reads.
$connection = peer(fn (Connection $peer) => delay(60), new ConnectionOptions(outputHigh: $high, writeTimeout: 0.05));
Loop::defer(function () use ($connection, &$reader) { $reader = attempt(fn () => $connection->read()); });
$writer = attempt(function () use ($connection) { while (true) { $connection->write(str_repeat('x', 50_000)); } });
delay(0);
echo "reader: $reader\nwriter: $writer\n";
echo json_encode([$connection->isOpen(), $connection->queued()]), "\n";

// Several writers wait for one connection, and all go on.
$received = 0;
$connection = peer(function (Connection $peer) use (&$received) {
    delay(0.05);
    while (($bytes = $peer->read()) !== null) { $received += strlen($bytes); }
}, $options);
$connection->write(str_repeat('x', 10_000_000));
$done = 0;
foreach (range(1, 20) as $_) {
    Loop::defer(function () use ($connection, &$done) {
        for ($i = 0; $i < 10; $i++) { $connection->write(str_repeat('y', 20_000)); }
        if (++$done === 20) { $connection->end(); }
    });
}
while ($connection->read() !== null);
echo $received, "\n";

// end(): everything is sent, then nothing more can be; the other direction goes on.
$connection = peer(function (Connection $peer) { $text = ''; while (($bytes = $peer->read()) !== null) { $text .= $bytes; } $peer->write("got $text\n"); $peer->write("and more\n"); });
$connection->write('all of it');
$connection->end();
echo attempt(fn () => $connection->write('x')), ' ', $connection->readLine(), ', ', $connection->readLine(), ' ', json_encode($connection->readLine()), "\n";

// close(): what is queued is sent although nobody has the object any more.
$received = 0;
$connection = peer(function (Connection $peer) use (&$received) { delay(0.03); while (($bytes = $peer->read()) !== null) { $received += strlen($bytes); } });
$connection->write(str_repeat('x', 10_000_000));
$connection->close();
$connection->close();
unset($connection);
Loop::run();
echo $received, "\n";
// abort() does not wait for anything.
$connection = peer(function (Connection $peer) use (&$received) { $received = attempt(fn () => $peer->read()); });
$connection->write('x');
$connection->abort();
$connection->abort();
Loop::run();
echo $received === '"x"' || $received === 'null' ? "aborted\n" : "$received\n";
?>
--EXPECT--
[true,true,true,true]
all received
false [30000006,"xxsecond",true]
[true,true,false]
Kargo\ConnectionClosedException: this connection was closed Kargo\ConnectionClosedException: this connection was closed 0
reader: Kargo\ConnectionClosedException: the peer took nothing for the write timeout, so the connection was closed
writer: Kargo\ConnectionClosedException: the peer took nothing for the write timeout, so the connection was closed
[false,0]
14000000
Kargo\ConnectionClosedException: this side of the connection was ended by end() got all of it, and more null
10000000
aborted
