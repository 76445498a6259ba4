--TEST--
A script of 2009: an echo server of plain events, with array($this, 'method') as callbacks and handles in arrays
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(__DIR__ . '/scripts/events.php', ['0']);
$clients = [];
for ($number = 0; $number < 3; $number++) {
    $clients[] = $client = $server->connect();
    echo $client->send("hello $number\n")->readThrough("\n");
}
foreach ($clients as $number => $client) {
    $client->send("again $number\r\nand more\n");
}
foreach ($clients as $client) {
    echo json_encode([$client->readThrough("\n"), $client->readThrough("\n")]), "\n";
}
// What comes in pieces comes back in pieces: the script reads what is there.
echo $clients[0]->send("types\n")->readThrough("\n");
$clients[1]->close();
$clients[2]->closeWrite();
echo json_encode($clients[2]->readUntilClose()), "\n";
$server->waitUntil(fn () => str_contains($server->output(), '1 left'), 'two are gone');
// A number that was used before.
$client = $server->connect();
echo $client->send("new\n")->readThrough("\n");
echo $clients[0]->send("stop\n")->readThrough("\n");
echo $server->wait(), "\n", $server->output(), preg_replace('/^listening.*\n/m', '', $server->log());
?>
--EXPECT--
18 hello 0
18 hello 1
18 hello 2
["18 again 0\r\n","18 and more\n"]
["18 again 1\r\n","18 and more\n"]
["18 again 2\r\n","18 and more\n"]
18 types
""
18 new
18 stop
0
accept 18 1
accept 18 1
accept 18 1
stream EVENT resource 1 printed
stream EVENT resource 1 printed
stream EVENT resource 1 printed
bool(false)
bool(true)
gone, 2 left
gone, 1 left
accept 18 1
stopped after 12 lines
