--TEST--
Kinds of evhttp callbacks; a callback that replaces itself, drops everything, prints, or is not set
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    function plain($request) { return 'function ' . evhttp_request_uri($request); }
    class Application {
        private int $count = 0;
        public function answer($request) { return 'method ' . ++$this->count; }
        public static function shared($request) { return 'static method'; }
        public function __call($name, $arguments) { return "__call $name " . get_resource_type($arguments[0]); }
        public static function __callStatic($name, $arguments) { return "__callStatic $name"; }
        public function __invoke($request) { return '__invoke'; }
        public function __destruct() { echo "destructed\n"; }
        // What the demos of 2009 did.
        public function run($http) { evhttp_set_gencb($http, array($this, 'answer')); }
    }
    function generator($request) { yield 'never an answer'; }
    $http = serve(function ($request) { return choose(substr(evhttp_request_uri($request), 1)); });
    function choose(string $name) {
        global $http;
        $application = new Application();
        $callback = match ($name) {
            'function' => 'plain',
            'method' => [$application, 'answer'],
            'static' => ['Application', 'shared'],
            'static-name' => 'Application::shared',
            'call' => [$application, 'anything'],
            'call-static' => ['Application', 'anything'],
            'invoke' => $application,
            'first-class' => plain(...),
            'first-class-method' => $application->answer(...),
            'variadic' => fn (...$arguments) => count($arguments) . ' argument',
            'none' => fn () => 'without a parameter',
            'by-name' => fn ($request = null, $more = 'default') => $more,
            'internal' => 'get_resource_type',
            'generator' => 'generator',
            'typed' => fn (int $request) => 'never',
            'strict' => fn ($request): int => 'never',
            'prints' => function () { echo "printed to the terminal\n"; return 'printed'; },
            'buffers' => function () { ob_start(); echo 'left open'; return 'level ' . ob_get_level(); },
            'recursive' => function ($request) { return Application::shared($request) . ' ' . (new Application())->answer($request); },
        };
        evhttp_set_gencb($http, function ($request) use ($callback, $http) {
            static $calls = 0;
            if (evhttp_request_uri($request) === '/first') {
                return $callback === null ? 'null' : 'set';
            }
            evhttp_set_gencb($http, $callback);
            return 'replaced itself';
        });
        return 'chosen';
    }
    $original = null;
    function reset_callback($http) { evhttp_set_gencb($http, function ($request) { return choose(substr(evhttp_request_uri($request), 1)); }); }
    // A second server sets the first one's callback back.
    $control = serve(function () { reset_callback($GLOBALS['http']); return 'reset'; });
    run();
    PHP, servers: 2);
[$main, $control] = [$server->connect(), to($server, 1)];
foreach (['function', 'method', 'static', 'static-name', 'call', 'call-static', 'invoke', 'first-class', 'first-class-method', 'variadic', 'none', 'by-name', 'internal', 'generator', 'typed', 'strict', 'prints', 'recursive'] as $name) {
    $chosen = $main->request('GET', "/$name")->body;
    $replaced = $main->request('GET', '/x')->body;
    [$one, $two] = [$main->request('GET', '/one'), $main->request('GET', '/two')];
    echo "$name: $chosen, $replaced, $one->status $one->body, $two->status $two->body\n";
    $control->request('GET', '/');
}
$output = $server->output();
echo substr_count($output, "printed to the terminal\n"), ' ', substr_count($output, 'returned wrong datatype: Generator'), ' ',
    substr_count($output, 'Uncaught TypeError'), ' ', substr_count($output, "destructed\n") > 10 ? 'destructed' : 'leaked', "\n";
echo $server->stop(), "\n";

// Without a callback, and with one that comes later.
$server = evhttp_server(<<<'PHP'
    $http = serve(null);
    $control = serve(function () { evhttp_set_gencb($GLOBALS['http'], fn () => 'now there is one'); return 'set'; });
    run();
    PHP, servers: 2);
$main = $server->connect();
echo $main->request('GET', '/'), to($server, 1)->request('GET', '/')->body, "\n", $main->request('GET', '/'), $server->stop(), "\n";
?>
--EXPECT--
function: chosen, replaced itself, 200 function /one, 200 function /two
method: chosen, replaced itself, 200 method 1, 200 method 2
static: chosen, replaced itself, 200 static method, 200 static method
static-name: chosen, replaced itself, 200 static method, 200 static method
call: chosen, replaced itself, 200 __call anything EVHTTP Request, 200 __call anything EVHTTP Request
call-static: chosen, replaced itself, 200 __callStatic anything, 200 __callStatic anything
invoke: chosen, replaced itself, 200 __invoke, 200 __invoke
first-class: chosen, replaced itself, 200 function /one, 200 function /two
first-class-method: chosen, replaced itself, 200 method 1, 200 method 2
variadic: chosen, replaced itself, 200 1 argument, 200 1 argument
none: chosen, replaced itself, 200 without a parameter, 200 without a parameter
by-name: chosen, replaced itself, 200 default, 200 default
internal: chosen, replaced itself, 200 EVHTTP Request, 200 EVHTTP Request
generator: chosen, replaced itself, 200 , 200 
typed: chosen, replaced itself, 503 , 503 
strict: chosen, replaced itself, 503 , 503 
prints: chosen, replaced itself, 200 printed, 200 printed
recursive: chosen, replaced itself, 200 static method method 1, 200 static method method 1
2 2 4 destructed
0
404 Not Found (text/plain; charset=utf-8)
404 Not Found

set
200 OK (text/html; charset=ISO-8859-1)
now there is one
0
