--TEST--
Classic mode: exceptions, exits, fatal errors, shutdown functions and time limits cost one request, and no client sees why
--FILE--
<?php
require __DIR__ . '/app.inc';

$server = start_pages([
    '/hello' => 'echo "hello ", ob_get_level(), " ", ini_get("max_execution_time"), " ", json_encode(error_get_last());',
    '/throw' => 'throw new RuntimeException("secret text");',
    '/partial' => 'echo "partial "; throw new RuntimeException("secret text");',
    '/error' => 'undefined_function();',
    '/warning' => 'echo $undefined, "x"; ini_set("display_errors", "1"); ini_set("html_errors", "1"); echo [] . "";',
    '/shutdown' => 'register_shutdown_function(function ($a) { echo " shutdown $a"; header("X-Late: 1"); register_shutdown_function(function () { echo " nested"; }); }, 7); echo "body";',
    '/shutdown-exit' => 'register_shutdown_function(function () { echo " one"; exit; }); register_shutdown_function(function () { echo " never"; }); exit("body");',
    '/shutdown-throw' => 'register_shutdown_function(function () { throw new Exception("secret text"); });',
    '/shutdown-after' => 'register_shutdown_function(function () { http_response_code(500); echo "own page: ", error_get_last()["type"] ?? "none"; }); trigger_error("secret text", E_USER_ERROR);',
    '/handler' => 'set_exception_handler(function ($e) { http_response_code(503); echo "own: ", get_class($e); }); throw new LogicException("secret text");',
    '/handler-throws' => 'set_exception_handler(function ($e) { echo "half"; throw new LogicException("secret text"); }); throw new RuntimeException("first");',
    '/handler-off' => 'restore_exception_handler(); echo "x";',
    '/told' => 'throw new Kargo\Http\HttpException(403, "not yours");',
    '/wait' => 'try { Kargo\delay(0); } catch (Kargo\AwaitError $e) { echo $e->getMessage(); }',
    '/limit' => 'set_time_limit(1); while (true);',
    '/exit-in-buffer' => 'ob_start(); echo "kept"; exit;',
    '/callback-throws' => 'header_register_callback(function () { throw new Exception("secret text"); }); echo "x";',
], workers: 1);
$show = function (string $path) use ($server): void {
    $response = $server->get($path);
    $named = $response->header('x-request-id') !== null ? ' with id' : '';
    echo "$path: $response->status", $named, ' ', json_encode($response->body), str_contains($response->head . $response->body, 'secret') ? ' TOLD' : '', "\n";
};
foreach (['/hello', '/throw', '/partial', '/error', '/warning', '/shutdown', '/shutdown-exit', '/shutdown-throw', '/handler', '/handler-off', '/handler-throws', '/handler-off', '/told', '/wait',
    '/exit-in-buffer', '/callback-throws', '/hello', '/shutdown-after', '/hello', '/limit', '/hello'] as $path) {
    $show($path);
}
echo $server->stop(), $server->output(), "\n";
echo substr_count($server->log(), 'secret text'), " times in the log, ", substr_count($server->log(), 'worker is being replaced'), " workers replaced\n";
preg_match('/level=error .*/', $server->log(), $found) || preg_match('/.*the application threw.*/', $server->log(), $found);
echo preg_match('/request=\S+/', $found[0]) ? "named\n" : "not named: $found[0]\n";
?>
--EXPECT--
/hello: 200 "hello 1 0 null"
/throw: 500 with id "500 Internal Server Error\n"
/partial: 500 with id "partial "
/error: 500 with id "500 Internal Server Error\n"
/warning: 200 "xArray"
/shutdown: 200 "body shutdown 7 nested"
/shutdown-exit: 200 "body one"
/shutdown-throw: 500 with id "500 Internal Server Error\n"
/handler: 503 "own: LogicException"
/handler-off: 200 "x"
/handler-throws: 500 with id "half"
/handler-off: 200 "x"
/told: 403 "not yours\n"
/wait: 200 "nothing can wait here: a classic application runs, and PHP's superglobals are its request's"
/exit-in-buffer: 200 "kept"
/callback-throws: 500 with id "x"
/hello: 200 "hello 1 0 null"
/shutdown-after: 500 with id "own page: 256"
/hello: 200 "hello 1 0 null"
/limit: 500 with id "500 Internal Server Error\n"
/hello: 200 "hello 1 0 null"
0
6 times in the log, 2 workers replaced
named
