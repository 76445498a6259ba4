--TEST--
delay() is refused with Kargo\AwaitError where PHP can't switch stacks; the request and the next ones go on
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    final class Knot {
        public self $self;
        public function __construct() { $this->self = $this; }
        public function __destruct() {
            try {
                Kargo\delay(0.01);
                $GLOBALS['outcome'] = 'waited';
            } catch (Kargo\AwaitError $error) {
                $GLOBALS['outcome'] = $error instanceof Kargo\KargoException ? 'refused' : 'wrong class';
            }
        }
    }
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/collector', function () {
        $GLOBALS['outcome'] = 'not called';
        new Knot();
        gc_collect_cycles();
        return $GLOBALS['outcome'];
    });
    $server->get('/destructor', function () {
        $GLOBALS['outcome'] = 'not called';
        $knot = new Knot();
        unset($knot->self, $knot);
        return $GLOBALS['outcome'];
    });
    $server->get('/signal', function () {
        $outcome = 'not called';
        pcntl_signal(SIGUSR1, function () use (&$outcome) {
            try {
                Kargo\delay(0.01);
                $outcome = 'waited';
            } catch (Kargo\AwaitError) {
                $outcome = 'refused';
            }
        });
        posix_kill(posix_getpid(), SIGUSR1);
        pcntl_signal_dispatch();
        pcntl_signal(SIGUSR1, SIG_DFL);
        return $outcome;
    });
    $server->get('/uncaught', function () {
        pcntl_signal(SIGUSR1, fn () => Kargo\delay(0.01));
        posix_kill(posix_getpid(), SIGUSR1);
        try {
            pcntl_signal_dispatch();
        } finally {
            pcntl_signal(SIGUSR1, SIG_DFL);
        }
        return 'went on';
    });
    $server->get('/fine', function () { Kargo\delay(0.01); return 'fine'; });
    $server->run(workers: 1);
    PHP);
// PHP lets destructors switch since 8.4.
foreach (['collector', 'destructor'] as $path) {
    $outcome = $server->get("/$path")->body;
    echo $outcome === (PHP_VERSION_ID >= 80400 ? 'waited' : 'refused') ? "as PHP allows\n" : "$path: $outcome\n";
}
echo $server->get('/signal')->body, "\n";
echo $server->get('/uncaught')->status, "\n";
echo $server->get('/fine')->body, "\n";
echo $server->waitForLog('/class=(Kargo.AwaitError) message=".*?" file=\S+ line=42/')[1], "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
as PHP allows
as PHP allows
refused
500
fine
Kargo\AwaitError
0
