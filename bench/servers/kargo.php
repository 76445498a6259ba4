<?php

declare(strict_types=1);

/*
 * The measured server: every workload in one script.
 *
 *     php -d extension=build/kargo_event.so bench/servers/kargo.php [HOST:PORT] [WORKERS]
 *
 * WORKERS is 0 (the script's own process, no fork) where instructions or memory are counted, and 1 where time is.
 */

use Kargo\Http\Options;
use Kargo\Http\Server;
use Kargo\Rpc\Api;

$polls = new class {
    /** @return array<string, array<string, string>> */
    public function getAllPolls(): array
    {
        return ['What framework do you prefer?' => [
            'a' => 'Zend Framework',
            'b' => 'Symphony',
            'c' => 'I just write code',
        ]];
    }
};

$api = new Api(title: 'Benchmark', version: '1.0', namespace: 'urn:poll');
$api->export($polls, as: 'poll');
$api->export(fn(array $rows): array => $rows, as: 'echo');

// The memory gate holds 10,000 idle connections besides the one it asks on.
$server = Server::listen($argv[1] ?? '127.0.0.1:8080', new Options(connections: 16384));
$server->get('/hello', fn(): string => 'Hello, World!');
$server->mount('/', $api);
$server->run(workers: (int) ($argv[2] ?? 1));
