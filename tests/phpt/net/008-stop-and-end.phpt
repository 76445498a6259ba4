--TEST--
Loop::stop(), the end of run() and of the script: what still waits, what was written, what is open
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

// run() ends when no server listens and nothing is on its way; connections that nobody waits for do not keep it.
use Kargo\Loop;
use Kargo\Net\{TcpServer, ConnectionOptions};
$kept = [];
$server = TcpServer::listen('127.0.0.1:0', function (Kargo\Net\Connection $connection) use (&$kept, &$server) { $kept[] = $connection; $server->close(); });
Loop::defer(function () use ($server, &$client) { $client = Kargo\Net\Connection::connect($server->address()); });
Loop::run();
echo json_encode([count($kept), $client->isOpen(), $kept[0]->isOpen()]), "\n";

// stop(): run() returns though callbacks wait for their peers; the next run goes on with them.
$heard = [];
$server = TcpServer::listen('127.0.0.1:0', function (Kargo\Net\Connection $connection) use (&$heard) {
    foreach ($connection->lines(timeout: 60) as $line) { $heard[] = $line; }
    $heard[] = 'end';
});
$client = Kargo\Net\Connection::connect($server->address());
Loop::delay(0.02, fn () => Loop::stop());
$begin = hrtime(true);
Loop::run();
echo json_encode([$heard, hrtime(true) - $begin < 10e9]), "\n";
$client->write("while nothing runs\n");
Loop::delay(0.05, fn () => Loop::stop());
Loop::run();
echo json_encode($heard), "\n";
$client->write("and\n");
$client->close();
$server->close();
Loop::run();
echo json_encode($heard), "\n";
// An exception in a Loop callback ends run(), but no connection.
$server = TcpServer::listen('127.0.0.1:0', fn (Kargo\Net\Connection $connection) => $connection->write($connection->readLine()));
$client = Kargo\Net\Connection::connect($server->address());
Loop::defer(fn () => throw new DomainException('out of run()'));
try { Loop::run(); } catch (DomainException $exception) { echo $exception->getMessage(), ' '; }
$client->write("still\n");
echo $client->read(), "\n";
$server->close();

// The end of the script: what was written arrives, what waits is unwound, servers are gone.
$script = <<<'PHP'
    use Kargo\Net\{Connection, TcpServer};
    final class Held { public function __destruct() { fwrite(STDERR, "freed\n"); } }
    $tcp = TcpServer::listen('127.0.0.1:0', function (Connection $connection) use (&$all) {
        $held = new Held();
        $connection->write(str_repeat('x', 250_000));
        $all[] = $connection;
        $line = $connection->readLine();
        fwrite(STDERR, "got $line\n");
        if ($line === 'stop') { Kargo\Loop::stop(); }
        $connection->readLine();
        fwrite(STDERR, "not reached\n");
    });
    fwrite(STDERR, 'listening on tcp://' . $tcp->address() . "\n");
    PHP;
foreach (['stop' => 'Kargo\Loop::run(); echo "end";', 'exit' => 'Kargo\Loop::delay(0.3, fn () => exit(4)); Kargo\Loop::run();'] as $line => $end) {
    $process = Server::start("$script\n$end");
    $one = $process->connect();
    $two = $process->connect();
    $two->read(1);
    $one->send("$line\n");
    echo strlen($one->readUntilClose()), ' ', strlen($two->readUntilClose()) + 1, ' ';
    echo $process->wait(), ' ', $process->output(), ' ', substr_count($process->log(), "freed\n"), ' ', substr_count($process->log(), 'not reached'), "\n";
}
// A client script that writes and ends; and one whose peer takes nothing, which ends after the close timeout.
$sink = stream_socket_server('tcp://127.0.0.1:0');
$address = stream_socket_get_name($sink, false);
$process = Server::start("\$connection = Kargo\\Net\\Connection::connect('$address'); \$connection->write(str_repeat('y', 200_000)); \$list = [[\$connection]];", ready: false);
$peer = stream_socket_accept($sink);
echo strlen(stream_get_contents($peer)), ' ', $process->wait(), "\n";
$process = Server::start("\$connection = Kargo\\Net\\Connection::connect('$address', new Kargo\\Net\\ConnectionOptions(outputHigh: 50_000_000, closeTimeout: 0.2)); \$connection->write(str_repeat('y', 50_000_000));", ready: false);
$peer = stream_socket_accept($sink);
echo $process->wait(), "\n";
?>
--EXPECT--
[1,true,true]
[[],true]
["while nothing runs"]
["while nothing runs","and","end"]
out of run() still
250000 250000 0 end 2 0
250000 250000 4  2 0
200000 0
0
