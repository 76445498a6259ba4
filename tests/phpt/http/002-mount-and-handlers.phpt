--TEST--
mount(), what may be a handler, and what is refused when routes are made
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Http\{Handler, Request, Response, Server};
    final class Shown implements Handler {
        public function __construct(private string $name) {}
        public function handle(Request $request): Response|string|array { return "$this->name " . $request->path(); }
        public function other(Request $request): string { return "other $this->name"; }
        public static function still(Request $request): string { return 'static'; }
        public function __invoke(Request $request): string { return 'invoked'; }
    }
    function plain(Request $request): string { return 'plain'; }
    $server = Server::listen('127.0.0.1:0');
    $server->mount('/app', new Shown('app'));
    $server->mount('/app/deep', fn ($request) => 'deep ' . $request->path() . ' ' . $request->method());
    $server->get('/app/route', fn () => 'route comes first');
    $server->get('/object', new Shown('object'));
    $server->get('/method', [new Shown('method'), 'other']);
    $server->get('/static', 'Shown::still');
    $server->get('/function', 'plain');
    $server->get('/first-class', plain(...));
    $server->get('/no-parameter', fn () => 'no parameter');
    $server->mount('/', fn ($request) => 'everything else ' . $request->path());
    foreach ([
        'not callable' => fn () => $server->get('/x', 'no_such_function'),
        'an object that is no handler' => fn () => $server->get('/x', new stdClass()),
        'a private method' => fn () => $server->get('/x', [new class { private function hidden() {} }, 'hidden']),
        'no slash' => fn () => $server->get('x', 'plain'),
        'unclosed' => fn () => $server->get('/{x', 'plain'),
        'twice the same name' => fn () => $server->get('/{x}/{x}', 'plain'),
        'rest in the middle' => fn () => $server->get('/{x...}/y', 'plain'),
        'the same route again' => fn () => $server->get('/object', 'plain'),
        'the same shape again' => fn () => $server->get('/{a}/q', 'plain')->get('/{b}/q', 'plain'),
        'a method that is none' => fn () => $server->route('G ET', '/x', 'plain'),
        'no method' => fn () => $server->route([], '/x', 'plain'),
        'the same mount again' => fn () => $server->mount('/app', 'plain'),
        'a mount without slash' => fn () => $server->mount('app', 'plain'),
    ] as $name => $attempt) {
        try {
            $attempt();
            fwrite(STDERR, "$name: accepted\n");
        } catch (Throwable $error) {
            fwrite(STDERR, "$name: " . get_class($error) . ($error instanceof Kargo\KargoException ? ' (Kargo)' : '') . "\n");
        }
    }
    $server->run(workers: 0);
    PHP);
foreach (['/app', '/app/', '/app/x/y', '/app/deep', '/app/deep/z', '/application', '/app/route', '/object', '/method', '/static', '/function',
    '/first-class', '/no-parameter', '/whatever', '/'] as $path) {
    $response = $server->get($path);
    echo "$path: $response->status ", trim($response->body), "\n";
}
echo $server->post('/app/deep/z', 'body')->body, "\n";
preg_match_all('/^.*: (?:accepted|[A-Za-z]+(?:\\\\[A-Za-z]+)*(?: \(Kargo\))?)$/m', $server->log(), $lines);
echo implode("\n", $lines[0]), "\n", $server->stop(), "\n";
?>
--EXPECT--
/app: 200 app /app
/app/: 200 app /app/
/app/x/y: 200 app /app/x/y
/app/deep: 200 deep /app/deep GET
/app/deep/z: 200 deep /app/deep/z GET
/application: 200 everything else /application
/app/route: 200 route comes first
/object: 200 object /object
/method: 200 other method
/static: 200 static
/function: 200 plain
/first-class: 200 plain
/no-parameter: 200 no parameter
/whatever: 200 everything else /whatever
/: 200 everything else /
deep /app/deep/z POST
not callable: TypeError
an object that is no handler: TypeError
a private method: TypeError
no slash: Kargo\ConfigurationException (Kargo)
unclosed: Kargo\ConfigurationException (Kargo)
twice the same name: Kargo\ConfigurationException (Kargo)
rest in the middle: Kargo\ConfigurationException (Kargo)
the same route again: Kargo\ConfigurationException (Kargo)
the same shape again: Kargo\ConfigurationException (Kargo)
a method that is none: Kargo\ConfigurationException (Kargo)
no method: Kargo\ConfigurationException (Kargo)
the same mount again: Kargo\ConfigurationException (Kargo)
a mount without slash: Kargo\ConfigurationException (Kargo)
0
