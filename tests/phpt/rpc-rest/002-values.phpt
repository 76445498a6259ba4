--TEST--
REST: texts of queries, paths and headers as values of the types that are wanted; what is refused, and where
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\{Binary, Get, Header};

    enum Colour: string { case Red = 'red'; case Blue = 'blue'; }
    enum Level: int { case Low = 1; case High = 9; }
    final readonly class Point { public function __construct(public int $x, public int $y = 0) {} }
    function shown(mixed $value): string { return $value instanceof DateTimeInterface ? get_class($value) . $value->format(' c') : preg_replace('/\s+/', '', var_export($value, true)); }
    final class Values {
        #[Get] public function int(int $a): string { return shown($a); }
        #[Get] public function float(float $a): string { return shown($a); }
        #[Get] public function bool(bool $a): string { return shown($a); }
        #[Get] public function string(string $a): string { return shown($a); }
        #[Get] public function mixed(mixed $a): string { return shown($a); }
        #[Get] public function date(DateTimeInterface $a): string { return shown($a); }
        #[Get] public function colour(Colour $a): string { return shown($a); }
        #[Get] public function level(?Level $a): string { return shown($a); }
        #[Get] public function maybe(?int $a): string { return shown($a); }
        #[Get] public function text(?string $a): string { return shown($a); }
        #[Get] public function either(int|bool|string $a): string { return shown($a); }
        /** @param list<int> $a */
        #[Get] public function ints(array $a): string { return shown($a); }
        /** @param list<list<int>> $a */
        #[Get] public function matrix(array $a): string { return shown($a); }
        /** @param non-empty-list<string> $a */
        #[Get] public function some(array $a = ['x']): string { return shown($a); }
        #[Get] public function any(array $a): string { return shown($a); }
        #[Get] public function binary(Binary $a): string { return bin2hex($a->bytes); }
        /** @param array<string, int> $a */
        #[Get] public function map(array $a): string { return shown($a); }
        #[Get] public function point(Point $a): string { return "$a->x $a->y"; }
        /** @param int<1, 10> $a */
        #[Get] public function ranged(int $a): string { return shown($a); }
        /** @param list<int> $ids */
        #[Get('/path/{ids}/{on}')] public function path(array $ids, bool $on, #[Header('X-Level')] ?Level $level = null, #[Header('X-Tags')] array $tags = []): string { return shown([$ids, $on, $level?->name, $tags]); }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Values());
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(requestLineBytes: 1 << 20));
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$rest = new Rest($server);
foreach ([
    'int' => ['a=5', 'a=-9223372036854775808', 'a=9223372036854775808', 'a=5.0', 'a=05', 'a=+5', 'a=%2B5', 'a=', 'a', 'a= 5', 'a=5&a=6', 'a[]=5', 'a[x]=5', '', 'b=5', 'a=5&b=6', 'A=5', 'a=%35', '%61=5', 'a=0x5', 'a=5%00', 'a=%FF', 'a=%zz'],
    'float' => ['a=1', 'a=-1.5e3', 'a=.5', 'a=1e400', 'a=NAN', 'a=INF', 'a=1,5'],
    'bool' => ['a=true', 'a=false', 'a=1', 'a=0', 'a=yes', 'a=TRUE', 'a='],
    'string' => ['a=', 'a=x+y%20z', 'a=5', 'a=%00', 'a=null', 'a=%C3%A9', 'a=a%26b%3Dc', 'a=%C3', 'a=1&a=2'],
    'mixed' => ['a=5', 'a=true', 'a=%7B%7D', 'a=1&a=x', 'a[]=1'],
    'date' => ['a=2026-11-23T10:20:30Z', 'a=2026-11-23T10:20:30%2B01:00', 'a=2026-11-23', 'a=tomorrow', 'a=2026-02-30T00:00:00Z'],
    'colour' => ['a=red', 'a=Red', 'a=green', 'a='],
    'level' => ['a=1', 'a=9', 'a=2', 'a=Low', 'a='],
    'maybe' => ['a=', 'a=null', 'a=3', ''],
    'text' => ['a=', 'a=null'],
    'either' => ['a=1', 'a=true', 'a=x', 'a=1.5', 'a='],
    'ints' => ['a=1', 'a=1&a=2', 'a[]=1', 'a%5B%5D=1&a[]=2', 'a=1&a[]=2', 'a[0]=1', 'a=1,2', 'a=x', 'a[]=1&a[]=x', '', 'a='],
    'matrix' => ['a=[1,2]&a=[]', 'a=[1,[2]]', 'a=1'],
    'some' => ['', 'a=y', 'a='],
    'any' => ['a=1&a=x', '', 'a=%7B%22b%22:1%7D'],
    'binary' => ['a=AP8%3D', 'a=AP8=', 'a=!'],
    'map' => ['a=%7B%22x%22:1%7D', 'a=%7B%22x%22:%221%22%7D', 'a=%7B', 'a=%7B%7D', 'a=1', 'a[x]=1'],
    'point' => ['a=%7B%22x%22:1%7D', 'a=%7B%22x%22:1,%22z%22:1%7D', 'a=%7B%22x%22:1e400%7D', 'a=x'],
    'ranged' => ['a=1', 'a=10', 'a=11', 'a=0'],
] as $method => $queries) {
    foreach ($queries as $query) {
        $query = str_replace(' ', '%20', $query);
        echo "$method $query: ", $rest->get("/rest/$method?$query"), "\n";
    }
}
echo "-- path and headers\n";
foreach (['/path/1,2/true', '/path/1/0', '/path/1,x/1', '/path/,/1', '/path/1%2C2/1', '/path/1/maybe', '/path/1/1?ids=2', '/path//1', '/path/%00/1', '/path/%zz/1', '/path/../1', '/path/%2e%2e/1'] as $path) {
    echo "$path: ", $rest->get($path), "\n";
}
foreach ([['X-Level' => '9'], ['X-Level' => '2'], ['X-Level' => ''], ['X-Tags' => 'a, b,c'], ['X-Tags' => ''], ['X-Tags' => "\xff"]] as $headers) {
    echo json_encode($headers, JSON_INVALID_UTF8_SUBSTITUTE), ': ', $rest->get('/path/1/1', $headers), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
int a=5: 200 "5"
int a=-9223372036854775808: 200 "-9223372036854775807-1"
int a=9223372036854775808: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=5.0: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=05: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=+5: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=%2B5: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=%205: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=5&a=6: 422 problem {"detail":"/a: int expected, list given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, list given"}]}
int a[]=5: 422 problem {"detail":"/a: int expected, list given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, list given"}]}
int a[x]=5: 422 problem {"detail":"/a[x]: no such parameter","code":-32602,"errors":[{"pointer":"/a[x]","detail":"no such parameter"}]}
int : 422 problem {"detail":"a is missing","code":-32602,"errors":[{"pointer":"","detail":"a is missing"}]}
int b=5: 422 problem {"detail":"/b: no such parameter","code":-32602,"errors":[{"pointer":"/b","detail":"no such parameter"}]}
int a=5&b=6: 422 problem {"detail":"/b: no such parameter","code":-32602,"errors":[{"pointer":"/b","detail":"no such parameter"}]}
int A=5: 422 problem {"detail":"/A: no such parameter","code":-32602,"errors":[{"pointer":"/A","detail":"no such parameter"}]}
int a=%35: 200 "5"
int %61=5: 200 "5"
int a=0x5: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=5%00: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
int a=%FF: 422 problem {"detail":"/a: not valid UTF-8","code":-32602,"errors":[{"pointer":"/a","detail":"not valid UTF-8"}]}
int a=%zz: 422 problem {"detail":"/a: int expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int expected, string given"}]}
float a=1: 200 "1.0"
float a=-1.5e3: 200 "-1500.0"
float a=.5: 422 problem {"detail":"/a: float expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"float expected, string given"}]}
float a=1e400: 422 problem {"detail":"/a: float expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"float expected, string given"}]}
float a=NAN: 422 problem {"detail":"/a: float expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"float expected, string given"}]}
float a=INF: 422 problem {"detail":"/a: float expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"float expected, string given"}]}
float a=1,5: 422 problem {"detail":"/a: float expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"float expected, string given"}]}
bool a=true: 200 "true"
bool a=false: 200 "false"
bool a=1: 200 "true"
bool a=0: 200 "false"
bool a=yes: 422 problem {"detail":"/a: bool expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"bool expected, string given"}]}
bool a=TRUE: 422 problem {"detail":"/a: bool expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"bool expected, string given"}]}
bool a=: 422 problem {"detail":"/a: bool expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"bool expected, string given"}]}
string a=: 200 "''"
string a=x+y%20z: 200 "'xyz'"
string a=5: 200 "'5'"
string a=%00: 200 "''.\"\\0\".''"
string a=null: 200 "'null'"
string a=%C3%A9: 200 "'é'"
string a=a%26b%3Dc: 200 "'a&b=c'"
string a=%C3: 422 problem {"detail":"/a: not valid UTF-8","code":-32602,"errors":[{"pointer":"/a","detail":"not valid UTF-8"}]}
string a=1&a=2: 422 problem {"detail":"/a: string expected, list given","code":-32602,"errors":[{"pointer":"/a","detail":"string expected, list given"}]}
mixed a=5: 200 "'5'"
mixed a=true: 200 "'true'"
mixed a=%7B%7D: 200 "'{}'"
mixed a=1&a=x: 200 "array(0=>'1',1=>'x',)"
mixed a[]=1: 200 "array(0=>'1',)"
date a=2026-11-23T10:20:30Z: 200 "DateTimeImmutable 2026-11-23T10:20:30+00:00"
date a=2026-11-23T10:20:30%2B01:00: 200 "DateTimeImmutable 2026-11-23T10:20:30+01:00"
date a=2026-11-23: 422 problem {"detail":"/a: date and time (ISO 8601) expected, another string given","code":-32602,"errors":[{"pointer":"/a","detail":"date and time (ISO 8601) expected, another string given"}]}
date a=tomorrow: 422 problem {"detail":"/a: date and time (ISO 8601) expected, another string given","code":-32602,"errors":[{"pointer":"/a","detail":"date and time (ISO 8601) expected, another string given"}]}
date a=2026-02-30T00:00:00Z: 422 problem {"detail":"/a: date and time (ISO 8601) expected, another string given","code":-32602,"errors":[{"pointer":"/a","detail":"date and time (ISO 8601) expected, another string given"}]}
colour a=red: 200 "\\Colour::Red"
colour a=Red: 422 problem {"detail":"/a: value of Colour expected, another string given","code":-32602,"errors":[{"pointer":"/a","detail":"value of Colour expected, another string given"}]}
colour a=green: 422 problem {"detail":"/a: value of Colour expected, another string given","code":-32602,"errors":[{"pointer":"/a","detail":"value of Colour expected, another string given"}]}
colour a=: 422 problem {"detail":"/a: value of Colour expected, another string given","code":-32602,"errors":[{"pointer":"/a","detail":"value of Colour expected, another string given"}]}
level a=1: 200 "\\Level::Low"
level a=9: 200 "\\Level::High"
level a=2: 422 problem {"detail":"/a: value of Level expected, another int given","code":-32602,"errors":[{"pointer":"/a","detail":"value of Level expected, another int given"}]}
level a=Low: 422 problem {"detail":"/a: value of Level|null expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"value of Level|null expected, string given"}]}
level a=: 200 "NULL"
maybe a=: 200 "NULL"
maybe a=null: 422 problem {"detail":"/a: int|null expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"int|null expected, string given"}]}
maybe a=3: 200 "3"
maybe : 422 problem {"detail":"a is missing","code":-32602,"errors":[{"pointer":"","detail":"a is missing"}]}
text a=: 200 "''"
text a=null: 200 "'null'"
either a=1: 200 "1"
either a=true: 200 "true"
either a=x: 200 "'x'"
either a=1.5: 200 "'1.5'"
either a=: 200 "''"
ints a=1: 200 "array(0=>1,)"
ints a=1&a=2: 200 "array(0=>1,1=>2,)"
ints a[]=1: 200 "array(0=>1,)"
ints a%5B%5D=1&a[]=2: 200 "array(0=>1,1=>2,)"
ints a=1&a[]=2: 200 "array(0=>1,1=>2,)"
ints a[0]=1: 422 problem {"detail":"/a[0]: no such parameter","code":-32602,"errors":[{"pointer":"/a[0]","detail":"no such parameter"}]}
ints a=1,2: 422 problem {"detail":"/a/0: int expected, string given","code":-32602,"errors":[{"pointer":"/a/0","detail":"int expected, string given"}]}
ints a=x: 422 problem {"detail":"/a/0: int expected, string given","code":-32602,"errors":[{"pointer":"/a/0","detail":"int expected, string given"}]}
ints a[]=1&a[]=x: 422 problem {"detail":"/a/1: int expected, string given","code":-32602,"errors":[{"pointer":"/a/1","detail":"int expected, string given"}]}
ints : 200 "array()"
ints a=: 422 problem {"detail":"/a/0: int expected, string given","code":-32602,"errors":[{"pointer":"/a/0","detail":"int expected, string given"}]}
matrix a=[1,2]&a=[]: 200 "array(0=>array(0=>1,1=>2,),1=>array(),)"
matrix a=[1,[2]]: 422 problem {"detail":"/a/0/1: int expected, list given","code":-32602,"errors":[{"pointer":"/a/0/1","detail":"int expected, list given"}]}
matrix a=1: 422 problem {"detail":"/a/0: list<int> expected, string given","code":-32602,"errors":[{"pointer":"/a/0","detail":"list<int> expected, string given"}]}
some : 200 "array(0=>'x',)"
some a=y: 200 "array(0=>'y',)"
some a=: 200 "array(0=>'',)"
any a=1&a=x: 200 "array(0=>'1',1=>'x',)"
any : 200 "array()"
any a=%7B%22b%22:1%7D: 200 "array(0=>'{\"b\":1}',)"
binary a=AP8%3D: 200 "00ff"
binary a=AP8=: 200 "00ff"
binary a=!: 422 problem {"detail":"/a: base64 expected, another string given","code":-32602,"errors":[{"pointer":"/a","detail":"base64 expected, another string given"}]}
map a=%7B%22x%22:1%7D: 200 "array('x'=>1,)"
map a=%7B%22x%22:%221%22%7D: 422 problem {"detail":"/a/x: int expected, string given","code":-32602,"errors":[{"pointer":"/a/x","detail":"int expected, string given"}]}
map a=%7B: 422 problem {"detail":"/a: array<string, int> expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"array<string, int> expected, string given"}]}
map a=%7B%7D: 200 "array()"
map a=1: 422 problem {"detail":"/a: array<string, int> expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"array<string, int> expected, string given"}]}
map a[x]=1: 422 problem {"detail":"/a[x]: no such parameter","code":-32602,"errors":[{"pointer":"/a[x]","detail":"no such parameter"}]}
point a=%7B%22x%22:1%7D: 200 "1 0"
point a=%7B%22x%22:1,%22z%22:1%7D: 422 problem {"detail":"/a/z: no such member","code":-32602,"errors":[{"pointer":"/a/z","detail":"no such member"}]}
point a=%7B%22x%22:1e400%7D: 422 problem {"detail":"/a: Point expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"Point expected, string given"}]}
point a=x: 422 problem {"detail":"/a: Point expected, string given","code":-32602,"errors":[{"pointer":"/a","detail":"Point expected, string given"}]}
ranged a=1: 200 "1"
ranged a=10: 200 "10"
ranged a=11: 422 problem {"detail":"/a: int<1, 10> expected, 11 given","code":-32602,"errors":[{"pointer":"/a","detail":"int<1, 10> expected, 11 given"}]}
ranged a=0: 422 problem {"detail":"/a: int<1, 10> expected, 0 given","code":-32602,"errors":[{"pointer":"/a","detail":"int<1, 10> expected, 0 given"}]}
-- path and headers
/path/1,2/true: 200 "array(0=>array(0=>1,1=>2,),1=>true,2=>NULL,3=>array(),)"
/path/1/0: 200 "array(0=>array(0=>1,),1=>false,2=>NULL,3=>array(),)"
/path/1,x/1: 422 problem {"detail":"/ids/1: int expected, string given","code":-32602,"errors":[{"pointer":"/ids/1","detail":"int expected, string given"}]}
/path/,/1: 422 problem {"detail":"/ids/0: int expected, string given","code":-32602,"errors":[{"pointer":"/ids/0","detail":"int expected, string given"}]}
/path/1%2C2/1: 422 problem {"detail":"/ids/0: int expected, string given","code":-32602,"errors":[{"pointer":"/ids/0","detail":"int expected, string given"}]}
/path/1/maybe: 422 problem {"detail":"/on: bool expected, string given","code":-32602,"errors":[{"pointer":"/on","detail":"bool expected, string given"}]}
/path/1/1?ids=2: 422 problem {"detail":"/ids: no such parameter","code":-32602,"errors":[{"pointer":"/ids","detail":"no such parameter"}]}
/path//1: 404 problem {}
/path/%00/1: 400 (text/plain; charset=utf-8) 400 Bad Request
/path/%zz/1: 400 (text/plain; charset=utf-8) 400 Bad Request
/path/../1: 400 (text/plain; charset=utf-8) 400 Bad Request
/path/%2e%2e/1: 400 (text/plain; charset=utf-8) 400 Bad Request
{"X-Level":"9"}: 200 "array(0=>array(0=>1,),1=>true,2=>'High',3=>array(),)"
{"X-Level":"2"}: 422 problem {"detail":"/level: value of Level expected, another int given","code":-32602,"errors":[{"pointer":"/level","detail":"value of Level expected, another int given"}]}
{"X-Level":""}: 200 "array(0=>array(0=>1,),1=>true,2=>NULL,3=>array(),)"
{"X-Tags":"a, b,c"}: 200 "array(0=>array(0=>1,),1=>true,2=>NULL,3=>array(0=>'a',1=>'b',2=>'c',),)"
{"X-Tags":""}: 200 "array(0=>array(0=>1,),1=>true,2=>NULL,3=>array(),)"
{"X-Tags":"\ufffd"}: 422 problem {"detail":"/tags: not valid UTF-8","code":-32602,"errors":[{"pointer":"/tags","detail":"not valid UTF-8"}]}
0
