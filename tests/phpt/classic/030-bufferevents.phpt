--TEST--
bufferevent_*: return values, callbacks and their arguments, reading and writing, ends of the peer
--SKIPIF--
<?php
if (!extension_loaded('sockets')) die('skip needs sockets');
?>
--FILE--
<?php
require __DIR__ . '/script.inc';

$log = [];
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };
$new = function ($stream, array $callbacks = []) use (&$log) {
    return bufferevent_new(
        $stream,
        $callbacks['read'] ?? function ($be) use (&$log) { $log[] = 'read'; },
        $callbacks['write'] ?? function ($be) use (&$log) { $log[] = 'write'; },
        $callbacks['error'] ?? function ($stream, $be, $what) use (&$log) { $log[] = "error $what"; },
    );
};

// Quirk 4: EV_WRITE on and EV_READ off at first; nothing is to come, so the loop ends. Reading appends.
[$one, $two] = pair();
$be = $new($one, ['read' => function (...$arguments) use (&$log, &$be) {
    $log[] = count($arguments) . ' ' . json_encode($arguments[0] === $be) . ' ' . get_resource_type($arguments[0]);
    $target = 'got ';
    $log[] = json_encode([bufferevent_read($be, $target, 3), $target, bufferevent_read($be, $target, 100), $target,
        bufferevent_read($be, $target, 100), $target]);
    bufferevent_disable($be, EV_READ);
}]);
echo get_resource_type($be), ' ', json_encode(stream_get_meta_data($one)['blocked']), "\n";
fwrite($two, 'hello');
event_dispatch();
$say();
echo json_encode([bufferevent_enable($be, EV_READ)]), "\n";
event_dispatch();
$say();

// What is read into: whatever can be a string. Nothing is read for less than one byte.
[$one, $two] = pair();
$be = $new($one, ['read' => function ($be) use (&$log, $two) {
    static $number = 0;
    $target = [null, 42, 1.5, true, new class { function __toString() { return 'object '; } }][$number++];
    $count = bufferevent_read($be, $target, 100);
    $log[] = json_encode([$count, $target]);
    $number < 5 ? fwrite($two, "$number") : bufferevent_disable($be, EV_READ);
}]);
bufferevent_enable($be, EV_READ);
fwrite($two, '0');
event_dispatch();
$say();
$target = 'kept';
echo json_encode([bufferevent_read($be, $target, 0), bufferevent_read($be, $target, -1), $target, bufferevent_read($be, $target, 1), $target]), "\n";
$shared = $copy = 'shared ';
$typed = new class { public string $text = 'typed '; public int $number = 1; };
[$one, $two] = pair();
$be = $new($one, ['read' => function ($be) use (&$shared, &$typed) {
    bufferevent_read($be, $shared, 1);
    bufferevent_read($be, $typed->text, 1);
    try { bufferevent_read($be, $typed->number, 1); } catch (TypeError $error) { echo $error->getMessage(), "\n"; }
    bufferevent_read($be, $undefined, 1);
    $array = ['x' => 'in an array '];
    bufferevent_read($be, $array['x'], 1);
    bufferevent_read($be, $array['new'], PHP_INT_MAX);
    echo "$shared, $typed->text, $undefined, ", implode(', ', $array), "\n";
    bufferevent_disable($be, EV_READ);
}]);
fwrite($two, 'abcdef');
bufferevent_enable($be, EV_READ);
event_dispatch();
echo "$copy\n";
$log = [];
bufferevent_disable($be, EV_READ);

// The bug of 2009: a full read lost the byte behind it.
[$one, $two] = pair();
$all = '';
$be = $new($one, ['read' => function ($be) use (&$all, $two) {
    while (bufferevent_read($be, $all, 3) === 3);
    strlen($all) === 10 && bufferevent_disable($be, EV_READ);
}]);
bufferevent_enable($be, EV_READ);
fwrite($two, "abc\0efghij");
event_dispatch();
echo json_encode($all), "\n";

// One read callback per arrival: what is left waits for the next arrival.
$reads = 0;
$be = $new($one, ['read' => function ($be) use (&$reads, &$text, &$next, $two) {
    bufferevent_read($be, $text, 2);
    if (++$reads === 3) {
        event_loopbreak();
    } else {
        $next = timer(1000, fn () => fwrite($two, ' gh'[$reads]));
    }
}]);
$text = '';
bufferevent_enable($be, EV_READ);
fwrite($two, 'abcdef');
event_dispatch();
echo "$reads $text\n";
unset($be);

// Writing: sent by the loop; the write callback when it is drained, and once for enabling with an empty output.
[$one, $two] = pair();
$be = $new($one);
echo json_encode([bufferevent_write($be, 'out '), bufferevent_write($be, 'put'), bufferevent_write($be, ''), bufferevent_write($be, 42)]), "\n";
stream_set_blocking($two, false);
echo json_encode(fread($two, 100)), "\n";
event_dispatch();
echo fread($two, 100), "\n";
$say();
bufferevent_write($be, '');
event_dispatch();
bufferevent_enable($be, EV_WRITE);
event_dispatch();
bufferevent_enable($be, EV_READ | EV_WRITE);
bufferevent_disable($be, EV_READ | EV_WRITE);
event_dispatch();
$say();
// While writing is disabled it waits.
bufferevent_write($be, 'later');
event_dispatch();
echo json_encode(fread($two, 100)), ' ';
bufferevent_enable($be, EV_WRITE);
event_dispatch();
echo fread($two, 100), "\n";
$say();
// More than the kernel takes at once.
$long = random_bytes(3_000_000);
$received = '';
$reader = event($two, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$received, $long) {
    $received .= fread($stream, 65536);
    strlen($received) === strlen($long) && event_del($event);
});
bufferevent_write($be, $long);
event_dispatch();
echo $received === $long ? "all of it\n" : 'only ' . strlen($received) . "\n";
$say();

// The end of the peer: once, with what it sent before. Then the direction is dead; writing is not.
bufferevent_enable($be, EV_READ);
fwrite($two, 'last words');
stream_socket_shutdown($two, STREAM_SHUT_WR);
event_dispatch();
$text = '';
bufferevent_read($be, $text, 100);
$log[] = $text;
$say();
bufferevent_enable($be, EV_READ);
bufferevent_write($be, 'answer');
event_dispatch();
echo fread($two, 100), "\n";
$say();
// The peer is gone: writing fails, once.
fclose($two);
bufferevent_write($be, 'to nobody');
event_dispatch();
$log[] = json_encode(bufferevent_write($be, 'again'));
event_dispatch();
$say();
// A reset.
$server = stream_socket_server('tcp://127.0.0.1:0');
$client = stream_socket_client('tcp://' . stream_socket_get_name($server, false));
$be = $new(stream_socket_accept($server), ['error' => function ($stream, $be, $what) use (&$log) {
    $log[] = get_resource_type($stream) . ' ' . get_resource_type($be) . " $what";
}]);
bufferevent_enable($be, EV_READ);
socket_set_option(socket_import_stream($client), SOL_SOCKET, SO_LINGER, ['l_onoff' => 1, 'l_linger' => 0]);
fclose($client);
event_dispatch();
$say();

// A connection that is under way: the write callback says that it has come about, or the error callback that it failed.
$client = stream_socket_client('tcp://' . stream_socket_get_name($server, false), $code, $error, 5, STREAM_CLIENT_ASYNC_CONNECT);
$be = $new($client, ['write' => function ($be) use (&$log, $client) {
    $log[] = stream_socket_get_name($client, true) ? 'connected' : 'not connected';
}]);
bufferevent_enable($be, EV_WRITE);
event_dispatch();
$say();
$address = stream_socket_get_name($server, false);
fclose($server);
$client = stream_socket_client("tcp://$address", $code, $error, 5, STREAM_CLIENT_ASYNC_CONNECT);
if ($client) {
    $be = $new($client);
    bufferevent_enable($be, EV_READ | EV_WRITE);
    event_dispatch();
    $log[] = in_array('error 33', $log, true) || in_array('error 34', $log, true) ? 'failed' : 'not failed';
    $log = array_slice($log, -1);
} else {
    $log[] = 'failed';
}
$say();

// Bytes that PHP had read before.
[$one, $two] = pair();
fwrite($two, "line\nrest");
echo rtrim(fgets($one)), ' ';
$be = $new($one, ['read' => function ($be) { bufferevent_read($be, $text, 100); echo "$text\n"; bufferevent_disable($be, EV_READ); }]);
bufferevent_enable($be, EV_READ);
event_dispatch();

// Handles and arguments.
attempt(fn () => bufferevent_new('x', 'strlen', 'strlen', 'strlen'));
attempt(fn () => bufferevent_new(evbuffer_new(), 'strlen', 'strlen', 'strlen'));
attempt(fn () => bufferevent_new($one, null, 'strlen', 'strlen'));
attempt(fn () => bufferevent_new($one, 'strlen', 'no_such_function', 'strlen'));
attempt(fn () => bufferevent_new($one, 'strlen', 'strlen'));
attempt(fn () => bufferevent_new(fopen('php://memory', 'r'), 'strlen', 'strlen', 'strlen'));
echo json_encode([bufferevent_free($be), is_resource($be), is_resource($one)]), "\n";
foreach ([$be, event_new(), 'x'] as $handle) {
    attempt(fn () => bufferevent_write($handle, 'x'));
}
attempt(fn () => bufferevent_read($be, $text, 1));
attempt(fn () => bufferevent_enable($be, EV_READ));
attempt(fn () => bufferevent_disable($be, EV_READ));
attempt(fn () => bufferevent_free($be));
// What can't be watched fails as soon as it is to be read.
$be = $new(fopen(__FILE__, 'r'));
bufferevent_enable($be, EV_READ);
event_dispatch();
$say();
?>
--EXPECTF--
BUFFEREVENT false

[true]
1 true BUFFEREVENT, [3,"got hel",2,"got hello",0,"got hello"]
[1,"0"], [1,"421"], [1,"1.52"], [1,"13"], [1,"object 4"]
[false,false,"kept",0,"kept"]
bufferevent_read(): Argument #2 ($target) must be a variable that can hold a string
shared a, typed b, c, in an array d, ef
shared 
"abc\u0000efghij"
3 abcdef
[true,true,true,true]
""
out put42
write
write
"" later
write
all of it
write
read, error 17, last words
answer
write
error 34, false
stream BUFFEREVENT 33
connected
failed
line rest
TypeError: bufferevent_new(): Argument #1 ($stream) must be of type resource, string given
TypeError: bufferevent_new(): supplied resource is not a valid stream resource
TypeError: bufferevent_new(): Argument #2 ($read) must be a valid callback, no array or string given
TypeError: bufferevent_new(): Argument #3 ($write) must be a valid callback, function "no_such_function" not found or invalid function name
ArgumentCountError: bufferevent_new() expects exactly 4 arguments, 3 given

Warning: bufferevent_new(): the stream has no descriptor in %s on line %d
false
[null,false,true]
TypeError: bufferevent_write(): supplied resource is not a valid BUFFEREVENT resource
TypeError: bufferevent_write(): supplied resource is not a valid BUFFEREVENT resource
TypeError: bufferevent_write(): Argument #1 ($bufferevent) must be of type resource, string given
TypeError: bufferevent_read(): supplied resource is not a valid BUFFEREVENT resource
TypeError: bufferevent_enable(): supplied resource is not a valid BUFFEREVENT resource
TypeError: bufferevent_disable(): supplied resource is not a valid BUFFEREVENT resource
TypeError: bufferevent_free(): supplied resource is not a valid BUFFEREVENT resource
error 33
