--TEST--
Docblocks refine array and untyped parameters; what they say of other classes is not believed
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    final class Docs {
        /** @param list<int> $v */
        public function ints(array $v) { return $this->show($v); }
        /** @param int[] $v */
        public function shortInts(array $v) { return $this->show($v); }
        /** @param float[] $v */
        public function floats(array $v) { return $this->show($v); }
        /** @param array<string, int|null> $v by name */
        public function map(array $v) { return $this->show($v); }
        /** @param array<int> $v */
        public function items(array $v) { return $this->show($v); }
        /** @param list<array<string, list<bool>>> $v deep */
        public function deep(array $v) { return $this->show($v); }
        /** @param list<mixed> $v */
        public function anything(array $v) { return $this->show($v); }
        /** @param list<object> $v */
        public function objects(array $v) { return $this->show($v); }
        /** @param array{name: string, tags?: list<string>} $v shapes are arrays */
        public function shape(array $v) { return $this->show($v); }
        /** @param int[]|string[]|null $v */
        public function either(?array $v) { return $this->show($v); }
        /** @param list<int>|int $v */
        public function oneOrMany(array|int $v) { return $this->show($v); }
        /** @param (int|string)[] $v */
        public function grouped(array $v) { return $this->show($v); }
        /**
         * Untyped, as in older code.
         *
         * @param integer $a
         * @param boolean $b the flag,
         *     on two lines
         * @param string|null $c
         * @param double $d
         * @param struct $e
         */
        public function old($a, $b = true, $c = 'x', $d = 1.5, $e = null) { return $this->show(func_get_args()); }
        /** @param Some\Unknown $v @param list<Other $w */
        public function unknown($v, array $w = []) { return $this->show([$v, $w]); }
        /** @param string $v native types come first */
        public function liar(int $v) { return $this->show($v); }
        /** @param base64 $v */
        public function bytes(string $v) { return bin2hex($v); }
        /** @param non-empty-list<positive-int> $v */
        public function psalm(iterable $v) { return $this->show($v); }
        /** @phpstan-param list<int> $v
         * @param array $v */
        public function exact(array $v) { return $this->show($v); }
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
    'ints' => ['[]', '[1,2]', '[1,"2"]', '[1.0]', '{"a":1}', '{"0":1}', '{}', '1', '[[1]]'], 'shortInts' => ['[1]', '["1"]'], 'floats' => ['[1,2.5]', '["1"]'],
    'map' => ['{"a":1,"b":null}', '{"a":"1"}', '[1]', '[]', '{}', '{"5":1}', '{"a/b~c":true}'], 'items' => ['[1]', '{"a":1}', '{"a":"1"}', '["x"]'],
    'deep' => ['[{"a":[true,false]},{}]', '[{"a":[true,1]}]', '[[]]', '[[1]]', '[{"a":{"b":true}}]', '[1]'], 'anything' => ['[{"a":{}},[],1]', '{"a":1}'], 'objects' => ['[{},{"a":{"b":1}}]', '[[]]'],
    'shape' => ['{"name":"x"}', '[1]', '"x"'], 'either' => ['[1,2]', '["a"]', '[1,"a"]', 'null', '{}'], 'oneOrMany' => ['1', '[1]', '["x"]', '"x"'], 'grouped' => ['[1,"a"]', '[1.5]'],
    'unknown' => ['"anything"', '{}'], 'liar' => ['1', '"1"'], 'bytes' => ['"AP8="', '"x"', '""'], 'psalm' => ['[1]', '["a"]'], 'exact' => ['[1]', '["a"]'],
];
foreach ($cases as $method => $values) {
    foreach ($values as $value) {
        $answer = $client->call($method, "[$value]");
        $answer = preg_match('/"pointer":"(.*)","reason":"(.*)"/', $answer, $parts) ? "- $parts[1] $parts[2]" : json_decode($answer);
        echo "$method $value: $answer\n";
    }
}
foreach (['[1]', '["1"]', '[1,false,null,2,{"a":{}}]', '[1,1]', '[1,true,"c",1.5,null]', '[1,true,"c",1.5,[]]', '[1,true,"c",1.5,[1]]', '{"a":1,"d":"x"}'] as $params) {
    echo "old $params: ", $client->call('old', $params), "\n";
}
?>
--EXPECT--
ints []: array()
ints [1,2]: array(0=>1,1=>2,)
ints [1,"2"]: - /params/0/1 int expected, string given
ints [1.0]: - /params/0/0 int expected, float given
ints {"a":1}: - /params/0 list<int> expected, object given
ints {"0":1}: - /params/0 list<int> expected, object given
ints {}: array()
ints 1: - /params/0 list<int> expected, int given
ints [[1]]: - /params/0/0 int expected, list given
shortInts [1]: array(0=>1,)
shortInts ["1"]: - /params/0/0 int expected, string given
floats [1,2.5]: array(0=>1.0,1=>2.5,)
floats ["1"]: - /params/0/0 float expected, string given
map {"a":1,"b":null}: array('a'=>1,'b'=>NULL,)
map {"a":"1"}: - /params/0/a int|null expected, string given
map [1]: - /params/0 array<string, int|null> expected, list given
map []: array()
map {}: array()
map {"5":1}: array(5=>1,)
map {"a/b~c":true}: - /params/0/a~1b~0c int|null expected, bool given
items [1]: array(0=>1,)
items {"a":1}: array('a'=>1,)
items {"a":"1"}: - /params/0/a int expected, string given
items ["x"]: - /params/0/0 int expected, string given
deep [{"a":[true,false]},{}]: array(0=>array('a'=>array(0=>true,1=>false,),),1=>array(),)
deep [{"a":[true,1]}]: - /params/0/0/a/1 bool expected, int given
deep [[]]: array(0=>array(),)
deep [[1]]: - /params/0/0 array<string, list<bool>> expected, list given
deep [{"a":{"b":true}}]: - /params/0/0/a list<bool> expected, object given
deep [1]: - /params/0/0 array<string, list<bool>> expected, int given
anything [{"a":{}},[],1]: array(0=>array('a'=>array(),),1=>array(),2=>1,)
anything {"a":1}: - /params/0 list<mixed> expected, object given
objects [{},{"a":{"b":1}}]: array(0=>(object)array(),1=>(object)array('a'=>(object)array('b'=>1,),),)
objects [[]]: - /params/0/0 object expected, list given
shape {"name":"x"}: array('name'=>'x',)
shape [1]: - /params/0 array{name: string, tags?: list<string>} expected, list given
shape "x": - /params/0 array{name: string, tags?: list<string>} expected, string given
either [1,2]: array(0=>1,1=>2,)
either ["a"]: array(0=>'a',)
either [1,"a"]: - /params/0 list<int>|list<string>|null expected, list given
either null: NULL
either {}: - /params/0 list<int>|list<string>|null expected, object given
oneOrMany 1: 1
oneOrMany [1]: array(0=>1,)
oneOrMany ["x"]: - /params/0/0 int expected, string given
oneOrMany "x": - /params/0 int|list<int> expected, string given
grouped [1,"a"]: array(0=>1,1=>'a',)
grouped [1.5]: - /params/0/0 int|string expected, float given
unknown "anything": array(0=>'anything',1=>array(),)
unknown {}: array(0=>(object)array(),1=>array(),)
liar 1: 1
liar "1": - /params/0 int expected, string given
bytes "AP8=": 00ff
bytes "x": - /params/0 base64 expected, another string given
bytes "": 
psalm [1]: array(0=>1,)
psalm ["a"]: - /params/0/0 int<1, max> expected, string given
exact [1]: array(0=>1,)
exact ["a"]: - /params/0/0 int expected, string given
old [1]: "array(0=>1,)"
old ["1"]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"int expected, string given"}}
old [1,false,null,2,{"a":{}}]: "array(0=>1,1=>false,2=>NULL,3=>2.0,4=>array('a'=>array(),),)"
old [1,1]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/1","reason":"bool expected, int given"}}
old [1,true,"c",1.5,null]: "array(0=>1,1=>true,2=>'c',3=>1.5,4=>NULL,)"
old [1,true,"c",1.5,[]]: "array(0=>1,1=>true,2=>'c',3=>1.5,4=>array(),)"
old [1,true,"c",1.5,[1]]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/4","reason":"array<string, mixed>|null expected, list given"}}
old {"a":1,"d":"x"}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/d","reason":"float expected, string given"}}
