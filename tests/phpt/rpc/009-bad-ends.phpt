--TEST--
exit, fatal errors, the limits of memory and time, a panic: the caller gets a fault, the rest of the batch its answers, the log the cause
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    final class Service {
        public function fine(mixed $x = 'fine'): mixed { return $x; }
        public function wait(float $seconds): string { Kargo\delay($seconds); return 'waited'; }
        public function exit(): void { exit(7); }
        public function die(): void { die('last words'); }
        public function fatal(): void { undefined_function(); }
        public function userError(): void { trigger_error('on purpose', E_USER_ERROR); }
        public function compile(): void { eval('class Service {}'); }
        public function memory(): string { $x = []; while (true) { $x[] = str_repeat('x', 100000); } }
        public function time(): void { set_time_limit(1); while (true) {} }
        public function panic(): void { Kargo\Internal\panic(); }
        public function exitLater(): void { Kargo\delay(0.01); exit; }
        public function leak(): void { ob_start(); echo 'left open'; set_error_handler(fn () => true); }
        public function state(): array { return [ob_get_level(), set_error_handler(null), ini_get('max_execution_time')]; }
        public function destructor(): object { return new class { public function __destruct() { throw new LogicException('in a destructor'); } }; }
        public function exitingDestructor(): object { return new class { public function __destruct() { exit; } }; }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->get('/hello', fn () => 'hello');
    $server->run(workers: 1);
    PHP, ini: ['kargo.fault_injection' => 1, 'memory_limit' => '64M', 'max_execution_time' => 0]);
$client = new Client($server);
$hide = fn (string $text) => preg_replace('/[0-9a-f]+-[0-9a-f]+(?="}|\))/', 'ID', $text);
$logged = 0;
foreach (['exit', 'die', 'fatal', 'userError', 'compile', 'memory', 'time', 'panic', 'exitLater', 'leak', 'state', 'destructor', 'exitingDestructor'] as $method) {
    $batch = implode(',', array_map(fn ($at) => json_encode(['jsonrpc' => '2.0', 'method' => ['fine', $method, 'wait', 'state'][$at], 'params' => $at === 2 ? [0.01] : [], 'id' => $at]), range(0, 3)));
    // Behind it in the same pipeline: others that must be answered too.
    $connection = $server->connect();
    $head = "POST /jsonrpc HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    $body = "[$batch]";
    $single = '{"jsonrpc":"2.0","method":"fine","id":9}';
    $connection->send("{$head}Content-Length: " . strlen($body) . "\r\n\r\n$body{$head}Content-Length: " . strlen($single) . "\r\n\r\n{$single}GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    $answers = [$connection->readResponse()->body, $connection->readResponse()->body, $connection->readResponse()->body];
    $connection->close();
    foreach (json_decode($answers[0], true) as $at => $answer) {
        unset($answer['jsonrpc']);
        echo $at === 1 ? "$method: " : '  ', $hide(json_encode($answer)), "\n";
    }
    $answers[1] === '{"result":"fine","id":9,"jsonrpc":"2.0"}' && $answers[2] === 'hello' || print "$answers[1] $answers[2]\n";
    echo '  XML ', $hide($client->xmlCall($method)), "\n";
    if (preg_match('/"id":"([0-9a-f-]+)"/', $answers[0], $id)) {
        preg_match_all("/^.*(?:error) .*request=$id[1].*$/m", $server->waitForLog("/^.* error .*request=$id[1].*$/m") ? $server->log() : '', $lines);
        foreach ($lines[0] as $line) {
            echo '  LOG ', preg_replace(['/^.*?error (worker=\d+ )?/', '/ request=\S+/', '~ file=("[^"]*"|\S+)( : eval\S+ code")?~', '/\d{6,}/', '/(?<=message=")Cannot (re)?declare class [^"]*/', '/reached the memory limit|(?<=method memory )ended with a fatal error/'], ['', '', '', 'N', 'Cannot declare class …', 'ran out of memory'], $line), "\n";
        }
    }
}
echo $server->waitForLog('/(a destructor threw) .* (class=\S+) (message="[^"]+")/')[0] === '' ?: 'destructor logged', "\n", $server->waitForLog('/a destructor called exit/')[0], "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
{"result":"fine","id":0}
exit: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method exit called exit line=4
  {"result":"fine","id":0}
die: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method die called exit line=5
  {"result":"fine","id":0}
fatal: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method fatal threw class=Error message="Call to undefined function undefined_function()" line=6
  {"result":"fine","id":0}
userError: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method userError ended with a fatal error message="on purpose" line=7
  {"result":"fine","id":0}
compile: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method compile ended with a fatal error message="Cannot declare class …" line=1
  {"result":"fine","id":0}
memory: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method memory ran out of memory message="Allowed memory size of N bytes exhausted (tried to allocate N bytes)" line=9
  {"result":"fine","id":0}
time: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method time ended with a fatal error message="Maximum execution time of 1 second exceeded" line=10
  {"result":"fine","id":0}
panic: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method panic threw class=Kargo\PanicError message="the extension panicked: panic on purpose" line=11
  {"result":"fine","id":0}
exitLater: {"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}},"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML fault -32603: Internal error (ID)
  LOG method exitLater called exit line=12
  {"result":"fine","id":0}
leak: {"result":null,"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML <nil/>
  {"result":"fine","id":0}
state: {"result":[0,null,"0"],"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML <array><data><value><int>0</int></value><value><nil/></value><value><string>0</string></value></data></array>
  {"result":"fine","id":0}
destructor: {"result":[],"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML <struct></struct>
  {"result":"fine","id":0}
exitingDestructor: {"result":[],"id":1}
  {"result":"waited","id":2}
  {"result":[0,null,"0"],"id":3}
  XML <struct></struct>
destructor logged
a destructor called exit
0
