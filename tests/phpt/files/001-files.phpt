--TEST--
Files: types, headers, HEAD, methods, index files, redirects, copies in other codings, and what is never sent
--FILE--
<?php
require __DIR__ . '/site.inc';

$site = new Site([
    'style.css' => 'body {}',
    'app.js' => 'plain',
    'app.js.br' => 'brotli',
    'app.js.gz' => 'gzip',
    'build/app.3f9a2c81.js' => 'hashed',
    'build/manifest.json' => '{}',
    'x.geo' => 'geo',
    'café au lait.txt' => 'coffee',
    'empty' => '',
    'docs/index.html' => '<h1>Docs</h1>',
    'bare/file' => 'x',
    'index.php' => '<?php secret();',
    'config.php.bak' => '<?php secret();',
    '.env' => 'SECRET=1',
    '.well-known/security.txt' => 'Contact',
]);
symlink('/etc/passwd', "$site->path/passwd");
symlink('style.css', "$site->path/linked.css");
posix_mkfifo("$site->path/fifo", 0644);

$server = $site->serve(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $files = new Kargo\Http\Files($argv[1], maxAge: 60, immutable: ['build/'], types: ['.GEO' => 'application/geo+json'],
        headers: ['X-Frame-Options' => 'DENY']);
    $server->mount('/assets', $files)->mount('/all', new Kargo\Http\Files($argv[1], outsideLinks: true, hidden: []));
    $server->run(workers: 0);
    PHP);

$headers = ['Content-Type', 'Content-Length', 'Last-Modified', 'Cache-Control', 'Vary', 'Accept-Ranges', 'X-Content-Type-Options',
    'X-Frame-Options'];
show('css', $server->get('/assets/style.css'), ...$headers);
show('empty', $server->get('/assets/empty'), 'Content-Type', 'Content-Length');
show('own type', $server->get('/assets/x.geo'), 'Content-Type');
show('hashed', $server->get('/assets/build/app.3f9a2c81.js'), 'Cache-Control');
show('not hashed', $server->get('/assets/build/manifest.json'), 'Cache-Control');
show('decoded', $server->get('/assets/caf%C3%A9%20au%20lait.txt'), 'Content-Type');
show('linked', $server->get('/assets/linked.css'));
show('well-known', $server->get('/assets/.well-known/security.txt'));
var_dump(preg_match('/^"[0-9a-f]+-7-[0-9a-f]+"$/', $server->get('/assets/style.css')->header('ETag')));

$connection = $server->connect();
foreach (['/assets/style.css', '/assets/none'] as $path) {
    $connection->send("HEAD $path HTTP/1.1\r\nHost: a\r\n\r\n");
    show("HEAD $path", $connection->readResponse(answersHead: true), 'Content-Length');
}
show('POST', $server->post('/assets/style.css', 'x'), 'Allow');
show('OPTIONS', $server->request('OPTIONS', '/assets/style.css'), 'Allow');

foreach (['br, gzip', 'gzip;q=1, br;q=0.5', 'identity', 'deflate', 'identity;q=0'] as $accepted) {
    show($accepted, $server->get('/assets/app.js', ['Accept-Encoding' => $accepted]), 'Content-Encoding', 'Vary', 'Content-Type');
}

show('index', $server->get('/assets/docs/'), 'Content-Type');
show('slash', $server->get('/assets/docs?a=1&b=%2F'), 'Location');
foreach (['', '/', '/bare', '/bare/', '/none', '/style.css/', '//style.css', '/index.php', '/index.PHP', '/config.php.bak', '/.env', '/%2eenv',
    '/passwd', '/fifo', '/..%2f..%2fetc/passwd', '/%2e%2e/x', '/%252e%252e/x', '/a%5c..%5cx', '/x%00.css', '/%c0%ae%c0%ae/x', '/a%2fb'] as $path) {
    echo $path, ' ', $server->get("/assets$path")->status, "\n";
}
echo strlen($server->get('/all/passwd')->body) > 0 ? "outside\n" : "refused\n";
show('source on demand', $server->get('/all/index.php'), 'Content-Type');

// Answers of a pipeline keep their order, from memory, from a file and from elsewhere.
$site->write('big.bin', str_repeat('0123456789', 20000));
$connection->send(implode('', array_map(fn($path) => "GET /assets/$path HTTP/1.1\r\nHost: a\r\n\r\n", ['style.css', 'big.bin', 'none', 'app.js'])));
for ($at = 0; $at < 4; $at++) {
    $response = $connection->readResponse();
    echo $response->status, ' ', strlen($response->body), ' ', substr($response->body, -5), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
css: 200 [Content-Type: text/css; charset=utf-8; Content-Length: 7; Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT; Cache-Control: max-age=60; Vary: Accept-Encoding; Accept-Ranges: bytes; X-Content-Type-Options: nosniff; X-Frame-Options: DENY] body {}
empty: 200 [Content-Type: application/octet-stream; Content-Length: 0] 
own type: 200 [Content-Type: application/geo+json] geo
hashed: 200 [Cache-Control: public, max-age=31536000, immutable] hashed
not hashed: 200 [Cache-Control: max-age=60] {}
decoded: 200 [Content-Type: text/plain; charset=utf-8] coffee
linked: 200 body {}
well-known: 200 Contact
int(1)
HEAD /assets/style.css: 200 [Content-Length: 7] 
HEAD /assets/none: 404 [Content-Length: 14] 
POST: 405 [Allow: GET, HEAD, OPTIONS] 405 Method Not Allowed
OPTIONS: 204 [Allow: GET, HEAD, OPTIONS] 
br, gzip: 200 [Content-Encoding: br; Vary: Accept-Encoding; Content-Type: text/javascript; charset=utf-8] brotli
gzip;q=1, br;q=0.5: 200 [Content-Encoding: gzip; Vary: Accept-Encoding; Content-Type: text/javascript; charset=utf-8] gzip
identity: 200 [Vary: Accept-Encoding; Content-Type: text/javascript; charset=utf-8] plain
deflate: 200 [Vary: Accept-Encoding; Content-Type: text/javascript; charset=utf-8] plain
identity;q=0: 406 [Vary: Accept-Encoding; Content-Type: text/plain; charset=utf-8] 406 Not Acceptable
index: 200 [Content-Type: text/html; charset=utf-8] <h1>Docs</h1>
slash: 301 [Location: /assets/docs/?a=1&b=%2F] 
 404
/ 404
/bare 404
/bare/ 404
/none 404
/style.css/ 404
//style.css 404
/index.php 404
/index.PHP 404
/config.php.bak 404
/.env 404
/%2eenv 404
/passwd 404
/fifo 404
/..%2f..%2fetc/passwd 400
/%2e%2e/x 400
/%252e%252e/x 404
/a%5c..%5cx 400
/x%00.css 400
/%c0%ae%c0%ae/x 404
/a%2fb 404
outside
source on demand: 200 [Content-Type: application/x-httpd-php] <?php secret();
200 7 dy {}
200 200000 56789
404 14 ound

200 5 plain
0
