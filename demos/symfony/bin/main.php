<?php

/** The poll application on Symfony: php main.php [HOST [PORT]] */

declare(strict_types=1);

use App\Kernel;
use Demo\Address;
use Demo\Config;
use Demo\Database;
use Demo\Schema;
use Demo\UserStore;
use Kargo\App\Symfony\KernelApplication;
use Kargo\Http\Files;
use Kargo\Http\Server;

require __DIR__ . '/../../library/bootstrap.php';
require __DIR__ . '/../../../php/Kargo/autoload.php';
require __DIR__ . '/../config/autoload.php';

$config = Config::read(__DIR__ . '/../deploy/config.ini');
(new Schema($config))->install(__DIR__ . '/../../zf-apiserver/deploy');
(new UserStore(new Database($config)))->addDemoAccounts();

// Nobody else on this machine may read what visitors' sessions hold.
$sessions = __DIR__ . '/../data/sessions';
is_dir($sessions) || mkdir($sessions, 0o700, recursive: true);

// The framework signs with it; here nothing that must outlive the server.
$_ENV['APP_SECRET'] = getenv('APP_SECRET') ?: bin2hex(random_bytes(32));

$server = Server::listen(Address::fromArguments($argv))->isolate($config->isolation);
$server->mount('/assets', new Files(__DIR__ . '/../../library/public', maxAge: 3600));
$server->mount('/', KernelApplication::of(static fn(): Kernel => new Kernel('prod', false)));
$server->run($config->workers);
