--TEST--
What a connection callback throws, exit and fatal errors cost that connection alone, in a plain loop and under a server
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

// The same service in a plain script, in a server without workers and in one with a worker.
$service = <<<'PHP'
    use Kargo\Net\{Connection, TcpServer};
    final class Held { public function __destruct() { fwrite(STDERR, "freed\n"); } }
    $tcp = TcpServer::listen('127.0.0.1:0', function (Connection $connection) {
        $held = new Held();
        $connection->write("ready\n");
        foreach ($connection->lines() as $line) {
            $connection->write("< $line\n");
            match ($line) {
                'throw' => throw new DomainException('a secret'),
                'error' => no_such_function(),
                'exit' => exit(7),
                'die' => die('dying words'),
                'fatal' => eval('function twice() {} function twice() {}'),
                'wait and throw' => (function () { Kargo\delay(0.01); throw new DomainException('after a wait'); })(),
                'finish' => $GLOBALS['tcp']->close() || exit,
                default => null,
            };
        }
    }, accept: fn (string $address) => str_contains($address, 'x') ? throw new Exception() : true);
    PHP;
$runs = [
    'plain' => $service . "\nfwrite(STDERR, 'listening on tcp://' . \$tcp->address() . \"\\n\"); Kargo\\Loop::run(); echo 'the loop has ended';",
    'in process' => $service . "\n" . '$http = Kargo\Http\Server::listen("127.0.0.1:0"); $http->get("/", fn () => $tcp->address()); $http->run(workers: 0);',
    'worker' => $service . "\n" . '$http = Kargo\Http\Server::listen("127.0.0.1:0"); $http->get("/", fn () => $tcp->address()); $http->run(workers: 1);',
];
foreach ($runs as $name => $script) {
    echo "-- $name\n";
    $server = Server::start($script, ini: ['memory_limit' => '64M']);
    $address = $name === 'plain' ? "$server->host:$server->port" : $server->get('/')->body;
    $connect = function () use ($server, $address): Connection {
        $connection = $server->connect("tcp://$address");
        $connection->readThrough("ready\n");
        return $connection;
    };
    // A worker is replaced after a fatal error: that one comes last.
    foreach (['throw', 'error', 'exit', 'die', 'wait and throw', 'fatal'] as $end) {
        $bystander = $connect();
        $victim = $connect();
        $bystander->send("hello\n");
        $bystander->readThrough("< hello\n");
        $victim->send("$end\nnot read\n");
        echo json_encode($victim->readUntilClose()), ' ';
        if ($name !== 'worker' || $end !== 'fatal') {
            $bystander->send("still there\n");
            echo json_encode($bystander->readThrough("\n")), "\n";
        } else {
            // What was said before the drain is answered, then comes the end.
            echo json_encode($bystander->readUntilClose()), "\n";
        }
        $bystander->close();
    }
    if ($name === 'plain') {
        $connect()->send("finish\n")->readUntilClose();
        echo $server->wait(), ' ', json_encode([str_contains($server->output(), 'dying words'), str_ends_with($server->output(), 'the loop has ended')]), "\n";
    } else {
        echo $server->stop(), "\n";
    }
    $log = $server->log();
    foreach (['/a connection callback threw class=DomainException message="a secret" file=\S+ line=\d+/',
        '/a connection callback threw class=Error message="Call to undefined function no_such_function/', '/a connection callback called exit file=\S+ line=\d+/',
        '/a connection callback threw class=DomainException message="after a wait"/', '/a connection callback ended with a fatal error/'] as $pattern) {
        echo preg_match_all($pattern, $log), ' ';
    }
    echo str_contains($log, 'being replaced') ? 'replaced' : 'not replaced', ' ', substr_count($log, "freed\n"), "\n";
}
?>
--EXPECT--
-- plain
"< throw\n" "< still there\n"
"< error\n" "< still there\n"
"< exit\n" "< still there\n"
"< die\n" "< still there\n"
"< wait and throw\n" "< still there\n"
"< fatal\n" "< still there\n"
0 [true,true]
1 1 3 1 1 not replaced 11
-- in process
"< throw\n" "< still there\n"
"< error\n" "< still there\n"
"< exit\n" "< still there\n"
"< die\n" "< still there\n"
"< wait and throw\n" "< still there\n"
"< fatal\n" "< still there\n"
0
1 1 2 1 1 not replaced 10
-- worker
"< throw\n" "< still there\n"
"< error\n" "< still there\n"
"< exit\n" "< still there\n"
"< die\n" "< still there\n"
"< wait and throw\n" "< still there\n"
"< fatal\n" ""
0
1 1 2 1 1 replaced 10
