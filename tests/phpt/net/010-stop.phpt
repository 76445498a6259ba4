--TEST--
Loop::stop() and event_loopbreak() end the run while handlers of connections wait; they go on in the next one
--FILE--
<?php
use Kargo\Loop;
use Kargo\Net\Connection;
use Kargo\Net\TcpServer;

$served = 0;
$server = TcpServer::listen('127.0.0.1:0', function (Connection $connection) use (&$served) {
    foreach ($connection->lines() as $line) {
        $served++;
        $connection->write("$line\n");
        $line === 'stop' && Loop::stop();
    }
});
$clients = array_map(fn () => stream_socket_client("tcp://{$server->address()}"), range(1, 20));
$run = [
    'Loop::stop()' => fn () => [Loop::delay(0.05, fn () => Loop::stop()), Loop::run()],
    'event_loopbreak()' => fn () => [Loop::delay(0.05, fn () => event_loopbreak()), event_dispatch()],
    'stop() in a handler' => function () use ($clients) {
        fwrite($clients[3], "stop\n");
        Loop::run();
    },
];
foreach ([...array_keys($run), ...array_keys($run)] as $name) {
    foreach ($clients as $number => $client) {
        fwrite($client, "$name $number\n");
    }
    $run[$name]();
    // What was asked for just before the stop may be answered in the next run.
    Loop::delay(0.05, fn () => Loop::stop());
    Loop::run();
    echo "$name: $served lines\n";
    foreach ($clients as $number => $client) {
        while (($line = fgets($client)) === "stop\n");
        $line === "$name $number\n" || exit('wrong line');
    }
}
foreach ($run as $name => $runs) {
    $runs();
    echo "$name, nothing to do\n";
}

// So does a callback of the loop that waits for the network.
Loop::defer(function () use ($server) {
    $connection = Connection::connect($server->address());
    Loop::defer(fn () => Loop::stop());
    Loop::delay(0.1, fn () => $connection->write("at last\n"));
    echo $connection->readLine(), "\n";
});
Loop::run();
echo "stopped\n";
Loop::delay(0.3, fn () => Loop::stop());
Loop::run();
echo "and over\n";

// exit in a callback, while all of them wait.
register_shutdown_function(fn () => print "shutdown\n");
Loop::delay(0.05, function () { exit; });
Loop::run();
?>
--EXPECT--
Loop::stop(): 20 lines
event_loopbreak(): 40 lines
stop() in a handler: 61 lines
Loop::stop(): 81 lines
event_loopbreak(): 101 lines
stop() in a handler: 122 lines
Loop::stop(), nothing to do
event_loopbreak(), nothing to do
stop() in a handler, nothing to do
stopped
at last
and over
shutdown
