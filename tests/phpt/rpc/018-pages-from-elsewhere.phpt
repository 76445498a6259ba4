--TEST--
A web page from elsewhere can't call by leaving the Content-Type out; scripts and pages of the same host can
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start('
    $server = Kargo\Http\Server::listen("127.0.0.1:0");
    $server->mount("/", (new Kargo\Rpc\Api())->export(fn (): string => "called", as: "one"));
    $server->run(workers: 1);
');
$bodies = [
    '/jsonrpc' => '{"jsonrpc":"2.0","method":"one","id":1}',
    '/xmlrpc' => '<methodCall><methodName>one</methodName></methodCall>',
    '/rest/one' => '{}',
];
$own = 'http://' . $server->authority();
foreach (['none' => [], 'own' => ['Origin' => $own], 'foreign' => ['Origin' => 'http://evil.example'], 'opaque' => ['Origin' => 'null']] as $name => $headers) {
    foreach ($bodies as $path => $body) {
        $answer = $server->post($path, $body, $headers);
        echo "$name $path: $answer->status", str_contains($answer->body, 'called') ? ' called' : '', "\n";
    }
}
?>
--EXPECT--
none /jsonrpc: 200 called
none /xmlrpc: 200 called
none /rest/one: 200 called
own /jsonrpc: 200 called
own /xmlrpc: 200 called
own /rest/one: 200 called
foreign /jsonrpc: 415
foreign /xmlrpc: 415
foreign /rest/one: 415
opaque /jsonrpc: 415
opaque /xmlrpc: 415
opaque /rest/one: 415
