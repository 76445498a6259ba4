<?php

declare(strict_types=1);

/** An Api with a method for each policy: policies_server.php ADDRESS WORKERS. */

use Kargo\Rpc\{Anonymous, Api, ApiKeys, Authenticate, BasicUsers, BearerTokens, Cache, Caller, Fault, Get, Header, Idempotent, OneWay, Post, RateLimit, Roles, Timeout};

/** There is none left. */
final class SoldOut extends Fault
{
    protected $code = 409;
}

final class Shop
{
    /** @return array<string, float> */
    #[Anonymous, Cache(1), Get('/prices')]
    public function prices(string $currency = 'EUR'): array
    {
        return ["tea in $currency" => 2.5];
    }

    /**
     * @param int<1, 9> $count
     * @throws SoldOut if there are not so many
     */
    #[Anonymous, Idempotent(60), RateLimit(1000, per: 1), Post('/orders', status: 201)]
    public function order(int $article, int $count): int
    {
        return $count === 9 ? throw new SoldOut('None left.') : $article;
    }

    #[Authenticate(['apiKey', 'basic']), Idempotent(60, required: true)]
    public function pay(int $sum): string
    {
        return Caller::current()->name . " paid $sum";
    }

    #[Anonymous, Idempotent(60), Post('/traced')]
    public function traced(#[Header('Idempotency-Key')] string $key = ''): string
    {
        return $key;
    }

    #[Roles(['admin', 'clerk']), Get('/stock/{article}')]
    public function stock(int $article): int
    {
        return $article % 7;
    }

    #[Roles('admin'), OneWay]
    public function restock(int $article): void
    {
    }

    #[RateLimit(5, per: 3600, by: 'caller'), Get('/me')]
    public function me(): string
    {
        return Caller::current()->name;
    }

    #[Anonymous, RateLimit(5, per: 3600), Get('/offers')]
    public function offers(int $page = 1): int
    {
        return $page;
    }

    #[Anonymous, Timeout(0.02), Get('/reports/{year}')]
    public function report(int $year, bool $isLong = true): string
    {
        Kargo\delay($isLong ? 10 : 0.001);

        return "of $year";
    }

    #[Anonymous, Get('/status')]
    public function status(): string
    {
        return 'open for ' . (Caller::current()?->name ?? 'anybody');
    }
}

$hash = fn (string $password): string => password_hash($password, PASSWORD_BCRYPT, ['cost' => 4]);
$api = new Api(title: 'Shop', namespace: 'urn:shop', auth: [
    new ApiKeys(['robot' => hash('sha256', 'key-of-robot'), 'guest' => hash('sha256', 'key-of-guest')], roles: ['robot' => ['clerk']]),
    new BasicUsers(['ann' => $hash('geheim'), 'bob' => $hash('secret')], roles: ['ann' => ['admin']], realm: 'Shop'),
    new BearerTokens('HS256', str_repeat('s', 32)),
]);
$api->export(new Shop(), as: 'shop');
$server = Kargo\Http\Server::listen($argv[1] ?? '127.0.0.1:8080');
$server->mount('/', $api);
$server->run(workers: (int) ($argv[2] ?? 1));
