--TEST--
delay() in a handler: it waits long enough, others are served meanwhile, a pipelined batch keeps its order
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/wait/{seconds}/{name}', function ($request) {
        $begin = hrtime(true);
        Kargo\delay((float) $request->parameter('seconds'));
        $seconds = (hrtime(true) - $begin) / 1e9;
        return $seconds >= (float) $request->parameter('seconds') ? $request->parameter('name') : "too early: $seconds";
    });
    $server->get('/now/{name}', fn ($request) => $request->parameter('name'));
    $server->run(workers: 1);
    PHP);
$line = fn (string $path) => "GET $path HTTP/1.1\r\nHost: a\r\n\r\n";

$slow = $server->connect()->send($line('/wait/0.5/slow'));
$begin = microtime(true);
for ($number = 0; $number < 20; $number++) {
    $server->get("/now/$number")->body === (string) $number || print "wrong answer\n";
}
echo microtime(true) - $begin < 0.4 ? "others were served\n" : "others had to wait\n";
echo $slow->readResponse()->body, "\n";

$batch = $server->connect()->send($line('/now/a') . $line('/wait/0.1/b') . $line('/now/c') . $line('/wait/0/d') . $line('/now/e'));
foreach (range(1, 5) as $_) {
    echo $batch->readResponse()->body;
}
echo "\n";

// Two that wait on one connection, the first longer.
$batch = $server->connect()->send($line('/wait/0.2/first') . $line('/wait/0.01/second'));
echo $batch->readResponse()->body, ' ', $batch->readResponse()->body, "\n";

// Shorter waits end first, whatever the order they began in.
$long = $server->connect()->send($line('/wait/5/long'));
$short = $server->connect()->send($line('/wait/0.05/short'));
echo $short->readResponse()->body, "\n";
echo $long->isSilentFor(0.0) ? "long still waits\n" : "long came too early\n";
?>
--EXPECT--
others were served
slow
abcde
first second
short
long still waits
