--TEST--
Memory stays flat over 20,000 calls of each kind, and nothing is left open
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Rpc\{Binary, JsonRpcClient, XmlRpcClient};

$server = api_server();
$rude = rude_server();
$json = new JsonRpcClient(url($server, '/jsonrpc'));
$xml = new XmlRpcClient(url($server, '/xmlrpc'));
$resident = fn () => (int) preg_replace('/\D/', '', explode("\n", explode('RssAnon:', file_get_contents('/proc/self/status'))[1])[0]);
$value = ['name' => 'é', 'list' => [1, 2.5, null, ['x' => true]], 'object' => (object) ['y' => 'z']];
$broken = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n{\"id\":1,\"result\":[[1,2}";
$kinds = [
    'json' => [20_000, fn () => $json->service->echo($value)],
    'xml' => [20_000, fn () => $xml->service->echo($value)],
    'dates and bytes' => [5_000, fn () => [$xml->service->date(new DateTimeImmutable()), $xml->service->bytes(new Binary('x'))]],
    'faults' => [10_000, fn () => [told(fn () => $json->service->fail()), told(fn () => $xml->service->fail())]],
    'batch' => [2_000, function () use ($json, $xml, $value) {
        foreach ([$json->batch(), $xml->multicall()] as $batch) {
            for ($i = 0; $i < 5; $i++) {
                $batch->service->echo($value);
                $batch->none();
            }
            $batch->send();
        }
        $json->batch()->service->sum(1);
    }],
    'all' => [200, fn () => $json->all(array_fill(0, 100, ['service.sum', [1, 2]]))],
    'notify' => [10_000, fn () => $json->notify('service.nothing')],
    'clients' => [2_000, fn () => (new JsonRpcClient(url($server, '/jsonrpc')))->service->sum(1, 2)],
    'broken' => [2_000, fn () => told(fn () => (new JsonRpcClient(rude($rude, $broken, 'hold')))->a())],
    'unsendable' => [20_000, fn () => told(fn () => $json->service->echo([$value, NAN]))],
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
json: flat, flat
xml: flat, flat
dates and bytes: flat, flat
faults: flat, flat
batch: flat, flat
all: flat, flat
notify: flat, flat
clients: flat, flat
broken: flat, flat
unsendable: flat, flat
