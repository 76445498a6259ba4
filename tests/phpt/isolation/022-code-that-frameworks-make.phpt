--TEST--
What a framework has made below var/cache counts as a library: a lazy proxy may take another object
--FILE--
<?php
require __DIR__ . '/guard.inc';
require __DIR__ . '/library.inc';

$source = 'final class %s { public $holder = null; public $user = null; }';
$made = library(sprintf($source, 'Proxy'), 'var/cache/prod');
$own = library(sprintf($source, 'Own'), 'src');
$server = Server::start(<<<PHP
    require '$made';
    require '$own';
    \$objects = [new Proxy(), new Own()];
    foreach (\$objects as \$object) {
        \$object->holder = new ArrayObject([1]);
    }
    \$server = Kargo\\Http\\Server::listen('127.0.0.1:0')->isolate(Kargo\\App\\Isolation::Reset);
    \$server->get('/', function () use (\$objects) {
        \$before = array_map(fn(\$object) => count(\$object->holder), \$objects);
        foreach (\$objects as \$object) {
            \$object->holder = new ArrayObject([1, 2]);
        }
        return implode(' ', \$before);
    });
    \$server->run(workers: 1);
    PHP);
for ($i = 0; $i < 2; ++$i) {
    echo $server->get('/')->body, ': ', implode(', ', findings($server->log())), "\n";
}
$server->stop();
?>
--EXPECT--
1 1: Own->holder (was changed)
2 1: Own->holder (was changed)
