--TEST--
all(): keys, order, failures, iterables, concurrency; 500 in flight at once
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions, ClientRequest, ClientResponse};

$server = own_server();
$client = new Client(new ClientOptions(connectionsPerHost: 1000));
$show = fn (array $results) => print json_encode(array_map(fn ($result) => $result instanceof ClientResponse ? "$result->status $result->body" : get_class($result), $results)) . "\n";

$show($client->all([]));
$show($client->all(['b' => url($server, '/wait/0.1/slow'), 'a' => url($server, '/wait/0/fast'), 7 => url($server, '/status/404')]));
$show($client->all([url($server, '/hello'), 'http://127.0.0.1:1/', 'https://example.org/', 'http://no.such.host.invalid/', url($server, '/loop')]));
$show($client->all([
    new ClientRequest(url($server, '/length'), 'POST', [], 'abc'),
    new ClientRequest(url($server, '/redirect/303?to=/hello'), 'PUT', [], ['a' => 1]),
    new ClientRequest(str_replace('//', '//a:b@', url($server, '/length')), 'DELETE'),
]));
// A generator is asked for the next request when there is room for it.
$asked = 0;
$requests = function () use ($server, &$asked) {
    foreach (range(1, 30) as $number) {
        $asked++;
        yield "n$number" => url($server, "/wait/0.01/$number");
    }
};
Kargo\Loop::delay(0.005, function () use (&$asked) { echo $asked <= 10 ? "asked for no more than allowed\n" : "asked for $asked\n"; });
$results = $client->all($requests(), 5);
echo count($results), ' ', array_key_first($results), ' ', array_key_last($results), ' ', $results['n17']->body, "\n";
// What a generator throws, and what is no request, ends all of it.
$failing = function () use ($server) { yield url($server, '/wait/5/x'); throw new DomainException('out of the generator'); };
echo outcome(fn () => $client->all($failing())), "\n";
echo outcome(fn () => $client->all([url($server, '/wait/5/x'), 'nonsense'])), "\n";
echo outcome(fn () => $client->all((function () { yield [] => 'http://a/'; })())), "\n";

// 500 wait at the same time on one worker, and on one loop here.
$begin = microtime(true);
$urls = [];
foreach (range(1, 500) as $number) {
    $urls[] = url($server, "/wait/1/$number");
}
$results = $client->all($urls);
$seconds = microtime(true) - $begin;
$right = array_filter($results, fn ($result, $index) => $result instanceof ClientResponse && $result->body === (string) ($index + 1), ARRAY_FILTER_USE_BOTH);
echo count($right), ' ', $seconds >= 1 && $seconds < 10 ? "at the same time\n" : "in $seconds s\n";
$failed = array_filter($results, fn ($result) => $result instanceof Throwable);
$failed === [] || print reset($failed)->getMessage() . "\n";

// With two connections they have to wait for each other, and all come through.
$client = new Client(new ClientOptions(connectionsPerHost: 2));
$results = $client->all(array_map(fn ($number) => url($server, "/wait/0.01/$number"), range(1, 40)));
echo implode(',', array_map(fn ($result) => $result->body, $results)) === implode(',', range(1, 40)) ? "all came through\n" : "wrong\n";
$ports = array_unique(array_map(fn ($result) => $result->body, $client->all(array_fill(0, 40, url($server, '/port')))));
echo count($ports), " connections\n";
echo $server->stop(), "\n";
?>
--EXPECT--
[]
{"b":"200 slow","a":"200 fast","7":"404 status"}
["200 Hello, World!","Kargo\\TransportException","Kargo\\TransportException","Kargo\\TransportException","Kargo\\ProtocolException"]
["200 3 891568578","200 Hello, World!","200 0 0"]
asked for no more than allowed
30 n1 n30 17
DomainException: out of the generator
ValueError: Kargo\Http\Client::all(): Argument #1 ($requests) must give URLs and ClientRequests, but 1 is no URL: relative URL without a base
ValueError: Kargo\Http\Client::all(): Argument #1 ($requests) must have integers and strings as keys
500 at the same time
all came through
2 connections
0
