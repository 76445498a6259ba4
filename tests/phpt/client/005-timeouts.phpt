--TEST--
Each phase has its time, and all of it together
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions};

$rude = rude_server();
$time = function (callable $call, float $least = 0.2) {
    $begin = hrtime(true);
    $said = outcome($call);
    $seconds = (hrtime(true) - $begin) / 1e9;
    echo $said, $seconds < $least ? " TOO EARLY: $seconds" : '', $seconds > 5 ? " TOO LATE: $seconds" : '', "\n";
};
$ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

$time(fn () => (new Client(new ClientOptions(headTimeout: 0.2)))->get(rude($rude, '', 'hold')));
$time(fn () => (new Client(new ClientOptions(headTimeout: 0.2)))->get(rude($rude, "HTTP/1.1 200 OK\r\nX: ", 'hold', slowly: '0.05', endlessly: 'y')));
$time(fn () => (new Client(new ClientOptions(bodyTimeout: 0.2)))->get(rude($rude, "{$ok}Hel", 'hold')));
$time(fn () => (new Client(new ClientOptions(timeout: 0.2)))->get(rude($rude, "{$ok}Hello", 'hold', slowly: '0.05')));
$time(fn () => (new Client(new ClientOptions(bodyTimeout: 0.2)))->get(rude($rude, "{$ok}Hello", 'hold', slowly: '0.02')), 0);

// A server that reads nothing: its queue takes the connection, and the kernel some of the body.
$deaf = stream_socket_server('tcp://127.0.0.1:0');
$url = 'http://' . stream_socket_get_name($deaf, false) . '/';
$time(fn () => (new Client(new ClientOptions(writeTimeout: 0.2)))->post($url, str_repeat('x', 20_000_000)));
// A peer that does not even say no.
$full = stream_socket_server('tcp://127.0.0.1:0', $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, stream_context_create(['socket' => ['backlog' => 0]]));
$name = stream_socket_get_name($full, false);
$held = [];
foreach (range(1, 3) as $_) {
    $held[] = @stream_socket_client("tcp://$name", $code, $message, 0, STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT);
}
$time(fn () => (new Client(new ClientOptions(connectTimeout: 0.2)))->get("http://$name/"));
// Waiting for a connection counts.
$client = new Client(new ClientOptions(connectionsPerHost: 1, timeout: 0.3));
foreach ($client->all([rude($rude, '', 'hold'), rude($rude, '', 'hold')]) as $failure) {
    echo get_class($failure), "\n";
}

// A computation of the caller's own is not the server's fault.
$server = own_server();
$client = new Client(new ClientOptions(headTimeout: 0.3));
$client->get(url($server, '/hello'));
Kargo\Loop::defer(function () {
    $end = microtime(true) + 0.6;
    while (microtime(true) < $end) {
    }
});
echo $client->get(url($server, '/wait/0.1/patience'))->body, "\n";
?>
--EXPECT--
Kargo\TimeoutException: GET URL: no response within 0.2 s (ClientOptions::$headTimeout)
Kargo\TimeoutException: GET URL: no response within 0.2 s (ClientOptions::$headTimeout)
Kargo\TimeoutException: GET URL: the response did not go on for 0.2 s (ClientOptions::$bodyTimeout)
Kargo\TimeoutException: GET URL: not complete within 0.2 s (ClientOptions::$timeout)
200 Hello
Kargo\TimeoutException: POST URL: the server took nothing of the request for 0.2 s (ClientOptions::$writeTimeout)
Kargo\TimeoutException: GET URL: no connection to HOST:PORT within 0.2 s (ClientOptions::$connectTimeout)
Kargo\TimeoutException
Kargo\TimeoutException
patience
