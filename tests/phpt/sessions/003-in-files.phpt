--TEST--
Sessions in files: made when something is set, rotated, ended; ids of others are never taken; damaged and old ones
--FILE--
<?php
require __DIR__ . '/visitor.inc';

$directory = scratch();
$server = Server::start(handlers("Sessions::inFiles('$directory', secure: false)"));
$files = fn () => array_map(basename(...), glob("$directory/*"));
$visitor = new Visitor($server);
echo 'made for its owner: ', decoct(fileperms($directory) & 0777), "\n";
foreach (['/without', '/asked', '/all', '/get/x', '/remove/x', '/take/x', '/rotate', '/logout', '/throw', '/exit'] as $target) {
    $visitor->get($target);
    echo $visitor->attributes(), count($files());
}
echo "\n";
$visitor->get('/set/a/1');
$id = $visitor->cookies['session'];
echo $visitor->attributes(), ' ', strlen($id), ' ', count($files()), ' ', decoct(fileperms("$directory/{$files()[0]}") & 0777), ' ', in_array($id, $files(), true) ? 'named' : 'hashed', "\n";
$visitor->get('/set/b/2');
echo $visitor->attributes(), $visitor->get('/all')->body, $visitor->get('/take/a')->body, $visitor->get('/take/a')->body, $visitor->get('/all')->body, "\n";

echo 'fixation: ';
$fixed = new Visitor($server);
foreach ([$id2 = str_repeat('A', 32), '../../../../etc/passwd', '..', '.sweep', "$directory/x", str_repeat('%2e', 11), str_repeat('a', 4000), ''] as $value) {
    $fixed->cookies = ['session' => $value];
    $fixed->get('/set/x/y');
    echo $fixed->cookies['session'] === $value ? 'taken ' : 'new ';
    $fixed->get('/logout');
}
echo count($files()), "\n";

echo 'login: ';
$thief = new Visitor($server);
$thief->cookies = $visitor->cookies;
$told = $visitor->get('/login')->body;
echo $told === $visitor->cookies['session'] ? 'told ' : 'another ', $visitor->cookies['session'] === $id ? 'same ' : 'rotated ', count($files()), ' ', $visitor->get('/all')->body, ' ', $thief->get('/all')->body, "\n";
echo 'the old id: ', $thief->get('/set/evil/1')->status, ' ', $thief->cookies['session'] === $id ? 'kept ' : 'replaced ', $visitor->get('/all')->body, "\n";
$thief->get('/logout');
$kept = $visitor->cookies;
$visitor->get('/renew');
$again = new Visitor($server);
$again->cookies = $kept;
echo 'ended and begun: ', $visitor->get('/all')->body, $again->get('/all')->body, count($files()), "\n";
$visitor->get('/clear');
echo $visitor->get('/all')->body, ' ';
foreach (['/throw', '/exit', '/refuse'] as $target) {
    echo $visitor->get($target)->status, ' ';
}
echo $visitor->get('/all')->body, "\n";

echo 'damaged: ';
$path = "$directory/{$files()[0]}";
$whole = file_get_contents($path);
foreach (['', 'O:8:"stdClass":0:{}', substr($whole, 0, -1), $whole . "\0", random_bytes(500)] as $bytes) {
    file_put_contents($path, $bytes);
    echo $visitor->get('/all')->body, $visitor->get('/all')->body, file_exists($path) ? 'there ' : 'gone ';
}
preg_match_all('/a session that can\'t be read was removed/', $server->log(), $told);
echo count($told[0]), " told\n";

echo 'old: ';
$visitor->get('/set/a/1');
$path = "$directory/{$files()[0]}";
touch($path, time() - 7300);
echo $visitor->get('/all')->body, $visitor->attributes(), ' ';
touch($path, time() - 7000);
echo $visitor->get('/all')->body, ' ';
clearstatcache();
echo time() - filemtime($path) < 100 ? 'noted' : 'not noted', "\n";
echo $server->stop(), "\n";

echo 'swept: ';
$swept = scratch();
$server = Server::start(handlers("Sessions::inFiles('$swept', idleSeconds: 1, secure: false)", workers: 2));
for ($n = 0; $n < 300; $n++) {
    (new Visitor($server))->get('/set/a/1');
}
$server->waitUntil(fn () => glob("$swept/*") === [], 'all are gone');
echo count(glob("$swept/*")), ' ', $server->stop(), "\n";

echo "refused:\n";
chmod($swept, 0777);
file_put_contents("$swept/file", '');
foreach ([$swept, "$swept/file", "$swept/file/x", "/proc/x/y", "x\0y"] as $path) {
    try {
        Kargo\Http\Sessions::inFiles($path);
        echo "made\n";
    } catch (Throwable $e) {
        echo $e::class, ': ', str_replace($swept, 'DIR', $e->getMessage()), "\n";
    }
}
?>
--EXPECTF--
made for its owner: 700
-0-0-0-0-0-0-0-0-0-0
session=VALUE; Path=/; HttpOnly; SameSite=Lax 32 1 600 hashed
-{"all":{"a":"1","b":"2"}}["1"]["none"]{"all":{"b":"2"}}
fixation: new new new new new new new new 1
login: told rotated 1 {"all":{"b":"2","user":"ann"}} {"all":[]}
the old id: 200 replaced {"all":{"b":"2","user":"ann"}}
ended and begun: {"all":{"fresh":1}}{"all":[]}1
{"all":{"after":true}} 500 500 403 {"all":{"after":true,"refused":1}}
damaged: {"all":[]}{"all":[]}gone {"all":[]}{"all":[]}gone {"all":[]}{"all":[]}gone {"all":[]}{"all":[]}gone {"all":[]}{"all":[]}gone 5 told
old: {"all":[]}- {"all":{"a":"1"}} noted
0
swept: 0 0
refused:
Kargo\ConfigurationException: sessions can't be kept in DIR: others may write to it, and so make sessions: chmod 700
Kargo\ConfigurationException: sessions can't be kept in DIR/file: %s
Kargo\ConfigurationException: sessions can't be kept in DIR/file/x: %s
Kargo\ConfigurationException: sessions can't be kept in /proc/x/y: %s
ValueError: Kargo\Http\Sessions::inFiles(): Argument #1 ($directory) must not hold NUL
