<?php
/* Timers: events without a stream and without flags. */
error_reporting(E_ALL);
if (!extension_loaded('event')) dl('event.so');

$log = array();
$ticks = 0;

function tick($fd, $flags, $event)
{
	global $ticks, $log;

	$log[] = "tick($fd, $flags)";
	// An event is over when it has fired: a timer that goes on is added again.
	if (++$ticks < 3) {
		event_add($event, 0, 20000);
	}
}

function say($what)
{
	global $log;

	$log[] = $what;
}

class Clock
{
	static function strike($fd, $flags, $event)
	{
		say('strike');
	}

	function alarm($fd, $flags, $event)
	{
		say('alarm');
		event_free($event);
	}
}

event_init();

$tick = event_new();
event_set($tick, -1, 0, 'tick');
event_add($tick, 0, 20000);

$strike = event_new();
event_set($strike, -1, EV_TIMEOUT, 'Clock::strike');
event_add($strike, 0, 10000);

$alarm = event_new();
event_set($alarm, -1, 0, array(new Clock, 'alarm'));
event_add($alarm, 0, 30000);

// Adding again replaces the time; what is no integer is 0.
$late = event_new();
event_set($late, -1, 0, create('late'));
event_add($late, 3600);
event_add($late, 0, 300000);
$soon = event_new();
event_set($soon, -1, 0, create('soon'));
event_add($soon, 1.5);
$never = event_new();
event_set($never, -1, 0, create('never'));
event_add($never, 0, 1000);
event_del($never);
$forgotten = event_new();
event_set($forgotten, -1, 0, create('forgotten'));
event_add($forgotten, 0, 1000);
unset($forgotten);

function create($text)
{
	return function () use ($text) { say($text); };
}

$start = microtime(true);
event_dispatch();
$took = microtime(true) - $start;

echo implode("\n", $log), "\n";
echo $took >= 0.3 && $took < 10 ? "in time\n" : "took $took\n";
var_dump(is_resource($alarm));
