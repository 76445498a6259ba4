--TEST--
Output buffers, time limit, error and exception handlers, error_reporting and the session of one request do not reach the next
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    set_error_handler(function ($code, $message) { fwrite(STDERR, "boot handler: $message\n"); return true; });
    ini_set('session.use_cookies', '0');
    ini_set('session.save_path', sys_get_temp_dir());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/state', fn () => [
        'level' => ob_get_level(),
        'error handler' => (function () { $handler = set_error_handler(null); restore_error_handler(); return $handler === null ? null : (new ReflectionFunction($handler))->getStartLine(); })(),
        'exception handler' => (function () { $handler = set_exception_handler(null); restore_exception_handler(); return $handler; })(),
        'session' => [$_SESSION ?? null, session_status(), session_id()],
        'reporting' => error_reporting() === E_ALL,
    ]);
    $failures = ['' => fn () => 'left', '/throw' => fn () => throw new Exception('x'), '/exit' => fn () => exit, '/fiber' => fn () => (new Fiber(fn () => throw new Exception('x')))->start()];
    foreach ($failures as $suffix => $end) {
        $server->get("/buffers$suffix", function () use ($end) { ob_start(); echo 'a'; ob_start(fn ($text) => "<$text>"); echo 'b'; ob_start(); echo 'c'; return $end(); });
        $server->get("/limit$suffix", function () use ($end) { set_time_limit(1); return $end(); });
        $server->get("/handlers$suffix", function () use ($end) { set_error_handler(fn () => true); set_error_handler(fn () => false); set_exception_handler(fn () => null); return $end(); });
        $server->get("/session$suffix", function () use ($end) { session_id('abc'); session_start(); $_SESSION['visitor'] = 'first'; return $end(); });
        $server->get("/session-array$suffix", function () use ($end) { $_SESSION = ['visitor' => 'second']; return $end(); });
        $server->get("/session-closed$suffix", function () use ($end) { session_id('abc'); session_start() || print 'no session'; $_SESSION['visitor'] = 'third'; session_write_close(); return $end(); });
        $server->get("/headers$suffix", function () use ($end) { header('X: 1'); return headers_sent() ? throw new Exception('sent already') : $end(); });
        $server->get("/reporting$suffix", function () use ($end) { error_reporting(0); return $end(); });
        $server->get("/restored$suffix", function () use ($end) { restore_error_handler(); restore_error_handler(); return $end(); });
        $server->get("/silenced$suffix", fn () => @$end());
    }
    $server->get('/spin', function () { $end = hrtime(true) + 1_500_000_000; while (hrtime(true) < $end) { } return 'spun'; });
    $server->get('/warn', function () { trigger_error('warned'); return 'warned'; });
    $server->run(workers: 1);
    PHP, ini: ['session.gc_probability' => 0, 'error_reporting' => E_ALL]);
$raw = $server->connect();
$clean = $raw->request('GET', '/state')->body;
$pid = $server->children();
echo $clean, "\n";
foreach (['buffers', 'limit', 'handlers', 'session', 'session-array', 'session-closed', 'headers', 'reporting', 'restored', 'silenced'] as $what) {
    foreach (['', '/throw', '/exit', '/fiber'] as $suffix) {
        $status = $raw->request('GET', "/$what$suffix")->status;
        $after = $raw->request('GET', '/state')->body;
        if ($after !== $clean || $status !== ($suffix === '' ? 200 : 500)) {
            echo "$what$suffix: $status, then $after\n";
        }
    }
}
$raw->request('GET', '/limit');
echo $raw->request('GET', '/spin')->body, ' ', $raw->request('GET', '/warn')->body, ' ';
$server->waitForLog('/boot handler: warned/');
echo substr_count($server->log(), 'boot handler: warned'), "\n";
echo preg_match_all('/ warning .*handler left output buffers open request=\S+ count=3/', $server->log()), ' ', $pid === $server->children() ? 'the same worker' : 'another worker', "\n";
echo $server->stop(), json_encode($server->output()), "\n";
@unlink(sys_get_temp_dir() . '/sess_abc');
?>
--EXPECT--
{"level":0,"error handler":1,"exception handler":null,"session":[null,1,""],"reporting":true}
spun warned 1
4 the same worker
0""
