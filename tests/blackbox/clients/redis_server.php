<?php

/* An API that keeps the state of its policies in Redis: php redis_server.php STORE COUNTER. COUNTER gets a line for each run. */

declare(strict_types=1);

use Kargo\Rpc\{Cache, Idempotent, RateLimit};

/** Notes a run, and says which one of its name it is. */
function ran(string $name): int
{
    global $argv;
    file_put_contents($argv[2], "$name\n", FILE_APPEND | LOCK_EX);
    return array_count_values(file($argv[2], FILE_IGNORE_NEW_LINES))[$name];
}

final class Shop
{
    public function open(): string
    {
        return 'open';
    }

    #[RateLimit(5, per: 3600, by: 'all')]
    public function limited(): string
    {
        ran('limited');
        return 'allowed';
    }

    #[RateLimit(1, per: 3600, by: 'all'), RateLimit(3, per: 3600)]
    public function twice(): string
    {
        ran('twice');
        return 'allowed';
    }

    #[RateLimit(2, per: 0.5, by: 'all')]
    public function often(): string
    {
        return 'allowed';
    }

    #[Cache(60)]
    public function prices(string $currency): string
    {
        ran("prices $currency");
        Kargo\delay(0.3);
        return "prices in $currency";
    }

    #[Cache(60)]
    public function page(int $number): string
    {
        return str_repeat(chr(65 + $number % 26), 10_000);
    }

    #[Cache(60)]
    public function large(): string
    {
        return str_repeat('a', 600_000) . ran('large');
    }

    #[Idempotent]
    public function order(string $article): string
    {
        $number = ran("order $article");
        Kargo\delay(0.2);
        return "ordered $article $number";
    }

    #[Idempotent]
    public function quick(string $article): string
    {
        return "ordered $article " . ran("quick $article");
    }

    #[Idempotent]
    public function fails(string $article): string
    {
        throw new Kargo\Rpc\Fault("no $article " . ran("fails $article"), 77);
    }

    /** Longer than a claim holds by itself. */
    #[Idempotent]
    public function long(): string
    {
        $number = ran('long');
        error_log('at work');
        Kargo\delay(5);
        return "done $number";
    }

    #[Cache(60)]
    public function dying(): string
    {
        return $this->dieOnce('dying');
    }

    #[Idempotent]
    public function paying(): string
    {
        return $this->dieOnce('paying');
    }

    private function dieOnce(string $name): string
    {
        if (ran($name) === 1) {
            error_log('at work ' . getmypid());
            Kargo\delay(60);
        }
        return 'made';
    }
}

$api = new Kargo\Rpc\Api(title: 'Shop', store: $argv[1]);
$api->export(new Shop(), as: 'shop');
$server = Kargo\Http\Server::listen('127.0.0.1:0');
$server->mount('/', $api);
$server->run(workers: 2);
