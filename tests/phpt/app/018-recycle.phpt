--TEST--
Kargo\App\recycle(): the answer in progress is the last one of its worker; what came with it is refused, others go to the next worker
--FILE--
<?php
require __DIR__ . '/app.inc';

foreach ([0, 1, 2] as $workers) {
    $server = Server::start(<<<PHP
        Kargo\App\\recycle('no server runs yet');
        \$server = Kargo\Http\Server::listen('127.0.0.1:0');
        \$server->get('/modern', function () { Kargo\App\\recycle('as a handler says'); return 'modern ' . getmypid(); });
        \$server->mount('/', new Kargo\App\Application(function () {
            echo getmypid(), ' ';
            isset(\$_GET['last']) && Kargo\App\\recycle("as \$_GET[last] says");
            echo 'whole';
        }));
        \$server->run(workers: $workers);
        PHP);
    $one = $server->connect();
    $first = explode(' ', $one->request('GET', '/')->body)[0];
    $one->send(str_replace('TARGET', '/?last=ann', $get = "GET TARGET HTTP/1.1\r\nHost: a\r\n\r\n") . str_replace('TARGET', '/', $get));
    $last = $one->readResponse();
    $after = $one->readResponse();
    echo "$workers: ", $last->body === "$first whole" ? 'whole ' : $last->body, $last->status, ' ', $after->status;
    $next = explode(' ', $server->get('/')->body)[0];
    echo ' ', $next === $first ? 'the same goes on' : 'another';
    $server->waitForLog($workers === 0 ? '/warning.* as ann says may have left/' : '/warning.* worker is being replaced reason="as ann says"/');
    echo ' ', explode(' ', $modern = $server->get('/modern')->body)[0];
    $server->waitForLog('/as a handler says/');
    $workers === 0 || $server->waitUntil(fn () => !str_contains($server->get('/')->body, explode(' ', $modern)[1]), 'another answers');
    echo ' ', str_contains($server->log(), 'runs yet') ? $server->log() : '', $server->stop(), "\n";
}
?>
--EXPECT--
0: whole 200 200 the same goes on modern 0
1: whole 200 503 another modern 0
2: whole 200 503 another modern 0
