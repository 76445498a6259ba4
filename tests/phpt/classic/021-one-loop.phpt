--TEST--
One loop for all: classic events beside the modern Loop, waits in classic callbacks, a server and its handlers
--FILE--
<?php
require __DIR__ . '/script.inc';
require __DIR__ . '/../lib/server.inc';

use Kargo\Loop;
use function Kargo\delay;

$log = [];
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };
$note = function (string $what) use (&$log) { return function () use (&$log, $what) { $log[] = $what; }; };

// Each runs what the other registered.
$event = timer(1000, $note('event'));
Loop::delay(0.002, $note('watcher'));
Loop::run();
$event = timer(1000, $note('event'));
Loop::delay(0.002, $note('watcher'));
event_dispatch();
$say();
// What Loop::stop() and event_loopbreak() end is the same run.
$event = timer(0, fn () => Loop::stop());
$far = timer(60_000_000, $note('far'));
event_dispatch();
Loop::defer(fn () => event_loopbreak());
Loop::run();
event_free($far);
$say();
$event = timer(0, function () use (&$log) { $log[] = json_encode(Loop::isRunning()); });
event_dispatch();
$log[] = json_encode(Loop::isRunning());
$say();

// A classic callback that waits lets others be called; a wait of the script lets events be called.
$first = timer(0, function () use (&$log) { $log[] = 'begins'; delay(0.3); $log[] = 'ends'; });
$second = timer(5000, $note('meanwhile'));
event_dispatch();
$event = timer(1000, $note('below a wait'));
delay(0.2);
$say();
// The event of a callback that waits is free to be called again.
$calls = 0;
$event = timer(0, function ($stream, $flags, $event) use (&$calls) {
    $mine = ++$calls;
    $mine < 4 && event_add($event, 0, 2000);
    delay(0.02);
    $GLOBALS['log'][] = "call $mine ends";
});
event_dispatch();
$say();
// A wait of a callback whose event is freed meanwhile.
$event = timer(0, function ($stream, $flags, $event) use (&$log) {
    delay(0.3);
    $log[] = is_resource($event) ? 'alive' : 'freed meanwhile';
});
$free = timer(2000, fn () => event_free($GLOBALS['event']));
event_dispatch();
$say();

// Events under a server, registered before its workers are forked and in a handler.
$server = Server::start(<<<'PHP'
    [$one, $two] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $ticks = 0;
    $tick = event_new();
    event_set($tick, -1, 0, function ($stream, $flags, $event) use (&$ticks) { $ticks++; event_add($event, 0, 1000); });
    event_add($tick, 0, 1000);
    $received = '';
    $reader = event_new();
    event_set($reader, $one, EV_READ | EV_PERSIST, function ($stream) use (&$received) { $received .= fread($stream, 100); });
    event_add($reader);
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/ticks', function () use (&$ticks) { $before = $ticks; Kargo\delay(0.2); return $ticks - $before > 3 ? 'ticks' : 'no ticks'; });
    $server->get('/write', function () use ($two, &$received) { fwrite($two, 'written'); Kargo\delay(0.2); return $received; });
    $server->get('/throw', function () { $GLOBALS['event'] = $event = event_new(); event_set($event, -1, 0, fn () => throw new Exception('in an event')); event_add($event, 0); return 'set'; });
    $server->get('/exit', function () { $GLOBALS['event'] = $event = event_new(); event_set($event, -1, 0, fn () => exit(1)); event_add($event, 0); return 'set'; });
    $server->get('/dispatch', function () {
        // Until it is broken: a server is always there. Others are answered meanwhile.
        $log = [];
        $event = event_new();
        event_set($event, -1, 0, function () use (&$log) { $log[] = 'called'; event_loopbreak(); });
        event_add($event, 0, 50_000);
        event_dispatch();
        return implode(', ', $log);
    });
    $server->get('/base', function () {
        $base = event_base_new();
        $event = event_new();
        event_set($event, -1, 0, function () { echo 'printed'; throw new LogicException('from a base'); });
        event_base_set($event, $base);
        event_add($event, 0, 1000);
        try { event_base_loop($base); } catch (LogicException $exception) { return $exception->getMessage(); }
    });
    $server->get('/fast', fn () => 'fast');
    $server->run(workers: (int) $argv[1]);
    PHP, ['1']);
echo $server->get('/ticks')->body, "\n", $server->get('/write')->body, "\n", $server->get('/throw')->body, "\n";
$server->waitForLog('/a loop callback threw/');
echo $server->get('/exit')->body, "\n";
$server->waitForLog('/a loop callback called exit/');
$slow = $server->connect();
$slow->send("GET /dispatch HTTP/1.1\r\nHost: a\r\n\r\n");
$fast = $server->connect();
for ($number = 0; $number < 20; $number++) {
    $fast->send("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    $fast->readResponse()->body === 'fast' || print "not answered\n";
}
echo $slow->readResponse()->body, "\n", $server->get('/base')->body, "\n", $server->get('/ticks')->body, "\n";
echo $server->stop(), "\n";
// event_loopbreak() outside of an inner run drains a server.
$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/stop', function () { event_loopbreak(); return 'stopping'; });
    $server->run(workers: 0);
    PHP);
echo $server->get('/stop')->body, "\n";
echo $server->wait(), "\n";
?>
--EXPECT--
event, watcher, event, watcher

true, false
begins, meanwhile, ends, below a wait
call 1 ends, call 2 ends, call 3 ends, call 4 ends
freed meanwhile
ticks
written
set
set
called
from a base
ticks
0
stopping
0
