--TEST--
Applications in the style of 2009: an object's method as callback, a front controller, an RPC server, sessions of visitors
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    // How the demos of 2009 served Zend Framework: array($obj, 'method'), the request wrapped in the framework's own.
    class App_Request_Evhttp
    {
        protected $_request;
        protected $_params = array();

        public function __construct($request)
        {
            $this->_request = $request;
            $query = parse_url(evhttp_request_get_uri($request), PHP_URL_QUERY);
            parse_str((string) $query, $this->_params);
            if (evhttp_request_method($request) == 'POST' && strpos((string) $this->getHeader('Content-Type'), 'urlencoded')) {
                parse_str(evhttp_request_body($request), $post);
                $this->_params += $post;
            }
        }

        public function getHeader($name) { return evhttp_request_find_header($this->_request, $name); }
        public function getParam($name, $default = null) { return isset($this->_params[$name]) ? $this->_params[$name] : $default; }
        public function getPathInfo() { return parse_url(evhttp_request_uri($this->_request), PHP_URL_PATH); }
        public function getRawBody() { return evhttp_request_body($this->_request); }
        public function getMethod() { return evhttp_request_method($this->_request); }
    }

    class App_Response_Evhttp
    {
        protected $_headers = array();
        protected $_body = '';
        protected $_code = 200;

        public function setHeader($name, $value) { $this->_headers[] = array($name, $value); return $this; }
        public function setHttpResponseCode($code) { $this->_code = $code; return $this; }
        public function append($content) { $this->_body .= $content; return $this; }
        public function __toString() { return $this->_body; }

        public function send($request)
        {
            foreach ($this->_headers as $header) {
                evhttp_response_add_header($request, $header[0], $header[1]);
            }
            return evhttp_response_set($this, $this->_code, $this->_code == 200 ? 'OK' : 'Not Found');
        }
    }

    class App_Service_Poll
    {
        /** Retrieve all polls */
        public function getAllPolls() { return array('What framework do you prefer?' => array('a' => 'Zend Framework')); }
        public function add($a, $b) { return $a + $b; }
    }

    class App_Application
    {
        protected $_views = 0;

        public function run($host, $port) { event_init(); $http = serve(array($this, 'process')); run(); }

        public function process($request)
        {
            $this->_request = $request;
            $wrapped = new App_Request_Evhttp($request);
            $response = new App_Response_Evhttp();
            $path = trim($wrapped->getPathInfo(), '/');
            $action = ($path == '' ? 'index' : $path) . 'Action';
            if (!method_exists($this, $action)) {
                $response->setHttpResponseCode(404)->setHeader('Content-Type', 'text/html')->append('<h1>Not Found</h1>');
            } else {
                $this->$action($wrapped, $response);
            }
            return $response->send($request);
        }

        protected $_request;

        protected function indexAction($request, $response)
        {
            ob_start();
            ?><p>Hello, <?php echo htmlspecialchars($request->getParam('name', 'World')) ?>, view <?php echo ++$this->_views ?></p><?php
            $response->append(ob_get_clean());
        }

        protected function jsonrpcAction($request, $response)
        {
            $call = json_decode($request->getRawBody());
            $service = new App_Service_Poll();
            $result = call_user_func_array(array($service, str_replace('poll.', '', $call->method)), $call->params);
            $response->setHeader('Content-Type', 'application/json')->append(json_encode(array('result' => $result, 'id' => isset($call->id) ? $call->id : null)));
        }

        protected function loginAction($request, $response)
        {
            $response->setHeader('Set-Cookie', 'a=b')->setHeader('Set-Cookie', 'c=d')->append($request->getMethod() . ' ' . $request->getParam('username'));
        }
    }
    $application = new App_Application();
    $application->run('127.0.0.1', 0);
    PHP);
$connection = $server->connect();
echo $connection->request('GET', '/?name=%3Cyou%3E')->body, $connection->request('GET', '/')->body, "\n";
echo $connection->request('GET', '/none'), $connection->request('POST', '/jsonrpc', ['Content-Type' => 'application/json'], '{"method":"poll.getAllPolls","params":[]}');
echo $connection->request('POST', '/jsonrpc', [], '{"method":"poll.add","params":[1,2],"id":7}')->body, "\n";
$response = $connection->request('POST', '/login', ['Content-Type' => 'application/x-www-form-urlencoded'], 'username=me&password=secret');
echo $response->body, ' ', implode(' ', $response->headers['set-cookie']), "\n", $server->stop(), ' ', json_encode($server->output()), "\n";
?>
--EXPECT--
<p>Hello, &lt;you&gt;, view 1</p><p>Hello, World, view 2</p>
404 Not Found (text/html)
<h1>Not Found</h1>
200 OK (application/json)
{"result":{"What framework do you prefer?":{"a":"Zend Framework"}},"id":null}
{"result":3,"id":7}
POST me a=b c=d
0 ""
