<?php
/* An HTTP server as an object, whose answers are of every kind. */
error_reporting(E_ALL);
if (!extension_loaded('event')) dl('event.so');

class Smd
{
	function __toString()
	{
		return '{"transport":"POST"}';
	}
}

class Httpd
{
	var $httpd;
	var $requests = 0;

	function __construct($ip, $port)
	{
		$this->httpd = evhttp_start($ip, $port);
		evhttp_set_gencb($this->httpd, array($this, 'process'));
	}

	function process($r)
	{
		$this->requests++;
		$uri = evhttp_request_uri($r);
		$parts = parse_url($uri);
		switch ($parts['path']) {
			case '/hello':
				return 'Hello, ' . evhttp_request_method($r) . ' ' . evhttp_request_get_uri($r);
			case '/post':
				$body = evhttp_request_body($r);
				return $body === false ? 'no body' : strrev($body);
			case '/headers':
				$text = '';
				foreach (evhttp_request_headers($r) as $name => $value) {
					$text .= "$name=$value;";
				}
				$agent = evhttp_request_find_header($r, 'user-AGENT');
				return $text . (is_null(evhttp_request_find_header($r, 'X-None')) ? 'null' : 'not null') . " $agent";
			case '/smd':
				evhttp_response_add_header($r, 'Content-Type', 'application/json');
				return evhttp_response_set(new Smd, 200, 'OK');
			case '/missing':
				return evhttp_response_set('<h1>Not here</h1>', 404, 'Not Found');
			case '/buffer':
				$buffer = evbuffer_new();
				evbuffer_add($buffer, 'from ');
				evbuffer_add($buffer, 'a buffer');
				return $buffer;
			case '/append':
				evhttp_request_append_body($r, 'before, ');
				return 'after';
			case '/nothing':
				return;
			case '/stop':
				event_loopbreak();
				return "$this->requests requests";
		}
		return evhttp_response_set('', 404, 'Not Found');
	}
}

event_init();
$server = new Httpd('127.0.0.1', (int) $argv[1]);
error_log("listening on http://127.0.0.1:$argv[1]");
event_dispatch();
echo "stopped\n";
