<?php

declare(strict_types=1);

/*
 * Writes what public/index.php finds its classes by: FOLDER/packages.php, the packages' own autoloaders; FOLDER/classmap.php,
 * what `composer dump-autoload --classmap-authoritative` makes, of no more than the page needs; FOLDER/preload.php for
 * opcache.preload.
 *
 *     php classmap.php FRAMEWORK FOLDER PATH COOKIE
 */

[, $framework, $demo, $path, $cookie] = $argv;
$_SERVER['SCRIPT_FILENAME'] = "$demo/public/index.php";
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['REQUEST_URI'] = $path;
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['HTTP_HOST'] = '127.0.0.1:8080';
if ($cookie !== '') {
    [$name, $value] = explode('=', $cookie, 2);
    $_COOKIE[$name] = rawurldecode($value);
}
putenv('APP_RUNNING_IN_CONSOLE=false');
$_ENV['APP_RUNNING_IN_CONSOLE'] = 'false';

$slow = $framework === 'symfony' ? 'config/autoload.php' : 'bootstrap/autoload.php';
file_put_contents("$demo/packages.php", <<<PHP
    <?php
    require dirname(__DIR__, 2) . '/bench/servers/pages/isolation.php';
    require dirname(__DIR__) . '/library/bootstrap.php';
    require __DIR__ . '/$slow';
    PHP);
putenv('BENCH_AUTOLOAD=packages.php');
// The first request compiles what is compiled when it is first shown; the second one is as all that follow.
ob_start();
require "$demo/public/index.php";
ob_end_clean();
if ($framework === 'laravel') {
    // Two of a hundred requests do it.
    $app->make('session.store')->getHandler()->gc(7200);
}

// Generated classes are required by who generated them.
$isListed = static fn(string|false $file): bool => $file !== false && $file !== __FILE__
    && !preg_match('~^' . preg_quote($demo) . '/(var|storage)/~', $file);
$classes = $functions = [];
foreach ([...get_declared_interfaces(), ...get_declared_traits(), ...get_declared_classes()] as $class) {
    $reflection = new ReflectionClass($class);
    if (!$reflection->isAnonymous() && $isListed($reflection->getFileName())) {
        $classes[$reflection->getName()] = realpath($reflection->getFileName());
    }
}
foreach (get_defined_functions()['user'] as $function) {
    $reflection = new ReflectionFunction($function);
    if (!$reflection->isClosure() && $isListed($reflection->getFileName())) {
        $functions[realpath($reflection->getFileName())] ??= $function;
    }
}
$functions = array_diff_key($functions, array_flip($classes));

$list = var_export($classes, true);
$files = '';
foreach ($functions as $file => $function) {
    $files .= 'function_exists(' . var_export($function, true) . ') || require ' . var_export($file, true) . ";\n";
}
file_put_contents("$demo/classmap.php", <<<PHP
    <?php
    spl_autoload_register(static function (string \$class): void {
        static \$files = $list;
        if (isset(\$files[\$class])) {
            require \$files[\$class];
        }
    });
    $files
    PHP);
$names = var_export(array_keys($classes), true);
file_put_contents("$demo/preload.php", <<<PHP
    <?php
    require __DIR__ . '/classmap.php';
    foreach ($names as \$class) {
        class_exists(\$class) || interface_exists(\$class) || trait_exists(\$class);
    }
    PHP);
