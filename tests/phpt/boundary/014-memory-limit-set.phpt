--TEST--
Where memory_limit is -1 each worker gets one and the log says so; a limit that is set stays
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$code = <<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(...json_decode($argv[2], true)));
    $server->get('/limit', fn () => ini_get('memory_limit'));
    $server->get('/take', function () { $text = str_repeat('x', 64 << 20); return 'taken'; });
    $server->run(workers: (int) $argv[1]);
    PHP;
foreach ([0, 1] as $workers) {
    foreach ([[['memory_limit' => -1], '{}'], [['memory_limit' => -1], '{"memoryLimit":"32M"}'], [['memory_limit' => '100M'], '{"memoryLimit":"32M"}']] as [$ini, $options]) {
        $server = Server::start($code, [(string) $workers, $options], $ini);
        echo $server->get('/limit')->body, ' ', preg_match('/memory_limit is -1.* memory_limit=(\S+)/', $server->log(), $match) ? "logged $match[1]" : 'not logged', ' ',
            $server->get('/take')->status, ' ', $server->stop(), "\n";
    }
}
?>
--EXPECT--
256M logged 256M 200 0
32M logged 32M 500 0
100M not logged 200 0
256M logged 256M 200 0
32M logged 32M 500 0
100M not logged 200 0
