--TEST--
event_*: return values, the callback's arguments, one-shot and persistent, level-triggered
--FILE--
<?php
require __DIR__ . '/script.inc';

// Quirk 3: the callback gets the flags as they were given to event_set().
function on_accept($stream, $flags, $event) {
    echo 'on_accept(', $stream === $GLOBALS['server'] ? 'the stream' : 'another stream', ", $flags, ", get_resource_type($event), ")\n";
    // Quirk 5: streams stay usable by PHP.
    $GLOBALS['client'] = stream_socket_accept($stream, 0, $name);
    echo preg_match('/^127\.0\.0\.1:\d+$/', $name), "\n";
    echo json_encode([event_del($event), event_del($event)]), "\n";
}
$server = stream_socket_server('tcp://127.0.0.1:0');
echo json_encode([event_init(), get_resource_type($event = event_new())]), "\n";
echo json_encode([event_set($event, $server, EV_READ | EV_PERSIST, 'on_accept'), event_add($event), event_add($event)]), "\n";
$peer = stream_socket_client('tcp://' . stream_socket_get_name($server, false));
echo json_encode(event_dispatch()), "\n";
echo json_encode(stream_get_meta_data($server)['blocked']), "\n";

// One-shot: removed before its callback is called; it may add itself again.
fwrite($peer, 'abc');
$calls = 0;
$once = event($client, EV_READ, function ($stream, $flags, $event) use (&$calls) {
    echo fread($stream, 1), ' ';
    ++$calls < 3 && event_add($event);
});
event_dispatch();
echo "$calls calls\n";

// Persistent and level-triggered: called as long as there is something.
fwrite($peer, 'abc');
$read = event($client, EV_READ | EV_PERSIST, function ($stream, $flags, $event) {
    $byte = fread($stream, 1);
    echo $byte, ' ';
    $byte === 'c' && event_del($event);
});
event_dispatch();
echo "end\n";

// Readable and writable, by one event and by several on one stream; the end of the stream is readable.
$log = [];
$note = function (string $what) use (&$log) {
    return function ($stream, $flags, $event) use (&$log, $what) { $log[] = "$what $flags"; };
};
$events = [event($client, EV_READ | EV_WRITE, $note('both')), event($client, EV_WRITE, $note('writable')),
    event($client, EV_WRITE, $note('writable too')), $reader = event($client, EV_READ, $note('readable'))];
$stop = timer(20_000, fn () => event_del($reader));
event_dispatch();
sort($log);
echo implode(', ', $log), "\n";
fclose($peer);
$log = [];
event_add($reader);
event_dispatch();
echo implode(', ', $log), ' ', json_encode(fread($client, 1)), "\n";

// Not pending: deleting is no error. A handle that was freed, and handles of other kinds.
echo json_encode([event_del($reader), event_free($reader), is_resource($reader)]), "\n";
foreach ([$reader, STDIN, 'x', null, new stdClass()] as $handle) {
    attempt(fn () => event_add($handle));
}
attempt(fn () => event_set($reader, -1, 0, 'strlen'));
attempt(fn () => event_del(evbuffer_new()));
attempt(fn () => event_free($reader));
$event = event_new();
// Neither a stream nor an int; a stream that was closed, one without a descriptor; what can't be watched.
attempt(fn () => event_set($event, 'x', EV_READ, 'strlen'));
attempt(fn () => event_set($event, null, EV_READ, 'strlen'));
attempt(fn () => event_set($event, evbuffer_new(), EV_READ, 'strlen'));
$closed = fopen('php://memory', 'r');
attempt(fn () => event_set($event, $closed, EV_READ, 'strlen'));
fclose($closed);
attempt(fn () => event_set($event, $closed, EV_READ, 'strlen'));
echo json_encode(event_add($event)), "\n";
attempt(fn () => event_set($event, -1));
attempt(fn () => event_set($event, -1, 0, 'no_such_function'));
attempt(fn () => event_set($event, -1, 0, ['C', 'm']));
attempt(fn () => event_set($event, -1, 0, null));
attempt(fn () => event_set($event, -1, 'x', 'strlen'));
event_set($event, fopen(__FILE__, 'r'), EV_READ, 'strlen');
echo json_encode(event_add($event)), "\n";
event_set($event, -1, EV_READ, 'strlen');
echo json_encode(event_add($event)), "\n";
?>
--EXPECTF--
[null,"EVENT"]
[true,true,true]
on_accept(the stream, 18, EVENT)
1
[true,true]
null
false
a b c 3 calls
a b c end
both 6, writable 4, writable too 4
readable 2 ""
[true,null,false]
TypeError: event_add(): supplied resource is not a valid EVENT resource
TypeError: event_add(): supplied resource is not a valid EVENT resource
TypeError: event_add(): Argument #1 ($event) must be of type resource, string given
TypeError: event_add(): Argument #1 ($event) must be of type resource, null given
TypeError: event_add(): Argument #1 ($event) must be of type resource, stdClass given
TypeError: event_set(): supplied resource is not a valid EVENT resource
TypeError: event_del(): supplied resource is not a valid EVENT resource
TypeError: event_free(): supplied resource is not a valid EVENT resource
TypeError: event_set(): Argument #2 ($stream) must be a stream, a signal number or -1, string given
TypeError: event_set(): Argument #2 ($stream) must be a stream, a signal number or -1, null given
TypeError: event_set(): supplied resource is not a valid stream resource

Warning: event_set(): the stream has no descriptor in %s on line %d
false
TypeError: event_set(): supplied resource is not a valid stream resource

Warning: event_add(): event_set() was not called for this event in %s on line %d
false
ArgumentCountError: event_set() expects exactly 4 arguments, 2 given
TypeError: event_set(): Argument #4 ($callback) must be a valid callback, function "no_such_function" not found or invalid function name
TypeError: event_set(): Argument #4 ($callback) must be a valid callback, class "C" not found
TypeError: event_set(): Argument #4 ($callback) must be a valid callback, no array or string given
TypeError: event_set(): Argument #3 ($flags) must be of type int, string given

Warning: event_add(): this can't be watched: Operation not permitted in %s on line %d
false

Warning: event_add(): this can't be watched: Bad file descriptor in %s on line %d
false
