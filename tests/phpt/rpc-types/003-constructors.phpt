--TEST--
Constructors of arguments: called when everything was checked, parts first; they may throw, exit, fail, wait
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    final class Journal { public static array $lines = []; }
    class AllowedException extends DomainException {}
    class OtherAllowed extends RuntimeException {}
    final class Part {
        public function __construct(public readonly string $how, public readonly ?Part $inner = null) {
            Journal::$lines[] = "make $how";
            match ($how) {
                'invalid' => throw new InvalidArgumentException('secret: a password'),
                'value' => throw new ValueError('secret: a password'),
                'type' => strlen([]),
                'domain' => throw new DomainException('secret: a password'),
                'allowed' => throw new AllowedException('must be "nice"'),
                'other allowed' => throw new OtherAllowed('not now', 99),
                'fault' => throw new Kargo\Rpc\Fault('on purpose', 7, ['x' => 1]),
                'other' => throw new LogicException('secret: a password'),
                'error' => undefined_function(),
                'exit' => exit(3),
                'time' => set_time_limit(1) && (function () { while (true) {} })(),
                'wait' => Kargo\delay(0.02),
                'default' => null,
                default => null,
            };
        }
        public function __destruct() { Journal::$lines[] = "end $this->how"; }
    }
    final class Service {
        public function take(Part $part, int $number = 0): string { return "took $part->how"; }
        /** @param list<Part> $parts */
        public function list(array $parts): int { return count($parts); }
        /** @param object{parts: array<string, Part>} $o */
        public function below(object $o): int { return count((array) $o->parts); }
        public function journal(): array { [$lines, Journal::$lines] = [Journal::$lines, []]; return $lines; }
        public function number(int $n): int { return $n; }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service())->allow(AllowedException::class, OtherAllowed::class);
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP, ini: ['max_execution_time' => 0]);
$client = new Client($server);
$hide = fn (string $text) => preg_replace('/[0-9a-f]+-[0-9a-f]+(?="}|\))/', 'ID', $text);
$call = function (string $method, string $params) use ($client, $hide): void {
    echo "$method $params: ", $hide($client->call($method, $params)), "\n  ", implode(', ', json_decode($client->call('journal'))), "\n";
};
$call('take', '[{"how":"fine","inner":{"how":"inside"}}]');
echo "# nothing is made when anything is wrong\n";
$call('take', '[{"how":"fine"},"x"]');
$call('take', '[{"how":"fine","inner":{"how":1}}]');
$call('take', '{"number":1.5,"part":{"how":"fine"}}');
$call('list', '[[{"how":"a"},{"how":"b"},{"nothing":1}]]');
echo "# refusals\n";
foreach (['invalid', 'value', 'type', 'domain', 'allowed', 'other allowed', 'fault', 'other', 'error', 'exit'] as $how) {
    $call('take', "[{\"how\":\"$how\"}]");
}
$call('take', '{"part":{"how":"a","inner":{"how":"b","inner":{"how":"allowed"}}}}');
$call('list', '[[{"how":"a"},{"how":"b","inner":{"how":"allowed"}},{"how":"c"}]]');
$call('below', '[{"parts":{"x/y":{"how":"a","inner":{"how":"domain"}}}}]');
echo $hide($client->xmlCall('take', '<struct><member><name>how</name><value>allowed</value></member></struct>')), "\n";
echo $hide($client->xmlCall('take', '<struct><member><name>how</name><value>other</value></member></struct>')), "\n";
echo "# the log\n";
preg_match_all('/ (warn\w*|error) (?:worker=\d+ )?(.*?) request=\S+(.*)$/m', $server->log(), $lines, PREG_SET_ORDER);
foreach ($lines as $line) {
    echo preg_replace('~ file=("[^"]*"|\S+)~', '', "$line[1]: $line[2]$line[3]"), "\n";
}
echo "# waiting\n";
$request = fn (string $body) => "POST /jsonrpc HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body";
$parked = array_map(fn (int $n) => $server->connect()->send($request(
    '[{"jsonrpc":"2.0","method":"take","params":[{"how":"wait","inner":{"how":"wait"}},' . $n . '],"id":1},{"jsonrpc":"2.0","method":"list","params":[[{"how":"a"},{"how":"wait"},{"how":"allowed"}]],"id":2}]')), range(1, 20));
for ($number = 0; $number < 50; $number++) {
    $client->call('number', "[$number]") === (string) $number || print "wrong\n";
}
$answers = array_count_values(array_map(fn ($connection) => $connection->readResponse()->body, $parked));
print_r($answers);
echo count(json_decode($client->call('journal'))), "\n";
echo "# the time limit\n";
$call('take', '[{"how":"time"}]');
$call('take', '[{"how":"fine"}]');
echo $server->stop(), "\n";
?>
--EXPECT--
take [{"how":"fine","inner":{"how":"inside"}}]: "took fine"
  make inside, make fine, end fine, end inside
# nothing is made when anything is wrong
take [{"how":"fine"},"x"]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/1","reason":"int expected, string given"}}
  
take [{"how":"fine","inner":{"how":1}}]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/inner/how","reason":"string expected, int given"}}
  
take {"number":1.5,"part":{"how":"fine"}}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/number","reason":"int expected, float given"}}
  
list [[{"how":"a"},{"how":"b"},{"nothing":1}]]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/2","reason":"how is missing"}}
  
# refusals
take [{"how":"invalid"}]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"the value is refused"}}
  make invalid
take [{"how":"value"}]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"the value is refused"}}
  make value
take [{"how":"type"}]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"the value is refused"}}
  make type
take [{"how":"domain"}]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"the value is refused"}}
  make domain
take [{"how":"allowed"}]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0","reason":"must be \"nice\""}}
  make allowed
take [{"how":"other allowed"}]: {"code":99,"message":"not now"}
  make other allowed
take [{"how":"fault"}]: {"code":7,"message":"on purpose","data":{"x":1}}
  make fault
take [{"how":"other"}]: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
  make other
take [{"how":"error"}]: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
  make error
take [{"how":"exit"}]: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
  make exit
take {"part":{"how":"a","inner":{"how":"b","inner":{"how":"allowed"}}}}: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/part/inner/inner","reason":"must be \"nice\""}}
  make allowed
list [[{"how":"a"},{"how":"b","inner":{"how":"allowed"}},{"how":"c"}]]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/1/inner","reason":"must be \"nice\""}}
  make a, make allowed, end a
below [{"parts":{"x/y":{"how":"a","inner":{"how":"domain"}}}}]: {"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/parts/x~1y/inner","reason":"the value is refused"}}
  make domain
fault -32602: Invalid params (/params/0: must be "nice")
fault -32603: Internal error (ID)
# the log
warning: method take: a constructor refused an argument class=InvalidArgumentException message="secret: a password" line=8
warning: method take: a constructor refused an argument class=ValueError message="secret: a password" line=9
warning: method take: a constructor refused an argument class=TypeError message="strlen(): Argument #1 ($string) must be of type string, array given" line=10
warning: method take: a constructor refused an argument class=DomainException message="secret: a password" line=11
error: method take threw class=LogicException message="secret: a password" line=15
error: method take threw class=Error message="Call to undefined function undefined_function()" line=16
error: method take called exit line=17
warning: method below: a constructor refused an argument class=DomainException message="secret: a password" line=11
error: method take threw class=LogicException message="secret: a password" line=15
# waiting
Array
(
    [[{"result":"took wait","id":1,"jsonrpc":"2.0"},{"error":{"code":-32602,"message":"Invalid params","data":{"pointer":"/params/0/2","reason":"must be \"nice\""}},"id":2,"jsonrpc":"2.0"}]] => 20
)
182
# the time limit
take [{"how":"time"}]: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
  
take [{"how":"fine"}]: "took fine"
  make fine, end fine
0
