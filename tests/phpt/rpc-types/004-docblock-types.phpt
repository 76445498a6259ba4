--TEST--
Docblocks: shapes, integer ranges, literals, what must not be empty; they are checked
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    final readonly class Point { public function __construct(public int $x, public int $y = 0) {} }
    /**
     * @phpstan-type Pair array{int, string}
     * @psalm-type Row = array{
     *     x: int,
     *     pair?: Pair,
     * }
     * @phpstan-type Loop list<Loop>
     */
    final class Docs {
        /** @param list<Row> $v */
        public function alias(array $v) { return $this->show($v); }
        /** @param Loop $v a type that is itself refines nothing */
        public function loop(array $v) { return $this->show($v); }
        /** @param array{name: string, tags?: list<string>, 'with space'?: int} $v */
        public function shape(array $v) { return $this->show($v); }
        /** @param array{name: string, ...} $v */
        public function open(array $v) { return $this->show($v); }
        /** @param array{a: array{b: object{c: int}}, 5?: bool} $v */
        public function nested(array $v) { return $this->show($v); }
        /** @param object{a: int, b?: mixed} $v */
        public function object(object $v) { return $this->show($v); }
        /** @param object{a: int} $v */
        public function std(stdClass $v) { return $this->show($v); }
        /** @param array{int, string} $v */
        public function pair(array $v) { return $this->show($v); }
        /** @param list{0: int, 1?: array<string, int>, ...} $v */
        public function tuple(array $v) { return $this->show($v); }
        /** @param list<array{x: int, at: ?DateTimeImmutable, p?: Point}> $v */
        public function rows(array $v) { return $this->show($v); }
        /** @param array{kind: 'a', x: int}|array{kind: 'b', x: string} $v */
        public function either(array $v) { return $this->show($v); }
        /** @param array{} $v */
        public function nothing(array $v) { return $this->show($v); }
        /** @param positive-int $a @phpstan-param int<min, 5> $b
         * @param int<1, 10> $a
         * @param int<min, 5> $b
         * @param non-zero-int $c */
        public function range(int $a, int $b = 0, int $c = 1) { return $this->show(func_get_args()); }
        /** @param negative-int|null $v */
        public function negative(?int $v) { return $this->show($v); }
        /** @param 'asc'|'desc'|1|2|null $v */
        public function literal(string|int|null $v = null) { return $this->show($v); }
        /** @param 'asc'|"desc" $v */
        public function text(string $v) { return $this->show($v); }
        /** @param 1|0 $v */
        public function number(int $v) { return $this->show($v); }
        /** @param non-empty-string $v */
        public function filled(string $v) { return $this->show($v); }
        /** @param non-empty-list<int> $v */
        public function some(array $v) { return $this->show($v); }
        /** @param non-empty-string|list<non-empty-string>|base64 $v */
        public function union($v) { return $this->show($v); }
        /** @param string|'x' $v the wider one counts */
        public function wider(string $v) { return $this->show($v); }
        /** @param true $v */
        public function yes(bool $v) { return $this->show($v); }
        private function show(mixed $v): string {
            return str_replace(["\n", '  ', ' '], '', var_export($v, true));
        }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Docs());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$cases = [
    'alias' => ['[{"x":1,"pair":[1,"a"]}]', '[{"x":1,"pair":[1,2]}]', '[{"x":"1"}]'], 'loop' => ['[1]'],
    'shape' => ['{"name":"x"}', '{"name":"x","tags":["a"],"with space":5}', '{"name":5}', '{"tags":[]}', '{"name":"x","tags":["a",1]}', '{"name":"x","other":1}', '{"name":"x","5":1}', '[]', '["x"]', '"x"', 'null'],
    'open' => ['{"name":"x","other":{"a":{}}}', '{"other":1}', '{"name":null}'],
    'nested' => ['{"a":{"b":{"c":1}}}', '{"a":{"b":{"c":1}},"5":true}', '{"a":{"b":{"c":"1"}}}', '{"a":{"b":{"c":1}},"5":1}', '{"a":{"b":[]}}', '{"a":[]}'],
    'object' => ['{"a":1}', '{"a":1,"b":{"c":{}}}', '{"a":1,"c":1}', '{"a":"1"}', '[]', '{}'],
    'std' => ['{"a":1}', '{"a":"1"}'],
    'pair' => ['[1,"a"]', '[1]', '[1,"a",2]', '["a",1]', '{"0":1,"1":"a"}', '[]'],
    'tuple' => ['[1]', '[1,{"a":1}]', '[1,{"a":"1"}]', '[1,{},{"x":{}}]', '[]'],
    'rows' => ['[]', '[{"x":1,"at":null},{"x":2,"at":"2026-11-23T10:20:30Z","p":{"x":5}}]', '[{"x":1,"at":null},{"x":2}]', '[{"x":1,"at":"?"}]', '[{"x":1,"at":null,"p":{"y":1}}]', '[[1]]'],
    'either' => ['{"kind":"a","x":1}', '{"kind":"b","x":"1"}', '{"kind":"a","x":"1"}', '{"kind":"c","x":1}', '{"kind":"a"}'],
    'nothing' => ['{}', '[]', '{"a":1}'],
    'range' => ['1', '0', '11', '10', '1,5', '1,6', '1,0,0', '1,0,-1', '"1"', '1.0'],
    'negative' => ['-1', '0', 'null'],
    'literal' => ['"asc"', '1', 'null', '"ASC"', '3', '1.0', 'true'],
    'text' => ['"desc"', '""', '1'], 'number' => ['0', '2', '"0"'],
    'filled' => ['"x"', '""', '0'], 'some' => ['[1]', '[]', '{}', '["a"]', '{"a":1}'],
    'union' => ['"x"', '["x"]', '[""]', '[]', '5'], 'wider' => ['"y"'], 'yes' => ['true', 'false'],
];
foreach ($cases as $method => $values) {
    foreach ($values as $value) {
        $answer = $client->call($method, "[$value]");
        $answer = preg_match('/"pointer":"(.*)","reason":"(.*)"/', $answer, $parts) ? "- $parts[1] $parts[2]" : json_decode($answer);
        echo "$method $value: $answer\n";
    }
}
?>
--EXPECT--
alias [{"x":1,"pair":[1,"a"]}]: array(0=>array('x'=>1,'pair'=>array(0=>1,1=>'a',),),)
alias [{"x":1,"pair":[1,2]}]: - /params/0/0/pair/1 string expected, int given
alias [{"x":"1"}]: - /params/0/0/x int expected, string given
loop [1]: array(0=>1,)
shape {"name":"x"}: array('name'=>'x',)
shape {"name":"x","tags":["a"],"with space":5}: array('name'=>'x','tags'=>array(0=>'a',),'withspace'=>5,)
shape {"name":5}: - /params/0/name string expected, int given
shape {"tags":[]}: - /params/0 name is missing
shape {"name":"x","tags":["a",1]}: - /params/0/tags/1 string expected, int given
shape {"name":"x","other":1}: - /params/0/other no such member
shape {"name":"x","5":1}: - /params/0/5 no such member
shape []: - /params/0 name is missing
shape ["x"]: - /params/0 array{name: string, tags?: list<string>, with space?: int} expected, list given
shape "x": - /params/0 array{name: string, tags?: list<string>, with space?: int} expected, string given
shape null: - /params/0 array{name: string, tags?: list<string>, with space?: int} expected, null given
open {"name":"x","other":{"a":{}}}: array('name'=>'x','other'=>array('a'=>array(),),)
open {"other":1}: - /params/0 name is missing
open {"name":null}: - /params/0/name string expected, null given
nested {"a":{"b":{"c":1}}}: array('a'=>array('b'=>(object)array('c'=>1,),),)
nested {"a":{"b":{"c":1}},"5":true}: array('a'=>array('b'=>(object)array('c'=>1,),),5=>true,)
nested {"a":{"b":{"c":"1"}}}: - /params/0/a/b/c int expected, string given
nested {"a":{"b":{"c":1}},"5":1}: - /params/0/5 bool expected, int given
nested {"a":{"b":[]}}: - /params/0/a/b object{c: int} expected, list given
nested {"a":[]}: - /params/0/a b is missing
object {"a":1}: (object)array('a'=>1,)
object {"a":1,"b":{"c":{}}}: (object)array('a'=>1,'b'=>(object)array('c'=>(object)array(),),)
object {"a":1,"c":1}: - /params/0/c no such member
object {"a":"1"}: - /params/0/a int expected, string given
object []: - /params/0 object{a: int, b?: mixed} expected, list given
object {}: - /params/0 a is missing
std {"a":1}: (object)array('a'=>1,)
std {"a":"1"}: - /params/0/a int expected, string given
pair [1,"a"]: array(0=>1,1=>'a',)
pair [1]: - /params/0 list{int, string} expected, 1 element given
pair [1,"a",2]: - /params/0 list{int, string} expected, 3 elements given
pair ["a",1]: - /params/0/0 int expected, string given
pair {"0":1,"1":"a"}: - /params/0 list{int, string} expected, object given
pair []: - /params/0 list{int, string} expected, 0 elements given
tuple [1]: array(0=>1,)
tuple [1,{"a":1}]: array(0=>1,1=>array('a'=>1,),)
tuple [1,{"a":"1"}]: - /params/0/1/a int expected, string given
tuple [1,{},{"x":{}}]: array(0=>1,1=>array(),2=>array('x'=>array(),),)
tuple []: - /params/0 list{int, 1?: array<string, int>, ...} expected, 0 elements given
rows []: array()
rows [{"x":1,"at":null},{"x":2,"at":"2026-11-23T10:20:30Z","p":{"x":5}}]: array(0=>array('x'=>1,'at'=>NULL,),1=>array('x'=>2,'at'=>\DateTimeImmutable::__set_state(array('date'=>'2026-11-2310:20:30.000000','timezone_type'=>2,'timezone'=>'Z',)),'p'=>\Point::__set_state(array('x'=>5,'y'=>0,)),),)
rows [{"x":1,"at":null},{"x":2}]: - /params/0/1 at is missing
rows [{"x":1,"at":"?"}]: - /params/0/0/at date and time (ISO 8601) expected, another string given
rows [{"x":1,"at":null,"p":{"y":1}}]: - /params/0/0/p x is missing
rows [[1]]: - /params/0/0 array{x: int, at: date and time (ISO 8601)|null, p?: Point} expected, list given
either {"kind":"a","x":1}: array('kind'=>'a','x'=>1,)
either {"kind":"b","x":"1"}: array('kind'=>'b','x'=>'1',)
either {"kind":"a","x":"1"}: - /params/0/x int expected, string given
either {"kind":"c","x":1}: - /params/0 array{kind: 'a', x: int}|array{kind: 'b', x: string} expected, object given
either {"kind":"a"}: - /params/0 x is missing
nothing {}: array()
nothing []: array()
nothing {"a":1}: - /params/0/a no such member
range 1: array(0=>1,)
range 0: - /params/0 int<1, max> expected, 0 given
range 11: array(0=>11,)
range 10: array(0=>10,)
range 1,5: array(0=>1,1=>5,)
range 1,6: - /params/1 int<min, 5> expected, 6 given
range 1,0,0: - /params/2 int<min, -1>|int<1, max> expected, int given
range 1,0,-1: array(0=>1,1=>0,2=>-1,)
range "1": - /params/0 int<1, max> expected, string given
range 1.0: - /params/0 int<1, max> expected, float given
negative -1: -1
negative 0: - /params/0 int<min, -1> expected, 0 given
negative null: NULL
literal "asc": 'asc'
literal 1: 1
literal null: NULL
literal "ASC": - /params/0 1|2|'asc'|'desc' expected, another string given
literal 3: - /params/0 1|2|'asc'|'desc' expected, another int given
literal 1.0: - /params/0 1|2|'asc'|'desc'|null expected, float given
literal true: - /params/0 1|2|'asc'|'desc'|null expected, bool given
text "desc": 'desc'
text "": - /params/0 'asc'|'desc' expected, another string given
text 1: - /params/0 'asc'|'desc' expected, another int given
number 0: 0
number 2: - /params/0 1|0 expected, another int given
number "0": - /params/0 1|0 expected, another string given
filled "x": 'x'
filled "": - /params/0 non-empty-string expected, another string given
filled 0: - /params/0 non-empty-string expected, int given
some [1]: array(0=>1,)
some []: - /params/0 non-empty-list<int> expected, an empty one given
some {}: - /params/0 non-empty-list<int> expected, an empty one given
some ["a"]: - /params/0/0 int expected, string given
some {"a":1}: - /params/0 non-empty-list<int> expected, object given
union "x": 'x'
union ["x"]: array(0=>'x',)
union [""]: - /params/0/0 non-empty-string expected, another string given
union []: array()
union 5: - /params/0 non-empty-string|list<non-empty-string>|base64 expected, int given
wider "y": 'y'
yes true: true
yes false: - /params/0 true expected, bool given
