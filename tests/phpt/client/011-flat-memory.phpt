--TEST--
Memory stays flat over 20,000 requests of each kind, and nothing is left open
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions};

$server = own_server();
$rude = rude_server();
$client = new Client(new ClientOptions(redirects: 3));
$resident = fn () => (int) preg_replace('/\D/', '', explode("\n", explode('RssAnon:', file_get_contents('/proc/self/status'))[1])[0]);
$kinds = [
    'get' => [20_000, fn () => $client->get(url($server, '/hello'))],
    'post' => [20_000, fn () => $client->post(url($server, '/length'), ['x' => str_repeat('y', 5000)])],
    'all' => [200, fn () => $client->all(array_fill(0, 100, url($server, '/hello')))],
    'redirect' => [5_000, fn () => $client->get(url($server, '/redirect/302?to=/hello'))],
    'stream' => [5_000, function () use ($client, $server) { foreach ($client->stream('GET', url($server, '/large/20000')) as $_) { } }],
    'given up' => [2_000, fn () => $client->stream('GET', url($server, '/large/200000'))->read()],
    'upload' => [5_000, fn () => $client->post(url($server, '/length'), (function () { yield 'a'; yield 'b'; })())],
    'refused' => [20_000, fn () => outcome(fn () => $client->get('http://127.0.0.1:1/'))],
    'broken' => [2_000, fn () => outcome(fn () => $client->get(rude($rude, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHello")))],
    'clients' => [2_000, fn () => (new Client())->get(url($server, '/hello'))],
];
foreach ($kinds as $name => [$count, $call]) {
    for ($number = 0; $number < $count / 10; $number++) {
        $call();
    }
    gc_collect_cycles();
    [$memory, $held, $open] = [memory_get_usage(), $resident(), count(glob('/proc/self/fd/*'))];
    for ($number = 0; $number < $count; $number++) {
        $call();
    }
    gc_collect_cycles();
    $grown = memory_get_usage() - $memory;
    $grownResident = $resident() - $held;
    $opened = count(glob('/proc/self/fd/*')) - $open;
    echo "$name: ", $grown <= 4096 ? 'flat' : "$grown bytes more", ', ', $grownResident <= 1024 ? 'flat' : "$grownResident KiB more", $opened <= 0 ? '' : ", $opened descriptors more", "\n";
}
?>
--EXPECT--
get: flat, flat
post: flat, flat
all: flat, flat
redirect: flat, flat
stream: flat, flat
given up: flat, flat
upload: flat, flat
refused: flat, flat
broken: flat, flat
clients: flat, flat
