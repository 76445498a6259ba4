--TEST--
No queued connection is lost when workers are killed, replaced or all busy
--FILE--
<?php
require __DIR__ . '/sharing.inc';

foreach (sharing_addresses() as $kind => $address) {
    foreach ([1, 2] as $workers) {
        $server = sharing_server($address, $workers);
        $blockers = [];
        while (count($blockers) < $workers) {
            $before = substr_count($server->log(), 'blocked ');
            $blockers[] = $server->connect()->send("GET /block/30 HTTP/1.1\r\nHost: a\r\n\r\n");
            $server->waitUntil(fn () => substr_count($server->log(), 'blocked ') > $before, 'one more is blocked');
        }
        $queued = [];
        for ($number = 0; $number < 20; $number++) {
            $queued[] = $server->connect()->send("GET /pid HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        $old = $server->children();
        foreach ($old as $pid) {
            posix_kill($pid, SIGKILL);
        }
        $answered = 0;
        foreach ($queued as $connection) {
            $response = $connection->readResponse();
            $answered += $response->status === 200 && !in_array((int) $response->body, $old, true) ? 1 : 0;
        }
        echo "$kind, $workers workers: $answered answered, exit code ", $server->stop(), "\n";
    }
}

// Killed again and again while connections come: a connection is answered, or was the dead worker's own.
$server = sharing_server('127.0.0.1:0', 3);
$lost = 0;
for ($round = 0; $round < 5; $round++) {
    $queued = [];
    for ($number = 0; $number < 30; $number++) {
        $queued[] = $server->connect()->send("GET /pid HTTP/1.1\r\nHost: a\r\n\r\n");
        if ($number === 15) {
            posix_kill($server->children()[$round % 2] ?? 0, SIGKILL);
        }
    }
    foreach ($queued as $connection) {
        try {
            $connection->readResponse();
        } catch (RuntimeException $exception) {
            str_contains($exception->getMessage(), 'closed the connection') || throw $exception;
            $lost++;
        }
    }
    $server->waitUntil(fn () => count($server->children()) === 3, 'all are there again');
}
// A worker that dies takes what it had accepted: never more than its part of each round.
echo $lost <= 5 * 15 ? "bounded\n" : "$lost lost\n";
echo $server->get('/pid')->status, ' ', $server->stop(), "\n";
?>
--EXPECT--
tcp, 1 workers: 20 answered, exit code 0
tcp, 2 workers: 20 answered, exit code 0
unix, 1 workers: 20 answered, exit code 0
unix, 2 workers: 20 answered, exit code 0
bounded
200 0
