<?php

/**
 * The polls on Zend Framework 1: php main.php [HOST [PORT]]
 *
 * The framework is not part of this: README.md says where it comes from.
 */

declare(strict_types=1);

use Demo\Address;
use Demo\Config;
use Demo\Database;
use Demo\Schema;
use Demo\UserStore;
use Kargo\App\Zend\ZendApplication;
use Kargo\Http\Files;
use Kargo\Http\Server;

require __DIR__ . '/../../library/bootstrap.php';
require __DIR__ . '/../../../php/Kargo/autoload.php';

$zend = getenv('ZEND_DIR') ?: __DIR__ . '/../library/Zend';
if (!is_file("$zend/Application.php")) {
    throw new RuntimeException(
        'Zend Framework 1 is not there: link the folder library/Zend of its successor, shardj/zf1-future, as'
        . ' demos/zf/library/Zend, or name that folder in the environment variable ZEND_DIR',
    );
}
set_include_path(dirname($zend) . PATH_SEPARATOR . get_include_path());

$config = Config::read(__DIR__ . '/../deploy/config.ini');
(new Schema($config))->install(__DIR__ . '/../../zf-apiserver/deploy');
(new UserStore(new Database($config)))->addDemoAccounts();

$server = Server::listen(Address::fromArguments($argv))->isolate($config->isolation);
$server->mount('/assets', new Files(__DIR__ . '/../../library/public', maxAge: 0));
$server->mount('/', ZendApplication::create(static fn(): Zend_Application => require __DIR__ . '/../application/application.php'));
restore_exception_handler(); // the one of scripts, which ends the process: from here on the server answers and logs
$server->run($config->workers);
