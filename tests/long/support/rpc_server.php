<?php

/** What tests/long/rpc-memory and tests/long/chaos call: every protocol, policy and kind of failure. rpc_server.php WORKERS */

declare(strict_types=1);

use Kargo\Http\{Options, Server};
use Kargo\Rpc\{Api, ApiKeys, Cache, Fault, Get, Idempotent, OneWay, Post, RateLimit, SoapHeader};

final class Place
{
    public function __construct(public readonly string $city, public readonly ?int $zip = null)
    {
    }
}

final class Order
{
    /** @param list<Place> $stops */
    public function __construct(public readonly string $name, public readonly Place $to, public readonly array $stops = [])
    {
    }
}

final class Closed extends RuntimeException
{
}

final class Orders
{
    public function add(int $a, int $b): int
    {
        return $a + $b;
    }

    public function echo(Order $order): Order
    {
        return $order;
    }

    #[Get('/orders/{name}/{zip}')]
    public function show(string $name, int $zip): Order
    {
        return new Order($name, new Place('x', $zip));
    }

    #[Post('/orders')]
    public function create(#[Kargo\Rpc\Body] Order $order): string
    {
        return $order->name;
    }

    public function who(#[SoapHeader] ?Order $session = null): string
    {
        return $session?->name ?? 'nobody';
    }

    #[OneWay]
    public function note(string $text): void
    {
    }

    /** @throws Closed always */
    public function closed(): void
    {
        throw new Closed('closed', 3);
    }

    public function fault(): void
    {
        throw new Fault('no', 7, ['a' => [1, 2]]);
    }

    public function secret(string $text = ''): void
    {
        throw new LogicException("secret $text");
    }

    #[RateLimit(1, per: 1e6)]
    public function limited(): int
    {
        return 1;
    }

    #[Cache(1e6)]
    public function kept(int $n): Order
    {
        return new Order("n$n", new Place('x', $n));
    }

    public function leak(): int
    {
        static $kept = [];

        return array_push($kept, str_repeat('x', 500));
    }

    #[Idempotent(1e6)]
    public function once(int $n): string
    {
        return "$n " . getmypid();
    }
}

/** The table of kept results is full after a few of them. */
$api = new Api(title: 'Orders', namespace: 'urn:orders', sharedBytes: 1 << 20);
$api->allow(Closed::class);
$api->export(new Orders());
$guarded = new Api(title: 'Guarded', auth: new ApiKeys(['me' => hash('sha256', 'key')]));
$guarded->export(new Orders());
$server = Server::listen('127.0.0.1:0', new Options(drainTimeout: 10.0));
$server->mount('/', $api);
$server->mount('/guarded', $guarded);
$server->run(workers: (int) $argv[1]);
