--TEST--
1,000 handlers parked at once: each gets its own answer, others are served, and the memory is used again
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $parked = 0;
    $open = false;
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(connections: 3000));
    $server->post('/wait/{n}', function ($request) use (&$parked, &$open) {
        $local = str_repeat($request->parameter('n'), 10);
        $parked++;
        while (!$open) {
            Kargo\delay(0.05);
        }
        $parked--;
        return $local === str_repeat($request->parameter('n'), 10) ? $request->parameter('n') . ' ' . $request->body() : 'mixed up';
    });
    $server->get('/parked', function () use (&$parked) { return (string) $parked; });
    $server->get('/open', function () use (&$open) { $open = true; return 'open'; });
    $server->get('/close', function () use (&$open) { $open = false; return 'closed'; });
    $server->run(workers: 1);
    PHP, ini: ['memory_limit' => '1G']);
$probe = $server->connect();
$sizes = [];
foreach (range(1, 3) as $round) {
    $clients = [];
    foreach (range(1, 1000) as $number) {
        $clients[$number] = $server->connect()->send(
            "POST /wait/$number HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n" . sprintf('%010d', $number));
    }
    $server->waitUntil(fn () => $probe->request('GET', '/parked')->body === '1000', '1,000 are parked');
    $probe->request('GET', '/open');
    $right = 0;
    foreach ($clients as $number => $client) {
        $right += $client->readResponse()->body === sprintf('%d %010d', $number, $number) ? 1 : 0;
        $client->close();
    }
    echo "$right right, then ", $probe->request('GET', '/parked')->body, " parked\n";
    $probe->request('GET', '/close');
    $sizes[] = $server->residentKilobytes($server->children()[0]);
}
echo $sizes[2] - $sizes[0] < 4096 ? "memory is used again\n" : 'memory grows: ' . implode(', ', $sizes) . " KiB\n";
echo $server->stop(), "\n";
?>
--EXPECT--
1000 right, then 0 parked
1000 right, then 0 parked
1000 right, then 0 parked
memory is used again
0
