--TEST--
XML-RPC: every type in both directions
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    enum Suit: string { case Hearts = 'H'; }
    final class Values {
        public function shown($v): string {
            return $v instanceof DateTimeInterface ? $v::class . ' ' . $v->format('c e') : str_replace(["\n", '  '], '', var_export($v, true));
        }
        public function echo($v) { return $v; }
        public function give(string $what): mixed {
            return match ($what) {
                'large' => 5000000000, 'smallest' => PHP_INT_MIN, 'int32' => [2147483647, -2147483648, 2147483648], 'float' => [1.0, -0.0, 1e300, 0.1, 1e-7], 'nil' => null, 'bool' => [true, false],
                'markup' => "<a & b> \"'", 'control' => "a\x01b", 'binary' => "\xff\xfe", 'object' => (object) ['a' => 1, 'b' => (object) []], 'empty' => [[], new stdClass()],
                'sparse' => [1 => 'a', 3 => 'b'], 'mixed' => ['a', 'k' => 'b'], 'date' => new DateTimeImmutable('2026-11-23 10:20:30 UTC'), 'local' => new DateTime('2026-11-23 10:20:30.5', new DateTimeZone('America/New_York')), 'enum' => Suit::Hearts, 'Binary' => new Kargo\Rpc\Binary("\0\1\2"), 'utf8' => "é😀\u{2028}", 'lines' => "a\r\nb\tc", 'nested' => [['a' => [1, ['b' => null]]]],
                'nan' => NAN, 'inf' => [INF], 'resource' => fopen('php://memory', 'r'), 'closure' => fn () => 1, 'bad key' => ["\x01" => 1],
            };
        }
        /** @return base64 */
        public function bytes(): string { return 'plain text'; }
        public function typed(int $i, float $f, string $s, bool $b, array $a, DateTimeImmutable $d, Kargo\Rpc\Binary $x, ?int $n, Suit $e): string {
            return json_encode([$i, $f, $s, $b, $a, $d->format('c'), bin2hex($x->bytes), $n, $e], JSON_PRESERVE_ZERO_FRACTION);
        }
        public function string(string $v): string { return bin2hex($v); }
        public function float(float $v): string { return var_export($v, true); }
        public function date(DateTime $v): string { return $v::class . $v->format(' c e'); }
    }
    date_default_timezone_set('Europe/Berlin');
    $api = new Kargo\Rpc\Api();
    $api->export(new Values(), as: 'v');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
echo "-- in\n";
foreach ([
    '<int>1</int>', '<i4>-1</i4>', '<i8>5000000000</i8>', '<ex:i8>5000000000</ex:i8>', '<int>2147483648</int>', '<double>1.5</double>', '<double>-3</double>', '<double>1e3</double>', '<boolean>1</boolean>', '<boolean>0</boolean>', '<boolean>2</boolean>', '<string>a &lt; b</string>', 'untyped', ' spaces ', '', '<string/>', '<string><![CDATA[<x>]]></string>',
    '<nil/>', '<ex:nil/>', '<base64>AP8=</base64>', '<base64>%</base64>', '<dateTime.iso8601>20261123T10:20:30</dateTime.iso8601>', '<dateTime.iso8601>20261123T10:20:30Z</dateTime.iso8601>', '<dateTime.iso8601>2026</dateTime.iso8601>', '<array><data/></array>', '<array><data><value>1</value><value><int>2</int></value></data></array>', '<struct/>',
    '<struct><member><name>a</name><value><int>1</int></value></member><member><name>0</name><value/></member></struct>', '<struct><member><name>a</name><value>1</value></member><member><name>a</name><value>2</value></member></struct>',
    '<int></int>', '<int> 1</int>', '<int>+1</int>', '<int>x</int>', '<double>INF</double>', '<float>1</float>', '<i2>1</i2>',
] as $value) {
    echo "$value: ", $client->xmlCall('v.shown', $value), "\n";
}
echo "-- in and out again\n";
foreach (['<int>-7</int>', '<double>0.1</double>', '<string>x</string>', '<base64>AP8=</base64>', '<nil/>', '<struct></struct>', '<array><data></data></array>', '<dateTime.iso8601>20261123T10:20:30Z</dateTime.iso8601>', '<struct><member><name>0</name><value><boolean>1</boolean></value></member></struct>'] as $value) {
    $answer = $client->xmlCall('v.echo', $value);
    echo $answer === $value ? '' : "$value: $answer\n";
}
echo "-- out\n";
foreach (['large', 'smallest', 'int32', 'float', 'nil', 'bool', 'markup', 'control', 'binary', 'object', 'empty', 'sparse', 'mixed', 'date', 'local', 'enum', 'Binary', 'utf8', 'lines', 'nested', 'nan', 'inf', 'resource', 'closure', 'bad key'] as $what) {
    echo "$what: ", preg_replace('/error \([0-9a-f-]+\)/', 'error (id)', $client->xmlCall('v.give', "<string>$what</string>")), "\n";
}
echo $client->xmlCall('v.bytes'), "\n", $client->call('v.bytes'), "\n";
echo "-- typed\n";
$good = ['<int>1</int>', '<int>2</int>', 's', '<boolean>1</boolean>', '<struct><member><name>k</name><value>v</value></member></struct>', '<dateTime.iso8601>20261123T10:20:30</dateTime.iso8601>', '<base64>AP8=</base64>', '<nil/>', '<string>H</string>'];
echo $client->xmlCall('v.typed', ...$good), "\n";
foreach (['1', '1', '<int>1</int>', '<int>1</int>', '1', '2026-11-23T10:20:30+01:00', 'AP8=', 'x', 'X'] as $at => $value) {
    echo $client->xmlCall('v.typed', ...array_replace($good, [$at => $value])), "\n";
}
echo $client->xmlCall('v.string', '<base64>AP8=</base64>'), ' ', $client->xmlCall('v.float', '<i4>3</i4>'), ' ', $client->xmlCall('v.date', '<dateTime.iso8601>20261123T10:20:30</dateTime.iso8601>'), "\n";
preg_match_all('/ error .*?(the result.*) request=\S+ (.*)/', $server->log(), $logged, PREG_SET_ORDER);
foreach ($logged as [, $message, $fields]) {
    echo "$message $fields\n";
}
?>
--EXPECT--
-- in
<int>1</int>: <string>1</string>
<i4>-1</i4>: <string>-1</string>
<i8>5000000000</i8>: <string>5000000000</string>
<ex:i8>5000000000</ex:i8>: <string>5000000000</string>
<int>2147483648</int>: fault -32602: Invalid params: not a value of its type
<double>1.5</double>: <string>1.5</string>
<double>-3</double>: <string>-3.0</string>
<double>1e3</double>: <string>1000.0</string>
<boolean>1</boolean>: <string>true</string>
<boolean>0</boolean>: <string>false</string>
<boolean>2</boolean>: fault -32602: Invalid params: not a value of its type
<string>a &lt; b</string>: <string>'a &lt; b'</string>
untyped: <string>'untyped'</string>
 spaces : <string>' spaces '</string>
: <string>''</string>
<string/>: <string>''</string>
<string><![CDATA[<x>]]></string>: <string>'&lt;x&gt;'</string>
<nil/>: <string>NULL</string>
<ex:nil/>: <string>NULL</string>
<base64>AP8=</base64>: <base64>XEthcmdvXFJwY1xCaW5hcnk6Ol9fc2V0X3N0YXRlKGFycmF5KCAnYnl0ZXMnID0+ICcnIC4gIlwwIiAuICf/JywpKQ==</base64>
<base64>%</base64>: fault -32602: Invalid params: not a value of its type
<dateTime.iso8601>20261123T10:20:30</dateTime.iso8601>: <string>DateTimeImmutable 2026-11-23T10:20:30+01:00 Europe/Berlin</string>
<dateTime.iso8601>20261123T10:20:30Z</dateTime.iso8601>: <string>DateTimeImmutable 2026-11-23T10:20:30+00:00 Z</string>
<dateTime.iso8601>2026</dateTime.iso8601>: fault -32602: Invalid params: not a value of its type
<array><data/></array>: <string>array ()</string>
<array><data><value>1</value><value><int>2</int></value></data></array>: <string>array (0 =&gt; '1',1 =&gt; 2,)</string>
<struct/>: <string>(object) array()</string>
<struct><member><name>a</name><value><int>1</int></value></member><member><name>0</name><value/></member></struct>: <string>(object) array( 'a' =&gt; 1, '0' =&gt; '',)</string>
<struct><member><name>a</name><value>1</value></member><member><name>a</name><value>2</value></member></struct>: <string>(object) array( 'a' =&gt; '2',)</string>
<int></int>: fault -32602: Invalid params: not a value of its type
<int> 1</int>: fault -32602: Invalid params: not a value of its type
<int>+1</int>: <string>1</string>
<int>x</int>: fault -32602: Invalid params: not a value of its type
<double>INF</double>: fault -32602: Invalid params: not a value of its type
<float>1</float>: fault -32600: Invalid Request
<i2>1</i2>: fault -32600: Invalid Request
-- in and out again
-- out
large: <i8>5000000000</i8>
smallest: <i8>-9223372036854775808</i8>
int32: <array><data><value><int>2147483647</int></value><value><int>-2147483648</int></value><value><i8>2147483648</i8></value></data></array>
float: <array><data><value><double>1.0</double></value><value><double>-0.0</double></value><value><double>1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000.0</double></value><value><double>0.1</double></value><value><double>0.0000001</double></value></data></array>
nil: <nil/>
bool: <array><data><value><boolean>1</boolean></value><value><boolean>0</boolean></value></data></array>
markup: <string>&lt;a &amp; b&gt; "'</string>
control: <base64>YQFi</base64>
binary: <base64>//4=</base64>
object: <struct><member><name>a</name><value><int>1</int></value></member><member><name>b</name><value><struct></struct></value></member></struct>
empty: <array><data><value><array><data></data></array></value><value><struct></struct></value></data></array>
sparse: <struct><member><name>1</name><value><string>a</string></value></member><member><name>3</name><value><string>b</string></value></member></struct>
mixed: <struct><member><name>0</name><value><string>a</string></value></member><member><name>k</name><value><string>b</string></value></member></struct>
date: <dateTime.iso8601>20261123T10:20:30Z</dateTime.iso8601>
local: <dateTime.iso8601>20261123T10:20:30-05:00</dateTime.iso8601>
enum: <string>H</string>
Binary: <base64>AAEC</base64>
utf8: <string>é😀 </string>
lines: <string>a&#13;
b	c</string>
nested: <array><data><value><struct><member><name>a</name><value><array><data><value><int>1</int></value><value><struct><member><name>b</name><value><nil/></value></member></struct></value></data></array></value></member></struct></value></data></array>
nan: fault -32603: Internal error (id)
inf: fault -32603: Internal error (id)
resource: fault -32603: Internal error (id)
closure: fault -32603: Internal error (id)
bad key: fault -32603: Internal error (id)
<base64>cGxhaW4gdGV4dA==</base64>
"cGxhaW4gdGV4dA=="
-- typed
<string>[1,2.0,"s",true,{"k":"v"},"2026-11-23T10:20:30+01:00","00ff",null,"H"]</string>
fault -32602: Invalid params (/params/0: int expected, string given)
fault -32602: Invalid params (/params/1: float expected, string given)
fault -32602: Invalid params (/params/2: string expected, int given)
fault -32602: Invalid params (/params/3: bool expected, int given)
fault -32602: Invalid params (/params/4: array expected, string given)
<string>[1,2.0,"s",true,{"k":"v"},"2026-11-23T10:20:30+01:00","00ff",null,"H"]</string>
<string>[1,2.0,"s",true,{"k":"v"},"2026-11-23T10:20:30+01:00","00ff",null,"H"]</string>
fault -32602: Invalid params (/params/7: int|null expected, string given)
fault -32602: Invalid params (/params/8: value of Suit expected, another string given)
<string>00ff</string> <string>3.0</string> <string>DateTime 2026-11-23T10:20:30+01:00 +01:00</string>
the result of a method can't be sent method=v.give reason="NAN and INF can't be sent"
the result of a method can't be sent method=v.give reason="NAN and INF can't be sent"
the result of a method can't be sent method=v.give reason="a value of this type can't be sent"
the result of a method can't be sent method=v.give reason="a value of this type can't be sent"
the result of a method can't be sent method=v.give reason="a string has a character that XML can't hold"
