--TEST--
A script of 2009: a chat that finds clients by ==, prints its handles, closes streams under live bufferevents, and exits on SIGINT
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(__DIR__ . '/scripts/chat.php', ['0']);
$say = function ($client, string $text, array $hearers = []) {
    $client->send("$text\n");
    foreach ($hearers as $hearer) {
        echo $hearer->readThrough("\n");
    }
};
[$ada, $bob, $cyd] = [$server->connect(), $server->connect(), $server->connect()];
echo $ada->readThrough("\n"), $bob->readThrough("\n"), $cyd->readThrough("\n");
$say($ada, 'hello', [$bob, $cyd]);
$say($bob, '/nick bob', [$bob]);
$say($ada, '/dump', [$ada]);
$say($ada, '/kick bob', [$ada, $cyd]);
echo json_encode($bob->readUntilClose()), "\n";
// The next client gets the number that the kicked one's descriptor had.
$dan = $server->connect();
echo $dan->readThrough("\n");
$say($dan, 'hi', [$ada, $cyd]);
$say($cyd, '/quit', [$ada, $dan]);
echo json_encode($cyd->readUntilClose()), "\n";
$eve = $server->connect();
echo $eve->readThrough("\n");
$eve->close();
echo $ada->readThrough("\n"), $dan->readThrough("\n");
$rude = $server->connect();
echo $rude->readThrough("\n");
$rude->reset();
echo $ada->readThrough("\n"), $dan->readThrough("\n");
$server->signal(SIGINT);
echo $server->wait(), "\n", $server->output(), preg_replace('/^listening.*\n/m', '', $server->log());
?>
--EXPECTF--
hello user1, there are 1
hello user2, there are 2
hello user3, there are 3
user1: hello
user1: hello
you are bob
dumped Resource id #%d
bob was kicked
bob was kicked
""
hello user4, there are 3
user4: hi
user4: hi
somebody quit
somebody quit
""
hello user5, there are 3
somebody hung up
somebody hung up
hello user6, there are 3
somebody hung up
somebody hung up
0
on_accept(Resource id #%d, 18, Resource id #%d) other
on_accept(Resource id #%d, 18, Resource id #%d) other
on_accept(Resource id #%d, 18, Resource id #%d) other
Array
(
    [client] => Resource id #%d
    [be] => Resource id #%d
    [nick] => user1
    [name] => 127.0.0.1:%d
)
resource(%d) of type (BUFFEREVENT) refcount(%d)
on_accept(Resource id #%d, 18, Resource id #%d) other
on_accept(Resource id #%d, 18, Resource id #%d) other
on_error(17) of user5, found by its buffer too: true
on_accept(Resource id #%d, 18, Resource id #%d) other
on_error(33) of user6, found by its buffer too: true
on_sigint(): 2 clients
