--TEST--
Routing: parameters, decoding, 404, 405 with Allow, HEAD, OPTIONS, unknown methods
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $show = fn (string $route) => fn (Kargo\Http\Request $request) => "$route " . json_encode($request->parameters(), JSON_UNESCAPED_SLASHES) . ' ' . $request->path();
    $server->get('/', $show('root'))
        ->get('/users/{id}', $show('user'))
        ->get('/users/me', $show('me'))
        ->get('/users/{id}/posts/{post}', $show('post'))
        ->get('/files/{path...}', $show('files'))
        ->get('/slash/', $show('slash'))
        ->post('/users', $show('create'))
        ->put('/users/{id}', $show('put'))
        ->patch('/users/{id}', $show('patch'))
        ->delete('/users/{id}', $show('delete'))
        ->any('/any', fn ($request) => 'any ' . $request->method())
        ->route(['LOCK', 'UNLOCK'], '/dav', fn ($request) => 'dav ' . $request->method())
        ->route('PURGE', '/cache', fn ($request) => 'purge')
        ->get('/größe/{n}', $show('utf8'));
    $server->run(workers: 0);
    PHP);
$raw = $server->connect();
$ask = function (string $method, string $target, array $headers = []) use (&$raw, $server) {
    $response = $raw->request($method, $target, $headers);
    $response->header('connection') === 'close' && $raw = $server->connect();
    echo "$method $target: $response->status ", trim($response->body),
        $response->header('allow') === null ? '' : ' Allow: ' . $response->header('allow'), "\n";
};
foreach (['/', '/users/7', '/users/me', '/users/a%2Fb', '/users/a%2fb', '/users/%C3%A9', '/users/a+b', '/users/a%20b', '/users/', '/users//', '/users/7/posts/9',
    '/files/a/b/c', '/files/', '/files', '/files/a%2Fb/c', '/slash/', '/slash', '/gr%C3%B6%C3%9Fe/1', '/nothing', '/users/7/', '/USERS/7', '/users/7?x=/y', '/users/%37',
    'http://other.example/users/8', '/users/{id}', '/users/7;v=1', '/us%65rs/7'] as $target) {
    $ask('GET', $target);
}
foreach (['/users/%00', '/users/%', '/users/%4', '/users/%zz', '/users/../x', '/./users/7', '/users/%2e%2e/x', '/files/a/%2E/b', '/users/..', '/files/..%2fx'] as $target) {
    $ask('GET', $target);
}
$ask('POST', '/users');
$ask('PUT', '/users/1');
$ask('PATCH', '/users/1');
$ask('DELETE', '/users/1');
$ask('HEAD', '/users/1');
$ask('OPTIONS', '/users/1');
$ask('OPTIONS', '/users');
$ask('OPTIONS', '/any');
$ask('OPTIONS', '/nothing');
$ask('OPTIONS', '*');
$ask('POST', '/users/1');
$ask('GET', '/users');
$ask('HEAD', '/users');
$ask('DELETE', '/any');
$ask('FROBNICATE', '/any');
$ask('FROBNICATE', '/users');
$ask('FROBNICATE', '/nothing');
$ask('get', '/users/1');
$ask('LOCK', '/dav');
$ask('UNLOCK', '/dav');
$ask('GET', '/dav');
$ask('PURGE', '/cache');
$ask('PURGE', '/users');
$ask('TRACE', '/users/1');
$ask('CONNECT', 'example.org:443');
$head = $server->connect()->request('HEAD', '/users/1');
echo $head->header('content-length'), ' ', strlen('user {"id":"1"} /users/1'), ' ', $head->header('content-type'), "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
GET /: 200 root [] /
GET /users/7: 200 user {"id":"7"} /users/7
GET /users/me: 200 me [] /users/me
GET /users/a%2Fb: 200 user {"id":"a/b"} /users/a%2Fb
GET /users/a%2fb: 200 user {"id":"a/b"} /users/a%2Fb
GET /users/%C3%A9: 200 user {"id":"\u00e9"} /users/é
GET /users/a+b: 200 user {"id":"a+b"} /users/a+b
GET /users/a%20b: 200 user {"id":"a b"} /users/a b
GET /users/: 404 404 Not Found
GET /users//: 404 404 Not Found
GET /users/7/posts/9: 200 post {"id":"7","post":"9"} /users/7/posts/9
GET /files/a/b/c: 200 files {"path":"a/b/c"} /files/a/b/c
GET /files/: 404 404 Not Found
GET /files: 404 404 Not Found
GET /files/a%2Fb/c: 200 files {"path":"a%2Fb/c"} /files/a%2Fb/c
GET /slash/: 200 slash [] /slash/
GET /slash: 404 404 Not Found
GET /gr%C3%B6%C3%9Fe/1: 200 utf8 {"n":"1"} /größe/1
GET /nothing: 404 404 Not Found
GET /users/7/: 404 404 Not Found
GET /USERS/7: 404 404 Not Found
GET /users/7?x=/y: 200 user {"id":"7"} /users/7
GET /users/%37: 200 user {"id":"7"} /users/7
GET http://other.example/users/8: 200 user {"id":"8"} /users/8
GET /users/{id}: 400 400 Bad Request
GET /users/7;v=1: 200 user {"id":"7;v=1"} /users/7;v=1
GET /us%65rs/7: 200 user {"id":"7"} /users/7
GET /users/%00: 400 400 Bad Request
GET /users/%: 400 400 Bad Request
GET /users/%4: 400 400 Bad Request
GET /users/%zz: 400 400 Bad Request
GET /users/../x: 400 400 Bad Request
GET /./users/7: 400 400 Bad Request
GET /users/%2e%2e/x: 400 400 Bad Request
GET /files/a/%2E/b: 400 400 Bad Request
GET /users/..: 400 400 Bad Request
GET /files/..%2fx: 400 400 Bad Request
POST /users: 200 create [] /users
PUT /users/1: 200 put {"id":"1"} /users/1
PATCH /users/1: 200 patch {"id":"1"} /users/1
DELETE /users/1: 200 delete {"id":"1"} /users/1
HEAD /users/1: 200 
OPTIONS /users/1: 204  Allow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS
OPTIONS /users: 204  Allow: POST, OPTIONS
OPTIONS /any: 200 any OPTIONS
OPTIONS /nothing: 404 404 Not Found
OPTIONS *: 204  Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, LOCK, UNLOCK, PURGE
POST /users/1: 405 405 Method Not Allowed Allow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS
GET /users: 405 405 Method Not Allowed Allow: POST, OPTIONS
HEAD /users: 405  Allow: POST, OPTIONS
DELETE /any: 200 any DELETE
FROBNICATE /any: 200 any FROBNICATE
FROBNICATE /users: 501 501 Not Implemented
FROBNICATE /nothing: 501 501 Not Implemented
get /users/1: 501 501 Not Implemented
LOCK /dav: 200 dav LOCK
UNLOCK /dav: 200 dav UNLOCK
GET /dav: 405 405 Method Not Allowed Allow: OPTIONS, LOCK, UNLOCK
PURGE /cache: 200 purge
PURGE /users: 405 405 Method Not Allowed Allow: POST, OPTIONS
TRACE /users/1: 405 405 Method Not Allowed Allow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS
CONNECT example.org:443: 501 501 Not Implemented
24 24 text/plain; charset=utf-8
0
