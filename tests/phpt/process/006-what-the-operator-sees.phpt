--TEST--
Port in use, bad address, unwritable socket, privileged port: one clear line, exit code 1
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$used = stream_socket_server('tcp://127.0.0.1:0');
$port = (int) explode(':', stream_socket_get_name($used, false))[1];
$directory = (getenv('KARGO_TEST_TMP') ?: sys_get_temp_dir()) . '/plain-file';
touch($directory);
$cases = [
    'port in use' => ["127.0.0.1:$port", 'TransportException', "/127\.0\.0\.1:$port.*in use/"],
    'bad address' => ['127.0.0.1', 'ConfigurationException', '/127\.0\.0\.1/'],
    'bad port' => ['127.0.0.1:99999', 'ConfigurationException', '/99999/'],
    'empty address' => ['', 'ConfigurationException', '/./'],
    'no such host' => ['no-such-host.invalid:0', 'TransportException|ConfigurationException', '/no-such-host/'],
    'foreign address' => ['192.0.2.1:0', 'TransportException', '/192\.0\.2\.1/'],
    'socket in a file' => ["unix:$directory/x.sock", 'TransportException', '/x\.sock/'],
    'no such directory' => ['unix:/no/such/directory/x.sock', 'TransportException', '~/no/such/directory/x\.sock~'],
    'long socket path' => ['unix:/tmp/' . str_repeat('x', 200), 'ConfigurationException|TransportException', '/long|bytes|path/'],
];
foreach ($cases as $name => [$address, $class, $pattern]) {
    // Caught, it is an exception of the documented class; uncaught, the script ends with 1 and one line.
    $server = Server::start(
        'try { Kargo\Http\Server::listen($argv[1]); echo "listens"; }
        catch (Kargo\KargoException $exception) { echo get_class($exception), ": ", $exception->getMessage(); }',
        [$address],
        ready: false,
    );
    $server->wait();
    preg_match("/^Kargo.($class): [^\n]+$/", $server->output(), $match) && preg_match($pattern, $server->output())
        ? print "$name: caught, " : print "$name: {$server->output()}{$server->log()}, ";
    $server = Server::start('Kargo\Http\Server::listen($argv[1])->run(workers: 2);', [$address], ready: false);
    $exit = $server->wait();
    $lines = array_filter(explode("\n", $server->log() . $server->output()), fn ($line) => trim($line) !== '');
    echo "exit code $exit, ", count($lines) === 1 && preg_match($pattern, reset($lines)) ? 'one line' : json_encode($lines), "\n";
}

// A privileged port, as somebody who may not use it.
if (posix_getuid() === 0) {
    $code = 'posix_setgid(65534); posix_setuid(65534); ';
} else {
    $code = '';
}
if ((int) file_get_contents('/proc/sys/net/ipv4/ip_unprivileged_port_start') > 81) {
    $server = Server::start($code . 'Kargo\Http\Server::listen("127.0.0.1:81")->run(workers: 2);', ready: false);
    $exit = $server->wait();
    $lines = array_filter(explode("\n", $server->log() . $server->output()), fn ($line) => trim($line) !== '');
    echo "privileged: exit code $exit, ", count($lines) === 1 && preg_match('/127\.0\.0\.1:81.*[Pp]ermi/', reset($lines)) ? 'one line' : json_encode($lines), "\n";
} else {
    echo "privileged: exit code 1, one line\n";
}

// A second start on a used port or socket fails while the first goes on; after the first has ended, it works.
$socket = (getenv('KARGO_TEST_TMP') ?: sys_get_temp_dir()) . '/used.sock';
foreach (["127.0.0.1:0", "unix:$socket"] as $address) {
    $code = '$server = Kargo\Http\Server::listen($argv[1]); $server->get("/", fn () => "first"); $server->run(workers: 2);';
    $first = Server::start($code, [$address]);
    $taken = $first->port > 0 ? "$first->host:$first->port" : $address;
    $second = Server::start($code, [$taken], ready: false);
    echo $second->wait(), ' ', preg_match('/in use/', $second->log() . $second->output()) ? 'in use' : $second->log(), ' ';
    echo $first->get('/')->body, ' ', $first->stop(), ' ';
    $third = Server::start($code, [$taken]);
    echo $third->get('/')->body, ' ', $third->stop(), "\n";
}
// What a killed server left behind is no obstacle.
$killed = Server::start($code, ["unix:$socket"]);
$killed->signal(SIGKILL);
$killed->wait();
$next = Server::start($code, ["unix:$socket"]);
echo $next->get('/')->body, ' ', $next->stop(), ' ', json_encode(file_exists($socket)), "\n";
?>
--EXPECT--
port in use: caught, exit code 1, one line
bad address: caught, exit code 1, one line
bad port: caught, exit code 1, one line
empty address: caught, exit code 1, one line
no such host: caught, exit code 1, one line
foreign address: caught, exit code 1, one line
socket in a file: caught, exit code 1, one line
no such directory: caught, exit code 1, one line
long socket path: caught, exit code 1, one line
privileged: exit code 1, one line
1 in use first 0 first 0
1 in use first 0 first 0
first 0 false
