--TEST--
A Request that is kept, cloned or weakly referenced belongs to one visitor for ever
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Http\Request;
    $kept = $clones = $weak = [];
    $map = new WeakMap();
    $storage = new SplObjectStorage();
    function tell(Request $request): string {
        return implode(' ', [$request->id(), $request->method(), $request->path(), $request->target(), $request->query('q'), $request->header('x-n'), $request->body(), $request->parameter('n'),
            $request->cookie('c'), $request->host(), $request->clientAddress(), $request->clientPort(), $request->protocolVersion(), count($request->headers())]);
    }
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(pipelinedRequests: 64));
    $server->post('/keep/{n}', function (Request $request) use (&$kept) { $told = tell($request); $kept[] = [$request, $told]; return 'kept'; });
    $server->post('/keep-unread/{n}', function (Request $request) use (&$kept) { $n = $request->parameter('n'); $kept[] = [$request, null, $n]; return 'kept'; });
    $server->post('/clone/{n}', function (Request $request) use (&$clones) { $clones[] = [clone $request, tell($request)]; return 'cloned'; });
    $server->post('/weak/{n}', function (Request $request) use (&$weak, $map) {
        $seen = isset($map[$request]) ? 'SEEN BEFORE' : 'new';
        $map[$request] = $request->parameter('n');
        $weak[] = WeakReference::create($request);
        return "$seen " . count($map);
    });
    $server->post('/map/{n}', function (Request $request) use ($map) { $seen = isset($map[$request]) ? 'SEEN BEFORE' : 'new'; $map[$request] = 1; return $seen; });
    $server->post('/storage/{n}', function (Request $request) use ($storage) { $seen = isset($storage[$request]) ? 'SEEN BEFORE' : 'new'; $storage[$request] = tell($request); return $seen; });
    $server->post('/exception/{n}', function (Request $request) use (&$kept) { try { (function ($r) { throw new Exception('x'); })($request); } catch (Exception $e) { $kept[] = [$request, tell($request), $e]; } return 'kept'; });
    $server->post('/closure/{n}', function (Request $request) use (&$kept) { $told = tell($request); $closure = fn () => $request; $kept[] = [$closure(), $told]; return 'kept'; });
    $server->post('/throw/{n}', function (Request $request) use (&$kept) { $kept[] = [$request, tell($request)]; throw new Exception('x'); });
    $server->post('/exit/{n}', function (Request $request) use (&$kept) { $kept[] = [$request, tell($request)]; exit; });
    $server->post('/parked/{n}', function (Request $request) { $told = tell($request); while (empty($GLOBALS['open'])) { Kargo\delay(0.02); } return tell($request) === $told ? 'still ' . $request->parameter('n') : 'CHANGED'; });
    $server->post('/parked-unread/{n}', function (Request $request) { while (empty($GLOBALS['open'])) { Kargo\delay(0.02); } return 'still ' . $request->parameter('n') . ' ' . $request->body(); });
    $server->post('/property/{n}', function (Request $request) { try { $request->mine = 1; return 'set'; } catch (Error) { return 'refused'; } });
    $server->any('/pass/{n}', fn (Request $request) => tell($request));
    $server->get('/open', function () { $GLOBALS['open'] = true; return 'open'; });
    $server->get('/check', function () use (&$kept, &$clones, $weak, $map, $storage) {
        $wrong = 0;
        foreach ([...$kept, ...$clones] as $entry) {
            $told = $entry[1];
            if ($told === null) {
                $n = $entry[2];
                $wrong += $entry[0]->body() === "body $n" && $entry[0]->header('X-N') === $n && $entry[0]->path() === "/keep-unread/$n" ? 0 : 1;
            } else {
                $wrong += tell($entry[0]) === $told ? 0 : 1;
            }
            $wrong += $entry[0]->isClientConnected() ? 1 : 0;
        }
        foreach ($storage as $request) { $wrong += tell($request) === $storage[$request] ? 0 : 1; }
        gc_collect_cycles();
        return count($kept) . ' kept, ' . count($clones) . ' clones, ' . count($storage) . " stored, $wrong wrong, " . count($map) . ' in the map';
    });
    $server->get('/weak-alive', function () use (&$weak) { return (string) count(array_filter($weak, fn ($reference) => $reference->get() !== null)); });
    $server->run(workers: 1);
    PHP, ini: ['memory_limit' => '512M']);
$message = fn (string $path, $n) => "POST /$path/$n?q=$n HTTP/1.1\r\nHost: h$n\r\nX-N: $n\r\nCookie: c=$n\r\nContent-Length: " . strlen("body $n") . "\r\n\r\nbody $n";
$raw = $server->connect();
$parked = [];
foreach (['parked', 'parked-unread'] as $path) {
    $parked[$path] = $server->connect()->send($message($path, 7));
}
$send = function (string $path, int $count) use ($raw, $message): array {
    $answers = [];
    for ($n = 0; $n < $count; $n += 50) {
        $raw->send(implode('', array_map(fn ($n) => $message($path, $n), range($n, $n + 49))));
        for ($answer = 0; $answer < 50; $answer++) {
            $answers[] = $raw->readResponse()->body;
        }
    }

    return array_count_values($answers);
};
foreach (['keep' => 1000, 'keep-unread' => 1000, 'clone' => 500, 'weak' => 500, 'map' => 500, 'storage' => 500, 'exception' => 100, 'closure' => 100, 'throw' => 100, 'exit' => 100, 'property' => 50] as $path => $count) {
    $answers = $send($path, $count);
    echo "$path: ", count($answers) === 1 ? key($answers) : json_encode(array_slice($answers, 0, 5)), "\n";
}
$others = 0;
for ($n = 0; $n < 10_000; $n += 50) {
    $raw->send(implode('', array_map(fn ($n) => $message('pass', $n), range($n, $n + 49))));
    for ($answer = $n; $answer < $n + 50; $answer++) {
        $others += str_contains($raw->readResponse()->body, " POST /pass/$answer /pass/$answer?q=$answer $answer $answer body $answer $answer $answer h$answer 127.0.0.1 ") ? 1 : 0;
    }
}
echo "$others others passed\n";
$raw->request('GET', '/open');
foreach ($parked as $connection) {
    echo $connection->readResponse()->body, "\n";
}
echo $raw->request('GET', '/check')->body, "\n", $raw->request('GET', '/weak-alive')->body, " weakly referenced are alive\n", $server->stop(), "\n";
?>
--EXPECT--
keep: kept
keep-unread: kept
clone: cloned
weak: new 1
map: new
storage: new
exception: kept
closure: kept
throw: 500 Internal Server Error

exit: 500 Internal Server Error

property: refused
10000 others passed
still 7
still 7 body 7
2400 kept, 500 clones, 500 stored, 0 wrong, 0 in the map
0 weakly referenced are alive
0
