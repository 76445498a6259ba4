--TEST--
Watchers under Http\Server::run(): registered before the fork, armed in each worker; failures are logged and serving goes on
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Loop;
    [$near, $far] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $boot = getmypid();
    $say = fn (string $what) => fwrite(STDERR, "$what " . (getmypid() === $boot ? 'master' : 'worker') . "\n");
    Loop::delay(0.01, fn () => $say('delay'));
    Loop::defer(fn () => $say('defer'));
    $repeats = 0;
    Loop::repeat(0.01, function ($watcher) use ($say, &$repeats) { if (++$repeats === 3) { $watcher->cancel(); $say('repeat'); } });
    Loop::onSignal(SIGUSR1, fn () => $say('signal'));
    Loop::onWritable($far, function ($stream, $watcher) use ($say) { $watcher->cancel(); $say('writable'); });
    $cancelled = Loop::delay(0.01, fn () => $say('cancelled'));
    $cancelled->cancel();
    Loop::delay(0.02, function () { echo 'printed in a callback'; throw new RuntimeException('thrown in a callback'); });
    Loop::delay(0.03, function () { exit(3); });
    Loop::delay(0.04, function () { Kargo\delay(0.01); throw new RuntimeException('thrown after a wait'); });
    Loop::delay(0.2, function () use ($say) { $say('all'); });
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/now', fn () => 'now');
    $server->get('/register', function () use ($say) { Loop::delay(0.01, fn () => $say('registered by a handler')); return 'registered'; });
    $server->get('/stop', function () { Loop::stop(); return 'stopping'; });
    $server->get('/fatal', function () { Loop::defer(fn () => trigger_error('fatal in a callback', E_USER_ERROR)); return 'soon'; });
    $server->run(workers: (int) $argv[1]);
    fwrite(STDERR, "over\n");
    PHP, ['2']);
$count = fn (string $line) => preg_match_all("/^$line$/m", $server->log());
$server->waitUntil(fn () => $count('all worker') === 2, 'all callbacks were called in both workers');
foreach ($server->children() as $pid) {
    posix_kill($pid, SIGUSR1);
}
$server->waitUntil(fn () => $count('signal worker') === 2, 'the signal was seen in both');
foreach (['delay', 'defer', 'repeat', 'writable', 'cancelled'] as $what) {
    echo "$what: ", $count("$what worker"), ' ', $count("$what master"), "\n";
}
$offset = strlen($server->log());
foreach (['thrown in a callback', 'thrown after a wait', 'called exit', 'printed in a callback'] as $what) {
    echo "$what: ", preg_match_all("/^\\S+Z (?:error|warning|info) worker=\\d .*$what/m", $server->log()), "\n";
}
echo $server->get('/now')->body, ' ', $server->get('/register')->body, ' ';
$server->waitForLog('/^registered by a handler worker$/m');
$before = $server->children();
echo $server->get('/fatal')->body, ' ';
$server->waitForLog('/ error .*message="fatal in a callback" file=\S+ line=21/');
$server->waitUntil(fn () => count($server->children()) === 2 && count(array_diff($before, $server->children())) === 1, 'its worker is replaced');
echo $server->get('/now')->body, ' ', json_encode($server->output()), "\n";
echo $server->stop(), ' ', $count('over'), "\n";

// Loop::stop() under a server without workers drains it.
$server = Server::start('
    $server = Kargo\Http\Server::listen("127.0.0.1:0");
    $server->get("/stop", function () { Kargo\Loop::stop(); return "stopping"; });
    $server->get("/server-stop", function () use (&$server) { $server->stop(); return "stopping"; });
    $server->run(workers: 0);
    fwrite(STDERR, "over\n");');
echo $server->get('/stop')->body, ' ', $server->wait(), ' ', substr_count($server->log(), "over\n"), "\n";
?>
--EXPECT--
delay: 2 0
defer: 2 0
repeat: 2 0
writable: 2 0
cancelled: 0 0
thrown in a callback: 2
thrown after a wait: 2
called exit: 2
printed in a callback: 2
now registered soon now ""
0 1
stopping 0 1
