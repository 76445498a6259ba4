--TEST--
A script of 2009: 200 evhttp requests whose connection and request nobody keeps
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $hosts = [];
    $server->get('/hello', function ($request) use (&$hosts) {
        $hosts[$request->host() . ' ' . $request->header('Connection')] = true;
        return "hello\n";
    });
    $server->get('/hosts', function () use (&$hosts) { return $hosts; });
    $server->run(workers: 0);
    PHP);
$script = Server::start(__DIR__ . '/scripts/httpclients.php', [$server->host, (string) $server->port], ready: false);
echo $script->wait(), "\n", $script->output(), $script->log();
echo $server->get('/hosts')->body, "\n";

// Nobody listens there: each request is told so.
$port = $server->port;
$server->stop();
$script = Server::start(__DIR__ . '/scripts/httpclients.php', ['127.0.0.1', (string) $port], ready: false);
echo $script->wait(), "\n", preg_replace('/Array.*\)/s', '', $script->output()), $script->log();
?>
--EXPECTF--
0
text/plain; charset=utf-8 array
Array
(
    [200] => 200
)
200 done, 200 closed, 1200 bytes
{"127.0.0.1 close":true}
0
 array

200 done, 0 closed, 0 bytes
