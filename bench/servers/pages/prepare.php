<?php

declare(strict_types=1);

/*
 * Makes a demo ready for production, in the ways that its framework's documentation names: caches of configuration,
 * container, routes and templates. Prints what a visitor's Cookie header is.
 *
 *     php prepare.php FRAMEWORK FOLDER        FRAMEWORK is symfony or laravel, FOLDER a copy of its demo
 */

use Demo\Config;
use Demo\Database;
use Demo\Schema;
use Demo\UserStore;

[, $framework, $demo] = $argv;
$_SERVER['SCRIPT_FILENAME'] = "$demo/bin/main.php";
require __DIR__ . '/isolation.php';
require "$demo/../library/bootstrap.php";
require $framework === 'symfony' ? "$demo/config/autoload.php" : "$demo/bootstrap/autoload.php";

$config = Config::read("$demo/deploy/config.ini");
(new Schema($config))->install("$demo/../zf-apiserver/deploy");
(new UserStore(new Database($config)))->addDemoAccounts();

echo $framework === 'symfony' ? prepare_symfony($demo) : prepare_laravel($demo);

function prepare_symfony(string $demo): string
{
    mkdir("$demo/data/sessions", 0o700, recursive: true);
    // "Dump the service container into a single file", as the chapter on performance has it, under its old and its new name.
    file_put_contents("$demo/config/packages/performance.php", <<<'PHP'
        <?php
        return static function (Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator $container): void {
            $container->parameters()->set('container.dumper.inline_factories', true);
            $container->parameters()->set('.container.dumper.inline_factories', true);
        };
        PHP);
    $kernel = new App\Kernel('prod', false);
    $kernel->boot();
    $warmer = $kernel->getContainer()->get('cache_warmer');
    $warmer->enableOptionalWarmers();
    $warmer->warmUp($kernel->getCacheDir());

    // Nobody's session is begun for who only looks at the polls.
    return '';
}

/** What artisan's config:cache and route:cache write; views are compiled when they are first shown. */
function prepare_laravel(string $demo): string
{
    is_dir("$demo/bootstrap/cache") || mkdir("$demo/bootstrap/cache");
    $app = require "$demo/bootstrap/app.php";
    $app->make(Illuminate\Contracts\Http\Kernel::class)->bootstrap();
    $encrypter = $app->make('encrypter');

    // The session of a visitor who has been here before.
    $name = $app->make('config')->get('session.cookie');
    $id = str_repeat('visitor0', 5);
    $prefix = Illuminate\Cookie\CookieValuePrefix::create($name, $encrypter->getKey());
    $cookie = $name . '=' . rawurlencode($encrypter->encrypt($prefix . $id, false));

    $settings = var_export($app->make('config')->all(), true);
    $routes = $app->make('router')->getRoutes();
    foreach ($routes as $route) {
        $route->prepareForSerialization();
    }
    $compiled = var_export($routes->compile(), true);
    file_put_contents($app->getCachedConfigPath(), "<?php return $settings;\n");
    file_put_contents($app->getCachedRoutesPath(), "<?php app('router')->setCompiledRoutes($compiled);\n");

    return $cookie;
}
