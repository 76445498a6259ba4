--TEST--
Strings that come again in the next record are values of their own, whatever their length and characters; so are lists and keys of one byte
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    $api = new Kargo\Rpc\Api();
    $api->export(fn (array $rows): array => $rows, as: 'arrays');
    $api->export(fn (mixed $rows): mixed => $rows, as: 'objects');
    $api->export(function (array $rows): array {
        $rows[0]['text'] .= '!';
        $rows[1]['text'][0] = 'X';
        $rows[2]['list'][] = $rows[2]['text'] . '?';
        return $rows;
    }, as: 'change');
    // Literals, which are the same string in every record, beside what is made anew.
    $api->export(function (): array {
        $rows = [];
        for ($i = 0; $i < 100; $i++) {
            $rows[] = ['kind' => 'literal', 'long' => 'literal-of-14b', 'quoted' => 'say "it"', 'foreign' => 'émile', 'made' => "number $i", 'half' => str_repeat('x', $i % 16)];
        }
        return $rows;
    }, as: 'literals');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$encode = fn (mixed $value) => json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
$texts = ['', 'a', 'ab', 'abc', 'abcd', 'plain text', 'say "it"', 'back\\slash', "line\nend", 'é', "\u{2028}"];
for ($length = 5; $length <= 40; $length++) {
    $text = substr('abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH', 0, $length);
    $texts[] = $text;
    // Of the same length, and other in one byte at every place.
    for ($at = 0; $at < $length; $at += 3) {
        $texts[] = substr_replace($text, '"', $at, 1);
    }
}
$rows = [];
foreach ($texts as $i => $text) {
    foreach (['first', 'again'] as $time) {
        $rows[] = ['text' => $text, 'list' => [$text, 'same', $i, $text], 'x' => ['y' => $text, 'z' => [[$text], [$text, [$text]]]], 'time' => $time];
    }
    // Nearly the same record: a list where there was an object, and a text where there was a list.
    $rows[] = ['text' => $text, 'list' => $text, 'x' => [['y' => $text], $text], 'time' => 'same'];
}
foreach (['first', 'again'] as $time) {
    foreach (['arrays', 'objects'] as $method) {
        $answer = $client->call($method, $encode([$rows]));
        echo $answer === $encode($rows) ? "$method as they were\n" : "$time, $method: $answer\n";
    }
    $row = ['text' => 'the same text', 'list' => ['the same text']];
    echo $client->call('change', $encode([[$row, $row, $row]])), "\n";
    $made = json_decode($client->call('literals'), true);
    foreach ($made as $i => $row) {
        $expected = ['kind' => 'literal', 'long' => 'literal-of-14b', 'quoted' => 'say "it"', 'foreign' => 'émile', 'made' => "number $i", 'half' => str_repeat('x', $i % 16)];
        echo $row === $expected ? '' : "$time, literals: {$encode($row)}\n";
    }
}
echo $server->stop(), "\n";
?>
--EXPECT--
arrays as they were
objects as they were
[{"text":"the same text!","list":["the same text"]},{"text":"Xhe same text","list":["the same text"]},{"text":"the same text","list":["the same text","the same text?"]}]
arrays as they were
objects as they were
[{"text":"the same text!","list":["the same text"]},{"text":"Xhe same text","list":["the same text"]},{"text":"the same text","list":["the same text","the same text?"]}]
0
