--TEST--
Across a wait: locals, statics, globals, references, static properties, the Request, error handlers and the current exception
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    final class Counter { public static int $value = 0; }
    function counted(): int { static $calls = 0; $calls++; Kargo\delay(0.01); return $calls; }
    $total = 0;
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->post('/all/{n}', function (Kargo\Http\Request $request) {
        global $total;
        $n = $request->parameter('n');
        $local = ['n' => $n];
        $alias = &$local['n'];
        $id = $request->id();
        set_error_handler(fn ($code, $message) => throw new ErrorException("$n: $message"));
        $before = [$request->method(), $request->path(), $request->header('X-N'), $request->query('n'), $request->cookie('n'), $request->body(), $request->clientPort()];
        Kargo\delay(0.01 * ($n % 5));
        $total++;
        Counter::$value++;
        $alias .= '!';
        counted();
        $after = [$request->method(), $request->path(), $request->header('X-N'), $request->query('n'), $request->cookie('n'), $request->body(), $request->clientPort()];
        try {
            trigger_error('own handler');
            $caught = 'not my handler';
        } catch (ErrorException $error) {
            $caught = $error->getMessage();
        }
        try {
            throw new RuntimeException($n);
        } catch (RuntimeException $exception) {
            Kargo\delay(0.01);
            $caught .= ' ' . $exception->getMessage();
        }
        return $before === $after && $before === ['POST', "/all/$n", $n, $n, $n, "body $n", $request->clientPort()] && $id === $request->id()
            ? "$local[n] $caught" : ['before' => $before, 'after' => $after];
    });
    $server->get('/sum', fn () => $GLOBALS['total'] . ' ' . Counter::$value);
    $server->run(workers: 1);
    PHP);
$clients = [];
foreach (range(1, 100) as $n) {
    $clients[$n] = $server->connect()->send(
        "POST /all/$n?n=$n HTTP/1.1\r\nHost: a\r\nX-N: $n\r\nCookie: n=$n\r\nContent-Length: " . strlen("body $n") . "\r\n\r\nbody $n");
}
$wrong = [];
foreach ($clients as $n => $client) {
    $body = $client->readResponse()->body;
    $body === "$n! $n: own handler $n" || $wrong[] = $body;
}
echo count($wrong), ' wrong', $wrong === [] ? '' : ", first $wrong[0]", "\n";
echo $server->get('/sum')->body, "\n", $server->stop(), "\n";
?>
--EXPECT--
0 wrong
100 100
0
