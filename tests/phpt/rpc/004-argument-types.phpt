--TEST--
Arguments are checked against native types before the method runs, with a pointer to what doesn't fit
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    enum Suit: string { case Hearts = 'H'; case Spades = 'S'; }
    enum Level: int { case Low = 1; case High = 2; }
    final class Types {
        public function int(int $v) { return $this->show($v); }
        public function float(float $v) { return $this->show($v); }
        public function string(string $v) { return $this->show($v); }
        public function bool(bool $v) { return $this->show($v); }
        public function array(array $v) { return $this->show($v); }
        public function iterable(iterable $v) { return $this->show($v); }
        public function nullable(?int $v) { return $this->show($v); }
        public function union(int|string|null $v) { return $this->show($v); }
        public function numbers(int|float $v) { return $this->show($v); }
        public function floatOrString(float|string $v) { return $this->show($v); }
        public function falseOr(string|false $v) { return $this->show($v); }
        public function mixed(mixed $v) { return $this->show($v); }
        public function untyped($v) { return $this->show($v); }
        public function object(object $v) { return $this->show($v); }
        public function std(stdClass $v) { return $this->show($v); }
        public function arrayOrObject(array|object $v) { return $this->show($v); }
        public function suit(Suit $v) { return $this->show($v); }
        public function level(?Level $v) { return $this->show($v); }
        public function date(DateTimeImmutable $v) { return $this->show($v); }
        public function anyDate(DateTimeInterface $v) { return $this->show($v); }
        public function mutableDate(DateTime $v) { return $this->show($v); }
        public function binary(Kargo\Rpc\Binary $v) { return $this->show($v); }
        public function implicitNull(int $v = null) { return $this->show($v); }
        public function variadic(string $first, int ...$v) { return $this->show($v); }
        public function hiddenClass(PDO|int|null $v) { return $this->show($v); }
        private function show(mixed $v): string {
            return match (true) {
                $v instanceof DateTimeInterface => $v::class . ' ' . $v->format('Y-m-d\TH:i:s.u e'),
                $v instanceof Kargo\Rpc\Binary => 'Binary ' . bin2hex($v->bytes),
                $v instanceof UnitEnum => $v::class . '::' . $v->name,
                default => str_replace(["\n", '  '], '', var_export($v, true)),
            };
        }
    }
    date_default_timezone_set('Europe/Berlin');
    error_reporting(E_ALL & ~E_DEPRECATED);
    $api = new Kargo\Rpc\Api();
    $api->export(new Types());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$some = ['1', '1.0', '1.5', '"1"', '"x"', 'true', 'false', 'null', '[1]', '[]', '{"a":1}', '{}', '{"0":{}}'];
$cases = [
    'int' => $some, 'float' => $some, 'string' => $some, 'bool' => $some, 'array' => $some, 'iterable' => ['[1]', '{"a":{}}', '1'], 'nullable' => ['1', 'null', '"1"', '1.0'],
    'union' => ['1', '"1"', 'null', '1.5', 'true', '[]'], 'numbers' => ['1', '1.0', '"1"', 'null'], 'floatOrString' => ['1', '1.0', '"1"', 'null'], 'falseOr' => ['false', 'true', '"x"', 'null'],
    'mixed' => $some, 'untyped' => ['{}', '[]', '1.0'], 'object' => $some, 'std' => ['{}', '{"a":[{}]}', '[]'], 'arrayOrObject' => ['{}', '[]', '[{}]', '1'],
    'suit' => ['"H"', '"Hearts"', '"h"', '1', 'null', '{}'], 'level' => ['1', '2', '3', '"1"', 'null', '1.0'],
    'date' => ['"2026-11-23T10:20:30Z"', '"2026-11-23T10:20:30.25+02:00"', '"20261123T10:20:30"', '"2026-11-23T10:20:30.5"', '"2026-11-23"', '"now"', '"tomorrow"', '"2026-02-30T00:00:00Z"', '""', '1', 'null'],
    'anyDate' => ['"2026-11-23T10:20:30Z"', '1795429230'], 'mutableDate' => ['"2026-11-23T10:20:30-05:30"', '"x"'],
    'binary' => ['"AP8="', '""', '"AP8"', '"%%%"', '1', 'null'], 'implicitNull' => ['null', '1', '"1"'], 'hiddenClass' => ['1', 'null', '{}'],
];
foreach ($cases as $method => $values) {
    foreach ($values as $value) {
        $answer = $client->call($method, "[$value]");
        $answer = preg_match('/"pointer":"(.*)","reason":"(.*)"/', $answer, $parts) ? "- $parts[1] $parts[2]" : json_decode($answer);
        echo "$method $value: $answer\n";
    }
}
foreach (['["a"]', '["a",1,2]', '["a",1,"2"]', '[1]', '{"first":"a"}', '{"first":"a","v":[1]}'] as $params) {
    echo "variadic $params: ", $client->call('variadic', $params), "\n";
}
echo $server->stop(), preg_match_all('/ (error|warning) /', $server->log()), "\n";
?>
--EXPECT--
int 1: 1
int 1.0: - /params/0 int expected, float given
int 1.5: - /params/0 int expected, float given
int "1": - /params/0 int expected, string given
int "x": - /params/0 int expected, string given
int true: - /params/0 int expected, bool given
int false: - /params/0 int expected, bool given
int null: - /params/0 int expected, null given
int [1]: - /params/0 int expected, list given
int []: - /params/0 int expected, list given
int {"a":1}: - /params/0 int expected, object given
int {}: - /params/0 int expected, object given
int {"0":{}}: - /params/0 int expected, object given
float 1: 1.0
float 1.0: 1.0
float 1.5: 1.5
float "1": - /params/0 float expected, string given
float "x": - /params/0 float expected, string given
float true: - /params/0 float expected, bool given
float false: - /params/0 float expected, bool given
float null: - /params/0 float expected, null given
float [1]: - /params/0 float expected, list given
float []: - /params/0 float expected, list given
float {"a":1}: - /params/0 float expected, object given
float {}: - /params/0 float expected, object given
float {"0":{}}: - /params/0 float expected, object given
string 1: - /params/0 string expected, int given
string 1.0: - /params/0 string expected, float given
string 1.5: - /params/0 string expected, float given
string "1": '1'
string "x": 'x'
string true: - /params/0 string expected, bool given
string false: - /params/0 string expected, bool given
string null: - /params/0 string expected, null given
string [1]: - /params/0 string expected, list given
string []: - /params/0 string expected, list given
string {"a":1}: - /params/0 string expected, object given
string {}: - /params/0 string expected, object given
string {"0":{}}: - /params/0 string expected, object given
bool 1: - /params/0 bool expected, int given
bool 1.0: - /params/0 bool expected, float given
bool 1.5: - /params/0 bool expected, float given
bool "1": - /params/0 bool expected, string given
bool "x": - /params/0 bool expected, string given
bool true: true
bool false: false
bool null: - /params/0 bool expected, null given
bool [1]: - /params/0 bool expected, list given
bool []: - /params/0 bool expected, list given
bool {"a":1}: - /params/0 bool expected, object given
bool {}: - /params/0 bool expected, object given
bool {"0":{}}: - /params/0 bool expected, object given
array 1: - /params/0 array expected, int given
array 1.0: - /params/0 array expected, float given
array 1.5: - /params/0 array expected, float given
array "1": - /params/0 array expected, string given
array "x": - /params/0 array expected, string given
array true: - /params/0 array expected, bool given
array false: - /params/0 array expected, bool given
array null: - /params/0 array expected, null given
array [1]: array (0 => 1,)
array []: array ()
array {"a":1}: array ('a' => 1,)
array {}: array ()
array {"0":{}}: array (0 => array (),)
iterable [1]: array (0 => 1,)
iterable {"a":{}}: array ('a' => array (),)
iterable 1: - /params/0 array expected, int given
nullable 1: 1
nullable null: NULL
nullable "1": - /params/0 int|null expected, string given
nullable 1.0: - /params/0 int|null expected, float given
union 1: 1
union "1": '1'
union null: NULL
union 1.5: - /params/0 int|string|null expected, float given
union true: - /params/0 int|string|null expected, bool given
union []: - /params/0 int|string|null expected, list given
numbers 1: 1
numbers 1.0: 1.0
numbers "1": - /params/0 int|float expected, string given
numbers null: - /params/0 int|float expected, null given
floatOrString 1: 1.0
floatOrString 1.0: 1.0
floatOrString "1": '1'
floatOrString null: - /params/0 float|string expected, null given
falseOr false: false
falseOr true: - /params/0 false|string expected, bool given
falseOr "x": 'x'
falseOr null: - /params/0 false|string expected, null given
mixed 1: 1
mixed 1.0: 1.0
mixed 1.5: 1.5
mixed "1": '1'
mixed "x": 'x'
mixed true: true
mixed false: false
mixed null: NULL
mixed [1]: array (0 => 1,)
mixed []: array ()
mixed {"a":1}: (object) array( 'a' => 1,)
mixed {}: (object) array()
mixed {"0":{}}: (object) array( '0' => (object) array(),)
untyped {}: (object) array()
untyped []: array ()
untyped 1.0: 1.0
object 1: - /params/0 object expected, int given
object 1.0: - /params/0 object expected, float given
object 1.5: - /params/0 object expected, float given
object "1": - /params/0 object expected, string given
object "x": - /params/0 object expected, string given
object true: - /params/0 object expected, bool given
object false: - /params/0 object expected, bool given
object null: - /params/0 object expected, null given
object [1]: - /params/0 object expected, list given
object []: - /params/0 object expected, list given
object {"a":1}: (object) array( 'a' => 1,)
object {}: (object) array()
object {"0":{}}: (object) array( '0' => (object) array(),)
std {}: (object) array()
std {"a":[{}]}: (object) array( 'a' => array (0 => (object) array(),),)
std []: - /params/0 object expected, list given
arrayOrObject {}: (object) array()
arrayOrObject []: array ()
arrayOrObject [{}]: array (0 => array (),)
arrayOrObject 1: - /params/0 array|object expected, int given
suit "H": Suit::Hearts
suit "Hearts": - /params/0 value of Suit expected, another string given
suit "h": - /params/0 value of Suit expected, another string given
suit 1: - /params/0 value of Suit expected, int given
suit null: - /params/0 value of Suit expected, null given
suit {}: - /params/0 value of Suit expected, object given
level 1: Level::Low
level 2: Level::High
level 3: - /params/0 value of Level expected, another int given
level "1": - /params/0 value of Level|null expected, string given
level null: NULL
level 1.0: - /params/0 value of Level|null expected, float given
date "2026-11-23T10:20:30Z": DateTimeImmutable 2026-11-23T10:20:30.000000 Z
date "2026-11-23T10:20:30.25+02:00": DateTimeImmutable 2026-11-23T10:20:30.250000 +02:00
date "20261123T10:20:30": DateTimeImmutable 2026-11-23T10:20:30.000000 Europe/Berlin
date "2026-11-23T10:20:30.5": DateTimeImmutable 2026-11-23T10:20:30.500000 Europe/Berlin
date "2026-11-23": - /params/0 date and time (ISO 8601) expected, another string given
date "now": - /params/0 date and time (ISO 8601) expected, another string given
date "tomorrow": - /params/0 date and time (ISO 8601) expected, another string given
date "2026-02-30T00:00:00Z": - /params/0 date and time (ISO 8601) expected, another string given
date "": - /params/0 date and time (ISO 8601) expected, another string given
date 1: - /params/0 date and time (ISO 8601) expected, int given
date null: - /params/0 date and time (ISO 8601) expected, null given
anyDate "2026-11-23T10:20:30Z": DateTimeImmutable 2026-11-23T10:20:30.000000 Z
anyDate 1795429230: - /params/0 date and time (ISO 8601) expected, int given
mutableDate "2026-11-23T10:20:30-05:30": DateTime 2026-11-23T10:20:30.000000 -05:30
mutableDate "x": - /params/0 date and time (ISO 8601) expected, another string given
binary "AP8=": Binary 00ff
binary "": Binary 
binary "AP8": - /params/0 base64 expected, another string given
binary "%%%": - /params/0 base64 expected, another string given
binary 1: - /params/0 base64 expected, int given
binary null: - /params/0 base64 expected, null given
implicitNull null: NULL
implicitNull 1: 1
implicitNull "1": - /params/0 int|null expected, string given
hiddenClass 1: 1
hiddenClass null: NULL
hiddenClass {}: - /params/0 int|null expected, object given
variadic ["a"]: "array ()"
variadic ["a",1,2]: "array (0 => 1,1 => 2,)"
variadic ["a",1,"2"]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/2","reason":"int expected, string given"}}
variadic [1]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"string expected, int given"}}
variadic {"first":"a"}: "array ()"
variadic {"first":"a","v":[1]}: "array (0 => 1,)"
00
