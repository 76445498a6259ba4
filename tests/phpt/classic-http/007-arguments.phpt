--TEST--
evhttp functions with wrong arguments: TypeError, ValueError, or a warning and false; no diagnostics where all is right
--FILE--
<?php
require __DIR__ . '/../classic/script.inc';
require __DIR__ . '/evhttp.inc';
ini_set('html_errors', 0);

// Ports and addresses.
foreach ([-1, 65536, PHP_INT_MAX, PHP_INT_MIN] as $port) {
    attempt(fn () => evhttp_start('127.0.0.1', $port));
}
// The test's own runner may listen too.
$others = ports();
$server = evhttp_start('127.0.0.1', 0);
[$port] = array_values(array_diff(ports(), $others));
echo get_resource_type($server), "\n";
foreach ([['127.0.0.1', $port], ['192.0.2.1', 0], ['no.such.host.invalid', 0], ['', 0], ['unix:/tmp/x', 0], ['127.0.0.1:80', 0], ["127.0.0.1\0", 0], ['::g', 0]] as [$host, $where]) {
    echo str_replace(["$port", 'Warning: '], ['PORT', ''], trim(capture(fn () => var_dump(evhttp_start($host, $where))))), "\n";
}
foreach (['localhost', '0.0.0.0', '::1', '[::1]', 'LocalHost'] as $host) {
    $more = @evhttp_start($host, 0);
    // A machine without IPv6 has no ::1.
    echo $host, ' ', $more || str_contains($host, ':') ? 'listens' : error_get_last()['message'], "\n";
}
unset($more);
// The handle is gone, so is the server: its port is free again.
unset($server);
echo json_encode(array_diff(ports(), $others)), ' ', get_resource_type($again = evhttp_start('127.0.0.1', $port)), "\n";
attempt(fn () => evhttp_start());
attempt(fn () => evhttp_start('127.0.0.1'));
attempt(fn () => evhttp_start([], 0));
attempt(fn () => evhttp_start('127.0.0.1', 'http'));
attempt(fn () => evhttp_start('127.0.0.1', 0, 1));

// Callbacks.
final class Target { public function method() {} public static function of() {} private function hidden() {} }
foreach (['no_such_function', ['Target', 'none'], [new Target(), 'hidden'], null, 42, [1, 2, 3]] as $callback) {
    attempt(fn () => evhttp_set_gencb($again, $callback));
}
foreach (['strlen', 'Target::of', ['Target', 'of'], [new Target(), 'method'], fn () => 1, strlen(...)] as $callback) {
    attempt(fn () => evhttp_set_gencb($again, $callback));
}
foreach ([null, 'text', STDIN, evbuffer_new(), evhttp_response_set('', 200, 'OK')] as $handle) {
    attempt(fn () => evhttp_set_gencb($handle, 'strlen'));
}

// Responses.
foreach ([[[], 200, 'OK'], ['x', 'ok', 'OK'], ['x', 199, 'OK'], ['x', 600, 'OK'], ['x', 0, 'OK'], ['x', -200, 'OK'], ['x', 200, "a\r\nb"], ['x', 200, "a\0b"], ['x', 200], [new stdClass(), 200, 'OK']] as $arguments) {
    attempt(fn () => evhttp_response_set(...$arguments));
}
echo get_resource_type(evhttp_response_set(42, '200', 3.5)), "\n";
// An object that can be a string is one, whatever strict_types says.
echo script('<?php declare(strict_types=1);
    final class Text { public function __construct(private ?Exception $exception = null) {} public function __toString(): string { throw $this->exception ?? "text"; } }
    try { evhttp_response_set(new Text(new Exception("no text")), 200, "OK"); } catch (Exception $exception) { echo $exception->getMessage(), " "; }
    echo get_resource_type(evhttp_response_set(new class { function __toString() { return "x"; } }, 200, "OK")), " ";
    try { evhttp_response_set(42, 200, "OK"); } catch (TypeError $error) { echo $error->getMessage(); }
'), "\n";

// Requests.
foreach (['uri', 'get_uri', 'method', 'body', 'input_buffer', 'headers', 'get_headers', 'find_header', 'add_header', 'append_body', 'status'] as $name) {
    $function = "evhttp_request_$name";
    $arguments = array_fill(0, (new ReflectionFunction($function))->getNumberOfParameters() - 1, 'x');
    attempt(fn () => $function(null, ...$arguments));
    attempt(fn () => $function($again, ...$arguments));
    attempt(fn () => $function());
}
attempt(fn () => evhttp_response_add_header(evhttp_response_set('', 200, 'OK'), 'X', 'y'));

function capture(callable $call): string
{
    ob_start();
    $call();

    return preg_replace('/ in \S+ on line \d+/', '', ob_get_clean());
}
?>
--EXPECT--
ValueError: evhttp_start(): Argument #2 ($port) must be between 0 and 65535
ValueError: evhttp_start(): Argument #2 ($port) must be between 0 and 65535
ValueError: evhttp_start(): Argument #2 ($port) must be between 0 and 65535
ValueError: evhttp_start(): Argument #2 ($port) must be between 0 and 65535
EVHTTP
evhttp_start(): cannot listen on 127.0.0.1:PORT: address in use: another server listens there, or a file is in the way
bool(false)
evhttp_start(): cannot listen on 192.0.2.1:0: this machine does not have this address
bool(false)
evhttp_start(): cannot listen on no.such.host.invalid:0: the host has no address
bool(false)
evhttp_start(): cannot listen on :0: the host has no address
bool(false)
evhttp_start(): cannot listen on unix:/tmp/x:0: the host has no address
bool(false)
evhttp_start(): cannot listen on 127.0.0.1:80:0: the host has no address
bool(false)
evhttp_start(): cannot listen on 127.0.0.1
bool(false)
evhttp_start(): cannot listen on ::g:0: the host has no address
bool(false)
localhost listens
0.0.0.0 listens
::1 listens
[::1] listens
LocalHost listens
[] EVHTTP
ArgumentCountError: evhttp_start() expects exactly 2 arguments, 0 given
ArgumentCountError: evhttp_start() expects exactly 2 arguments, 1 given
TypeError: evhttp_start(): Argument #1 ($host) must be of type string, array given
TypeError: evhttp_start(): Argument #2 ($port) must be of type int, string given
ArgumentCountError: evhttp_start() expects exactly 2 arguments, 3 given
TypeError: evhttp_set_gencb(): Argument #2 ($callback) must be a valid callback, function "no_such_function" not found or invalid function name
TypeError: evhttp_set_gencb(): Argument #2 ($callback) must be a valid callback, class Target does not have a method "none"
TypeError: evhttp_set_gencb(): Argument #2 ($callback) must be a valid callback, cannot access private method Target::hidden()
TypeError: evhttp_set_gencb(): Argument #2 ($callback) must be a valid callback, no array or string given
TypeError: evhttp_set_gencb(): Argument #2 ($callback) must be a valid callback, no array or string given
TypeError: evhttp_set_gencb(): Argument #2 ($callback) must be a valid callback, array callback must have exactly two members
null
null
null
null
null
null
TypeError: evhttp_set_gencb(): Argument #1 ($server) must be of type resource, null given
TypeError: evhttp_set_gencb(): Argument #1 ($server) must be of type resource, string given
TypeError: evhttp_set_gencb(): supplied resource is not a valid EVHTTP resource
TypeError: evhttp_set_gencb(): supplied resource is not a valid EVHTTP resource
TypeError: evhttp_set_gencb(): supplied resource is not a valid EVHTTP resource
TypeError: evhttp_response_set(): Argument #1 ($content) must be of type string, array given
TypeError: evhttp_response_set(): Argument #2 ($code) must be of type int, string given
ValueError: evhttp_response_set(): Argument #2 ($code) must be between 200 and 599
ValueError: evhttp_response_set(): Argument #2 ($code) must be between 200 and 599
ValueError: evhttp_response_set(): Argument #2 ($code) must be between 200 and 599
ValueError: evhttp_response_set(): Argument #2 ($code) must be between 200 and 599
ValueError: evhttp_response_set(): Argument #3 ($message) must not contain control characters
ValueError: evhttp_response_set(): Argument #3 ($message) must not contain control characters
ArgumentCountError: evhttp_response_set() expects exactly 3 arguments, 2 given
TypeError: evhttp_response_set(): Argument #1 ($content) must be of type string, stdClass given
EVHTTP Response
no text EVHTTP Response evhttp_response_set(): Argument #1 ($content) must be of type string, int given
[exit 0]
TypeError: evhttp_request_uri(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_uri(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_uri() expects exactly 1 argument, 0 given
TypeError: evhttp_request_get_uri(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_get_uri(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_get_uri() expects exactly 1 argument, 0 given
TypeError: evhttp_request_method(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_method(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_method() expects exactly 1 argument, 0 given
TypeError: evhttp_request_body(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_body(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_body() expects exactly 1 argument, 0 given
TypeError: evhttp_request_input_buffer(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_input_buffer(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_input_buffer() expects exactly 1 argument, 0 given
TypeError: evhttp_request_headers(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_headers(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_headers() expects exactly 1 argument, 0 given
TypeError: evhttp_request_get_headers(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_get_headers(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_get_headers() expects exactly 1 argument, 0 given
TypeError: evhttp_request_find_header(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_find_header(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_find_header() expects exactly 2 arguments, 0 given
TypeError: evhttp_request_add_header(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_add_header(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_add_header() expects exactly 3 arguments, 0 given
TypeError: evhttp_request_append_body(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_append_body(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_append_body() expects exactly 2 arguments, 0 given
TypeError: evhttp_request_status(): Argument #1 ($request) must be of type resource, null given
TypeError: evhttp_request_status(): supplied resource is not a valid EVHTTP Request resource
ArgumentCountError: evhttp_request_status() expects exactly 1 argument, 0 given
TypeError: evhttp_response_add_header(): supplied resource is not a valid EVHTTP Request resource
