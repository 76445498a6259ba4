--TEST--
Listening on IPv4, IPv6 and unix sockets, several at once; addresses() and clientAddress()
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$socket = (getenv('KARGO_TEST_TMP') ?: sys_get_temp_dir()) . '/listeners-' . getmypid() . '.sock';
$code = <<<'PHP'
    $server = Kargo\Http\Server::listen(json_decode($argv[1]));
    fwrite(STDERR, 'addresses ' . json_encode($server->addresses(), JSON_UNESCAPED_SLASHES) . "\n");
    $server->get('/who', fn ($request) => $request->clientAddress() . ' ' . json_encode($request->clientPort()) . ' ' . $request->host());
    $server->run(workers: (int) $argv[2]);
    PHP;
foreach ([0, 2] as $workers) {
    $server = Server::start($code, [json_encode(['127.0.0.1:0', '[::1]:0', "unix:$socket", 'localhost:0']), (string) $workers]);
    $server->waitUntil(fn () => substr_count($server->log(), 'listening on') === 4, 'it listens on all');
    $addresses = json_decode($server->waitForLog('/^addresses (.*)$/m')[1]);
    foreach ($addresses as $address) {
        $stream = str_starts_with($address, 'unix:') ? 'unix://' . substr($address, 5) : "tcp://$address";
        $connection = $server->connect($stream);
        [$who, $port, $host] = explode(' ', $connection->request('GET', '/who', ['Host' => 'h'])->body);
        $own = $stream[0] === 'u' ? 'null' : substr(strrchr($connection->localAddress(), ':'), 1);
        echo str_replace($socket, 'SOCKET', preg_replace('/:\d+$/', ':PORT', $address)), ": $who ", $port === $own ? 'own port' : "port $port", " $host\n";
    }
    echo $server->stop(), ' ', json_encode(file_exists($socket)), "\n";
}
// One address that can't be had: none is listened on.
$server = Server::start('
    try { Kargo\Http\Server::listen(["127.0.0.1:0", "192.0.2.1:0"]); } catch (Kargo\TransportException $exception) { echo "refused "; }
    foreach ([[], [1.5], [null]] as $address) {
        try { Kargo\Http\Server::listen($address); echo "accepted "; } catch (Throwable $error) { echo get_class($error), " "; }
    }', ready: false);
$server->wait();
echo $server->output(), "\n";
// Everybody who may enter the directory may connect: the socket's mode is left to the umask.
$server = Server::start('umask(0077); ' . $code, [json_encode("unix:$socket"), '1']);
echo decoct(fileperms($socket) & 0777), ' ', $server->get('/who')->body, ' ', $server->stop(), "\n";
?>
--EXPECT--
127.0.0.1:PORT: 127.0.0.1 own port h
[::1]:PORT: ::1 own port h
unix:SOCKET: unix: own port h
127.0.0.1:PORT: 127.0.0.1 own port h
0 false
127.0.0.1:PORT: 127.0.0.1 own port h
[::1]:PORT: ::1 own port h
unix:SOCKET: unix: own port h
127.0.0.1:PORT: 127.0.0.1 own port h
0 false
refused Kargo\ConfigurationException TypeError TypeError 
700 unix: null localhost 0
