<?php
/* Zend Framework's own servers, in an evhttp callback: the poll service by JSON-RPC and XML-RPC. */
error_reporting(E_ALL & ~E_DEPRECATED);
set_include_path(dirname(getenv('ZEND_DIR')));
require_once 'Zend/Json/Server.php';
require_once 'Zend/Json/Server/Request.php';
require_once 'Zend/Json/Server/Response.php';
require_once 'Zend/XmlRpc/Server.php';
require_once 'Zend/XmlRpc/Request.php';

class PollService
{
	/**
	 * Retrieve the options of a poll
	 *
	 * @param string $question
	 * @param int $count
	 * @return array
	 */
	public function getOptions($question, $count = 2)
	{
		if ($question === '') {
			throw new InvalidArgumentException('no question');
		}
		return array_slice(array('yes', 'no', 'perhaps'), 0, $count);
	}
}

class Application
{
	var $json;
	var $xml;

	function __construct()
	{
		$this->json = new Zend_Json_Server();
		$this->json->setClass('PollService', 'poll');
		$this->json->setAutoEmitResponse(false);
		$this->xml = new Zend_XmlRpc_Server();
		$this->xml->setClass('PollService', 'poll');
	}

	function process($r)
	{
		switch (evhttp_request_uri($r)) {
			case '/jsonrpc':
				evhttp_response_add_header($r, 'Content-Type', 'application/json');
				if (evhttp_request_method($r) === 'GET') {
					return $this->json->getServiceMap()->setTarget('/jsonrpc')->toJson();
				}
				$request = new Zend_Json_Server_Request();
				$request->loadJson(evhttp_request_body($r));
				$this->json->setResponse(new Zend_Json_Server_Response());
				return (string) $this->json->handle($request);
			case '/xmlrpc':
				evhttp_response_add_header($r, 'Content-Type', 'text/xml');
				$request = new Zend_XmlRpc_Request();
				$request->loadXml(evhttp_request_body($r));
				return (string) $this->xml->handle($request);
			case '/stop':
				event_loopbreak();
				return 'stopped';
		}
		return evhttp_response_set('', 404, 'Not Found');
	}
}

event_init();
$application = new Application;
$httpd = evhttp_start('127.0.0.1', (int) $argv[1]);
evhttp_set_gencb($httpd, array($application, 'process'));
error_log("listening on http://127.0.0.1:$argv[1]");
event_dispatch();
