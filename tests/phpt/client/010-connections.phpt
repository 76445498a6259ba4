--TEST--
Connections are reused, limited, closed when idle, and not used when the server has closed them
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions};

$server = own_server();
$rude = rude_server();
$ports = fn (Client $client, int $count) => count(array_unique(array_map(fn () => $client->get(url($server, '/port'))->body, range(1, $count))));
$open = fn () => count(array_filter(glob('/proc/self/fd/*'), fn ($fd) => str_starts_with((string) @readlink($fd), 'socket:')));

$none = $open();
$client = new Client();
echo $ports($client, 10), "\n";
$client->post(url($server, '/length'), str_repeat('x', 300_000));
$client->get(url($server, '/status/404'));
$client->head(url($server, '/hello'));
foreach ($client->stream('GET', url($server, '/large/500000')) as $_) {
}
echo $ports($client, 1), ' ', $open() - $none, "\n";
// Not after a close, of either side's; nor what has said too much.
$port = $client->get(url($server, '/port'))->body;
$client->get(url($server, '/hello'), ['Connection' => 'close']);
echo $port === $client->get(url($server, '/port'))->body ? "the same\n" : "a new one\n";
$length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
foreach ([["$length", 'hold', 'again'], ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", 'hold', 'closing'], ["{$length}surplus", 'hold', 'surplus'], ["HTTP/1.0 200 OK\r\n\r\nok", 'close', 'old']] as [$say, $then, $name]) {
    $client = new Client();
    $before = $open();
    $client->get(rude($rude, $say, $then));
    echo "$name: ", $open() - $before, " stays open\n";
}
// The server closes while nobody looks: even a POST goes out on a new connection then.
$client = new Client();
$client->get(rude($rude, $length, 'hold'));
$client->get(rude($rude, $length, 'close'));
usleep(50_000);
echo $client->post(rude($rude, $length, 'hold'), 'x')->body, "\n";

// Limits: of connections, of those that are kept, of time.
$client = new Client(new ClientOptions(connectionsPerHost: 10, idlePerHost: 3, idleTimeout: 0.2));
$before = $open();
$client->all(array_fill(0, 50, url($server, '/wait/0.01/x')));
echo $open() - $before, " are kept\n";
Kargo\delay(0.5);
echo $open() - $before, " are left\n";
$client = new Client(new ClientOptions(idlePerHost: 0));
$client->get(url($server, '/hello'));
echo $open() - $before, " is kept\n";
// A server that goes away and comes back.
$gone = own_server();
$client = new Client();
echo $client->get(url($gone, '/hello'))->body, ' ';
$address = "$gone->host:$gone->port";
$gone->stop();
echo outcome(fn () => $client->get(url($gone, '/hello'))), "\n";
$back = Server::start("\$server = Kargo\\Http\\Server::listen('$address'); \$server->get('/hello', fn () => 'back again'); \$server->run(workers: 0);");
echo $client->get(url($back, '/hello'))->body, "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
1
1 1
a new one
again: 1 stays open
closing: 0 stays open
surplus: 0 stays open
old: 0 stays open
ok
3 are kept
0 are left
0 is kept
Hello, World! Kargo\TransportException: GET URL: nobody listens at HOST:PORT; is the server running?
back again
0
