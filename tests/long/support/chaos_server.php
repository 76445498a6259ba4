<?php

/** What tests/long/chaos drives: php chaos_server.php DRAIN_SECONDS. Every answer says which worker gave it. */

declare(strict_types=1);

use Kargo\Http\Options;
use Kargo\Http\Request;
use Kargo\Http\Response;
use Kargo\Http\Server;
use Kargo\Rpc\Api;

use function Kargo\delay;

final class Calls
{
    public function add(int $a, int $b): int
    {
        return $a + $b;
    }

    public function slow(string $text): string
    {
        delay(0.01);

        return $text;
    }

    public function throws(): never
    {
        throw new RuntimeException('chaos');
    }

    /** In the tables that all workers share: a worker may be killed while it writes. */
    #[Kargo\Rpc\Cache(0.2), Kargo\Rpc\RateLimit(1_000_000_000, per: 1.0, by: 'all')]
    public function kept(int $n): string
    {
        return str_repeat("$n ", 100);
    }

    #[Kargo\Rpc\Idempotent(5.0)]
    public function once(string $text): string
    {
        return $text;
    }

    /** Who was asked first; the same for all. */
    #[Kargo\Rpc\Cache(1e6)]
    public function first(): int
    {
        return getmypid();
    }

    #[Kargo\Rpc\RateLimit(3, per: 1e6, by: 'all')]
    public function few(): int
    {
        return 1;
    }
}

$answer = fn(string $body): Response => new Response($body, headers: ['X-Worker' => (string) getmypid()]);
$server = Server::listen('127.0.0.1:0', new Options(
    headerTimeout: 3.0,
    bodyTimeout: 3.0,
    writeTimeout: 3.0,
    drainTimeout: (float) $argv[1],
));
$server->get('/worker', fn() => $answer(''));
$server->get('/fast/{id}', fn(Request $r) => $answer('fast ' . $r->parameter('id')));
$server->get('/parked/{id}', function (Request $r) use ($answer) {
    delay(crc32($r->parameter('id')) % 50 / 1000);

    return $answer('parked ' . $r->parameter('id'));
});
$server->get('/large/{id}', fn(Request $r) => $answer(str_repeat($r->parameter('id') . "\n", 30_000)));
$server->post('/echo', fn(Request $r) => $answer($r->body()));
$server->get('/failing/{id}', fn(Request $r) => throw new RuntimeException($r->parameter('id')));
$server->get('/exit/{id}', fn() => exit(1));
$server->get('/late-exit/{id}', function () {
    delay(0.01);
    exit(1);
});
$server->get('/fatal', fn() => trigger_error('chaos', E_USER_ERROR));

$api = new Api(title: 'Chaos', namespace: 'urn:calls');
$api->export(new Calls(), as: 'calls');
$server->mount('/', $api);
$server->run(workers: 4);
