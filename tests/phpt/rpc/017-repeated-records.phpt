--TEST--
Records that repeat their members, and those that nearly do, are values of their own: order, numbers as names, names twice, changes
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    $api = new Kargo\Rpc\Api();
    $api->export(fn (array $rows): array => $rows, as: 'arrays');
    $api->export(fn (mixed $rows): mixed => $rows, as: 'objects');
    $api->export(fn (array $rows): array => array_map('array_keys', $rows), as: 'keys');
    // Finds, changes, removes and adds members by name, and leaves others as they were.
    $api->export(function (array $rows): array {
        $first = $rows[0];
        foreach ($rows as $i => &$row) {
            $row['name'] = "$i " . ($row['name'] ?? 'none');
            unset($row['id'], $row['none']);
            for ($more = 0; $more < 10; $more++) {
                $row["more$more"] = $more;
            }
            $row['id'] = isset($row['tags']['b']);
        }
        return [$first, array_map(fn ($row) => [count($row), $row['name'], $row['more9'], $row['id'], array_key_last($row)], $rows)];
    }, as: 'change');
    $api->export(function (mixed $rows): mixed {
        foreach ($rows as $row) {
            $row->name .= '!';
            $row->added = true;
            unset($row->id);
        }
        return $rows;
    }, as: 'changeObjects');
    // Results whose names are written again and again, and names that come and go.
    $api->export(fn (): array => array_fill(0, 5, [
        'plain' => 1, 'a"b' => 2, 'é' => 3, 'thirteen-long' => 4, 'fourteen-bytes' => 5, '' => 6, 7 => 7, "a\nb" => 8, '</x>' => 9, "\u{2028}" => 10, "\x7f\0" => 11,
    ]), as: 'names');
    $api->export(fn (): array => array_fill(0, 5, ["bad\xff" => 1]), as: 'bad');
    $api->export(function (): array {
        $rows = [];
        for ($i = 0; $i < 3000; $i++) {
            $rows[] = json_decode(Kargo\Http\Response::json([str_repeat(chr(97 + $i % 26), 1 + $i % 9) . $i % 7 => $i, 'same' => [str_shuffle('ab') => 1]])->body, true);
        }
        return [$rows, json_encode($rows)];
    }, as: 'changing');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$row = '{"id":1,"name":"é","tags":{"a":1,"b":[]},"x":null}';
$five = fn (string ...$rows) => '[[' . implode(',', array_merge($rows, $rows, $rows, $rows, $rows)) . ']]';
$texts = [
    'the same' => $five($row),
    'another order' => $five($row, '{"name":"n","id":2,"tags":{"b":1,"a":2},"x":null}'),
    'white space' => $five($row, '{ "id" : 1 ,"name" :"é","tags":{"a": 1,"b":[]} , "x":null}'),
    'one more, one less' => $five($row, '{"id":1,"name":"é","tags":{"a":1},"x":null,"y":0}', '{"id":1}', '{}'),
    'nearly the same name' => $five('{"ab":1,"abc":2}', '{"ab":1,"abd":2}', '{"ab":1,"ab\"":2}', '{"ab\"":1,"abc":2}', '{"ab":1,"\u0061bc":3}'),
    'one byte, thirteen, fourteen, many' => $five('{"a":1,"thirteen-long":2,"fourteen-bytes":3,"' . str_repeat('n', 100) . '":4,"":5}'),
    'numbers' => $five('{"10":1,"b":2}', '{"b":2,"10":1}', '{"010":1,"b":2}', '{"-5":1,"b":2}'),
    'twice' => $five('{"ab":1,"cd":2,"ab":3}', '{"ab":1,"ab":3}', '{"ab":1,"cd":3}'),
    'many members' => $five(...array_map(fn (int $count) => '{' . implode(',', array_map(fn ($i) => "\"member$i\":$i", range(1, $count))) . '}', [7, 8, 9, 31, 32, 33, 40])),
];
foreach ($texts as $what => $params) {
    foreach (['first', 'again'] as $time) {
        [$value] = json_decode($params, true);
        $expected = json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
        $answer = $client->call('arrays', $params);
        // Empty objects are arrays here, as in $expected.
        echo $answer === $expected ? '' : "$what, $time: $answer\n";
        $expected = json_encode(json_decode($params)[0], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
        $answer = $client->call('objects', $params);
        echo $answer === $expected ? '' : "$what, $time, as objects: $answer\n";
        $answer = $client->call('keys', $params);
        echo $answer === json_encode(array_map('array_keys', $value)) ? '' : "$what, $time, keys: $answer\n";
    }
}
foreach (['first', 'again'] as $time) {
    echo $client->call('change', "[[$row,$row,{\"id\":3,\"name\":\"b\",\"tags\":{\"c\":1},\"x\":4}]]"), "\n";
    echo $client->call('changeObjects', "[[$row,$row]]"), "\n";
    echo $client->call('arrays', "[[$row]]"), "\n";
}
foreach (['first', 'again', 'and again'] as $time) {
    $row = ['plain' => 1, 'a"b' => 2, 'é' => 3, 'thirteen-long' => 4, 'fourteen-bytes' => 5, '' => 6, 7 => 7, "a\nb" => 8, '</x>' => 9, "\u{2028}" => 10, "\x7f\0" => 11];
    $answer = $client->call('names');
    echo $answer === json_encode(array_fill(0, 5, $row), JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES) ? '' : "$time: $answer\n";
    echo strstr($client->call('bad'), ',"data"', true), "\n";
    [$rows, $text] = json_decode($client->call('changing'), true);
    echo json_encode($rows) === $text ? '' : "$time: other names\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
[{"id":1,"name":"é","tags":{"a":1,"b":[]},"x":null},[[14,"0 é",9,true,"id"],[14,"1 é",9,true,"id"],[14,"2 b",9,false,"id"]]]
[{"name":"é!","tags":{"a":1,"b":[]},"x":null,"added":true},{"name":"é!","tags":{"a":1,"b":[]},"x":null,"added":true}]
[{"id":1,"name":"é","tags":{"a":1,"b":[]},"x":null}]
[{"id":1,"name":"é","tags":{"a":1,"b":[]},"x":null},[[14,"0 é",9,true,"id"],[14,"1 é",9,true,"id"],[14,"2 b",9,false,"id"]]]
[{"name":"é!","tags":{"a":1,"b":[]},"x":null,"added":true},{"name":"é!","tags":{"a":1,"b":[]},"x":null,"added":true}]
[{"id":1,"name":"é","tags":{"a":1,"b":[]},"x":null}]
{"code":-32603,"message":"Internal error"
{"code":-32603,"message":"Internal error"
{"code":-32603,"message":"Internal error"
0
