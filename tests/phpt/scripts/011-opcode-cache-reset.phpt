--TEST--
A script that resets the opcode cache costs nobody anything: all is compiled anew, and the cache goes on
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
        echo json_encode([part(), $status['opcache_enabled'], $status['restart_pending'], isset($status['scripts'][__DIR__ . '/part.php'])]);
        PHP,
    'part.php' => '<?php function part() { return "one"; }',
    'reset.php' => '<?php echo json_encode(opcache_reset());',
]);
// One second is the least that the cache waits before it kills whoever still uses it.
$server = serve($root, 'processes: 2', '$server->get("/reset", fn () => ["reset" => opcache_reset()]);', ini: ['zend_extension' => 'opcache', 'opcache.enable_cli' => 1, 'opcache.file_update_protection' => 0,
    'opcache.validate_timestamps' => 0, 'opcache.force_restart_timeout' => 1], workers: 2);
echo $server->get('/index.php')->body, "\n";
file_put_contents("$root/part.php", '<?php function part() { return "two"; }');
echo $server->get('/index.php')->body, "\n";
echo $server->get('/reset.php')->body, "\n";
$answers = [];
for ($end = microtime(true) + 2.5; microtime(true) < $end;) {
    $answers[$server->get('/index.php')->body] = true;
}
echo implode("\n", array_keys($answers)), "\n";
// A handler, in a worker, can do it too.
file_put_contents("$root/part.php", '<?php function part() { return "three"; }');
echo $server->get('/reset')->body, ' ', $server->get('/index.php')->body, "\n", $server->get('/native')->body, "\n", $server->stop(), "\n";
?>
--EXPECT--
["one",true,false,true]
["one",true,false,true]
true
["two",true,false,true]
{"reset":true} ["three",true,false,true]
native
0
