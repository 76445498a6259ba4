--TEST--
Bufferevents on bases, with priorities, with another stream, in forked processes, under a server
--SKIPIF--
<?php
if (!function_exists('pcntl_fork')) die('skip needs pcntl');
?>
--FILE--
<?php
require __DIR__ . '/script.inc';
require __DIR__ . '/../lib/server.inc';

$log = [];
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };
$new = function ($stream, string $name, ?callable $read = null) use (&$log) {
    return bufferevent_new(
        $stream,
        $read ?? function ($be) use (&$log, $name) { $text = ''; bufferevent_read($be, $text, 100); $log[] = "$name $text"; bufferevent_disable($be, EV_READ); },
        function ($be) use (&$log, $name) { $log[] = "$name write"; },
        function ($stream, $be, $what) use (&$log, $name) { $log[] = "$name error $what"; },
    );
};

// On a base: its callbacks come only when that runs. It keeps the base, which is not freed under it.
$base = event_base_new();
[$one, $two] = pair();
$be = $new($one, 'base');
echo json_encode([bufferevent_base_set($be, $base), bufferevent_enable($be, EV_READ), bufferevent_write($be, 'out')]), "\n";
fwrite($two, 'in');
event_dispatch();
$say();
$log[] = event_base_loop($base);
$say();
echo fread($two, 10), ' ', json_encode(@event_base_free($base)), ' ', error_get_last()['message'], "\n";
// Not while it is in use; from base to base.
bufferevent_enable($be, EV_READ);
$other = event_base_new();
echo json_encode(@bufferevent_base_set($be, $other)), ' ', error_get_last()['message'], "\n";
bufferevent_disable($be, EV_READ);
echo json_encode([bufferevent_base_set($be, $other), event_base_free($base)]), "\n";
bufferevent_enable($be, EV_READ);
fwrite($two, 'again');
unset($other);
$calls = timer(0, fn () => null);
event_dispatch();
$say();
unset($be);
$base = event_base_new();
$be = $new($one, 'moved');
bufferevent_base_set($be, $base);
bufferevent_enable($be, EV_READ);
$log[] = event_base_loop($base, EVLOOP_ONCE);
$say();
unset($be, $base);

// Priorities, among each other and beside events.
event_priority_init(4);
$pairs = $bes = [];
foreach ([3, 0, 2, 1] as $number => $priority) {
    $pairs[$number] = pair();
    fwrite($pairs[$number][1], 'x');
    $bes[$number] = $new($pairs[$number][0], "p$priority");
    echo json_encode(bufferevent_priority_set($bes[$number], $priority)), ' ';
    bufferevent_enable($bes[$number], EV_READ);
}
$event = event_new();
event_set($event, -1, 0, function () use (&$log) { $log[] = 'event 1'; });
event_priority_set($event, 1);
event_add($event, 0);
echo json_encode(@bufferevent_priority_set($bes[0], 4)), ' ', error_get_last()['message'], "\n";
event_dispatch();
$say();
event_priority_init(1);
unset($bes, $event);

// Another stream: what is queued goes there, and the end of the old one is not the end.
[$one, $two] = pair();
[$three, $four] = pair();
$arrivals = 0;
$be = $new($one, 'set', function ($be) use (&$log, &$arrivals) {
    $log[] = 'arrival';
    ++$arrivals === 2 && bufferevent_disable($be, EV_READ);
});
bufferevent_enable($be, EV_READ);
fwrite($two, 'old, ');
fclose($two);
event_dispatch();
$say();
bufferevent_disable($be, EV_WRITE);
bufferevent_write($be, 'out');
echo json_encode([bufferevent_fd_set($be, $three), bufferevent_enable($be, EV_WRITE)]), "\n";
fclose($one);
fwrite($four, 'new');
event_dispatch();
$text = '';
bufferevent_read($be, $text, 100);
$log[] = $text;
$log[] = fread($four, 10);
$say();
fclose($three);
[$five, $six] = pair();
echo json_encode([bufferevent_write($be, 'x'), bufferevent_fd_set($be, $five), bufferevent_write($be, 'after a closed one')]), ' ';
event_dispatch();
echo fread($six, 100), "\n";
$log = [];
attempt(fn () => bufferevent_fd_set($be, $three));
attempt(fn () => bufferevent_fd_set($be, 'x'));
attempt(fn () => @bufferevent_fd_set($be, fopen('php://memory', 'r')));

// In a forked process: with event_init() they are the parent's alone; with event_reinit() the child's too. What the parent
// has queued is not sent by a child that ends.
[$one, $two] = pair();
$be = $new($one, 'forked');
bufferevent_enable($be, EV_READ);
bufferevent_write($be, 'once');
foreach (['event_init', 'event_reinit', 'nothing'] as $what) {
    [$here, $there] = pair();
    $pid = pcntl_fork();
    if ($pid === 0) {
        if ($what === 'event_reinit') {
            event_reinit();
            fwrite($two, 'in');
            // The parent's bytes are the child's now; it reads what came.
            bufferevent_disable($be, EV_WRITE);
            event_dispatch();
        } elseif ($what === 'event_init') {
            event_init();
            $log[] = json_encode([bufferevent_write($be, 'x'), bufferevent_enable($be, EV_READ)]);
            event_dispatch();
        } else {
            bufferevent_free($be);
        }
        fwrite($there, implode(', ', $log));
        posix_kill(getmypid(), 9);
    }
    pcntl_waitpid($pid, $status);
    fclose($there);
    echo "$what: ", stream_get_contents($here), "\n";
}
$end = timer(5000, fn () => event_loopbreak());
event_dispatch();
stream_set_blocking($two, false);
echo fread($two, 100), "\n";
$say();

// Under a server, from boot on and in a handler that waits for an answer.
$server = Server::start(<<<'PHP'
    $echo = stream_socket_server('tcp://127.0.0.1:0');
    $bes = [];
    $accept = event_new();
    event_set($accept, $echo, EV_READ | EV_PERSIST, function ($echo) use (&$bes) {
        $stream = stream_socket_accept($echo, 0);
        $bes[] = $be = bufferevent_new($stream, function ($be) { bufferevent_read($be, $text, 100); bufferevent_write($be, strtoupper($text)); }, fn () => null, fn () => null);
        bufferevent_enable($be, EV_READ);
    });
    event_add($accept);
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->get('/upper', function ($request) use ($echo) {
        $stream = stream_socket_client('tcp://' . stream_socket_get_name($echo, false));
        $answer = null;
        $be = bufferevent_new($stream, function ($be) use (&$answer) { bufferevent_read($be, $answer, 100); }, fn () => null, fn () => null);
        bufferevent_enable($be, EV_READ);
        bufferevent_write($be, 'hello');
        for ($tries = 0; $answer === null && $tries < 1000; $tries++) {
            Kargo\delay(0.001);
        }
        return $answer ?? 'none';
    });
    $server->run(workers: 2);
    PHP);
for ($times = 0; $times < 10; $times++) {
    ($body = $server->get('/upper')->body) === 'HELLO' || print "$body\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
[true,true,true]

base write, base in, 1
out false event_base_free(): the base has events attached
false bufferevent_base_set(): the bufferevent reads, holds bytes, or its stream was closed
[true,null]

moved again, 0
true true true true false bufferevent_priority_set(): the priority must be between 0 and 3
p0 x, p1 x, event 1, p2 x, p3 x
arrival, set error 17
[true,true]
set write, arrival, old, new, out
[false,true,true] after a closed one
TypeError: bufferevent_fd_set(): supplied resource is not a valid stream resource
TypeError: bufferevent_fd_set(): Argument #2 ($stream) must be of type resource, string given
false
event_init: [false,false]
event_reinit: forked in
nothing: 
once
forked write
0
