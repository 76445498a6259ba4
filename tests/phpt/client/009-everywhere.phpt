--TEST--
In plain scripts, Loop callbacks, Fibers and generators; exit, exceptions and forks while it waits; where nothing can wait
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions};
use Kargo\Loop;

$server = own_server();
$rude = rude_server();
$client = new Client();
$hello = url($server, '/hello');
$wait = fn (float $seconds, string $name) => url($server, "/wait/$seconds/$name");

// A plain script; watchers are called while it waits, and not after.
$ticks = 0;
$ticker = Loop::repeat(0.01, function () use (&$ticks) { $ticks++; });
echo $client->get($wait(0.1, 'plain'))->body, ' ', $ticks > 3 ? 'ticks' : 'too few ticks', ' ', json_encode(Loop::isRunning()), "\n";
$ticker->cancel();

// Loop callbacks, many at once; run() ends when they have ended, whatever stays connected.
$log = [];
foreach ([0.1, 0.02, 0.06] as $seconds) {
    Loop::defer(function () use ($client, $wait, $seconds, &$log) { $log[] = $client->get($wait($seconds, "after-$seconds"))->body; });
}
$begin = microtime(true);
Loop::run();
echo implode(' ', $log), ' ', microtime(true) - $begin < 0.18 ? "at the same time\n" : "one after the other\n";

// Fibers, below functions of PHP, generators.
$fiber = new Fiber(function () use ($client, $wait) {
    $first = $client->get($wait(0.01, 'first'))->body;
    $second = Fiber::suspend($first);
    return implode(' ', array_map(fn ($name) => $client->get($wait(0, $name))->body, [$second, 'third']));
});
echo $fiber->start(), ' ';
$fiber->resume('second');
echo $fiber->getReturn(), "\n";
$generator = (function () use ($client, $wait) { foreach (['a', 'b'] as $name) { yield $client->get($wait(0.01, $name))->body; } })();
echo implode(' ', iterator_to_array($generator)), "\n";
$names = ['c', 'a', 'b'];
usort($names, fn ($x, $y) => $client->get($wait(0, $x))->body <=> $client->get($wait(0, $y))->body);
echo implode($names), "\n";
Loop::defer(function () use ($client, $wait) {
    $fiber = new Fiber(fn () => print $client->get($wait(0.01, 'in a Fiber of a callback'))->body . "\n");
    $fiber->start();
});
Loop::run();

// What a callback throws is thrown from the wait, and the request is given up.
Loop::delay(0.02, fn () => throw new DomainException('out of a callback'));
echo outcome(fn () => $client->get($wait(5, 'never'))), "\n";
echo $client->get($hello)->body, "\n";
// stop() lets a request that is in flight end first.
Loop::defer(function () use ($client, $wait) { echo $client->get($wait(0.1, 'ends first'))->body, "\n"; });
Loop::delay(0.02, fn () => Loop::stop());
Loop::run();
echo "stopped\n";

// Where PHP can't switch stacks.
if (PHP_VERSION_ID < 80400) {
    $object = new class(fn () => outcome(fn () => $client->get($hello))) {
        public function __construct(private Closure $call) {}
        public function __destruct() { echo substr(($this->call)(), 0, 44), "\n"; }
    };
    $cycle = [$object];
    $cycle[] = &$cycle;
    unset($object, $cycle);
    gc_collect_cycles();
} else {
    echo "Kargo\\AwaitError: nothing can wait here: PHP\n";
}

// A child makes connections of its own.
$port = $client->get(url($server, '/port'))->body;
echo $port === $client->get(url($server, '/port'))->body ? 'reused' : 'another', "\n";
$pid = pcntl_fork();
if ($pid === 0) {
    $own = $client->get(url($server, '/port'))->body;
    file_put_contents("php://stdout", $own !== $port ? "of its own\n" : "the parent's\n");
    posix_kill(getmypid(), SIGKILL);
}
pcntl_waitpid($pid, $status);
echo $port === $client->get(url($server, '/port'))->body ? "still the same\n" : "another\n";

// A client that is dropped closes its connections; one that is dropped while it waits does not.
$count = fn () => count(glob('/proc/self/fd/*'));
$before = $count();
$short = new Client();
$short->get($hello);
$during = $count();
unset($short);
echo $during - $before, ' ', $count() - $before, "\n";
echo (new Client())->get($wait(0.01, 'nobody holds it'))->body, "\n";
$stream = (new Client())->stream('GET', url($server, '/large/1000000'));
echo strlen($stream->readAll()), "\n";

Loop::delay(0.02, function () { exit("exit in a callback\n"); });
register_shutdown_function(fn () => print "shutdown\n");
$client->get($wait(5, 'never'));
echo "not reached\n";
?>
--EXPECT--
plain ticks false
after-0.02 after-0.06 after-0.1 at the same time
first second third
a b
abc
in a Fiber of a callback
DomainException: out of a callback
Hello, World!
ends first
stopped
Kargo\AwaitError: nothing can wait here: PHP
reused
of its own
still the same
1 0
nobody holds it
1000000
exit in a callback
shutdown
