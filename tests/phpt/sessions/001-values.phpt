--TEST--
Values come back exactly from each kind of session; what can't be kept is refused
--FILE--
<?php
require __DIR__ . '/visitor.inc';

$script = <<<'PHP'
    use Kargo\Http\{Request, Sessions};
    function values(): array {
        $reference = 5;
        return ['null' => null, 'yes' => true, 'no' => false, 'ints' => [0, -1, PHP_INT_MAX, PHP_INT_MIN],
            'floats' => [0.1, -0.0, 1e308, INF, -INF, 5e-324, 3.0], 'bytes' => "\0\xff\xfe'\"<ä>", 'empty' => '', 'none' => [],
            'list' => [1, [2, ['x' => [3]]]], 'keys' => [5 => 'a', -7 => 'b', 'x' => 'c', '' => 'd', PHP_INT_MIN => 'e'],
            'holes' => array_filter([1, 0, 2]), 'reference' => [&$reference], 7 => 'a number as key'];
    }
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->sessions(SESSIONS);
    $server->get('/write', function (Request $request) {
        foreach (values() as $key => $value) $request->session()->set((string) $key, $value);
        $request->session()->set('nan', NAN);
        return 'written';
    });
    $server->get('/read', function (Request $request) {
        $session = $request->session();
        $all = $session->all();
        $nan = $all['nan'];
        unset($all['nan']);
        ksort($all);
        $wanted = values();
        ksort($wanted);
        return [$all === $wanted && array_keys($all['keys']) === array_keys($wanted['keys']),
            is_nan($nan), fdiv(1, $session->get('floats')[1]) === -INF,
            $session->has('null'), $session->has('absent'), $session->get('null', 'default'), $session->get('absent', 'default')];
    });
    $server->get('/refused', function (Request $request) {
        $deep = 1;
        for ($n = 0; $n < 65; $n++) $deep = [$deep];
        $own = [];
        $own[] = &$own;
        $said = [];
        foreach ([new stdClass(), [[fopen('php://memory', 'r')]], fn () => 1, Kargo\App\Isolation::Off, $deep, $own] as $value) {
            try { $request->session()->set('x', $value); $said[] = 'taken'; } catch (ValueError $e) { $said[] = $e->getMessage(); }
        }
        foreach (['', "\0csrf", str_repeat('k', 256)] as $key) {
            foreach (['set', 'get', 'has', 'take', 'remove'] as $method) {
                try { $request->session()->$method($key, 1); $said[] = 'taken'; } catch (ValueError | ArgumentCountError $e) {}
            }
        }
        $request->session()->set(str_repeat('k', 255), $deep[0]);
        return [...$said, count($request->session()->all())];
    });
    $server->run(workers: 1);
    PHP;
$directory = scratch();
foreach ([
    'cookie' => "Sessions::inCookie(str_repeat('k', 32), secure: false)",
    'files' => "Sessions::inFiles('$directory', secure: false)",
] as $name => $sessions) {
    $server = Server::start(str_replace('SESSIONS', $sessions, $script));
    $visitor = new Visitor($server);
    echo "$name: ", $visitor->get('/write')->body, ' ', $visitor->get('/read')->body, "\n";
    echo implode("\n", (new Visitor($server))->get('/refused')->json()), "\n", $server->stop(), "\n";
    echo preg_match('/warning|error/', $server->log()), "\n";
}
?>
--EXPECT--
cookie: written [true,true,true,true,false,null,"default"]
Kargo\Http\Session::set(): Argument #2 ($value) must not hold stdClass, only null, bool, int, float, string and arrays of them
Kargo\Http\Session::set(): Argument #2 ($value) must not hold resource, only null, bool, int, float, string and arrays of them
Kargo\Http\Session::set(): Argument #2 ($value) must not hold Closure, only null, bool, int, float, string and arrays of them
Kargo\Http\Session::set(): Argument #2 ($value) must not hold Kargo\App\Isolation, only null, bool, int, float, string and arrays of them
Kargo\Http\Session::set(): Argument #2 ($value) must not hold arrays nested deeper than 64
Kargo\Http\Session::set(): Argument #2 ($value) must not hold arrays nested deeper than 64
1
0
0
files: written [true,true,true,true,false,null,"default"]
Kargo\Http\Session::set(): Argument #2 ($value) must not hold stdClass, only null, bool, int, float, string and arrays of them
Kargo\Http\Session::set(): Argument #2 ($value) must not hold resource, only null, bool, int, float, string and arrays of them
Kargo\Http\Session::set(): Argument #2 ($value) must not hold Closure, only null, bool, int, float, string and arrays of them
Kargo\Http\Session::set(): Argument #2 ($value) must not hold Kargo\App\Isolation, only null, bool, int, float, string and arrays of them
Kargo\Http\Session::set(): Argument #2 ($value) must not hold arrays nested deeper than 64
Kargo\Http\Session::set(): Argument #2 ($value) must not hold arrays nested deeper than 64
1
0
0
