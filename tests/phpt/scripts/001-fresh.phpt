--TEST--
Each request starts fresh: classes, functions, constants, statics, settings and included files are its own
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site([
    'index.php' => <<<'PHP'
        <?php
        require_once __DIR__ . '/inc/counter.php';
        class Counter { public static int $count = 0; }
        function counted(): int { static $count = 0; return ++$count; }
        define('ONCE', 1);
        Counter::$count++;
        $GLOBALS['seen'] = ($GLOBALS['seen'] ?? 0) + 1;
        echo Counter::$count, counted(), ONCE, $GLOBALS['seen'], included(), ' ', ini_get('precision'), date_default_timezone_get(),
            getenv('LEFT') ?: '-', ob_get_level(), class_exists('OfTheServer') ? ' leak' : '';
        ini_set('precision', '3'); date_default_timezone_set('Asia/Tokyo'); putenv('LEFT=1'); chdir('/'); setlocale(LC_ALL, 'C');
        set_error_handler(fn () => true); ob_start(); umask(0); mt_srand(1);
        PHP,
    'inc/counter.php' => '<?php function included(): int { static $n = 0; return ++$n; }',
]);
$server = serve($root, 'processes: 1', 'class OfTheServer {}');
$first = $server->get('/')->body;
echo $first, "\n";
for ($i = 0; $i < 20; $i++) {
    $again = $server->get('/')->body;
    $again === $first || print "different: $again\n";
}
echo $server->get('/native')->body, "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
11111 14UTC-1
native
0
