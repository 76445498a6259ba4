--TEST--
The console: its headers, its methods, switched off, below a path, beside routes of one's own
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start('
    $class = new class { public function hello(): string { return "hello"; } };
    $api = (new Kargo\Rpc\Api(title: "One"))->export($class, as: "one");
    $server = Kargo\Http\Server::listen("127.0.0.1:0");
    $server->mount("/v1", $api);
    $server->mount("/off", (new Kargo\Rpc\Api(console: false))->export($class, as: "one"));
    $server->mount("/", (new Kargo\Rpc\Api())->export($class, as: "one"));
    $server->get("/own", fn () => "own");
    $server->run(workers: 1);
');
foreach (['/', '/v1', '/v1/', '/off', '/off/', '/own', '/v1/none'] as $path) {
    $answer = $server->get($path);
    $body = str_starts_with($answer->body, '<!doctype html>') ? 'the page' : strtok($answer->body, "\n");
    echo "$path: $answer->status {$answer->header('Content-Type')} ", strlen($body) > 60 ? '…' : $body, "\n";
}
$page = $server->get('/');
foreach (['X-Content-Type-Options', 'Referrer-Policy', 'Cache-Control'] as $name) {
    echo "$name: {$page->header($name)}\n";
}
echo preg_replace('/sha256-[\w+\/=]{44}/', 'sha256-…', $page->header('Content-Security-Policy')), "\n";
// The hashes are those of what is in the page.
foreach (['style' => 'style-src', 'script type="module"' => 'script-src'] as $tag => $directive) {
    preg_match("~<$tag>(.*?)</" . strtok($tag, ' ') . '>~s', $page->body, $found);
    $hash = base64_encode(hash('sha256', $found[1], true));
    echo $directive, ' ', str_contains($page->header('Content-Security-Policy'), "$directive 'sha256-$hash'") ? 'right' : 'wrong', "\n";
}
echo preg_match('~(src|href)="(?!#|data:)~', $page->body), " links to elsewhere\n";
$head = $server->request('HEAD', '/');
echo $head->status, ' ', $head->header('Content-Length') === (string) strlen($page->body) ? 'same length' : 'other length', "\n";
foreach (['POST', 'PUT', 'OPTIONS', 'DELETE'] as $method) {
    $answer = $server->request($method, '/');
    echo "$method $answer->status {$answer->header('Allow')}\n";
}
// A route of one's own comes first.
$own = Server::start('
    $server = Kargo\Http\Server::listen("127.0.0.1:0");
    $server->mount("/", (new Kargo\Rpc\Api())->export(fn (): int => 1, as: "one"));
    $server->get("/", fn () => "own");
    $server->run(workers: 1);
');
echo $own->get('/'), $own->post('/rest/one', '{}', ['Content-Type' => 'application/json'])->body, "\n";
?>
--EXPECT--
/: 200 text/html; charset=utf-8 the page
/v1: 200 text/html; charset=utf-8 the page
/v1/: 200 text/html; charset=utf-8 the page
/off: 404 text/plain; charset=utf-8 404 Not Found
/off/: 404 text/plain; charset=utf-8 404 Not Found
/own: 200 text/plain; charset=utf-8 own
/v1/none: 404 text/plain; charset=utf-8 404 Not Found
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
Cache-Control: no-cache
default-src 'none'; style-src 'sha256-…'; script-src 'sha256-…'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
style-src right
script-src right
0 links to elsewhere
200 same length
POST 405 GET, HEAD, OPTIONS
PUT 405 GET, HEAD, OPTIONS
OPTIONS 204 GET, HEAD, OPTIONS
DELETE 405 GET, HEAD, OPTIONS
200 OK (text/plain; charset=utf-8)
own
1
