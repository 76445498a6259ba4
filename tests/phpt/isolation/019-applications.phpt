--TEST--
Classic applications are guarded too: 2,000 requests with sessions raise no alarm, and what a session holds is the visitor's
--FILE--
<?php
require __DIR__ . '/guard.inc';
require __DIR__ . '/library.inc';

$file = library('final class Auth { public static $user = null; public static $byName = []; static function remember($user) { self::$user ??= $user; } }');
foreach (['Log', 'Reset', 'Strict'] as $mode) {
    $server = Server::start(<<<PHP
        require '$file';
        final class Hits { public static \$count = 0; }
        \$application = new Kargo\\App\\Application(function () {
            session_start();
            \$_SESSION['user'] ??= \$_GET['as'] . '@example.org';
            ini_set('precision', '14');
            \$_SERVER['changed'] = \$_POST['changed'] = 1;
            register_shutdown_function(fn () => null);
            if (isset(\$_GET['keep'])) { Auth::remember((object) ['mail' => \$_SESSION['user']]); }
            if (isset(\$_GET['hit'])) { Hits::\$count++; }
            echo Auth::\$user->mail ?? 'nobody', ' ', Hits::\$count;
        });
        Kargo\\Http\\Server::listen('127.0.0.1:0')->isolate(Kargo\\App\\Isolation::$mode)->mount('/', \$application)->run(workers: 1);
        PHP, ini: ['session.save_path' => getenv('KARGO_TEST_TMP') ?: sys_get_temp_dir(), 'precision' => 14]);
    $server->get('/?as=nobody');
    $pid = $server->children();
    $raw = $server->connect();
    for ($number = 0; $number < 2_000; $number += 20) {
        for ($batch = 0; $batch < 20; $batch++) {
            $raw->send("GET /?as=visitor$number HTTP/1.1\r\nHost: a\r\nCookie: PHPSESSID=guard" . ($batch % 5) . "\r\n\r\n");
        }
        for ($batch = 0; $batch < 20; $batch++) {
            $body = $raw->readResponse()->body;
            $body === 'nobody 0' || print "$body\n";
        }
    }
    echo "$mode: ", implode(', ', findings($server->log())) ?: 'no finding', ', ', $pid === $server->children() ? 'the same worker' : 'another worker', '; ';
    $raw->close();
    $server->get('/?as=alice&keep=1&hit=1', ['Cookie' => 'PHPSESSID=alice' . $mode]);
    if ($mode === 'Strict') {
        $server->waitUntil(fn () => $server->children() !== [] && !array_intersect($pid, $server->children()), 'the worker was replaced');
    }
    echo $server->get('/?as=bob')->body, '; ', $server->stop(), ' ', implode(', ', findings($server->log())), "\n";
}
array_map(unlink(...), glob((getenv('KARGO_TEST_TMP') ?: sys_get_temp_dir()) . '/sess_*'));
?>
--EXPECT--
Log: no finding, the same worker; alice@example.org 1; 0 Auth::$user (holds what the visitor sent), Hits::$count (was changed)
Reset: no finding, the same worker; nobody 0; 0 Auth::$user (holds what the visitor sent), Hits::$count (was changed)
Strict: no finding, the same worker; nobody 0; 0 Auth::$user (holds what the visitor sent), Hits::$count (was changed)
