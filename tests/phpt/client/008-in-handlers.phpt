--TEST--
In handlers of a server: others are served meanwhile; fan-out; failures; clients that vanish; workers; a drain
--FILE--
<?php
require __DIR__ . '/servers.inc';

$backend = own_server();
$rude = rude_server();
$code = <<<'PHP'
    use Kargo\Http\{Client, ClientOptions, ClientResponse, Request};
    [, $workers, $backend, $rude] = $argv;
    // One client for all, made before the workers are forked.
    $client = new Client(new ClientOptions(connectionsPerHost: 600));
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/proxy/{path...}', fn (Request $request) => $client->get("$backend/{$request->parameter('path')}")->body);
    $server->get('/now', fn () => 'now');
    $server->get('/fan/{count}', function (Request $request) use ($client, $backend) {
        $urls = array_map(fn ($number) => "$backend/wait/0.2/$number", range(1, (int) $request->parameter('count')));
        $results = $client->all($urls);
        return array_sum(array_map(fn ($result) => $result instanceof ClientResponse ? (int) $result->body : 0, $results)) . ' of ' . count($results);
    });
    $server->get('/refused', fn () => $client->get('http://127.0.0.1:1/')->body);
    $server->get('/caught', function () use ($client, $rude) {
        try { return $client->get("$rude/?then=close")->body; } catch (Kargo\ConnectionClosedException) { return 'caught'; }
    });
    $server->get('/map', fn () => implode(',', array_map(fn ($number) => $client->get("$backend/wait/0/$number")->body, [1, 2, 3])));
    $server->get('/fiber', function () use ($client, $backend) {
        $fiber = new Fiber(fn () => $client->get("$backend/hello")->body . Fiber::suspend(' and '));
        return $fiber->start() . ($fiber->resume('more') ?? $fiber->getReturn());
    });
    $server->get('/stream', function () use ($client, $backend) {
        $length = 0;
        foreach ($client->stream('GET', "$backend/large/3000000") as $chunk) { $length += strlen($chunk); }
        return "$length";
    });
    $server->get('/exit', function () use ($client, $backend) { $client->get("$backend/hello"); exit('exit'); });
    $server->get('/kept', function (Request $request) use ($client, $backend) {
        $client->get("$backend/hello");
        return $request->query('a') . ' ' . $request->header('x-mark');
    });
    $server->get('/self', fn (Request $request) => $client->get("http://{$request->host()}/now")->body);
    $server->run(workers: (int) $workers);
    PHP;
$start = fn (int $workers) => Server::start($code, [(string) $workers, url($backend, ''), url($rude, '')]);
$server = $start(1);

$slow = $server->connect()->send("GET /proxy/wait/0.5/slow HTTP/1.1\r\nHost: a\r\n\r\n");
$begin = microtime(true);
foreach (range(1, 20) as $_) {
    $server->get('/now')->body === 'now' || print "wrong\n";
}
echo microtime(true) - $begin < 0.4 ? "others were served\n" : "others had to wait\n";
echo $slow->readResponse()->body, "\n";
echo $server->get('/fan/200')->body, "\n";
echo $server->get('/refused')->status, ' ', $server->get('/caught')->body, ' ', $server->get('/map')->body, ' ', $server->get('/fiber')->body, ' ', $server->get('/stream')->body, "\n";
echo preg_match('/handler threw.*nobody listens at 127\.0\.0\.1:1/', $server->log()) ? "the log says why\n" : $server->log();
echo $server->get('/exit')->status, ' ', $server->get('/kept?a=b', ['X-Mark' => 'm'])->body, ' ', $server->get('/self', ['Host' => $server->authority()])->body, "\n";
// Pipelined ones keep their order.
$batch = $server->connect()->send("GET /proxy/wait/0.1/a HTTP/1.1\r\nHost: a\r\n\r\nGET /proxy/wait/0/b HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n");
echo $batch->readResponse()->body, $batch->readResponse()->body, ' ', $batch->readResponse()->body, "\n";
// Who has vanished is no trouble.
foreach (range(1, 5) as $_) {
    $server->connect()->send("GET /proxy/wait/0.1/x HTTP/1.1\r\nHost: a\r\n\r\n")->close();
}
echo $server->get('/proxy/wait/0.2/later')->body, "\n";
// A drain lets those in flight end.
$last = $server->connect()->send("GET /proxy/wait/0.3/last HTTP/1.1\r\nHost: a\r\n\r\n");
$server->waitUntil(fn () => str_contains($backend->get('/hello')->body, 'Hello'), 'the backend has answered');
$server->signal(SIGTERM);
echo $last->readResponse()->body, ' ', $server->wait(), "\n";

foreach ([0, 2] as $workers) {
    $server = $start($workers);
    $raw = array_map(fn ($number) => $server->connect()->send("GET /proxy/wait/0.1/$number HTTP/1.1\r\nHost: a\r\n\r\n"), range(1, 8));
    echo "$workers: ", implode(',', array_map(fn ($connection) => $connection->readResponse()->body, $raw)), ' ', $server->stop(), "\n";
}
echo $backend->stop(), "\n";
?>
--EXPECT--
others were served
slow
20100 of 200
500 caught 1,2,3  and Hello, World!more 3000000
the log says why
500 b m now
ab now
later
last 0
0: 1,2,3,4,5,6,7,8 0
2: 1,2,3,4,5,6,7,8 0
0
