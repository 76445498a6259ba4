--TEST--
Session::update(): exact with several workers, kept at once; its callback can't wait, nest or change the session
--FILE--
<?php
require __DIR__ . '/visitor.inc';

$directory = scratch();
$more = <<<'PHP'
    $try = function (Request $r, callable $change) {
        try { return [$r->session()->update('x', $change)]; } catch (Throwable $e) { return [$e::class, $e->getMessage()]; }
    };
    $server->get('/wait', fn (Request $r) => $try($r, function () { Kargo\delay(0.01); return 1; }));
    $server->get('/nest', fn (Request $r) => $try($r, fn () => $r->session()->update('y', fn () => 1)));
    $server->get('/change', fn (Request $r) => $try($r, fn () => $r->session()->set('y', 1)));
    $server->get('/end', fn (Request $r) => $try($r, function () use ($r) { $r->session()->destroy(); }));
    $server->get('/peek', fn (Request $r) => $try($r, fn () => $r->session()->get('n')));
    $server->get('/object', fn (Request $r) => $try($r, fn () => new stdClass()));
    $server->get('/throws', fn (Request $r) => $try($r, fn () => throw new LogicException('on purpose')));
    $server->get('/exits', function (Request $r) { $r->session()->update('x', function () { exit; }); return 'x'; });
    $server->get('/memory', function (Request $r) { $r->session()->update('x', function () { $all = []; for (;;) { $all[] = str_repeat('x', 1 << 20); } }); return 'x'; });
    $server->get('/then', function (Request $r) { $r->session()->update('kept', fn () => 1); $r->session()->set('lost', 1); throw new Exception('x'); });
    $server->get('/both', function (Request $r) { $r->session()->set('b', 5); return [$r->session()->update('b', fn ($b) => $b + 1), $r->session()->get('b')]; });
    $server->get('/callable', fn (Request $r) => [$r->session()->update('s', 'strval'), $r->session()->update('u', null ?? strtoupper(...))]);
    PHP;
$script = fn (int $workers, string $sessions) => str_replace("\$server->run", "$more\n\$server->run", handlers($sessions, $workers));
$server = Server::start($script(4, "Sessions::inFiles('$directory', secure: false)"));
$visitor = new Visitor($server);
$visitor->get('/set/first/0');
$connections = array_map(fn () => $server->connect(), range(1, 12));
$seen = [];
for ($round = 0; $round < 50; $round++) {
    foreach ($connections as $connection) {
        $connection->send("GET /count HTTP/1.1\r\nHost: a\r\nCookie: session={$visitor->cookies['session']}\r\n\r\n");
    }
    foreach ($connections as $connection) {
        $seen[] = (int) $connection->readResponse()->body;
    }
}
sort($seen);
echo $seen === range(1, 600) ? 'each once' : 'lost', ' ', $visitor->get('/get/n')->body, "\n";
foreach (['/wait', '/nest', '/change', '/end', '/peek', '/object', '/throws', '/exits', '/memory', '/then', '/both', '/callable'] as $target) {
    $response = $visitor->get($target);
    echo "$target: $response->status ", trim($response->body), "\n";
}
$all = $visitor->get('/all')->json()['all'];
ksort($all);
echo json_encode($all), "\n", $server->stop(), "\n";

$server = Server::start($script(1, "Sessions::inCookie(str_repeat('k', 32), secure: false)"));
$visitor = new Visitor($server);
foreach (['/count', '/count', '/nest', '/wait', '/then', '/count'] as $target) {
    echo $visitor->get($target)->body, ' ';
}
echo $visitor->get('/all')->body, "\n", $server->stop(), "\n";
?>
--EXPECTF--
each once [600]
/wait: 200 ["Kargo\\AwaitError","nothing can wait here: the callback of Session::update() runs"]
/nest: 200 ["Error","the callback of Session::update() can't change the session: it returns the new value and does nothing else"]
/change: 200 ["Error","the callback of Session::update() can't change the session: it returns the new value and does nothing else"]
/end: 200 ["Error","the callback of Session::update() can't change the session: it returns the new value and does nothing else"]
/peek: 200 [600]
/object: 200 ["ValueError","Kargo\\Http\\Session::update(): Argument #2 ($change) must not return stdClass, only null, bool, int, float, string and arrays of them"]
/throws: 200 ["LogicException","on purpose"]
/exits: 500 500 Internal Server Error
/memory: 500 500 Internal Server Error
/then: 500 500 Internal Server Error
/both: 200 [6,6]
/callable: 200 ["",""]
{"b":6,"first":"0","kept":1,"n":600,"s":"","u":"","x":600}
0
1 2 ["Error","the callback of Session::update() can't change the session: it returns the new value and does nothing else"] ["Kargo\\AwaitError","nothing can wait here: the callback of Session::update() runs"] 500 Internal Server Error
 3 {"all":{"n":3}}
0
