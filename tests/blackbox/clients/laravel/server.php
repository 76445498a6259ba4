<?php

/** The Laravel demo's application with the routes of app.php besides: server.php HOST PORT */

declare(strict_types=1);

use Demo\Config;
use Demo\Schema;
use Kargo\App\Isolation;
use Kargo\App\Laravel\LaravelApplication;
use Kargo\Http\Server;

const DEMOS = __DIR__ . '/../../../../demos';

require DEMOS . '/library/bootstrap.php';
require DEMOS . '/../php/Kargo/autoload.php';
require DEMOS . '/laravel/bootstrap/autoload.php';

(new Schema(Config::read(DEMOS . '/laravel/deploy/config.ini')))->install(DEMOS . '/zf-apiserver/deploy');

$server = Server::listen("$argv[1]:$argv[2]");
$server->mount('/', LaravelApplication::create(__DIR__ . '/app.php', reset: static fn() => ++$GLOBALS['resets']));
if (getenv('LARAVEL_BOOT') === 'two') {
    // Static properties of the framework are those of the one that answers, which the guard would tell.
    $server->mount('/second', LaravelApplication::create(__DIR__ . '/second.php'));
} else {
    $server->isolate(Isolation::Log, allow: ['$resets']);
}
$server->run(1);
