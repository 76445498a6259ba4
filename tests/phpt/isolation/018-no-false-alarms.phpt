--TEST--
10,000 requests of an ordinary application in each mode: no finding, no other worker, flat memory
--EXTENSIONS--
pdo_sqlite
--FILE--
<?php
require __DIR__ . '/guard.inc';
require __DIR__ . '/library.inc';

Server::limitTest(240);
$file = library(<<<'PHP'
    final class Text { private static $cache = []; static function studly($word) { return self::$cache[$word] ??= ucfirst($word); } }
    final class Log { private static ?self $one = null; private array $lines = []; static function one() { return self::$one ??= new self; } function add($line) { $this->lines[] = $line; $this->lines = array_slice($this->lines, -5); } }
    PHP);
$source = <<<'PHP'
    enum Colour: string { case Red = 'red'; case Blue = 'blue'; const Default = self::Red; }
    abstract class Model { protected static array $casts = ['id' => 'int']; public array $row = []; static function make(array $row): static { $one = new static; $one->row = $row; return $one; } }
    final class Poll extends Model { const KINDS = [Colour::Red, Colour::Blue]; protected static $default = Colour::Default; function colour() { return static::$default->value; } }
    final class Store { function __construct(private PDO $pdo) {} function vote($name) { $this->pdo->beginTransaction(); $this->pdo->prepare('INSERT INTO votes VALUES (?)')->execute([$name]); $this->pdo->commit(); return $this->count(); }
        function count() { return (int) $this->pdo->query('SELECT count(*) FROM votes')->fetchColumn(); } }
    final class View { private array $shared = ['title' => 'Polls']; function render($name, array $data) { ob_start(); (function () use ($data) { extract($data); echo "<h1>$title</h1>$text"; })(); return ob_get_clean(); } }
    final class App { public readonly Store $store; private array $routes = []; private ?View $view = null;
        function __construct() { $pdo = new PDO('sqlite::memory:'); $pdo->exec('CREATE TABLE votes (name TEXT)'); $this->store = new Store($pdo);
            $this->routes = ['vote' => fn ($request) => $this->store->vote($request->query('name')), 'list' => fn ($request) => implode(',', array_map(fn ($kind) => Text::studly($kind->value), Poll::KINDS)),
                'page' => function ($request) { static $prefix = 'Hello '; $this->view ??= new View; return $this->view->render('page', ['title' => $prefix . $request->query('name'), 'text' => Poll::make(['id' => 1])->colour()]); },
                'fail' => fn ($request) => throw new RuntimeException($request->query('name')), 'late' => function ($request) { if (!class_exists('Late', false)) { eval('final class Late { static $values = ["a" => 1]; static function get() { static $n = 5; return self::$values["a"] + $n; } }'); } return Late::get(); }]; }
        function handle($request) { $old = set_error_handler(fn () => true); try { trigger_error('x'); setlocale(LC_ALL, 0); date_default_timezone_get(); return (string) ($this->routes[$request->parameter('route')])($request); } finally { restore_error_handler(); } } }
    $app = new App;
    $server = Kargo\Http\Server::listen('127.0.0.1:0')->isolate(Kargo\App\Isolation::MODE);
    $server->get('/memory', fn () => (string) memory_get_usage());
    $server->get('/{route}', [$app, 'handle']);
    $server->run(workers: 1);
    PHP;
foreach (['Log', 'Reset', 'Strict'] as $mode) {
    $server = Server::start("require '$file';\n" . str_replace('MODE', $mode, $source));
    $raw = $server->connect();
    $send = function (int $rounds) use ($raw) {
        $wrong = 0;
        for ($round = 0; $round < $rounds; $round++) {
            $name = 'visitor' . random_int(0, 1_000_000);
            foreach (['vote', 'list', 'page', 'fail', 'late'] as $route) {
                $raw->send(str_repeat("GET /$route?name=$name HTTP/1.1\r\nHost: a\r\nCookie: sid=$name$name\r\n\r\n", 10));
            }
            for ($answer = 0; $answer < 50; $answer++) {
                $wrong += $raw->readResponse()->status !== (intdiv($answer, 10) === 3 ? 500 : 200);
            }
        }

        return $wrong;
    };
    $wrong = $send(20);
    $before = $server->children();
    $memory = (int) $raw->request('GET', '/memory')->body;
    $wrong += $send(200);
    $grown = (int) $raw->request('GET', '/memory')->body - $memory;
    echo "$mode: $wrong wrong, ", implode(', ', findings($server->log())) ?: 'no finding', ', ', $grown <= 4096 ? 'flat' : "$grown bytes more", ', ',
        $before === $server->children() ? 'the same worker' : 'another worker', "\n";
    $server->stop();
}
?>
--EXPECT--
Log: 0 wrong, no finding, flat, the same worker
Reset: 0 wrong, no finding, flat, the same worker
Strict: 0 wrong, no finding, flat, the same worker
