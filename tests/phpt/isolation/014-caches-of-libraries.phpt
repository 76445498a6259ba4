--TEST--
A library may fill its caches, unless they hold what the visitor sent; what it had and changes is named
--FILE--
<?php
require __DIR__ . '/guard.inc';
require __DIR__ . '/library.inc';

$file = library(<<<'PHP'
    final class Lib {
        public static $instance, $isBooted = false, $byClass = [], $byName = [], $nested = ['en' => ['a' => 1]], $host = null;
        public static $current = 'none', $seen = [], $keys = [], $token = null, $number = null, $plain = null, $list = ['x'];
        static function harmless(string $class) {
            self::$instance ??= new self; self::$isBooted = true; self::$byClass[$class] ??= strtoupper($class); self::$host ??= php_uname('n');
            self::$nested['de'] = ['b' => 2]; self::$nested['en']['c'] = 3; self::$byName['literal'] = 'secret'; self::$plain = 12;
        }
    }
    PHP);
$server = Server::start(<<<PHP
    require '$file';
    \$server = Kargo\\Http\\Server::listen('127.0.0.1:0')->isolate(Kargo\\App\\Isolation::Log);
    \$server->get('/harmless', function () { Lib::harmless('Abc'); Lib::harmless('Def'); return 'ok'; });
    \$server->get('/cleared', function () { Lib::\$instance = null; Lib::\$byClass = []; unset(Lib::\$nested['de']); return 'ok'; });
    \$server->get('/changed', function () { Lib::\$current = 'some'; Lib::\$list = ['y']; return 'ok'; });
    \$server->post('/visitor', function (\$request) {
        Lib::\$seen[] = (object) ['query' => \$request->query('q')];
        Lib::\$keys[\$request->cookie('sid')] = true;
        Lib::\$token = [\$request->header('Authorization')];
        Lib::\$number = (int) \$request->json()['id'];
        Lib::\$byName[strtolower(\$request->json()['name'])] = 1;
        return 'ok';
    });
    \$server->run(workers: 1);
    PHP);
foreach (['/harmless', '/harmless', '/cleared', '/harmless', '/changed'] as $path) {
    echo "$path ", $server->get($path)->status, ' ', implode(', ', findings($server->log())), "\n";
}
$headers = ['Cookie' => 'a=b; sid=4f2a99', 'Authorization' => 'Bearer t0ken', 'Content-Type' => 'application/json'];
echo $server->post('/visitor?q=milk%20and%20tea', '{"id": 123456, "name": "secret bob"}', $headers)->body, "\n";
echo $server->post('/visitor?q=milk%20and%20tea', '{"id": 123456, "name": "secret bob"}', $headers)->body, "\n";
$server->stop();
echo implode("\n", findings($server->log())), "\n";
?>
--EXPECT--
/harmless 200 
/harmless 200 
/cleared 200 
/harmless 200 
/changed 200 Lib::$current (was changed), Lib::$list (was changed)
ok
ok
Lib::$byName (holds what the visitor sent)
Lib::$current (was changed)
Lib::$keys (holds what the visitor sent)
Lib::$list (was changed)
Lib::$number (holds what the visitor sent)
Lib::$seen (holds what the visitor sent)
Lib::$token (holds what the visitor sent)
