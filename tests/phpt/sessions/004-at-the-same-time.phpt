--TEST--
Requests of one visitor at the same time: no key is lost, none waits for another, what was ended stays ended
--FILE--
<?php
require __DIR__ . '/visitor.inc';

$directory = scratch();
foreach (['files' => "Sessions::inFiles('$directory', secure: false)", 'cookie' => "Sessions::inCookie(str_repeat('k', 32), secure: false)"] as $name => $sessions) {
    $server = Server::start(handlers($sessions));
    $visitor = new Visitor($server);
    $visitor->get('/set/first/0');
    $send = fn (string $target) => $server->connect()->send("GET $target HTTP/1.1\r\nHost: a\r\nCookie: session={$visitor->cookies['session']}\r\n\r\n");
    echo "$name: ";
    $waiting = array_map(fn (int $n) => $send("/slow/key$n/$n?seconds=0.3"), range(1, 50));
    // They run already, and nobody holds anything.
    $visitor->get('/set/between/1');
    foreach ($waiting as $connection) {
        $last = $connection->readResponse();
    }
    echo $last->body, "\n", count($visitor->get('/all')->json()['all']), "\n";
    $server->stop();
}

$server = Server::start(handlers("Sessions::inFiles('$directory', secure: false)"));
foreach (['/logout', '/login', '/renew'] as $target) {
    $visitor = new Visitor($server);
    $visitor->get('/set/first/0');
    $old = $visitor->cookies['session'];
    $slow = $server->connect()->send("GET /slow/late/1?seconds=0.3 HTTP/1.1\r\nHost: a\r\nCookie: session=$old\r\n\r\n");
    $visitor->get($target);
    $late = $slow->readResponse();
    $thief = new Visitor($server);
    $thief->cookies = ['session' => $old];
    echo "$target: ", $late->status, ' ', $late->header('set-cookie') ?? '-', ' ', $thief->get('/all')->body, ' ', $visitor->get('/all')->body, "\n";
}
// One connection, all at once.
$visitor = new Visitor($server);
$visitor->get('/set/first/0');
$bytes = '';
for ($n = 0; $n < 40; $n++) {
    $target = $n % 2 ? "/set/k$n/$n" : "/slow/k$n/$n?seconds=0.01";
    $bytes .= "GET $target HTTP/1.1\r\nHost: a\r\nCookie: session={$visitor->cookies['session']}\r\n\r\n";
}
$connection = $server->connect()->send($bytes);
$statuses = [];
for ($n = 0; $n < 40; $n++) {
    $statuses[] = $connection->readResponse()->status;
}
echo 'pipelined: ', implode(' ', array_unique($statuses)), ' ', count($visitor->get('/all')->json()['all']), "\n";
// Somebody who is stopped holds the file: its visitor is told so in the end, others go on.
$held = array_values(array_filter(glob("$directory/*"), fn ($path) => str_contains(file_get_contents($path), 'k39')));
$lock = fopen($held[0], 'r+');
flock($lock, LOCK_EX);
$stuck = $server->connect()->send("GET /set/a/b HTTP/1.1\r\nHost: a\r\nCookie: session={$visitor->cookies['session']}\r\n\r\n");
$other = new Visitor($server);
echo 'held: ', $other->get('/set/a/b')->body, ' ', $other->get('/all')->body, ' ', $visitor->get('/get/first')->body, ' ';
flock($lock, LOCK_UN);
echo $stuck->readResponse()->body, ' ', $visitor->get('/get/a')->body, "\n";
flock($lock = fopen(array_values(array_filter(glob("$directory/*"), fn ($path) => str_contains(file_get_contents($path), 'k39')))[0], 'r+'), LOCK_EX);
echo $visitor->get('/set/a/c')->body;
preg_match('/the session can\'t be kept.*reason="([^"]+)/', $server->log(), $told);
echo $told[1], "\n";
echo $server->stop(), "\n";
?>
--EXPECTF--
files: {"first":"0","key50":"50"}
52
cookie: {"first":"0","key50":"50"}
2
/logout: 200 - {"all":[]} {"all":[]}
/login: 200 - {"all":[]} {"all":{"first":"0","user":"ann"}}
/renew: 200 - {"all":[]} {"all":{"fresh":1}}
pipelined: 200 41
held: set {"all":{"a":"b"}} ["0"] set ["b"]
503 Service Unavailable
another process has locked the session's file for too long
0
