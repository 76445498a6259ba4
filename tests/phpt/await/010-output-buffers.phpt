--TEST--
Output buffers across a wait belong to their handler; outputs do not mix
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/buffered/{n}', function ($request) {
        $n = $request->parameter('n');
        ob_start();
        echo "begin $n, ";
        Kargo\delay(0.01 * ($n % 7));
        ob_start();
        echo "inner $n";
        Kargo\delay(0.01 * ($n % 3));
        $inner = ob_get_clean();
        Kargo\delay(0);
        echo "$inner, end $n";
        return ob_get_clean() . ', level ' . ob_get_level();
    });
    $server->get('/callback', function ($request) {
        ob_start(fn ($text) => strtoupper($text));
        echo 'up';
        Kargo\delay(0.02);
        echo 'per';
        return ob_get_level() . ' ' . ob_get_flush();
    });
    $server->get('/printing/{n}', function ($request) {
        echo 'printed before ', $request->parameter('n');
        Kargo\delay(0.02);
        echo ' and after ', $request->parameter('n');
        return 'quiet';
    });
    $server->get('/left-open', function ($request) { ob_start(); echo 'left in a buffer'; Kargo\delay(0.02); return 'left'; });
    $server->get('/level', fn () => (string) ob_get_level());
    $server->run(workers: 1);
    PHP);
$clients = [];
foreach (range(1, 50) as $n) {
    $clients[$n] = $server->connect()->send("GET /buffered/$n HTTP/1.1\r\nHost: a\r\n\r\nGET /level HTTP/1.1\r\nHost: a\r\n\r\n");
}
$printing = [];
foreach (range(1, 3) as $n) {
    $printing[] = $server->connect()->send("GET /printing/$n HTTP/1.1\r\nHost: a\r\n\r\n");
}
$left = $server->connect()->send("GET /left-open HTTP/1.1\r\nHost: a\r\n\r\n");
$right = 0;
foreach ($clients as $n => $client) {
    $right += $client->readResponse()->body === "begin $n, inner $n, end $n, level 0" && $client->readResponse()->body === '0' ? 1 : 0;
}
echo "$right right\n";
foreach ($printing as $at => $client) {
    $n = $at + 1;
    echo $client->readResponse()->body, "\n";
    $server->waitForLog("/handler printed .*output=\"printed before $n and after $n\"/");
}
echo $left->readResponse()->body, "\n";
$server->waitForLog('/ warning .*handler left output buffers open .*count=1/');
$server->waitForLog('/handler printed .*output="left in a buffer"/');
echo $server->get('/callback')->body, "\n", $server->get('/level')->body, "\n";
echo $server->stop(), json_encode($server->output()), "\n";
?>
--EXPECT--
50 right
quiet
quiet
quiet
left
1 upper
0
0""
