--TEST--
Rude clients of an evhttp server: a byte at a time, pipelines, half-closed, reset, those that never read
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $count = 0;
    $http = serve(function ($request) use (&$count) {
        $count++;
        $uri = evhttp_request_uri($request);
        if ($uri === '/count') {
            return (string) $count;
        }
        if (str_starts_with($uri, '/large')) {
            return str_repeat('x', 4_000_000);
        }
        return "$uri " . evhttp_request_body($request);
    });
    run();
    PHP);

// A byte at a time.
$slow = $server->connect();
foreach (str_split("POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n") as $byte) {
    $slow->send($byte);
}
echo $slow->readResponse()->body, "\n";

// A long pipeline, and one that is cut in the middle of everything.
$pipe = $server->connect();
$requests = '';
for ($n = 0; $n < 2000; $n++) {
    $requests .= "PUT /$n HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n" . sprintf('%03d', $n % 1000);
}
foreach (str_split($requests, 7919) as $part) {
    $pipe->send($part);
}
for ($n = 0; $n < 2000; $n++) {
    ($body = $pipe->readResponse()->body) === "/$n " . sprintf('%03d', $n % 1000) || exit("wrong: $body");
}
echo "2000 answers in order\n";

// Half-closed behind a request, behind two, in the middle of one, and before any.
echo json_encode(substr($server->connect()->send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n")->closeWrite()->readUntilClose(), -6)), ' ';
echo substr_count($server->connect()->send(str_repeat("GET /half HTTP/1.1\r\nHost: a\r\n\r\n", 5))->closeWrite()->readUntilClose(), 'HTTP/1.1 200 OK'), ' ';
echo json_encode($server->connect()->send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")->closeWrite()->readUntilClose()), ' ';
echo json_encode($server->connect()->closeWrite()->readUntilClose()), "\n";

// Reset at every point.
foreach (['', 'GET', "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx", "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", str_repeat("GET /large HTTP/1.1\r\nHost: a\r\n\r\n", 3)] as $sent) {
    for ($n = 0; $n < 5; $n++) {
        $server->connect()->send($sent)->reset();
    }
}
// Read a part of an answer, then gone.
$part = $server->connect()->send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
$part->read(100_000);
$part->reset();
echo $server->get('/after')->body, "\n";

// Never reading: no more than one answer of each waits in memory, nothing more is asked of the callback.
$before = (int) $server->get('/count')->body;
$resident = $server->residentKilobytes();
$deaf = [];
for ($n = 0; $n < 20; $n++) {
    $deaf[$n] = $server->connect();
    $deaf[$n]->send(str_repeat("GET /large HTTP/1.1\r\nHost: a\r\n\r\n", 200));
}
// The requests of all have arrived when later ones are answered.
for ($n = 0; $n < 50; $n++) {
    $server->get('/others');
}
$asked = (int) $server->get('/count')->body - 51 - $before;
echo $asked <= 40 ? 'bounded' : "asked $asked times", ' ', $server->residentKilobytes() - $resident < 20 * 2 * 4096 + 20_000 ? 'bounded' : 'grew by ' . ($server->residentKilobytes() - $resident), "\n";
// One of them reads after all: it gets all its answers.
for ($n = 0; $n < 200; $n++) {
    strlen($deaf[3]->readResponse()->body) === 4_000_000 || exit('a short answer');
}
echo "200 large answers\n";
foreach ($deaf as $n => $connection) {
    $n % 2 ? $connection->reset() : $connection->close();
}
echo $server->get('/end')->body, ' ', $server->stop(), ' ', json_encode($server->output()), "\n";
?>
--EXPECT--
/slow body
2000 answers in order
"\/half " 5 "" ""
/after 
bounded bounded
200 large answers
/end  0 ""
