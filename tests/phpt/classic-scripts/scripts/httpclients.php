<?php
/* 200 requests at once, of which nobody keeps connection and request: both variables are overwritten. */
error_reporting(E_ALL);
if (!extension_loaded('event')) dl('event.so');

$done = 0;
$closed = 0;
$statuses = array();
$bytes = 0;

function on_done($req)
{
	global $done, $statuses, $bytes;

	$done++;
	$status = evhttp_request_status($req);
	isset($statuses[$status]) ? $statuses[$status]++ : $statuses[$status] = 1;
	$body = evhttp_request_body($req);
	$bytes += strlen($body);
	if ($done == 1) {
		echo evhttp_request_find_header($req, 'content-type'), ' ', gettype(evhttp_request_headers($req)), "\n";
	}
	evhttp_request_free($req);
}

function on_close($con)
{
	global $closed;

	$closed++;
}

event_init();
for ($i = 0; $i < 200; $i++) {
	$con = evhttp_connection_new($argv[1], (int) $argv[2]);
	evhttp_connection_set_closecb($con, 'on_close');
	$req = evhttp_request_new('on_done');
	evhttp_request_add_header($req, 'Host', $argv[1]);
	evhttp_request_add_header($req, 'Connection', 'close');
	if (evhttp_make_request($con, $req, EVHTTP_REQ_GET, "/hello?$i") !== 0) {
		echo "make_request failed\n";
	}
}
// Ends by itself when nothing is pending.
event_dispatch();
ksort($statuses);
print_r($statuses);
echo "$done done, $closed closed, $bytes bytes\n";
