<?php

/**
 * The poll API server: php main.php [HOST [PORT]]
 *
 * JSON-RPC at /jsonrpc, XML-RPC at /xmlrpc, SOAP at /soap, REST at /polls and so on; php test.php calls each. At / is a
 * page for people.
 */

declare(strict_types=1);

use Demo\Address;
use Demo\Config;
use Demo\Database;
use Demo\PollStore;
use Demo\Schema;
use Kargo\Http\Server;
use Kargo\Rpc\Api;

require __DIR__ . '/../../library/bootstrap.php';

$config = Config::read(__DIR__ . '/../deploy/config.ini');
(new Schema($config))->install(__DIR__ . '/../deploy');

$api = new Api(title: 'Poll API', namespace: 'urn:poll');
// A factory runs in each worker, so that each has a database connection of its own.
$api->export(fn(): Service_Poll => new Service_Poll(new PollStore(new Database($config))), as: 'poll');

$server = Server::listen(Address::fromArguments($argv));
$server->mount('/', $api);
$server->run($config->workers);
