--TEST--
Scripts with the opcode cache, which all processes of a server share
--SKIPIF--
<?php
$file = ini_get('extension_dir') . '/opcache.so';
is_file($file) || function_exists('opcache_get_status') || exit('skip this PHP has no opcode cache');
?>
--FILE--
<?php
require __DIR__ . '/site.inc';

$root = site([
    'index.php' => <<<'PHP'
        <?php
        require __DIR__ . '/part.php';
        $status = opcache_get_status();
        $files = array_map(basename(...), array_keys($status['scripts']));
        sort($files);
        echo json_encode([part(), $status['opcache_enabled'], array_values(array_intersect($files, ['index.php', 'part.php'])), $status['opcache_statistics']['hits'] > 0]);
        PHP,
    'part.php' => '<?php function part() { return "one"; }',
    'broken.php' => '<?php function (',
    'reset.php' => '<?php echo json_encode([opcache_invalidate(__DIR__ . "/part.php", true), opcache_compile_file(__DIR__ . "/part.php")]);',
]);
$server = serve($root, 'processes: 2, requests: 7', ini: ['zend_extension' => 'opcache', 'opcache.enable_cli' => 1, 'opcache.file_update_protection' => 0, 'opcache.revalidate_freq' => 0], workers: 2);
$get = fn (string $path) => $server->get($path);
$get('/index.php');
$answers = [];
for ($i = 0; $i < 60; $i++) {
    $answers[$get('/index.php')->body] = true;
}
echo implode("\n", array_keys($answers)), "\n";
echo $get('/broken.php')->status, ' ', $get('/reset.php')->body, "\n";
file_put_contents("$root/part.php", '<?php function part() { return "two"; } // longer than it was');
touch("$root/part.php", time() + 10);
clearstatcache();
echo json_decode($get('/index.php')->body)[0], "\n";
echo str_contains($server->log(), 'Cannot create lock') ? "no lock\n" : "locks\n";
echo $server->stop(), "\n";
?>
--EXPECT--
["one",true,["index.php","part.php"],true]
500 [true,true]
two
locks
0
