--TEST--
With Isolation::Strict nobody gets a worker that a visitor left something in: what it has received already is refused
--FILE--
<?php
require __DIR__ . '/guard.inc';

$server = Server::start(<<<'PHP'
    final class Current { public static ?string $user = null; }
    $server = Kargo\Http\Server::listen('127.0.0.1:0')->isolate(Kargo\App\Isolation::Strict);
    $server->get('/login', function ($request) { Current::$user = $request->query('name'); return 'welcome'; });
    $server->get('/whoami', fn () => Current::$user ?? 'nobody');
    $server->get('/whoami/{x}', fn () => Current::$user ?? 'nobody');
    $server->run(workers: 2);
    PHP);
$server->waitUntil(fn () => count($server->children()) === 2, 'both workers are there');
echo $server->get('/whoami')->body, "\n";
$raw = $server->connect();
$raw->send("GET /whoami HTTP/1.1\r\nHost: a\r\n\r\nGET /login?name=alice HTTP/1.1\r\nHost: a\r\n\r\nGET /whoami HTTP/1.1\r\nHost: a\r\n\r\nGET /whoami/2 HTTP/1.1\r\nHost: a\r\n\r\n");
for ($i = 0; $i < 4; $i++) {
    $answer = $raw->readResponse();
    echo $answer->status, ' ', trim($answer->body), "\n";
}
echo json_encode($raw->readUntilClose()), "\n";
$server->waitForLog('/worker is being replaced reason="Current::\$user is not what it was"/');
for ($i = 0, $seen = []; $i < 20; $i++) {
    $seen[$server->get('/whoami')->body] = true;
}
echo implode(' ', array_keys($seen)), "\n";
echo implode("\n", findings($server->log())), "\n", $server->stop(), "\n";

$without = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0')->isolate(Kargo\App\Isolation::Strict);
    fwrite(STDERR, "listening on http://127.0.0.1:1\n");
    try { $server->run(workers: 0); } catch (Kargo\ConfigurationException $exception) { echo $exception->getMessage(), "\n"; }
    PHP);
$without->wait();
echo $without->output();
?>
--EXPECT--
nobody
200 nobody
200 welcome
503 503 Service Unavailable
503 503 Service Unavailable
""
nobody
Current::$user (holds what the visitor sent)
0
Isolation::Strict needs workers, since it replaces them: run(workers: 1) at least
