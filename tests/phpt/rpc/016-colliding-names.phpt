--TEST--
Member names that collide in PHP's hash tables are refused before they cost anything; as many others pass
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $api = new Kargo\Rpc\Api();
    $api->export(fn (array $members): int => count($members), as: 'count');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->post('/json', fn ($request) => ['count' => count($request->json())]);
    $server->run(workers: 1);
    PHP);

/** Names whose numeric form has equal low bits. */
function numbers(int $shift): array
{
    return array_map(fn (int $number) => (string) ($number << $shift), range(1, 40_000));
}

/** Strings of equal hash: "Ez" and "FY" weigh the same. */
function words(string $other): array
{
    $words = [''];
    while (count($words) < 16_384) {
        $words = [...array_map(fn ($word) => "{$word}Ez", $words), ...array_map(fn ($word) => $word . $other, $words)];
    }
    return $words;
}

foreach (['scattered numbers' => numbers(0), 'colliding numbers' => numbers(17), 'scattered words' => words('FZ'), 'colliding words' => words('FY'), 'colliding, but few' => array_slice(words('FY'), 0, 500)] as $what => $names) {
    $object = '{' . implode(',', array_map(fn ($name) => "\"$name\":1", $names)) . '}';
    $call = $server->post('/jsonrpc', '{"jsonrpc":"2.0","method":"count","params":[' . $object . '],"id":1}', ['Content-Type' => 'application/json']);
    $json = $server->post('/json', $object, ['Content-Type' => 'application/json']);
    echo "$what: $call->status ", trim($call->body), ", $json->status ", trim($json->body), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
scattered numbers: 200 {"result":40000,"id":1,"jsonrpc":"2.0"}, 200 {"count":40000}
colliding numbers: 400 the names of an object's members collide, 400 the body is not valid JSON: the names of an object's members collide
scattered words: 200 {"result":16384,"id":1,"jsonrpc":"2.0"}, 200 {"count":16384}
colliding words: 400 the names of an object's members collide, 400 the body is not valid JSON: the names of an object's members collide
colliding, but few: 200 {"result":500,"id":1,"jsonrpc":"2.0"}, 200 {"count":500}
0
