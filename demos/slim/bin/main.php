<?php

/** The poll application on Slim 3: php main.php [HOST [PORT]] */

declare(strict_types=1);

use Demo\Address;
use Demo\Config;
use Demo\Database;
use Demo\Schema;
use Demo\UserStore;
use Kargo\App\Slim\SlimApplication;
use Kargo\Http\Files;
use Kargo\Http\Server;

require __DIR__ . '/../src/autoload.php';

$config = Config::read(__DIR__ . '/../deploy/config.ini');
(new Schema($config))->install(__DIR__ . '/../../zf-apiserver/deploy');
(new UserStore(new Database($config)))->addDemoAccounts();

$application = SlimApplication::create(
    require __DIR__ . '/../src/app.php',
    boot: require __DIR__ . '/../src/shared.php',
    documentRoot: realpath(__DIR__ . '/../public'),
);
$server = Server::listen(Address::fromArguments($argv))->isolate($config->isolation);
$server->mount('/assets', new Files(__DIR__ . '/../../library/public', maxAge: 3600));
$server->mount('/', $application);
$server->run($config->workers);
