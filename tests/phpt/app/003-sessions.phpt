--TEST--
Classic mode: a session per visitor, also at once, on two workers and after exit; settings of one request are not the next one's
--FILE--
<?php
require __DIR__ . '/app.inc';

$folder = sys_get_temp_dir() . '/kargo-sessions-' . getmypid();
@mkdir($folder);
$server = start_pages([
    '/count' => 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; echo $_SESSION["n"], " ", session_id() === ($_COOKIE["PHPSESSID"] ?? "") ? "known" : "new";',
    '/exit' => 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; exit("exited at $_SESSION[n]");',
    '/throw' => 'session_start(); $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1; throw new Exception("secret");',
    '/regenerate' => 'session_start(); $old = session_id(); session_regenerate_id(true); echo $old === session_id() ? "same" : "other", " ", $_SESSION["n"];',
    '/parameters' => 'session_set_cookie_params(["lifetime" => 600, "path" => "/p", "secure" => true, "httponly" => true, "samesite" => "Strict"]); session_name("OTHER"); session_start(); echo "x";',
    '/destroy' => 'session_start(); session_destroy(); echo count($_SESSION);',
    '/close' => 'session_start(); $_SESSION["n"] = 100; session_write_close(); $_SESSION["n"] = 200; echo "x";',
    '/none' => 'echo json_encode([isset($_SESSION), session_status() === PHP_SESSION_NONE, session_id(), session_name(), session_get_cookie_params()["lifetime"], defined("SID") && SID !== ""]);',
    '/user' => 'session_set_save_handler(new class extends SessionHandler { public function read(string $id): string|false { return "own|s:3:\"yes\";"; } public function write(string $id, string $data): bool { return true; } public function open(string $a, string $b): bool { return true; } public function close(): bool { return true; } }, true); session_start(); echo $_SESSION["own"];',
    '/slow' => 'session_start(); $_SESSION["slow"] = ($_SESSION["slow"] ?? 0) + 1; usleep(20000); echo $_SESSION["slow"];',
], workers: 2, ini: ['session.save_path' => $folder, 'session.gc_probability' => 0]);

$one = $two = '';
$ask = function (string $path, string &$cookie) use ($server): string {
    $response = $server->get($path, $cookie === '' ? [] : ['Cookie' => $cookie]);
    $cookie = cookies($response) ?: $cookie;

    return "$path: $response->status $response->body";
};
echo $ask('/count', $one), "\n", $ask('/count', $two), "\n", $ask('/count', $one), "\n", $ask('/count', $one), "\n", $ask('/count', $two), "\n";
var_dump($one !== $two);
echo $ask('/exit', $one), "\n", $ask('/count', $one), "\n";
echo trim($ask('/throw', $one)), "\n", $ask('/count', $one), "\n";
$before = $one;
echo $ask('/regenerate', $one), "\n";
var_dump($before !== $one);
echo $ask('/count', $one), "\n", $ask('/count', $before), "\n";
$response = $server->get('/parameters');
echo preg_replace(['/=[a-zA-Z0-9,-]{20,}/', '/expires=[^;]+/'], ['=ID', 'expires=T'], $response->header('set-cookie')), "\n";
$response = $server->get('/count');
echo preg_replace('/=[a-zA-Z0-9,-]{20,}/', '=ID', $response->header('set-cookie')), "\n";
echo $response->header('cache-control'), ' | ', $response->header('expires'), "\n";
foreach (range(1, 4) as $ignored) {
    $answers[$server->get('/none')->body] = true;
}
echo implode("\n", array_keys($answers)), "\n";
echo $ask('/close', $one), "\n", $ask('/count', $one), "\n";
echo $ask('/user', $two), "\n", $ask('/count', $two), "\n";
$three = '';
echo $ask('/destroy', $one), ' ', $ask('/count', $one), "\n";

// One visitor with many requests at once: each waits for the one before it, on whatever worker it is.
$ask('/slow', $three);
$connections = [];
for ($i = 0; $i < 20; $i++) {
    $connections[] = $connection = $server->connect();
    $connection->send("GET /slow HTTP/1.1\r\nHost: a\r\nCookie: $three\r\n\r\n");
}
$seen = array_map(fn ($connection) => (int) $connection->readResponse()->body, $connections);
sort($seen);
var_dump($seen === range(2, 21));
echo count($server->children()), " workers, exit ", $server->stop(), $server->output(), "\n";
array_map(unlink(...), glob("$folder/sess_*"));
rmdir($folder);
?>
--EXPECT--
/count: 200 1 new
/count: 200 1 new
/count: 200 2 known
/count: 200 3 known
/count: 200 2 known
bool(true)
/exit: 200 exited at 4
/count: 200 5 known
/throw: 500 500 Internal Server Error
/count: 200 7 known
/regenerate: 200 other 7
bool(true)
/count: 200 8 known
/count: 200 1 known
OTHER=ID; expires=T; Max-Age=600; path=/p; secure; HttpOnly; SameSite=Strict
PHPSESSID=ID; path=/
no-store, no-cache, must-revalidate | Thu, 19 Nov 1981 08:52:00 GMT
[false,true,"","PHPSESSID",0,false]
/close: 200 x
/count: 200 101 known
/user: 200 yes
/count: 200 3 known
/destroy: 200 1 /count: 200 1 known
bool(true)
2 workers, exit 0
