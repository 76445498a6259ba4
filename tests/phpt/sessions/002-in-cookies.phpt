--TEST--
Sessions in signed cookies: what was changed, copied from elsewhere, too old or too long; secrets that change
--FILE--
<?php
require __DIR__ . '/visitor.inc';

[$old, $new] = [str_repeat('o', 32), str_repeat('n', 40)];
$start = fn (string $secrets, string $more = '') => Server::start(handlers("Sessions::inCookie($secrets, secure: false$more)"));
$server = $start("'$old'");
$visitor = new Visitor($server);
echo "nobody asks: ", $visitor->get('/without')->status, $visitor->get('/asked')->status, $visitor->get('/all')->body, $visitor->attributes(), "\n";
echo $visitor->get('/remove/x')->status, $visitor->attributes(), "\n";
$visitor->get('/set/user/ann');
echo $visitor->attributes(), "\n", $visitor->get('/get/user')->body, ' ', $visitor->attributes(), "\n";
$good = $visitor->cookies['session'];

echo "forged:";
$forged = new Visitor($server);
$wrong = 0;
$tried = ['', 'x', '=', '"', substr($good, 1), substr($good, 0, -1), $good . 'A', strrev($good), str_repeat('A', 5000), '%00', "\xff\xfe", base64_encode('{"user":"ann"}')];
for ($at = 0; $at < strlen($good); $at += 3) {
    $tried[] = substr_replace($good, $good[$at] === 'A' ? 'B' : 'A', $at, 1);
}
foreach ($tried as $value) {
    $forged->cookies = ['session' => $value];
    $wrong += $forged->get('/get/user')->body !== '["none"]';
}
echo count($tried) > 40 ? " many tried, $wrong taken\n" : " few\n";
$connection = $server->connect();
foreach (["Cookie: session=bad; session=$good", "Cookie: session=bad\r\nCookie: a=b; session=$good", "Cookie: SESSION=$good", "Cookie: session=$good; session=bad"] as $line) {
    echo $connection->send("GET /get/user HTTP/1.1\r\nHost: a\r\n$line\r\n\r\n")->readResponse()->body;
}
echo "\n";
echo "HEAD and OPTIONS: ", $visitor->get('/set/head/1', 'HEAD')->status, ' ', $visitor->attributes(), ' ', $visitor->get('/set/options/1', 'OPTIONS')->status, ' ', $visitor->attributes(), "\n";
echo $visitor->get('/all')->body, "\n";

echo "rotation of ids: ";
$ids = [];
foreach (['/login', '/login'] as $target) {
    $ids[] = $visitor->get($target)->body;
}
echo strlen($ids[0]), ' ', $ids[0] !== $ids[1] ? 'differ' : 'same', ' ', $visitor->get('/all')->body, "\n";
$visitor->get('/logout');
echo $visitor->attributes(), ' ', $visitor->get('/get/user')->body, ' ', $visitor->attributes(), "\n";

echo "failures: ";
foreach (['/throw', '/exit', '/refuse'] as $target) {
    echo $visitor->get($target)->status, ' ', $visitor->get('/all')->body, ' ';
}
echo "\n";
$token = $visitor->get('/token')->body;
echo "forms: ", strlen($token), $visitor->get("/check/$token")->body, $visitor->get('/check/x')->body, (new Visitor($server))->get("/check/$token")->body, $visitor->get('/all')->body, "\n";
$visitor->get('/rotate');
echo $visitor->get("/check/$token")->body, "\n";
for ($n = 2700; $visitor->get("/long/$n")->status === 200; $n++) {
    $before = strlen($visitor->set[0]);
}
echo $before > 3990 && $before <= 4096 ? 'full' : $before, ' ', $visitor->get("/long/$n")->status, "\n";
preg_match('/ValueError.*?browsers take 4096[^"]*/', $server->log(), $said);
echo preg_replace('/\d+ bytes long/', 'N bytes long', $said[0]), "\n";
$server->stop();

echo "secrets change: ";
$server = $start("['$new', '$old']", ', idleSeconds: 1000');
$visitor = new Visitor($server);
$visitor->cookies = ['session' => $good];
echo $visitor->get('/get/user')->body, ' ', $visitor->attributes(), "\n";
$renewed = $visitor->cookies['session'];
$server->stop();
$server = $start("'$new'", ', idleSeconds: 1000');
foreach ([$renewed, $good] as $value) {
    $visitor = new Visitor($server);
    $visitor->cookies = ['session' => $value];
    echo $visitor->get('/get/user')->body;
}
$server->stop();
echo "\nother names and attributes:\n";
foreach ([", cookie: 'other'", ", idleSeconds: 1, absoluteSeconds: 1", ", path: '/get', sameSite: 'Strict', httpOnly: false, persistent: true"] as $more) {
    $server = $start("'$new'", $more);
    $visitor = new Visitor($server);
    $visitor->cookies = ['session' => $renewed, 'other' => $renewed];
    $server->waitUntil(fn () => !str_contains($more, 'idle') || $visitor->get('/get/user')->body === '["none"]', 'it is over');
    echo $visitor->get('/get/user')->body, ' ';
    $visitor->cookies = [];
    $visitor->get('/set/a/b');
    echo $visitor->attributes(), "\n";
    $server->stop();
}
foreach (["'short'", '[]', "['$new', 'short']", "'$new', sameSite: 'None', secure: false", "'$new', cookie: 'a b'", "'$new', idleSeconds: 0", "'$new', cookie: '__Host-a', path: '/x'"] as $arguments) {
    $code = "try { Kargo\\Http\\Sessions::inCookie($arguments); echo \"made\n\"; } catch (Throwable \$e) { echo \$e::class, ': ', \$e->getMessage(), \"\n\"; }";
    eval($code);
}
echo (new ReflectionMethod('Kargo\Http\Sessions', 'inCookie'))->getParameters()[0]->getAttributes()[0]->getName(), "\n";
?>
--EXPECTF--
nobody asks: 200200{"all":[]}-
200-
session=VALUE; Path=/; HttpOnly; SameSite=Lax
["ann"] -
forged: many tried, 0 taken
["ann"]["ann"]["none"]["ann"]
HEAD and OPTIONS: 200 session=VALUE; Path=/; HttpOnly; SameSite=Lax 204 -
{"all":{"head":"1","user":"ann"}}
rotation of ids: 32 differ {"all":{"head":"1","user":"ann"}}
session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax ["none"] -
failures: 500 {"all":[]} 500 {"all":[]} 403 {"all":{"refused":1}} 
forms: 32[true,false][false,false][false,false]{"all":{"refused":1}}
[false,false]
full 500
ValueError message="Kargo\\Http\\Session::set(): Argument #2 ($value) makes the cookie of the session N bytes long, and browsers take 4096: keep less in it, or sessions in files or Redis
secrets change: ["ann"] session=VALUE; Path=/; HttpOnly; SameSite=Lax
["ann"]["none"]
other names and attributes:
["none"] other=VALUE; Path=/; HttpOnly; SameSite=Lax
["none"] session=VALUE; Path=/; HttpOnly; SameSite=Lax
["ann"] session=VALUE; Path=/get; Max-Age=7200; SameSite=Strict
Kargo\ConfigurationException: each secret of sessions must have 32 bytes at least, and there must be one: php -r 'echo bin2hex(random_bytes(32));' makes one
Kargo\ConfigurationException: each secret of sessions must have 32 bytes at least, and there must be one: php -r 'echo bin2hex(random_bytes(32));' makes one
Kargo\ConfigurationException: each secret of sessions must have 32 bytes at least, and there must be one: php -r 'echo bin2hex(random_bytes(32));' makes one
Kargo\ConfigurationException: there can be no such cookie: %s
Kargo\ConfigurationException: there can be no such cookie: %s
ValueError: Kargo\Http\Sessions::inCookie(): Argument #2 ($idleSeconds) must be between 1 and ten years
Kargo\ConfigurationException: there can be no such cookie: %s
SensitiveParameter
