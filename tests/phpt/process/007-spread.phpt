--TEST--
8 connections leave none of 4 workers idle; 64 spread within 25 % of their share
--FILE--
<?php
require __DIR__ . '/sharing.inc';

foreach (sharing_addresses() as $kind => $address) {
    foreach ([8 => [1, 5], 64 => [12, 20]] as $count => [$least, $most]) {
        foreach (['one after the other', 'at once'] as $how) {
            $server = sharing_server($address, 4);
            $connections = $per = [];
            for ($number = 0; $number < $count; $number++) {
                $connections[] = $connection = $server->connect()->send("GET /pid HTTP/1.1\r\nHost: a\r\n\r\n");
                $how === 'at once' || $per[] = $connection->readResponse()->body;
            }
            if ($how === 'at once') {
                $per = array_map(fn ($connection) => $connection->readResponse()->body, $connections);
            }
            $per = array_values(array_count_values($per));
            $fits = count($per) === 4 && min($per) >= $least && max($per) <= $most;
            echo "$kind, $count $how: ", $fits ? 'spread' : json_encode($per), ', exit code ', $server->stop(), "\n";
        }
    }
}
?>
--EXPECT--
tcp, 8 one after the other: spread, exit code 0
tcp, 8 at once: spread, exit code 0
tcp, 64 one after the other: spread, exit code 0
tcp, 64 at once: spread, exit code 0
unix, 8 one after the other: spread, exit code 0
unix, 8 at once: spread, exit code 0
unix, 64 one after the other: spread, exit code 0
unix, 64 at once: spread, exit code 0
