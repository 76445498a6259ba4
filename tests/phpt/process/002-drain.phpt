--TEST--
SIGTERM and SIGINT: requests in flight finish, idle connections close, new ones are refused, exit code 0
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

foreach ([0, 1, 3] as $workers) {
    foreach ([SIGTERM => 'SIGTERM', SIGINT => 'SIGINT'] as $signal => $name) {
        $server = Server::start(<<<PHP
            \$server = Kargo\\Http\\Server::listen('127.0.0.1:0');
            \$server->get('/slow', function () {
                fwrite(STDERR, "in flight\\n");
                Kargo\\delay(0.2);
                return str_repeat('x', 3_000_000);
            });
            \$server->post('/body', fn (\$request) => \$request->body());
            \$server->get('/now', fn () => 'now');
            \$server->run(workers: $workers);
            PHP);
        $idle = $server->connect();
        echo "$workers $name: ", $idle->request('GET', '/now')->body;
        $untouched = $server->connect();
        $busy = $server->connect();
        $busy->send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        $server->waitForLog('/^in flight$/m');
        $server->signal($signal);
        $response = $busy->readResponse();
        echo ', ', strlen($response->body), ' bytes, Connection: ', $response->header('connection') ?? 'absent',
            ', idle closed ', json_encode($idle->readUntilClose()), json_encode($untouched->readUntilClose());
        $exit = $server->wait();
        try {
            $server->connect();
            echo ', still accepts';
        } catch (RuntimeException) {
            echo ', refused';
        }
        echo ", exit code $exit", preg_match('/ (error|warning) /', $server->log()) ? $server->log() : '', "\n";
    }
}
?>
--EXPECT--
0 SIGTERM: now, 3000000 bytes, Connection: close, idle closed """", refused, exit code 0
0 SIGINT: now, 3000000 bytes, Connection: close, idle closed """", refused, exit code 0
1 SIGTERM: now, 3000000 bytes, Connection: close, idle closed """", refused, exit code 0
1 SIGINT: now, 3000000 bytes, Connection: close, idle closed """", refused, exit code 0
3 SIGTERM: now, 3000000 bytes, Connection: close, idle closed """", refused, exit code 0
3 SIGINT: now, 3000000 bytes, Connection: close, idle closed """", refused, exit code 0
