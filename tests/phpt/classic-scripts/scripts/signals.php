<?php
/* A daemon that ends in the callback of a signal, as many did. */
error_reporting(E_ALL);
if (!extension_loaded('event')) dl('event.so');

function on_shutdown()
{
	echo "shutdown function\n";
}

class Holder
{
	function __destruct()
	{
		echo "destructor\n";
	}
}

function on_hup($signal, $flags, $event)
{
	static $times = 0;

	$times++;
	echo "on_hup($signal, $flags) $times\n";
	posix_kill(posix_getpid(), $times < 3 ? SIGHUP : SIGTERM);
}

function on_term($signal, $flags, $event)
{
	echo "on_term($signal, $flags)\n";
	sleep(0);
	exit(3);
}

function on_timer()
{
	posix_kill(posix_getpid(), SIGHUP);
}

register_shutdown_function('on_shutdown');
$holder = new Holder;
event_init();
foreach (array(SIGHUP => 'on_hup', SIGTERM => 'on_term') as $signal => $callback) {
	$events[$signal] = event_new();
	event_set($events[$signal], $signal, EV_SIGNAL | EV_PERSIST, $callback);
	event_add($events[$signal]);
}
$timer = event_new();
event_set($timer, -1, 0, 'on_timer');
event_add($timer, 0, 1);
event_dispatch();
echo "not reached\n";
