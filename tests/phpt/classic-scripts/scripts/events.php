<?php
/* An echo server on plain events, one per client, in an array by the number of its stream. */
error_reporting(E_ALL);
if (!extension_loaded('event')) dl('event.so');

class Echo_Server
{
	var $socket;
	var $event;
	var $clients = array();
	var $seen = 0;

	function listen($address)
	{
		$this->socket = stream_socket_server($address);
		stream_set_blocking($this->socket, 0);
		$this->event = event_new();
		event_set($this->event, $this->socket, EV_READ | EV_PERSIST, array(&$this, 'accept'));
		event_add($this->event);
		error_log('listening on tcp://' . stream_socket_get_name($this->socket, false));
	}

	function accept($socket, $flags, $event)
	{
		$client = stream_socket_accept($socket, 0);
		echo 'accept ', $flags, ' ', (int) ($event == $this->event), "\n";
		$event = event_new();
		event_set($event, $client, EV_READ | EV_PERSIST, array($this, 'read'));
		event_add($event, 30);
		$this->clients[(int) $client] = array($client, $event);
	}

	function read($client, $flags, $event)
	{
		$line = fgets($client, 1024);
		if ($line === false || feof($client)) {
			list($stream, $event) = $this->clients[(int) $client];
			event_del($event);
			event_free($event);
			fclose($stream);
			unset($this->clients[(int) $client]);
			echo "gone, ", count($this->clients), " left\n";
			return;
		}
		$this->seen++;
		if (trim($line) == 'types') {
			foreach ($this->clients as $c) {
				echo get_resource_type($c[0]), ' ', get_resource_type($c[1]), ' ', gettype($c[1]), ' ',
					(int) is_resource($c[1]), ' ', (string) $c[1] == "Resource id #" . (int) $c[1] ? 'printed' : 'not printed', "\n";
			}
			var_dump($this->clients[(int) $client][1] == $this->event, $event == $this->clients[(int) $client][1]);
		}
		if (trim($line) == 'stop') {
			event_loopbreak();
		}
		fwrite($client, "$flags $line");
	}
}

event_init();
$server = new Echo_Server();
$server->listen('tcp://127.0.0.1:' . $argv[1]);
event_dispatch();
echo "stopped after $server->seen lines\n";
