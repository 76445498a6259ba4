<?php

/**
 * An application on Zend Framework 1 that leaves behind all that a request can: php main.php DATABASE
 *
 * One worker, so that the next visitor meets what the last one left. ZEND_DIR names the framework, TRAPS_OWN_RUN makes the
 * bootstrap send the response itself, TRAPS_RESOURCE names a resource that is to run for each request.
 */

use Kargo\App\Isolation;
use Kargo\App\Zend\ZendApplication;
use Kargo\Http\Server;

require __DIR__ . '/../../../../php/Kargo/autoload.php';
set_include_path(dirname(getenv('ZEND_DIR')) . PATH_SEPARATOR . get_include_path());
require_once 'Zend/Application.php';
define('TRAPS', __DIR__);
define('DATABASE', $argv[1]);

$make = static fn(): Zend_Application => new Zend_Application('testing', [
    'appnamespace' => 'Traps',
    'bootstrap' => ['path' => TRAPS . '/Bootstrap.php', 'class' => 'TrapsBootstrap'],
    'resources' => [
        'frontController' => ['controllerDirectory' => TRAPS . '/controllers'],
        'layout' => ['layoutPath' => TRAPS . '/layouts'],
        'view' => ['doctype' => 'HTML5', 'charset' => 'UTF-8'],
        'locale' => ['default' => 'en_GB', 'force' => true],
        'log' => ['memory' => ['writerName' => 'Mock']],
        'session' => [
            'saveHandler' => [
                'class' => 'Zend_Session_SaveHandler_DbTable',
                'options' => [
                    'name' => 'session',
                    'primary' => 'id',
                    'modifiedColumn' => 'modified',
                    'dataColumn' => 'data',
                    'lifetimeColumn' => 'lifetime',
                ],
            ],
        ],
    ],
]);
$server = Server::listen('127.0.0.1:0')->isolate(Isolation::Log);
$server->mount('/', ZendApplication::create($make, eachRequest: [getenv('TRAPS_RESOURCE') ?: 'language']));
$server->run(workers: 1);
