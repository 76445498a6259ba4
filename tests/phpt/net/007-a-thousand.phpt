--TEST--
A thousand connections whose callbacks wait; memory is flat over ten thousand more
--FILE--
<?php
use Kargo\Net\{Connection, TcpServer};

gc_disable();
$open = 0;
$server = TcpServer::listen('127.0.0.1:0', function (Connection $connection) use (&$open) {
    $open++;
    foreach ($connection->lines() as $line) {
        $connection->write("$line\n");
    }
    $open--;
});
$clients = [];
for ($i = 0; $i < 1000; $i++) {
    $clients[] = Connection::connect($server->address());
}
foreach ($clients as $number => $client) {
    $client->write("$number\n");
}
foreach ($clients as $number => $client) {
    $client->readLine() === (string) $number || print "wrong answer for $number\n";
}
echo json_encode([$open, $server->connections()]), "\n";
$client = null;
$clients = [];
while ($open > 0) { Kargo\delay(0.001); }
echo json_encode([$open, $server->connections()]), "\n";

$resident = function (): int {
    preg_match('/^RssAnon:\s+(\d+) kB/m', file_get_contents('/proc/self/status'), $found);
    return (int) $found[1];
};
$round = function (int $count) use ($server): void {
    for ($i = 0; $i < $count; $i++) {
        $client = Connection::connect($server->address());
        $client->write("hello\n");
        $client->readLine() === 'hello' || print "wrong answer\n";
    }
};
$round(1000);
$before = [memory_get_usage(), $resident()];
$round(10_000);
$after = [memory_get_usage(), $resident()];
echo $after[0] - $before[0] < 20_000 ? "flat\n" : $after[0] - $before[0] . " bytes more\n";
echo $after[1] - $before[1] < 2_000 ? "flat\n" : $after[1] - $before[1] . " kB more\n";
?>
--EXPECT--
[1000,1000]
[0,0]
flat
flat
