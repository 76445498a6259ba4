--TEST--
The module name "event" by which old scripts look for the extension; constants; handles are resources
--FILE--
<?php
echo json_encode([extension_loaded('event'), phpversion('event')]), "\n";
// What the demos of 2009 begin with.
if (!extension_loaded('event')) {
    dl('event.' . PHP_SHLIB_SUFFIX);
}
foreach (['EV_TIMEOUT', 'EV_READ', 'EV_WRITE', 'EV_SIGNAL', 'EV_PERSIST', 'EVBUFFER_EOF', 'EVBUFFER_ERROR',
    'EVHTTP_REQ_GET', 'EVHTTP_REQ_POST', 'EVHTTP_REQ_HEAD', 'EVHTTP_REQ_PUT', 'EVHTTP_REQ_DELETE', 'EVHTTP_REQ_OPTIONS',
    'EVHTTP_REQ_TRACE', 'EVHTTP_REQ_CONNECT', 'EVHTTP_REQ_PATCH', 'EVHTTP_REQUEST', 'EVHTTP_RESPONSE',
    'BEV_EVENT_READING', 'BEV_EVENT_WRITING', 'BEV_EVENT_EOF', 'BEV_EVENT_ERROR', 'BEV_EVENT_TIMEOUT',
    'BEV_EVENT_CONNECTED'] as $name) {
    echo $name, ' ', constant($name), "\n";
}

// Quirk 2: handles compare unequal, convert to a string, survive print_r() and debug_zval_dump().
[$first, $second] = [evbuffer_new(), evbuffer_new()];
echo json_encode([$first == $second, $first === $second, $first == $first, is_resource($first)]), "\n";
echo get_resource_type($first), ' ', preg_match('/^Resource id #\d+$/', "$first"), "\n";
print_r($first);
echo "\n";
debug_zval_dump($first);

// The setting that turns the name off.
$php = escapeshellarg(PHP_BINARY);
foreach (explode("\n", getenv('KARGO_PHP_ARGS')) as $argument) {
    $php .= ' ' . escapeshellarg($argument);
}
echo `$php -d kargo.classic_module_name=0 -r 'var_dump(extension_loaded("event"), function_exists("evbuffer_new"));'`;
?>
--EXPECTF--
[true,"0.2"]
EV_TIMEOUT 1
EV_READ 2
EV_WRITE 4
EV_SIGNAL 8
EV_PERSIST 16
EVBUFFER_EOF 16
EVBUFFER_ERROR 32
EVHTTP_REQ_GET 1
EVHTTP_REQ_POST 2
EVHTTP_REQ_HEAD 4
EVHTTP_REQ_PUT 8
EVHTTP_REQ_DELETE 16
EVHTTP_REQ_OPTIONS 32
EVHTTP_REQ_TRACE 64
EVHTTP_REQ_CONNECT 128
EVHTTP_REQ_PATCH 256
EVHTTP_REQUEST 0
EVHTTP_RESPONSE 1
BEV_EVENT_READING 1
BEV_EVENT_WRITING 2
BEV_EVENT_EOF 16
BEV_EVENT_ERROR 32
BEV_EVENT_TIMEOUT 64
BEV_EVENT_CONNECTED 128
[false,false,true,true]
EVBUFFER 1
Resource id #%d
resource(%d) of type (EVBUFFER) refcount(%d)
bool(false)
bool(true)
