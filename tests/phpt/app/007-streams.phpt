--TEST--
Classic mode: flush() streams, finish() answers early, clients that go away or never read end the application's work
--FILE--
<?php
require __DIR__ . '/app.inc';

$folder = sys_get_temp_dir() . '/kargo-streams-' . getmypid();
@mkdir($folder);
$server = start_pages([
    '/stream' => 'header("X-Stream: 1"); foreach ([1, 2, 3] as $i) { echo "part $i\n"; flush(); file_put_contents("' . $folder . '/part$i", ""); while (!file_exists("' . $folder . '/go$i")) { usleep(1000); clearstatcache(); } }',
    '/known' => 'header("Content-Length: 9"); echo "four"; flush(); echo "five!";',
    '/short' => 'header("Content-Length: 9"); echo "four"; flush();',
    '/long' => 'header("Content-Length: 2"); echo "four"; flush(); echo "five!"; file_put_contents("' . $folder . '/long", connection_status());',
    '/large' => 'for ($i = 0; $i < 300; $i++) { echo str_repeat(chr(65 + $i % 26), 10000); }',
    '/handled' => 'set_exception_handler(function (Throwable $e) { echo "<an error page>"; }); echo "begun"; flush(); throw new Exception("secret");',
    '/unhandled' => 'set_exception_handler(null); echo "well";',
    '/fails' => 'echo "begun"; flush(); throw new Exception("secret");',
    '/finish' => 'header("X-Early: 1"); echo "answer"; var_dump(Kargo\App\finish()); echo "nobody sees this"; file_put_contents("' . $folder . '/finished", json_encode([Kargo\App\finish(), headers_sent(), file_get_contents("php://input"), $request->header("x-kept"), connection_status()])); while (!file_exists("' . $folder . '/finish")) { usleep(1000); clearstatcache(); }',
    '/endless' => 'register_shutdown_function(function () { file_put_contents("' . $folder . '/ended", connection_status() . " " . connection_aborted()); }); while (true) { echo str_repeat("x", 10000); flush(); }',
    '/ignore' => 'ignore_user_abort(true); for ($i = 0; $i < 3000 && !connection_aborted(); $i++) { echo str_repeat("x", 10000); flush(); } file_put_contents("' . $folder . '/ignored", connection_status() . " " . ignore_user_abort());',
    '/hello' => 'echo "hello ", (int) ignore_user_abort(), " ", connection_status();',
], options: 'slowClientTimeout: 1.0', serverOptions: 'writeTimeout: 20.0');
$await = fn (string $name) => $server->waitUntil(function () use ($folder, $name) { clearstatcache(); return is_file("$folder/$name") && (str_contains($name, 'part') || filesize("$folder/$name") > 0); }, $name);

$raw = $server->connect();
$raw->send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
$head = $raw->readThrough("\r\n\r\n");
echo preg_match('/chunked/', $head), preg_match('/X-Stream: 1/', $head), "\n";
foreach ([1, 2, 3] as $i) {
    echo $raw->readThrough("part $i\n\r\n") === "7\r\npart $i\n\r\n" ? "part $i came\n" : "?\n";
    touch("$folder/go$i");
}
echo json_encode($raw->readThrough("0\r\n\r\n")), "\n";
$raw->send("GET /known HTTP/1.1\r\nHost: a\r\n\r\n");
$response = $raw->readResponse();
echo $response->header('content-length'), ' ', $response->header('transfer-encoding') ?? 'not chunked', " $response->body\n";
$raw->send("GET /short HTTP/1.1\r\nHost: a\r\n\r\n");
echo preg_match('/four$/', $raw->readUntilClose()) ? "closed after less\n" : "?\n";
$raw = $server->connect();
$raw->send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
echo preg_match('/five/', $raw->readUntilClose()) ? "?\n" : "closed before more\n";
$response = $server->get('/large');
echo strlen($response->body), ' ', $response->header('transfer-encoding'), ' ', md5($response->body) === md5(implode('', array_map(fn ($i) => str_repeat(chr(65 + $i % 26), 10000), range(0, 299)))) ? 'whole' : 'broken', "\n";
$old = $server->connect();
$old->send("GET /large HTTP/1.0\r\n\r\n");
echo strlen(explode("\r\n\r\n", $old->readUntilClose(), 2)[1]), " bytes up to the close\n";
$raw = $server->connect();
$raw->send("GET /fails HTTP/1.1\r\nHost: a\r\n\r\n");
$bytes = $raw->readUntilClose();
echo str_contains($bytes, "0\r\n\r\n") ? 'ended' : 'cut off', str_contains($bytes, 'secret') ? ' TOLD' : '', "\n";
$raw = $server->connect();
$raw->send("GET /handled HTTP/1.1\r\nHost: a\r\n\r\n");
$bytes = $raw->readUntilClose();
echo str_contains($bytes, "0\r\n\r\n") ? 'ended' : 'cut off', str_contains($bytes, 'begun') ? ' after its begin' : '', ' ', $server->get('/unhandled')->body, "\n";

$raw = $server->connect();
$response = $raw->request('POST', '/finish', ['X-Kept' => 'kept'], 'the body');
echo "$response->status $response->body ", $response->header('content-length'), ' ', $response->header('x-early'), "\n";
$await('finished');
echo file_get_contents("$folder/finished"), "\n";
$raw->send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
touch("$folder/finish");
echo $raw->readResponse()->body, "\n";

$rude = $server->connect();
$rude->send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
$rude->readThrough('xxxx');
$rude->reset();
$await('ended');
echo file_get_contents("$folder/ended"), "\n", $server->get('/hello')->body, "\n";
unlink("$folder/ended");
$slow = $server->connect();
$slow->send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
$await('ended');
echo file_get_contents("$folder/ended"), "\n", $server->get('/hello')->body, "\n";
$rude = $server->connect();
$rude->send("GET /ignore HTTP/1.1\r\nHost: a\r\n\r\n");
$rude->readThrough('xxxx');
$rude->reset();
$await('ignored');
echo file_get_contents("$folder/ignored"), "\n", $server->get('/hello')->body, "\n";
echo $server->stop(), $server->output(), "\n";
array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
?>
--EXPECT--
11
part 1 came
part 2 came
part 3 came
"0\r\n\r\n"
9 not chunked fourfive!
closed after less
closed before more
3000000 chunked whole
3000000 bytes up to the close
cut off
cut off after its begin well
200 answer 6 1
[false,true,"the body","kept",0]
hello 0 0
1 1
hello 0 0
1 1
hello 0 0
1 1
hello 0 0
0
