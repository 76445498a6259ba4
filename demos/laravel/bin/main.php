<?php

/** The polls on Laravel: php main.php [HOST [PORT]] */

declare(strict_types=1);

use Demo\Address;
use Demo\Config;
use Demo\Database;
use Demo\Schema;
use Demo\UserStore;
use Kargo\App\Laravel\LaravelApplication;
use Kargo\Http\Files;
use Kargo\Http\Server;

require __DIR__ . '/../../library/bootstrap.php';
require __DIR__ . '/../../../php/Kargo/autoload.php';
require __DIR__ . '/../bootstrap/autoload.php';

$config = Config::read(__DIR__ . '/../deploy/config.ini');
(new Schema($config))->install(__DIR__ . '/../../zf-apiserver/deploy');
(new UserStore(new Database($config)))->addDemoAccounts();

$server = Server::listen(Address::fromArguments($argv))->isolate($config->isolation);
$server->mount('/assets', new Files(__DIR__ . '/../../library/public', maxAge: 3600));
$server->mount('/', LaravelApplication::create(__DIR__ . '/../bootstrap/app.php'));
$server->run($config->workers);
