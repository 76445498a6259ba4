--TEST--
Classic mode: thousands of requests of every kind leave no byte behind
--FILE--
<?php
require __DIR__ . '/app.inc';

$folder = sys_get_temp_dir() . '/kargo-memory-' . getmypid();
@mkdir($folder);
$server = start_pages([
    '/get' => 'echo json_encode([$_GET, $_COOKIE, $_SERVER["HTTP_HOST"], $_REQUEST, $_ENV]); header("X-A: 1"); setcookie("a", "b");',
    '/form' => 'echo json_encode($_POST), file_get_contents("php://input"), filter_input(INPUT_POST, "a");',
    '/upload' => 'echo json_encode($_FILES); static $kept; $kept = fopen("php://input", "r"); fread($kept, 10);',
    '/session' => 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; session_name("PHPSESSID"); ob_start(); echo $_SESSION["n"];',
    '/exit' => 'register_shutdown_function(function () { echo "shutdown"; }); ob_start(fn ($b) => strrev($b)); exit("x");',
    '/throw' => 'header_register_callback(function () { header("X-Late: 1"); }); throw new Exception("x");',
    '/stream' => 'echo "one"; flush(); echo "two"; header("HTTP/1.1 404 Not sent any more");',
    '/finish' => 'header("HTTP/1.1 201 Made"); echo "x"; fastcgi_finish_request(); echo file_get_contents("php://input");',
    '/auth' => 'ignore_user_abort(true); set_time_limit(5); set_error_handler(fn () => true); restore_error_handler(); echo $_SERVER["PHP_AUTH_USER"], $undefined;',
    '/memory' => 'gc_collect_cycles(); echo memory_get_usage();',
], ini: ['session.save_path' => $folder, 'session.gc_probability' => 0, 'upload_tmp_dir' => $folder, 'variables_order' => 'EGPCS', 'error_reporting' => 0]);
$upload = multipart([['a', 'b'], ['f', str_repeat('x', 20000), 'f.txt'], ['g[]', 'y', 'g.txt']]);
$raw = $server->connect();
$cookie = 'PHPSESSID=' . str_repeat('a', 32);
$round = function (int $i) use (&$raw, $upload, $cookie): void {
    $form = ['Content-Type' => 'application/x-www-form-urlencoded'];
    $raw->request('GET', '/get?a[]=1&b=' . $i % 7, ['Cookie' => 'a=1; b=2', 'X-Name-' . $i % 600 => 'x']);
    $raw->request('POST', '/form', $form, 'a=1&b[c]=2');
    $raw->request('PUT', '/form', $form, str_repeat('y', 30000));
    $raw->request('POST', '/upload', ['Content-Type' => 'multipart/form-data; boundary=xyz'], $upload);
    $raw->request('GET', '/session', ['Cookie' => $cookie]);
    $raw->request('GET', '/exit');
    $raw->request('GET', '/throw');
    $raw->request('GET', '/stream');
    $raw->request('POST', '/finish', $form, 'a=1');
    $raw->request('GET', '/auth', ['Authorization' => 'Basic YTpi']);
    $raw->request('GET', '/modern');
};
for ($i = 0; $i < 100; $i++) {
    $round($i);
}
$before = (int) $raw->request('GET', '/memory')->body;
for (; $i < 400; $i++) {
    $round($i);
}
$after = (int) $raw->request('GET', '/memory')->body;
// Names of headers are kept, 256 at most.
echo $after - $before < 20000 ? "flat\n" : 'grew by ' . ($after - $before) . "\n";
echo count(glob("$folder/php*")), " files left\n";
echo $server->stop(), $server->output(), "\n";
array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
?>
--EXPECT--
flat
0 files left
0
