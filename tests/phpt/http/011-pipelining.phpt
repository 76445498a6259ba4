--TEST--
Pipelined requests with mixed outcomes: answers in order, each with its own
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/ok/{n}', fn ($request) => $request->parameter('n'));
    $server->get('/wait/{n}', function ($request) { Kargo\delay(0.001 * ($request->parameter('n') % 4)); return $request->parameter('n'); });
    $server->get('/large/{n}', fn ($request) => str_repeat('x', 100_000) . $request->parameter('n'));
    $server->get('/json/{n}', fn ($request) => [(int) $request->parameter('n')]);
    $server->get('/throw/{n}', fn () => throw new Exception('x'));
    $server->get('/exit/{n}', fn () => exit);
    $server->get('/http/{n}', fn ($request) => throw new Kargo\Http\HttpException(400 + $request->parameter('n') % 10, $request->parameter('n')));
    $server->post('/body/{n}', fn ($request) => $request->body());
    $server->run(workers: 1);
    PHP);
$kinds = [
    'ok' => [200, fn ($n) => "$n"], 'wait' => [200, fn ($n) => "$n"], 'large' => [200, fn ($n) => str_repeat('x', 100_000) . $n], 'json' => [200, fn ($n) => "[$n]"],
    'throw' => [500, null], 'exit' => [500, null], 'missing' => [404, null], 'http' => [null, fn ($n) => "$n\n"], 'body' => [200, fn ($n) => "body $n"], 'post' => [405, null],
];
mt_srand(42);
$wrong = 0;
foreach ([3, 64, 65, 500] as $count) {
    $raw = $server->connect();
    $bytes = '';
    $sent = [];
    for ($n = 0; $n < $count; $n++) {
        $kind = array_rand($kinds);
        $sent[] = $kind;
        $bytes .= match ($kind) {
            'body' => "POST /body/$n HTTP/1.1\r\nHost: a\r\nContent-Length: " . strlen("body $n") . "\r\n\r\nbody $n",
            'post' => "POST /ok/$n HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            default => "GET /$kind/$n HTTP/1.1\r\nHost: a\r\n\r\n",
        };
    }
    // Sent from a second process, since the answers fill what the system holds before all is sent.
    $child = pcntl_fork();
    if ($child === 0) {
        $raw->send($bytes);
        posix_kill(posix_getpid(), SIGKILL);
    }
    foreach ($sent as $n => $kind) {
        $response = $raw->readResponse();
        [$status, $body] = $kinds[$kind];
        $status ??= 400 + $n % 10;
        if ($response->status !== $status || ($body !== null && $response->body !== $body($n))) {
            $wrong++ || print "$count, $n, $kind: $response->status " . substr($response->body, 0, 50) . "\n";
        }
    }
    pcntl_waitpid($child, $state);
    echo "$count answered\n";
}
echo "$wrong wrong\n";
// An error of the protocol ends the connection after the answers before it.
$raw = $server->connect()->send("GET /ok/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /ok/2 HTTP/1.1\r\n\r\nGET /ok/3 HTTP/1.1\r\nHost: a\r\n\r\n");
echo $raw->readResponse()->body, ' ', $raw->readResponse()->status, ' ', json_encode($raw->readUntilClose()), "\n";
$raw = $server->connect()->send("GET /ok/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /ok/2 HTTP/1.1\r\nHost: a\r\n\r\n");
echo $raw->readResponse()->header('connection'), ' ', json_encode($raw->readUntilClose()), "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
3 answered
64 answered
65 answered
500 answered
0 wrong
1 400 ""
close ""
0
