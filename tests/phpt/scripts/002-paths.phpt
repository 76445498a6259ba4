--TEST--
Which script a path means, and what is never shown
--FILE--
<?php
require __DIR__ . '/site.inc';
$show = '<?php echo basename(__FILE__), " ", json_encode(array_map(fn ($name) => $_SERVER[$name] ?? null, '
    . '["SCRIPT_NAME", "PATH_INFO", "PHP_SELF", "REQUEST_URI", "QUERY_STRING"]), JSON_UNESCAPED_SLASHES);';
$root = site([
    'index.php' => $show, 'tool.php' => $show, 'admin/index.php' => $show, 'admin/deep/x.php' => $show,
    '.hidden.php' => $show, '.git/config' => 'secret', 'notes.txt' => 'secret', 'lib.inc' => '<?php secret', 'a b.php' => $show,
]);
symlink('/etc/hostname', "$root/out.php");
symlink("$root/tool.php", "$root/in.php");
$server = serve($root);
$paths = [
    '/', '/?a=1', '/poll/1?x=%20', '/tool.php', '/tool.php/more/of%20it?q', '/admin', '/admin?x=1', '/admin/', '/admin/deep/x.php/i',
    '/admin/deep', '/a%20b.php', '/in.php', '/out.php', '/.hidden.php', '/.git/config', '/notes.txt', '/lib.inc', '/../tool.php', '/%2e%2e/tool.php',
    '/tool.php%00.txt', '/admin//deep/x.php', '/tool.php%2fmore', '/TOOL.PHP', '/admin\\deep',
];
foreach ($paths as $path) {
    $response = $server->get($path);
    echo str_pad($path, 28), $response->status, ' ', $response->header('location') ?? trim($response->body), "\n";
}
$server = serve("$root/tool.php");
echo $server->get('/any/thing')->body, "\n", $server->get('/tool.php/rest')->body, "\n", $server->get('/')->body, "\n";
$server = serve($root, 'frontController: null');
echo $server->get('/any')->status, $server->get('/')->status, $server->get('/tool.php')->status, "\n";
$server = Server::start("\$s = Kargo\\Http\\Server::listen('127.0.0.1:0'); \$s->mount('/app', new Kargo\\App\\Scripts('$root')); \$s->run(1);");
foreach (['/app', '/app/', '/app/tool.php/x', '/app/y', '/apple', '/app/admin'] as $path) {
    $response = $server->get($path);
    echo str_pad($path, 28), $response->status, ' ', $response->header('location') ?? trim($response->body), "\n";
}
?>
--EXPECT--
/                           200 index.php ["/index.php",null,"/index.php","/",""]
/?a=1                       200 index.php ["/index.php",null,"/index.php","/?a=1","a=1"]
/poll/1?x=%20               200 index.php ["/index.php","/poll/1","/index.php/poll/1","/poll/1?x=%20","x=%20"]
/tool.php                   200 tool.php ["/tool.php",null,"/tool.php","/tool.php",""]
/tool.php/more/of%20it?q    200 tool.php ["/tool.php","/more/of it","/tool.php/more/of it","/tool.php/more/of%20it?q","q"]
/admin                      301 /admin/
/admin?x=1                  301 /admin/?x=1
/admin/                     200 index.php ["/admin/index.php",null,"/admin/index.php","/admin/",""]
/admin/deep/x.php/i         200 x.php ["/admin/deep/x.php","/i","/admin/deep/x.php/i","/admin/deep/x.php/i",""]
/admin/deep                 200 index.php ["/index.php","/admin/deep","/index.php/admin/deep","/admin/deep",""]
/a%20b.php                  200 a b.php ["/a b.php",null,"/a b.php","/a%20b.php",""]
/in.php                     200 tool.php ["/in.php",null,"/in.php","/in.php",""]
/out.php                    404 404 Not Found
/.hidden.php                404 404 Not Found
/.git/config                404 404 Not Found
/notes.txt                  404 404 Not Found
/lib.inc                    404 404 Not Found
/../tool.php                400 400 Bad Request
/%2e%2e/tool.php            400 400 Bad Request
/tool.php%00.txt            400 400 Bad Request
/admin//deep/x.php          200 index.php ["/index.php","/admin//deep/x.php","/index.php/admin//deep/x.php","/admin//deep/x.php",""]
/tool.php%2fmore            200 tool.php ["/tool.php","/more","/tool.php/more","/tool.php%2fmore",""]
/TOOL.PHP                   200 index.php ["/index.php","/TOOL.PHP","/index.php/TOOL.PHP","/TOOL.PHP",""]
/admin\deep                 400 400 Bad Request
tool.php ["/tool.php","/any/thing","/tool.php/any/thing","/any/thing",""]
tool.php ["/tool.php","/rest","/tool.php/rest","/tool.php/rest",""]
tool.php ["/tool.php",null,"/tool.php","/",""]
404200200
/app                        301 /app/
/app/                       200 index.php ["/app/index.php",null,"/app/index.php","/app/",""]
/app/tool.php/x             200 tool.php ["/app/tool.php","/x","/app/tool.php/x","/app/tool.php/x",""]
/app/y                      200 index.php ["/app/index.php","/y","/app/index.php/y","/app/y",""]
/apple                      404 404 Not Found
/app/admin                  301 /app/admin/
