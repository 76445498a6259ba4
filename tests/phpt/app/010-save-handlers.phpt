--TEST--
Classic mode: a save handler that the boot has registered is there for every request, each application has its own, and a request's own is gone with it
--FILE--
<?php
require __DIR__ . '/app.inc';

$boot = <<<'PHP'
    final class Memory implements SessionHandlerInterface, SessionIdInterface
    {
        private array $kept = [];
        public int $opened = 0;

        public function __construct(public readonly string $name) {}
        public function open(string $path, string $name): bool { $this->opened++; return true; }
        public function close(): bool { return true; }
        public function read(string $id): string|false { return $this->kept[$id] ?? ''; }
        public function write(string $id, string $data): bool { $this->kept[$id] = $data; return true; }
        public function destroy(string $id): bool { unset($this->kept[$id]); return true; }
        public function gc(int $lifetime): int|false { return 0; }
        public function create_sid(): string { return $this->name . count($this->kept); }
    }
    final class Files extends SessionHandler {}

    function visit(string $path): void
    {
        if ($path === '/own') {
            session_set_save_handler(new Memory('own'));
        } elseif ($path === '/settings') {
            ini_set('session.save_handler', 'files');
            ini_restore('session.name');
            session_name('OTHER');
        }
        session_start();
        $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
        echo session_module_name(), ' ', session_name(), ' ', preg_match('/^[a-z]+\d+$/', session_id()) ? session_id() : 'an id', " $_SESSION[n]";
        if ($path === '/exit') {
            exit;
        } elseif ($path === '/throw') {
            throw new Exception('no');
        }
    }
    function application(?callable $boot): Kargo\App\Application
    {
        return new Kargo\App\Application(function () { visit('/' . basename($_SERVER['REQUEST_URI'])); }, $boot);
    }
    session_name('SHARED');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/memory', application(function () { session_name('MEM'); session_set_save_handler(new Memory('first'), true); }));
    $server->mount('/second', application(function () { session_set_save_handler(new Memory('second'), false); }));
    $server->mount('/files', application(function () { session_set_save_handler(new Files()); }));
    $server->mount('/plain', application(null));
    $server->mount('/functions', application(function () {
        $memory = new Memory('functions');
        @session_set_save_handler($memory->open(...), $memory->close(...), $memory->read(...), $memory->write(...), $memory->destroy(...), $memory->gc(...), $memory->create_sid(...));
    }));
    $server->run(workers: 1);
    PHP;
$folder = sys_get_temp_dir() . '/kargo-handlers-' . getmypid();
@mkdir($folder);
$server = Server::start($boot, ini: ['session.save_path' => $folder, 'session.gc_probability' => 0]);
$cookies = [];
foreach (['', '/own', '', '/settings', '/throw', '', '/exit', ''] as $path) {
    foreach (['memory', 'second', 'files', 'plain', 'functions'] as $application) {
        $known = $path === '/own' || $path === '/settings' ? '' : $cookies[$application] ?? '';
        $response = $server->get("/$application$path", $known === '' ? [] : ['Cookie' => $known]);
        if ($path !== '/own' && $path !== '/settings') {
            $cookies[$application] = cookies($response) ?: $known;
        }
        echo str_pad("$application$path", 18), $response->status, ' ', trim($response->body), "\n";
    }
}
echo $server->stop(), ' ', preg_match('/(Warning|Error|warning).*/', preg_replace('/.*exception.*/i', '', $server->log()), $found) ? $found[0] : 'no complaint', "\n";
array_map(unlink(...), glob("$folder/sess_*"));
rmdir($folder);
?>
--EXPECT--
memory            200 user MEM first0 1
second            200 user SHARED second0 1
files             200 user SHARED an id 1
plain             200 files SHARED an id 1
functions         200 user SHARED functions0 1
memory/own        200 user MEM own0 1
second/own        200 user SHARED own0 1
files/own         200 user SHARED own0 1
plain/own         200 user SHARED own0 1
functions/own     200 user SHARED own0 1
memory            200 user MEM first0 2
second            200 user SHARED second0 2
files             200 user SHARED an id 2
plain             200 files SHARED an id 2
functions         200 user SHARED functions0 2
memory/settings   200 files OTHER an id 1
second/settings   200 files OTHER an id 1
files/settings    200 files OTHER an id 1
plain/settings    200 files OTHER an id 1
functions/settings200 files OTHER an id 1
memory/throw      500 user MEM first0 3
second/throw      500 user SHARED second0 3
files/throw       500 user SHARED an id 3
plain/throw       500 files SHARED an id 3
functions/throw   500 user SHARED functions0 3
memory            200 user MEM first0 4
second            200 user SHARED second0 4
files             200 user SHARED an id 4
plain             200 files SHARED an id 4
functions         200 user SHARED functions0 4
memory/exit       200 user MEM first0 5
second/exit       200 user SHARED second0 5
files/exit        200 user SHARED an id 5
plain/exit        200 files SHARED an id 5
functions/exit    200 user SHARED functions0 5
memory            200 user MEM first0 6
second            200 user SHARED second0 6
files             200 user SHARED an id 6
plain             200 files SHARED an id 6
functions         200 user SHARED functions0 6
0 no complaint
