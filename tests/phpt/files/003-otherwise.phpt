--TEST--
Files: who answers what is no file
--FILE--
<?php
require __DIR__ . '/site.inc';

$site = new Site([
    'public/style.css' => 'body {}',
    'public/index.php' => '<?php secret();',
    'public/docs/index.html' => 'docs',
    'public/folder/file' => 'x',
    'second/style.css' => 'not this',
    'second/other.css' => 'second',
]);
$server = $site->serve(<<<'PHP'
    use Kargo\Http\{Files, HttpException, Request, Server};
    final class Sums { public function add(int $a, int $b): int { return $a + $b; } }
    $application = function (Request $request) {
        if ($request->path() === '/missing') {
            throw new HttpException(404, 'the application knows it not');
        }
        return "application {$request->method()} {$request->target()} {$request->body()}";
    };
    $api = (new Kargo\Rpc\Api())->export(new Sums(), as: 'sums');
    $server = Server::listen('127.0.0.1:0');
    $server->get('/route', fn () => 'route');
    $server->mount('/', new Files("$argv[1]/public", otherwise: new Files("$argv[1]/second", otherwise: $application)));
    $server->mount('/api', new Files("$argv[1]/public", otherwise: $api));
    $server->mount('/blog/{name}', new Files("$argv[1]/public", otherwise: fn (Request $request) => 'blog ' . $request->parameter('name')));
    $server->run(workers: 1);
    PHP);

foreach (['/style.css', '/other.css', '/docs/', '/docs', '/', '/folder', '/folder/', '/index.php', '/index.php/x', '/.env', '/.well-known/x',
    '/missing', '/a//b', '/polls/1?x=1', '/route', '/blog/anna/style.css', '/blog/anna/x', '/api/none', '/%2e%2e/x'] as $target) {
    show($target, $server->get($target), 'Location');
}
show('POST to a file', $server->post('/style.css', 'body'));
show('OPTIONS', $server->request('OPTIONS', '/style.css'));
$call = '{"jsonrpc": "2.0", "id": 1, "method": "sums.add", "params": [1, 2]}';
show('api', $server->post('/api/jsonrpc', $call, ['Content-Type' => 'application/json']));
show('file beside the api', $server->get('/api/style.css'));
echo $server->stop(), "\n";
?>
--EXPECT--
/style.css: 200 body {}
/other.css: 200 second
/docs/: 200 docs
/docs: 301 [Location: /docs/] 
/: 200 application GET /
/folder: 200 application GET /folder
/folder/: 200 application GET /folder/
/index.php: 200 application GET /index.php
/index.php/x: 200 application GET /index.php/x
/.env: 200 application GET /.env
/.well-known/x: 200 application GET /.well-known/x
/missing: 404 the application knows it not
/a//b: 200 application GET /a//b
/polls/1?x=1: 200 application GET /polls/1?x=1
/route: 200 route
/blog/anna/style.css: 200 body {}
/blog/anna/x: 200 blog anna
/api/none: 404 404 Not Found
/%2e%2e/x: 400 400 Bad Request
POST to a file: 200 application POST /style.css body
OPTIONS: 200 application OPTIONS /style.css
api: 200 {"result":3,"id":1,"jsonrpc":"2.0"}
file beside the api: 200 body {}
0
