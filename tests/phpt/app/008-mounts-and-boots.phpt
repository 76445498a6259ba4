--TEST--
Classic mode: below a prefix, beside handlers and APIs, booted once per worker, with error handlers of its own
--FILE--
<?php
require __DIR__ . '/app.inc';

$server = Server::start(<<<'PHP'
    <?php
    final class Kernel
    {
        public int $requests = 0;

        public function run(Kargo\Http\Request $request): void
        {
            $this->requests++;
            echo json_encode([$this->requests, $request->path(), $_SERVER['REQUEST_URI'], $_SERVER['SCRIPT_NAME'], $_SERVER['PHP_SELF'], $_SERVER['PATH_INFO'] ?? null,
                basename($_SERVER['SCRIPT_FILENAME'])], JSON_UNESCAPED_SLASHES);
        }
    }
    $kernel = new Kargo\App\Application(fn (Kernel $kernel, Kargo\Http\Request $request) => $kernel->run($request), boot: function () {
        echo 'booted in a worker';
        set_error_handler(function ($level, $message) { throw new ErrorException($message); });
        error_reporting(E_ALL & ~E_NOTICE);

        return new Kernel();
    });
    $other = new Kargo\App\Application(function () {
        try {
            echo error_reporting() === E_ALL ? 'all ' : 'some ', $undefined, 'no handler ';
            set_error_handler(fn () => print('own handler '));
            echo $undefined;
        } catch (ErrorException) {
            echo 'of the other';
        }
    }, script: '/srv/www/shop/app.php', documentRoot: '/srv/www', outputBuffering: 0);
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/blog', $kernel)->mount('/blog2/', $kernel)->mount('/other', $other);
    $server->mount('/other/paths', new Kargo\App\Application(function () { echo $_SERVER['SCRIPT_NAME'], ' ', $_SERVER['SCRIPT_FILENAME'], ' ', $_SERVER['DOCUMENT_ROOT']; },
        script: '/srv/www/shop/app.php', documentRoot: '/srv/www'));
    $api = new Kargo\Rpc\Api();
    $api->export(fn (int $a): int => $a + 1, as: 'next');
    $server->mount('/api', $api);
    $server->get('/modern', function () {
        try {
            return json_encode([error_reporting() === E_ALL, $undefined ?? 'x', isset($_SERVER['HTTP_HOST']), @$_GET['a'] ?? null, isset($_SERVER['argv'])]) . @$undefined;
        } catch (ErrorException $e) {
            return 'an application\'s handler: ' . $e->getMessage();
        }
    });
    $server->run(workers: 1);
    PHP, ini: ['error_reporting' => 'E_ALL']);
foreach (['/blog', '/blog/', '/blog/post/1?x=%20y', '/blog/index.php/a%20b/c', '/blog/index.phpx', '/blog2/x', '/blogs', '/modern?a=1', '/other', '/other', '/modern?a=1', '/other/paths/x', '/blog'] as $path) {
    echo "$path: ", trim($server->get($path)->body), "\n";
}
echo $server->post('/api/jsonrpc', '{"jsonrpc":"2.0","method":"next","params":[1],"id":1}', ['Content-Type' => 'application/json'])->body, "\n";
echo $server->stop(), $server->output(), ' ', substr_count($server->log(), 'booted in a worker'), " boot\n";

$failing = Server::start(<<<'PHP'
    Kargo\App\serve(new Kargo\App\Application(fn () => 1, boot: function () { throw new Exception('no database'); }), '127.0.0.1:0', 0);
    PHP, ready: false);
echo $failing->wait() !== 0 && str_contains($failing->log(), 'no database') ? "does not start\n" : $failing->log();

$short = Server::start('Kargo\App\serve(function () { echo "short ", $_GET["x"]; }, "127.0.0.1:0", workers: 1);');
echo $short->get('/any/where?x=1')->body, ' ', $short->stop(), "\n";

foreach ([fn () => new Kargo\App\Application('no_such_function'), fn () => new Kargo\App\Application(fn () => 1, script: ''), fn () => new Kargo\App\Application(fn () => 1, script: 'a/'),
    fn () => new Kargo\App\Application(fn () => 1, outputBuffering: -1), fn () => new Kargo\App\Application(fn () => 1, slowClientTimeout: NAN),
    fn () => (new ReflectionClass('Kargo\App\Application'))->newInstanceWithoutConstructor(),
    fn () => Kargo\Http\Server::listen('127.0.0.1:0')->mount('/', (new ReflectionClass('Kargo\App\Application'))->newInstanceWithoutConstructor()),
    fn () => (new Kargo\App\Application(fn () => 1))->__construct(fn () => 1)] as $bad) {
    try {
        $bad();
        echo "taken\n";
    } catch (Throwable $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
echo json_encode([getallheaders(), fastcgi_finish_request(), Kargo\App\finish()]), "\n";
?>
--EXPECT--
/blog: [1,"/blog","/blog","/blog/index.php","/blog/index.php",null,"index.php"]
/blog/: [2,"/blog/","/blog/","/blog/index.php","/blog/index.php",null,"index.php"]
/blog/post/1?x=%20y: [3,"/blog/post/1","/blog/post/1?x=%20y","/blog/index.php","/blog/index.php",null,"index.php"]
/blog/index.php/a%20b/c: [4,"/blog/index.php/a b/c","/blog/index.php/a%20b/c","/blog/index.php","/blog/index.php/a b/c","/a b/c","index.php"]
/blog/index.phpx: [5,"/blog/index.phpx","/blog/index.phpx","/blog/index.php","/blog/index.php",null,"index.php"]
/blog2/x: [6,"/blog2/x","/blog2/x","/blog2/index.php","/blog2/index.php",null,"index.php"]
/blogs: 404 Not Found
/modern?a=1: [true,"x",false,null,true]
/other: all no handler own handler
/other: all own handler no handler own handler
/modern?a=1: [true,"x",false,null,true]
/other/paths/x: /other/paths/shop/app.php /srv/www/shop/app.php /srv/www
/blog: [7,"/blog","/blog","/blog/index.php","/blog/index.php",null,"index.php"]
{"result":2,"id":1,"jsonrpc":"2.0"}
0 1 boot
does not start
short 1 0
TypeError: Kargo\App\Application::__construct(): Argument #1 ($handler) must be a valid callback, function "no_such_function" not found or invalid function name
Kargo\ConfigurationException: the script must name a file, such as index.php
Kargo\ConfigurationException: the script must name a file, such as index.php
ValueError: Kargo\App\Application::__construct(): Argument #5 ($outputBuffering) must be between 0 and 67108864
ValueError: Kargo\App\Application::__construct(): Argument #6 ($slowClientTimeout) must be between 0 and a day
ReflectionException: Class Kargo\App\Application is an internal class marked as final that cannot be instantiated without invoking its constructor
ReflectionException: Class Kargo\App\Application is an internal class marked as final that cannot be instantiated without invoking its constructor
Error: an Application can't be constructed twice
[[],false,false]
