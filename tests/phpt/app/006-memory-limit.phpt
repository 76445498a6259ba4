--TEST--
Classic mode: the memory limit costs one request
--FILE--
<?php
require __DIR__ . '/app.inc';

$server = start_pages([
    '/hello' => 'echo "hello";',
    '/oom' => 'echo "partial"; $a = []; while (true) { $a[] = str_repeat("x", 100000); }',
    '/oom-buffered' => 'ob_start(); while (true) { echo str_repeat("x", 100000); }',
], workers: 1, ini: ['memory_limit' => '32M']);
foreach (['/hello', '/oom', '/hello', '/oom-buffered', '/hello', '/oom', '/hello'] as $path) {
    $response = $server->get($path);
    echo "$path: $response->status ", str_contains($response->body, 'memory') ? 'TOLD' : 'tells nothing', "\n";
}
echo $server->stop(), $server->output(), ' ', substr_count($server->log(), 'Allowed memory size of') >= 3 ? 'logged' : $server->log(), "\n";
?>
--EXPECT--
/hello: 200 tells nothing
/oom: 500 tells nothing
/hello: 200 tells nothing
/oom-buffered: 500 tells nothing
/hello: 200 tells nothing
/oom: 500 tells nothing
/hello: 200 tells nothing
0 logged
