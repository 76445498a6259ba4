--TEST--
A session belongs to the request in hand: kept Requests and Sessions say so; servers without sessions; 10,000 requests leave nothing
--FILE--
<?php
require __DIR__ . '/visitor.inc';

$directory = scratch();
$server = Server::start(<<<PHP
    use Kargo\\Http\\{Request, Sessions};
    \$server = Kargo\\Http\\Server::listen('127.0.0.1:0')->sessions(Sessions::inFiles('$directory', secure: false));
    \$server->get('/keep', function (Request \$r) use (&\$request, &\$session) { \$request = \$r; \$session = \$r->session()->set('a', 1); return 'kept'; });
    \$server->get('/use', function (Request \$r) use (&\$request, &\$session) {
        \$said = [];
        foreach ([fn () => \$request->session(), fn () => \$session->set('a', 2), fn () => \$session->get('a'), fn () => \$session->update('a', fn () => 3)] as \$try) {
            try { \$try(); \$said[] = 'done'; } catch (Error \$e) { \$said[] = \$e->getMessage(); }
        }
        return \$said;
    });
    \$server->get('/clone', fn (Request \$r) => [(clone \$r)->session()->get('a'), \$r->session()->get('a')]);
    \$server->get('/fiber', function (Request \$r) {
        \$fiber = new Fiber(function () use (\$r) { Kargo\\delay(0.01); \$r->session()->set('fiber', 1); });
        \$fiber->start();
        return [\$r->session()->get('fiber')];
    });
    \$server->get('/many', function (Request \$r) {
        \$r->session()->set('k' . (\$r->session()->update('n', fn (\$n) => \$n + 1) % 10), random_bytes(100));
        return (string) memory_get_usage();
    });
    \$server->get('/new', function (Request \$r) { \$r->session(); \$r->session()->get('x'); return (string) memory_get_usage(); });
    \$server->run(workers: 1);
    PHP);
$visitor = new Visitor($server);
echo $visitor->get('/keep')->body, "\n", implode("\n", $visitor->get('/use')->json()), "\n", $visitor->get('/clone')->body, $visitor->get('/fiber')->body, $visitor->get('/fiber')->body, "\n";
[$worker] = $server->children();
$connection = $server->connect();
$ask = function (string $target) use ($connection, $visitor): int {
    return (int) $connection->send("GET $target HTTP/1.1\r\nHost: a\r\nCookie: session={$visitor->cookies['session']}\r\n\r\n")->readResponse()->body;
};
foreach (['/many', '/new'] as $target) {
    for ($n = 0; $n < 1000; $n++) {
        $before = $ask($target);
    }
    $resident = $server->residentKilobytes($worker);
    for ($n = 0; $n < 5000; $n++) {
        $after = $ask($target);
    }
    $grown = $server->residentKilobytes($worker) - $resident;
    echo $target, ' ', abs($after - $before) < 2000 ? 'flat' : $after - $before, ' ', $grown < 600 ? 'flat' : "$grown KiB", ' ', count(glob("$directory/*")), "\n";
}
echo count(glob("/proc/$worker/fd/*")) < 30 ? 'few descriptors' : 'many', ' ', $server->stop(), "\n";

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/', function ($r) { try { $r->session(); } catch (Kargo\ConfigurationException $e) { return $e->getMessage(); } });
    $server->run(workers: 0);
    PHP);
echo $server->get('/')->body, "\n", $server->stop(), "\n";
foreach (['Session', 'Sessions'] as $class) {
    try { (new ReflectionClass("Kargo\\Http\\$class"))->newInstanceWithoutConstructor(); echo "made\n"; } catch (Throwable $e) { echo $e::class, "\n"; }
    try { $made = "Kargo\\Http\\$class"; new $made(); echo "made\n"; } catch (Error $e) { echo $e->getMessage(), "\n"; }
}
?>
--EXPECTF--
kept
a session belongs to the request in hand, and this is another one
the request of this Session was answered: its session can't be used any more
the request of this Session was answered: its session can't be used any more
the request of this Session was answered: its session can't be used any more
[1,1][1][1]
/many flat flat 1
/new flat flat 1
few descriptors 0
this server has no sessions: $server->sessions(Sessions::inFiles(...))
0
%s
%s
%s
%s
