--TEST--
Error handlers that a classic application sets in a request and does not take back are findings; those of its boot are not. serve() has the guard too
--FILE--
<?php
require __DIR__ . '/guard.inc';

foreach (['Off', 'Log', 'Reset', 'Strict'] as $mode) {
    foreach (['', "'error handler', 'exception *'"] as $allow) {
        $server = Server::start(<<<PHP
            \$application = new Kargo\\App\\Application(function () {
                switch (\$_SERVER['REQUEST_URI']) {
                    case '/error': set_error_handler(fn () => print('the error handler of /error')); break;
                    case '/exception': set_exception_handler(function () { http_response_code(200); echo 'that of /exception'; }); break;
                    case '/both': set_error_handler(fn () => true); restore_error_handler(); set_exception_handler(fn () => 1); restore_exception_handler(); break;
                    case '/popped': restore_error_handler(); break;
                    case '/warn': echo \$undefined; break;
                    case '/throw': throw new Exception('secret');
                }
            }, boot: function () {
                set_error_handler(fn () => print('the boot\\'s'));
                set_exception_handler(function () { http_response_code(200); echo 'of the boot'; });
            });
            Kargo\\App\\serve(\$application, '127.0.0.1:0', workers: 1, isolation: Kargo\\App\\Isolation::$mode, allow: [$allow]);
            PHP);
        echo str_pad($mode . ($allow === '' ? '' : ', allowed'), 17);
        foreach (['/warn', '/throw', '/both', '/error', '/warn', '/exception', '/throw', '/popped', '/warn'] as $path) {
            $before = $server->children();
            $response = $server->get($path);
            if ($mode === 'Strict' && $allow === '' && in_array($path, ['/error', '/exception', '/popped'], true)) {
                $server->waitUntil(fn () => $server->children() !== [] && !array_intersect($before, $server->children()), 'the worker was replaced');
            }
            echo in_array($path, ['/warn', '/throw'], true) ? "$response->body; " : '';
        }
        echo rtrim($server->stop() . ' ' . implode(', ', findings($server->log()))), "\n";
    }
}
?>
--EXPECT--
Off              the boot's; of the boot; the error handler of /error; that of /exception; the boot's; 0
Off, allowed     the boot's; of the boot; the error handler of /error; that of /exception; the boot's; 0
Log              the boot's; of the boot; the error handler of /error; that of /exception; the boot's; 0 error handler (was changed), exception handler (was changed)
Log, allowed     the boot's; of the boot; the error handler of /error; that of /exception; the boot's; 0
Reset            the boot's; of the boot; the boot's; of the boot; the boot's; 0 error handler (was changed), exception handler (was changed)
Reset, allowed   the boot's; of the boot; the error handler of /error; that of /exception; the boot's; 0
Strict           the boot's; of the boot; the boot's; of the boot; the boot's; 0 error handler (was changed), error handler (was changed), exception handler (was changed)
Strict, allowed  the boot's; of the boot; the error handler of /error; that of /exception; the boot's; 0
