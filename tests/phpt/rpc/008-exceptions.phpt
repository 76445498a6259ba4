--TEST--
Exceptions: a Fault passes, an allowed class passes with message and code, all others are masked and logged with the id that was sent
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    class DomainProblem extends RuntimeException {}
    final class SmallProblem extends DomainProblem {}
    final class MyFault extends Kargo\Rpc\Fault {}
    final class CodedFault extends Kargo\Rpc\Fault { protected $code = 409; }
    final class Service {
        public function fault(): void { throw new Kargo\Rpc\Fault('out of stock', 1001, ['left' => 0, 'at' => new DateTimeImmutable('2026-01-02T03:04:05Z')]); }
        public function plainFault(): void { throw new Kargo\Rpc\Fault('plain'); }
        public function zero(): void { throw new Kargo\Rpc\Fault('zero', 0, false); }
        public function huge(): void { throw new Kargo\Rpc\Fault('huge', PHP_INT_MAX); }
        public function ownFault(): void { throw new MyFault("bytes \xff and \"quotes\"", -5, []); }
        public function coded(): void { throw new CodedFault('its own'); }
        public function recoded(): void { throw new CodedFault('another', 6); }
        public function badData(): void { throw new Kargo\Rpc\Fault('bad data', 1, NAN); }
        public function allowed(): void { throw new DomainProblem('for you', 12); }
        public function allowedBelow(): void { throw new SmallProblem('for you too'); }
        public function masked(): void { throw new RuntimeException("mysql:host=db;password=hunter2\0x", 12); }
        public function error(): int { return 1 <=> intdiv(1, 0); }
        public function typeError(): int { return 'x'; }
        public function wrongCall(int $x): void { strlen(); }
        public function nested(): void { try { throw new Exception('inner'); } catch (Exception $e) { throw new LogicException('outer', 0, $e); } }
        public function stringCode(): void { throw new class('driver') extends PDOException { protected $code = 'HY000'; }; }
        public function constructor(): void { new ReflectionClass('Nope'); }
        public function generator(): Generator { yield 1; }
        public function serialize(): JsonSerializable { return new class implements JsonSerializable { public function jsonSerialize(): mixed { throw new RuntimeException('in jsonSerialize'); } }; }
        public function serializeFault(): JsonSerializable { return new class implements JsonSerializable { public function jsonSerialize(): mixed { throw new Kargo\Rpc\Fault('late', 5); } }; }
        public function warning(): string { return 'x' . $undefined; }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service(), as: 's')->allow(DomainProblem::class);
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$answers = '';
foreach (['fault', 'plainFault', 'zero', 'huge', 'ownFault', 'coded', 'recoded', 'badData', 'allowed', 'allowedBelow', 'masked', 'error', 'typeError', 'wrongCall', 'nested', 'stringCode', 'constructor', 'generator', 'serialize', 'serializeFault', 'warning'] as $method) {
    $params = $method === 'wrongCall' ? ['[1]', '<int>1</int>'] : ['[]'];
    $json = $client->call("s.$method", $params[0]);
    $xml = $client->xmlCall("s.$method", ...array_slice($params, 1));
    $answers .= $json . $xml;
    foreach ([$json, $xml] as $answer) {
        if (preg_match('/\b[0-9a-f]+-[0-9a-f]+\b(?="}|\))/', $answer, $id)) {
            $answer = str_replace($id[0], 'ID', $answer);
            $line = $server->waitForLog("/^.* error .*request=$id[0] .*$/m")[0];
            $answer .= "\n    " . preg_replace(['/^.*?error (worker=\d+ )?/', '/request=\S+/', '~file=\S+/~'], ['', 'request=ID', 'file='], preg_replace(['/file=\S+ line=(\d+)/', '/(@anonymous)[^"]*/'], ['line=$1', '$1'], $line));
        }
        echo "$method: $answer\n";
    }
}
foreach (['hunter2', 'secret', 'inner', 'server-'] as $word) {
    str_contains($answers, $word) && print("$word was sent\n");
}
echo $server->waitForLog('/PHP warning .*message="(Undefined variable \$undefined)"/')[1], "\n", $server->waitForLog('/(the data of a .*) request/')[1], "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
fault: {"code":1001,"message":"out of stock","data":{"left":0,"at":"2026-01-02T03:04:05Z"}}
fault: fault 1001: out of stock
plainFault: {"code":-32000,"message":"plain"}
plainFault: fault -32000: plain
zero: {"code":0,"message":"zero","data":false}
zero: fault 0: zero
huge: {"code":-32000,"message":"huge"}
huge: fault -32500: huge
ownFault: {"code":-5,"message":"bytes � and \"quotes\"","data":[]}
ownFault: fault -5: bytes � and "quotes"
coded: {"code":409,"message":"its own"}
coded: fault 409: its own
recoded: {"code":6,"message":"another"}
recoded: fault 6: another
badData: {"code":1,"message":"bad data"}
badData: fault 1: bad data
allowed: {"code":12,"message":"for you"}
allowed: fault 12: for you
allowedBelow: {"code":-32000,"message":"for you too"}
allowedBelow: fault -32500: for you too
masked: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    method s.masked threw request=ID class=RuntimeException message="mysql:host=db;password=hunter2\u{0}x" line=16
masked: fault -32603: Internal error (ID)
    method s.masked threw request=ID class=RuntimeException message="mysql:host=db;password=hunter2\u{0}x" line=16
error: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    method s.error threw request=ID class=DivisionByZeroError message="Division by zero" line=17
error: fault -32603: Internal error (ID)
    method s.error threw request=ID class=DivisionByZeroError message="Division by zero" line=17
typeError: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    method s.typeError threw request=ID class=TypeError message="Service::typeError(): Return value must be of type int, string returned" line=18
typeError: fault -32603: Internal error (ID)
    method s.typeError threw request=ID class=TypeError message="Service::typeError(): Return value must be of type int, string returned" line=18
wrongCall: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    method s.wrongCall threw request=ID class=ArgumentCountError message="strlen() expects exactly 1 argument, 0 given" line=19
wrongCall: fault -32603: Internal error (ID)
    method s.wrongCall threw request=ID class=ArgumentCountError message="strlen() expects exactly 1 argument, 0 given" line=19
nested: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    method s.nested threw request=ID class=LogicException message=outer line=20
nested: fault -32603: Internal error (ID)
    method s.nested threw request=ID class=LogicException message=outer line=20
stringCode: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    method s.stringCode threw request=ID class="PDOException@anonymous" message=driver line=21
stringCode: fault -32603: Internal error (ID)
    method s.stringCode threw request=ID class="PDOException@anonymous" message=driver line=21
constructor: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    method s.constructor threw request=ID class=ReflectionException message="Class \"Nope\" does not exist" line=22
constructor: fault -32603: Internal error (ID)
    method s.constructor threw request=ID class=ReflectionException message="Class \"Nope\" does not exist" line=22
generator: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    the result of a method can't be sent request=ID method=s.generator reason="a value of this type can't be sent"
generator: fault -32603: Internal error (ID)
    the result of a method can't be sent request=ID method=s.generator reason="a value of this type can't be sent"
serialize: {"code":-32603,"message":"Internal error","data":{"id":"ID"}}
    method s.serialize threw request=ID class=RuntimeException message="in jsonSerialize" line=24
serialize: fault -32603: Internal error (ID)
    method s.serialize threw request=ID class=RuntimeException message="in jsonSerialize" line=24
serializeFault: {"code":5,"message":"late"}
serializeFault: fault 5: late
warning: "x"
warning: <string>x</string>
Undefined variable $undefined
the data of a Kargo\Rpc\Fault can't be sent
0
