--TEST--
JSON: what json_decode() refuses is -32700, and any other text goes through an untyped method as json_decode() and json_encode() would take it
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    $api = new Kargo\Rpc\Api();
    $api->export(fn (mixed $value) => $value, as: 'echo');
    $api->export(fn ($value) => $value, as: 'untyped');
    $api->export(fn (array $value) => $value, as: 'array');
    $api->export(fn (mixed $value) => var_export($value, true), as: 'shown');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION;
$texts = [
    'null', 'true', 'false', '0', '-0', '0.0', '-0.0', '1', '-1', '1.0', '1.5', '-1.5e3', '1E2', '1e+2', '1e-2', '1e0', '0e0', '0.1', '1e22', '1e21', '1e15', '100000000000000000000.0',
    '9223372036854775807', '-9223372036854775808', '9223372036854775808', '-9223372036854775809', '123456789012345678901234567890', '0.1e1', '2.2250738585072014e-308', '5e-324', '1e-400', '1.7976931348623157e308',
    '3.141592653589793238462643383279', '0.30000000000000004', '4.35', '1e5', '123456789.123456789',
    '""', '"a"', '"\u0000"', '"a\u0000b"', '"\u00e9"', '"é"', '"\ud83d\ude00"', '"😀"', '"\/"', '"\"\\\\\b\f\n\r\t"', '"\u0001\u001f\u007f"', '"\u2028\u2029"', '"</script>&\'"', '"ﬀ"', '"\uffff"', '"\ufeff"',
    '[]', '{}', '[[]]', '[{}]', '{"a":[]}', '{"a":{}}', '[1,[2,[3,[]]]]', '{"a":1,"b":[true,null],"c":{"d":{"e":{}}}}', '{"0":1}', '{"0":1,"1":2}', '{"1":1,"0":2}', '{"-0":1,"-1":2,"01":3}', '{"9223372036854775808":1}', '{"":1}', '{"":{"":[]}}', '{"a":1,"a":2}', '{"a":{"b":1},"a":[]}', '{"a b":1,"ä":2,"\u0041":3}', '{"_empty_":1}', '{"__proto__":{}}', '{"k":"v","long key that is no longer cached by anything at all":[1.0,2.50]}',
    ' [ 1 , 2 ] ', "\t{\n\"a\"\r:\n1 }", '[1.0,1,"1",1e0]',
    str_repeat('[', 500) . str_repeat(']', 500), str_repeat('{"a":', 500) . '1' . str_repeat('}', 500), '[' . implode(',', range(0, 3000)) . ']', '"' . str_repeat('é', 5000) . '"', '{"' . implode('":1,"', range('a', 'z')) . '":{}}',
];
$wrong = 0;
foreach ($texts as $text) {
    // PHP's own classes make "\0…" names impossible, everything else is an object that stays one.
    $expected = json_encode(json_decode($text, false, 512, JSON_THROW_ON_ERROR), $flags | JSON_THROW_ON_ERROR);
    foreach (['echo', 'untyped'] as $method) {
        $answer = $client->call($method, "[$text]");
        $wrong += (int) ($answer !== $expected);
        echo $answer === $expected ? '' : "$method " . substr($text, 0, 60) . ': ' . substr($answer, 0, 200) . " instead of $expected\n";
    }
    $arrays = json_decode($text, true, 512);
    if (is_array($arrays)) {
        $expected = json_encode($arrays, $flags | JSON_THROW_ON_ERROR);
        $answer = $client->call('array', "[$text]");
        echo $answer === $expected ? '' : "array $text: $answer instead of $expected\n";
    }
}
echo count($texts), " texts, $wrong differ\n";

echo "-- no JSON\n";
$bad = [
    '', ' ', 'nul', 'NULL', 'True', '+1', '01', '1.', '.5', '1e', '1e+', '-', '--1', '0x1', '1_000', 'NaN', 'Infinity', '-Infinity', '1 2', '[1,]', '[,1]', '[1 2]', '{"a":1,}', '{a:1}', "{'a':1}", '{"a"}', '{"a":}', '{"a" 1}', '{1:1}', '[', ']', '{', '}', '[1}', '{"a":1]', '"', '"a', '"\x"', '"\u12"', '"\u12g4"', '"\ud800"', '"\udc00"', '"\ud800\u0041"', '"\ud800x"', "\"\t\"", "\"\n\"", "\"\0\"", "\"\x1f\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe9\"", "\xef\xbb\xbf1", "[1]\0", '//x', '/**/1', '[1]x', '{"\u0000a":1}', "\xa01", "1\x0b", '"\\', '"\u00', str_repeat('[', 513), 'tru', 'truefalse',
];
foreach ($bad as $text) {
    $refused = json_decode($text) === null && json_last_error() !== JSON_ERROR_NONE;
    $whole = $client->json($text);
    $nested = $client->json("{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[$text],\"id\":1}");
    $isFault = fn (string $answer) => $answer === '{"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}';
    if (!$refused || !$isFault($whole) || (!in_array(trim($text), ['', '1 2', '[1]x', ']'], true) && !$isFault($nested))) {
        echo json_encode($text, JSON_INVALID_UTF8_SUBSTITUTE), ' ', var_export($refused, true), " $whole $nested\n";
    }
}
$call = fn (int $levels) => '{"jsonrpc":"2.0","method":"echo","id":1,"params":' . str_repeat('[', $levels) . str_repeat(']', $levels) . '}';
foreach ([510, 511, 512] as $levels) {
    echo $levels, ' ', json_decode($call($levels)) === null ? 'refused' : 'taken', ' ', substr($client->json($call($levels)), 0, 27), "\n";
}

echo "-- JSON, but no call\n";
foreach (['null', 'true', '1', '1.5', '"x"', '{}', '{"jsonrpc":"2.0"}', '{"jsonrpc":"2.0","id":1}', '{"jsonrpc":"2.0","method":1,"params":"bar"}', '{"jsonrpc":"2.0","method":null,"id":1}', '{"jsonrpc":"2.0","method":"echo","params":"bar","id":1}', '{"jsonrpc":"2.0","method":"echo","params":null,"id":1}', '{"jsonrpc":"2.0","method":"echo","params":1,"id":1}', '{"jsonrpc":"1.0","method":"echo","params":[1],"id":1}', '{"jsonrpc":2.0,"method":"echo","params":[1],"id":1}', '{"jsonrpc":"2.0","method":"echo","method":"echo","params":[1],"id":1}'] as $body) {
    echo $client->json($body), "\n";
}

echo "-- where we differ from json_decode()\n";
echo $client->call('echo', '[1e400]'), "\n"; // INF there, which could not be sent back
echo $client->json('[{"jsonrpc":"2.0","method":"echo","params":[-1e999],"id":1},{"jsonrpc":"2.0","method":"echo","params":[1],"id":2}]'), "\n";
echo "-- values as PHP sees them\n";
foreach (['{"a":{},"0":[]}', '-0', '-0.0', '12345678901234567890', '"1"'] as $text) {
    echo str_replace("\n", '', json_decode($client->call('shown', "[$text]"))), "\n";
}
?>
--EXPECT--
82 texts, 0 differ
-- no JSON
510 taken {"result":[[[[[[[[[[[[[[[[[
511 refused {"error":{"code":-32700,"me
512 refused {"error":{"code":-32700,"me
-- JSON, but no call
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32600,"message":"Invalid Request"},"id":1,"jsonrpc":"2.0"}
-- where we differ from json_decode()
{"code":-32602,"message":"Invalid params: number out of range"}
[{"error":{"code":-32602,"message":"Invalid params: number out of range"},"id":1,"jsonrpc":"2.0"},{"result":1,"id":2,"jsonrpc":"2.0"}]
-- values as PHP sees them
(object) array(   'a' =>   (object) array(  ),   '0' =>   array (  ),)
0
-0.0
1.2345678901234567E+19
'1'
