--TEST--
delay() works anywhere below a handler: callbacks of native functions, generators, the user's own Fiber
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    final class Slow implements IteratorAggregate, ArrayAccess, JsonSerializable {
        public function __toString(): string { Kargo\delay(0.01); return 'text'; }
        public function __get(string $name): string { Kargo\delay(0.01); return $name; }
        public function getIterator(): Iterator { foreach ([1, 2] as $value) { Kargo\delay(0.01); yield $value; } }
        public function offsetExists(mixed $at): bool { Kargo\delay(0.01); return true; }
        public function offsetGet(mixed $at): mixed { Kargo\delay(0.01); return $at; }
        public function offsetSet(mixed $at, mixed $value): void { Kargo\delay(0.01); }
        public function offsetUnset(mixed $at): void { Kargo\delay(0.01); }
        public function jsonSerialize(): mixed { Kargo\delay(0.01); return ['slow' => true]; }
    }
    final class SlowHandler implements Kargo\Http\Handler {
        public function handle(Kargo\Http\Request $request): string { Kargo\delay(0.01); return 'handler object'; }
        public static function still(Kargo\Http\Request $request): string { Kargo\delay(0.01); return 'static method'; }
    }
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/array_map', fn () => array_map(function ($value) { Kargo\delay(0.01); return $value * 2; }, [1, 2, 3]));
    $server->get('/usort', function () {
        $values = [3, 1, 2];
        usort($values, function ($a, $b) { Kargo\delay(0.001); return $a <=> $b; });
        return $values;
    });
    $server->get('/generator', function () {
        $generator = (function () { foreach ([1, 2, 3] as $value) { Kargo\delay(0.01); yield $value; } })();
        return iterator_to_array($generator);
    });
    $server->get('/fiber', function () {
        $fiber = new Fiber(function ($value) {
            Kargo\delay(0.01);
            $value .= Fiber::suspend('suspended');
            Kargo\delay(0.01);
            return $value;
        });
        $seen = [$fiber->start('start ')];
        Kargo\delay(0.01);
        $fiber->resume('resume');
        return [...$seen, $fiber->getReturn(), $fiber->isTerminated()];
    });
    $server->get('/fiber-in-fiber', function () {
        $outer = new Fiber(function () {
            $inner = new Fiber(function () { Kargo\delay(0.01); Fiber::suspend(1); Kargo\delay(0.01); return 2; });
            $first = $inner->start();
            Kargo\delay(0.01);
            $inner->resume();
            return [$first, $inner->getReturn()];
        });
        $outer->start();
        return $outer->getReturn();
    });
    $server->get('/preg', fn () => preg_replace_callback('/\d/', function ($m) { Kargo\delay(0.01); return $m[0] + 1; }, 'a1b2'));
    $server->get('/magic', fn () => new Slow() . ' ' . (new Slow())->property . ' ' . (new Slow())['offset']
        . ' ' . implode(',', iterator_to_array(new Slow())) . ' ' . json_encode(new Slow()));
    $server->get('/returned', fn () => ['value' => new Slow()]);
    $server->get('/eval', fn () => eval('Kargo\delay(0.01); return "eval";'));
    $server->get('/error-handler', function () {
        set_error_handler(function ($code, $message) { Kargo\delay(0.01); $GLOBALS['message'] = $message; return true; });
        trigger_error('seen after a wait');
        return $GLOBALS['message'];
    });
    $server->get('/finally', function () {
        try { throw new Exception('x'); } catch (Exception) { Kargo\delay(0.01); } finally { Kargo\delay(0.01); return 'finally'; }
    });
    $server->get('/handler', new SlowHandler());
    $server->get('/static', [SlowHandler::class, 'still']);
    $server->get('/first-class', SlowHandler::still(...));
    $server->get('/other/{n}', fn ($request) => $request->parameter('n'));
    $server->run(workers: 1);
    PHP);
$paths = ['array_map', 'usort', 'generator', 'fiber', 'fiber-in-fiber', 'preg', 'magic', 'returned', 'eval',
    'error-handler', 'finally', 'handler', 'static', 'first-class'];
foreach ($paths as $path) {
    echo "$path: ", $server->get("/$path")->body, "\n";
}
// All of them at once, with others in between: each still gives its own answer.
$alone = array_map(fn ($path) => $server->get("/$path")->body, $paths);
$connections = [];
foreach (range(0, 9) as $round) {
    foreach ($paths as $at => $path) {
        $connections[] = [$server->connect()->send("GET /$path HTTP/1.1\r\nHost: a\r\n\r\nGET /other/$at HTTP/1.1\r\nHost: a\r\n\r\n"), $at];
    }
}
$wrong = 0;
foreach ($connections as [$connection, $at]) {
    $wrong += $connection->readResponse()->body === $alone[$at] && $connection->readResponse()->body === (string) $at ? 0 : 1;
}
echo "wrong answers at once: $wrong\n";
preg_match_all('/^.* (?:error|warning) .*$/m', $server->log(), $complaints);
echo implode("\n", $complaints[0]), $server->stop(), "\n";
?>
--EXPECT--
array_map: [2,4,6]
usort: [1,2,3]
generator: [1,2,3]
fiber: ["suspended","start resume",true]
fiber-in-fiber: [1,2]
preg: a2b3
magic: text property offset 1,2 {"slow":true}
returned: {"value":{"slow":true}}
eval: eval
error-handler: seen after a wait
finally: finally
handler: handler object
static: static method
first-class: static method
wrong answers at once: 0
0
