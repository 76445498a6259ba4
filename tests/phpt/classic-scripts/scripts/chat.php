<?php
/* A chat as people wrote it in 2009: globals, and clients found by comparing handles. */
error_reporting(E_ALL);
if (!extension_loaded('event')) dl('event.so');

$clients = array();
$count = 0;

function on_accept($socket, $flags, $event)
{
	global $clients, $count;

	$client = stream_socket_accept($socket, 0, $name);
	if (!$client) {
		return;
	}
	stream_set_blocking($client, 0);
	echo "on_accept($socket, $flags, $event) ", ($client == $socket ? 'same' : 'other'), "\n";

	$be = bufferevent_new($client, 'on_read', 'on_write', 'on_error');
	$count++;
	$clients[] = array('client' => $client, 'be' => $be, 'nick' => "user$count", 'name' => $name);
	bufferevent_enable($be, EV_READ | EV_WRITE);
	bufferevent_write($be, "hello user$count, there are " . count($clients) . "\n");
}

function find_be($be)
{
	global $clients;

	foreach ($clients as $key => $d) {
		if ($d['be'] == $be) {
			return $key;
		}
	}
	return false;
}

function find_client($resource)
{
	global $clients;

	foreach ($clients as $key => $d) {
		if ($d['client'] == $resource) {
			return $key;
		}
	}
	return false;
}

function send_all($text, $except = -1)
{
	global $clients;

	foreach ($clients as $key => $d) {
		if ($key != $except) {
			bufferevent_write($d['be'], $text);
		}
	}
}

function on_read($be)
{
	global $clients;

	$key = find_be($be);
	$data = null;
	bufferevent_read($be, $data, 100);
	$data = trim($data);
	$words = explode(' ', $data);
	switch ($words[0]) {
		case '/nick':
			$clients[$key]['nick'] = $words[1];
			bufferevent_write($be, "you are $words[1]\n");
			break;
		case '/kick':
			foreach ($clients as $other => $d) {
				if ($d['nick'] == $words[1]) {
					// The bufferevent of this stream is still alive.
					fclose($d['client']);
					unset($clients[$other]);
				}
			}
			send_all("$words[1] was kicked\n");
			break;
		case '/dump':
			print_r($clients[$key]);
			debug_zval_dump($be);
			bufferevent_write($be, "dumped $be\n");
			break;
		case '/quit':
			fclose($clients[$key]['client']);
			unset($clients[$key]);
			send_all("somebody quit\n");
			break;
		default:
			send_all($clients[$key]['nick'] . ": $data\n", $key);
	}
}

function on_write($be)
{
	global $clients;

	$key = find_be($be);
	if ($key === false) {
		echo "on_write() of nobody\n";
	}
}

function on_error($resource, $be, $what)
{
	global $clients;

	$key = find_client($resource);
	echo "on_error($what) of {$clients[$key]['nick']}, found by its buffer too: ", var_export($key === find_be($be), true), "\n";
	fclose($resource);
	bufferevent_disable($be, EV_READ | EV_WRITE);
	unset($clients[$key]);
	send_all("somebody hung up\n");
}

function on_sigint()
{
	global $clients;

	echo "on_sigint(): ", count($clients), " clients\n";
	exit;
}

event_init();
$socket = stream_socket_server('tcp://127.0.0.1:' . $argv[1], $errno, $errstr);
stream_set_blocking($socket, 0);
$event = event_new();
event_set($event, $socket, EV_READ | EV_PERSIST, 'on_accept');
event_add($event);

$sigint = event_new();
event_set($sigint, SIGINT, EV_SIGNAL | EV_PERSIST, 'on_sigint');
event_add($sigint);

error_log('listening on tcp://' . stream_socket_get_name($socket, false));
event_dispatch();
echo "not reached\n";
