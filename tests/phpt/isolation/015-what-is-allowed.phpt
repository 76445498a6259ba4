--TEST--
Names that are allowed may change: neither told, nor put back, nor a reason to replace the worker
--FILE--
<?php
require __DIR__ . '/guard.inc';

foreach (['Log', 'Reset', 'Strict'] as $mode) {
    $server = Server::start(<<<PHP
        namespace App { final class Cache { public static \$hits = 0; public static \$items = []; } }
        namespace {
        function next_number() { static \$number = 0; return ++\$number; }
        \$total = 0;
        \$server = Kargo\\Http\\Server::listen('127.0.0.1:0')
            ->isolate(Kargo\\App\\Isolation::$mode, allow: ['App\\Cache::*', 'next_number()::\$number', '\$tot*', 'ini precision', 'umask', 'env KARGO_*']);
        \$server->get('/', function () {
            App\\Cache::\$hits++; App\\Cache::\$items[] = 1; \$GLOBALS['total']++; ini_set('precision', 5 + \$GLOBALS['total']); umask(\$GLOBALS['total']); putenv("KARGO_X=\$GLOBALS[total]");
            return json_encode([App\\Cache::\$hits, count(App\\Cache::\$items), next_number(), \$GLOBALS['total'], ini_get('precision'), umask(), getenv('KARGO_X')]);
        });
        \$server->run(workers: 1);
        }
        PHP);
    $server->get('/');
    echo "$mode ", $server->get('/')->body, ' ', count(findings($server->log())), ' ', $server->stop(), "\n";
}
?>
--EXPECT--
Log [2,2,2,2,"7",2,"2"] 0 0
Reset [2,2,2,2,"7",2,"2"] 0 0
Strict [2,2,2,2,"7",2,"2"] 0 0
