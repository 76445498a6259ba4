--TEST--
Options(hosts: …): other Host names get 421 and never reach a handler
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(hosts: ['example.org', 'Upper.Example', '[::1]', 'port.example:81']));
    $server->any('/', function ($request) { fwrite(STDERR, "handler\n"); return $request->host(); });
    $server->run(workers: 0);
    PHP);
foreach (['example.org', 'EXAMPLE.org', 'example.org:8080', 'upper.example', '[::1]', '[::1]:80', 'port.example:81', 'port.example:82', 'port.example',
    'evil.example', 'example.org.evil', 'xexample.org', '127.0.0.1', 'example.org.', ''] as $host) {
    $response = $server->get('/', ['Host' => $host]);
    echo json_encode($host), ": $response->status ", $response->status === 200 ? $response->body : '', "\n";
}
echo 'absolute: ', $server->get('http://evil.example/', ['Host' => 'example.org'])->status, ' ', $server->get('http://example.org/', ['Host' => 'evil.example'])->status, "\n";
echo 'HTTP/1.0 without one: ', $server->connect()->send("GET / HTTP/1.0\r\n\r\n")->readResponse()->status, "\n";
echo 'OPTIONS: ', $server->request('OPTIONS', '/', ['Host' => 'evil.example'])->status, "\n";
echo substr_count($server->log(), "handler\n"), " calls\n", $server->stop(), "\n";
?>
--EXPECT--
"example.org": 200 example.org
"EXAMPLE.org": 200 EXAMPLE.org
"example.org:8080": 200 example.org:8080
"upper.example": 200 upper.example
"[::1]": 200 [::1]
"[::1]:80": 200 [::1]:80
"port.example:81": 200 port.example:81
"port.example:82": 421 
"port.example": 421 
"evil.example": 421 
"example.org.evil": 421 
"xexample.org": 421 
"127.0.0.1": 421 
"example.org.": 421 
"": 400 
absolute: 421 200
HTTP/1.0 without one: 421
OPTIONS: 421
8 calls
0
