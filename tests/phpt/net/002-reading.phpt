--TEST--
Reading: in any pieces, lines and their limits, timeouts, ends; one reader at a time
--FILE--
<?php
use Kargo\Loop;
use Kargo\Net\{Connection, ConnectionOptions, TcpServer};
use function Kargo\delay;

/** A connection to a peer that does what $peer says. */
function peer(callable $peer, ?ConnectionOptions $options = null): Connection
{
    $server = TcpServer::listen('127.0.0.1:0', $peer);
    $connection = Connection::connect($server->address(), $options);
    $server->close();
    return $connection;
}

function attempt(callable $what): string
{
    try { return json_encode($what()); } catch (Throwable $error) { return get_class($error) . ': ' . $error->getMessage(); }
}

// read(): what is there, at most so much, null at the end and after it.
$connection = peer(function (Connection $peer) { $peer->write('abcdef'); $peer->readLine(); $peer->write('ghi'); });
echo json_encode([$connection->read(2), $connection->read(1), $connection->read()]), "\n";
$connection->write("\n");
echo json_encode([$connection->read(100), $connection->read(), $connection->read()]), ' ', json_encode($connection->isOpen()), "\n";
$connection->end();
delay(0.01);
echo json_encode($connection->isOpen()), "\n";
foreach ([0, -1, PHP_INT_MAX] as $bytes) {
    echo attempt(fn () => $connection->read($bytes)), "\n";
}
foreach ([-0.1, NAN, INF] as $timeout) {
    echo attempt(fn () => $connection->read(timeout: $timeout)), "\n";
}

// Lines, byte by byte.
$text = "one\ntwo\r\n\n\r\nbare\rcr\nlast";
$slow = fn (Connection $peer) => array_map(function (string $byte) use ($peer) { $peer->write($byte); delay(0); }, str_split($text));
$connection = peer($slow);
$lines = [];
while (($line = $connection->readLine()) !== null) {
    $lines[] = $line;
}
echo json_encode($lines), ' ', json_encode($connection->readLine()), "\n";
$lines = peer($slow)->lines();
foreach ($lines as $number => $line) {
    echo "$number=", json_encode($line), ' ';
}
echo json_encode($lines->valid()), ' ', attempt(fn () => $lines->current()), ' ', attempt(fn () => $lines->rewind()), "\n";
// Lines and reads of the same input, and foreach that is left and goes on.
$connection = peer(fn (Connection $peer) => $peer->write("a\nb\nc\nd\nrest"));
foreach ($connection->lines() as $line) {
    echo $line;
    if ($line === 'b') { break; }
}
echo $connection->readLine(), json_encode($connection->read(3)), json_encode($connection->readLine()), "\n";
// The lines keep their connection open.
$lines = peer(function (Connection $peer) { $peer->write("x\n"); delay(0.01); $peer->write("y\n"); })->lines();
echo implode(iterator_to_array($lines)), "\n";

// Limits: at and above; the line stays unread. More than the input may hold is too long as well.
$connection = peer(fn (Connection $peer) => $peer->write("12345\r\n123456\r\n"));
echo attempt(fn () => $connection->readLine(5)), ' ', attempt(fn () => $connection->readLine(5)), ' ', attempt(fn () => $connection->readLine(6)), "\n";
$connection = peer(fn (Connection $peer) => $peer->write(str_repeat('x', 100)), new ConnectionOptions(inputHigh: 10));
echo attempt(fn () => $connection->readLine(50)), ' ', strlen($connection->read()), "\n";
$connection = peer(fn (Connection $peer) => $peer->write(str_repeat('x', 1000)), new ConnectionOptions(inputHigh: 10));
$total = 0;
while (($bytes = $connection->read()) !== null) {
    $total += strlen($bytes);
    strlen($bytes) <= 10 || print "too much\n";
}
echo $total, "\n";

// Timeouts: the connection can still be used; bytes that are there need no time.
$connection = peer(function (Connection $peer) { delay(0.08); $peer->write("late\n"); delay(0.05); }, new ConnectionOptions(readTimeout: 0.03));
$begin = hrtime(true);
echo attempt(fn () => $connection->readLine()), ' ', hrtime(true) - $begin >= 30_000_000 ? 'waited' : 'too short', "\n";
echo attempt(fn () => $connection->read(timeout: 0)), "\n";
echo attempt(fn () => $connection->readLine(timeout: 5)), ' ', attempt(fn () => $connection->read()), "\n";
echo attempt(fn () => $connection->read(timeout: 5)), "\n";
// Bytes that are no line do not make a line's time longer.
$connection = peer(function (Connection $peer) { while ($peer->isOpen()) { $peer->write('.'); delay(0.01); } });
$begin = hrtime(true);
echo attempt(fn () => $connection->readLine(timeout: 0.05)), ' ', hrtime(true) - $begin < 5e9 ? 'in time' : 'late', "\n";
$connection->close();
delay(0.03);

// One reader at a time; writing is free meanwhile, and close() ends the wait.
$connection = peer(fn (Connection $peer) => $peer->readLine());
Loop::defer(function () use ($connection) {
    echo attempt(fn () => $connection->read(timeout: 1)), "\n";
    $connection->write('x');
    Loop::delay(0.02, fn () => $connection->close());
});
echo attempt(fn () => $connection->read()), "\n";
echo json_encode($connection->isOpen()), ' ', attempt(fn () => $connection->readLine()), ' ', attempt(fn () => $connection->remoteAddress()), "\n";
?>
--EXPECT--
["ab","c","def"]
["ghi",null,null] true
false
ValueError: Kargo\Net\Connection::read(): Argument #1 ($maxBytes) must be between 1 and 2147483648
ValueError: Kargo\Net\Connection::read(): Argument #1 ($maxBytes) must be between 1 and 2147483648
ValueError: Kargo\Net\Connection::read(): Argument #1 ($maxBytes) must be between 1 and 2147483648
ValueError: Kargo\Net\Connection::read(): Argument #2 ($timeout) must be 0 or more and at most ten years
ValueError: Kargo\Net\Connection::read(): Argument #2 ($timeout) must be 0 or more and at most ten years
ValueError: Kargo\Net\Connection::read(): Argument #2 ($timeout) must be 0 or more and at most ten years
["one","two","","","bare\rcr","last"] null
0="one" 1="two" 2="" 3="" 4="bare\rcr" 5="last" false Error: there is no line any more Error: lines that were read can't be read again
abc"d\nr""est"
xy
"12345" Kargo\ProtocolException: the peer sent a line of more than 5 bytes "123456"
Kargo\ProtocolException: the peer sent a line of more than 10 bytes 10
1000
Kargo\TimeoutException: nothing came in time waited
Kargo\TimeoutException: nothing came in time
"late" Kargo\TimeoutException: nothing came in time
null
Kargo\TimeoutException: nothing came in time in time
Error: another context waits to read from this connection
Kargo\ConnectionClosedException: this connection was closed
false Kargo\ConnectionClosedException: this connection was closed Kargo\ConnectionClosedException: this connection was closed: its addresses are not known any more
