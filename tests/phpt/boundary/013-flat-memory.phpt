--TEST--
Memory stays flat over 20,000 exceptions, 20,000 exits and 20,000 waits
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    function deeper(int $levels) { if ($levels === 0) { throw new RuntimeException(str_repeat('x', 1000)); } deeper($levels - 1); }
    function deeper_exit(int $levels) { if ($levels === 0) { exit; } deeper_exit($levels - 1); }
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/throw', function () { $held = str_repeat('y', 10_000); deeper(10); });
    $server->get('/exit', function () { $held = str_repeat('y', 10_000); array_map(fn () => deeper_exit(10), [1]); });
    $server->get('/wait', function () { $held = str_repeat('y', 10_000); Kargo\delay(0); return 'waited'; });
    $server->get('/memory', fn () => (string) memory_get_usage());
    $server->run(workers: 1);
    PHP);
$raw = $server->connect();
$send = function (string $path, int $count) use ($raw) {
    for ($sent = 0; $sent < $count; $sent += 50) {
        $raw->send(str_repeat("GET $path HTTP/1.1\r\nHost: a\r\n\r\n", 50));
        for ($answer = 0; $answer < 50; $answer++) {
            $raw->readResponse();
        }
    }
};
foreach (['/throw', '/exit', '/wait'] as $path) {
    $send($path, 2_000);
    $pid = $server->children()[0];
    $memory = (int) $raw->request('GET', '/memory')->body;
    $resident = $server->residentKilobytes($pid);
    $send($path, 20_000);
    $grown = (int) $raw->request('GET', '/memory')->body - $memory;
    $grownResident = $server->residentKilobytes($pid) - $resident;
    echo "$path: ", $grown <= 4096 ? 'flat' : "$grown bytes more", ', ', $grownResident <= 1024 ? 'flat' : "$grownResident KiB more", ', ',
        [$pid] === $server->children() ? 'the same worker' : 'another worker', "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
/throw: flat, flat, the same worker
/exit: flat, flat, the same worker
/wait: flat, flat, the same worker
0
