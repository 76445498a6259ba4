<?php

/* An API whose methods fail in every way, with secrets in all that a careless server would send. */

declare(strict_types=1);

namespace Leaky\Internal;

const SECRET = 'SECRET-7f3a';

final class SecretException extends \RuntimeException
{
    public string $password = SECRET;

    public function __toString(): string
    {
        return SECRET;
    }
}

final readonly class Picky
{
    public function __construct(public int $number)
    {
        if ($number > 9) {
            throw new \InvalidArgumentException(SECRET . " in the constructor, $number");
        }
        if ($number > 8) {
            throw new SecretException(SECRET);
        }
    }
}

final class Unwilling implements \JsonSerializable
{
    public function jsonSerialize(): mixed
    {
        throw new SecretException(SECRET);
    }
}

final class Noisy
{
    public function __destruct()
    {
        throw new SecretException(SECRET);
    }
}

final class Service
{
    public function ok(): string
    {
        return 'fine';
    }

    public function database(): never
    {
        throw new \PDOException('SQLSTATE[HY000] [1045] Access denied for ' . SECRET . ' (using mysql:host=' . SECRET . ')');
    }

    public function chain(): never
    {
        throw new \LogicException(SECRET, 7, new SecretException(SECRET));
    }

    public function type(): int
    {
        return \strlen([SECRET]);
    }

    public function divide(): int
    {
        return 1 % (int) '0';
    }

    public function missing(): mixed
    {
        return \SECRET_7f3a\nowhere(SECRET);
    }

    public function match(): mixed
    {
        return match (SECRET) {};
    }

    public function fatal(): mixed
    {
        return require __DIR__ . '/' . SECRET . '.php';
    }

    public function quits(): mixed
    {
        exit(SECRET);
    }

    public function prints(): string
    {
        echo SECRET;
        trigger_error(SECRET, E_USER_WARNING);
        $array = [];
        $ignored = @$array[SECRET];
        error_log(SECRET);

        return 'printed';
    }

    public function unwilling(): mixed
    {
        return new Unwilling();
    }

    public function resource(): mixed
    {
        return ['secret' => fopen('php://memory', 'r')];
    }

    public function closure(): mixed
    {
        return fn() => SECRET;
    }

    public function noisy(): string
    {
        new Noisy();

        return 'noise';
    }

    public function binary(): string
    {
        return SECRET . "\xff\xfe";
    }

    public function picky(Picky $picky): int
    {
        return $picky->number;
    }

    public function recursion(int $depth = 0): int
    {
        return $this->memory(SECRET);
    }

    private function memory(string $text): int
    {
        $all = [];
        while (true) {
            $all[] = str_repeat($text, 10_000);
        }
    }
}

final class Unreachable
{
    public function any(): string
    {
        return SECRET;
    }
}

$api = new \Kargo\Rpc\Api(title: 'Leaky');
$api->export(new Service(), as: 'leaky');
$api->export(function (): Unreachable { throw new \PDOException(SECRET); }, as: 'unreachable');
$server = \Kargo\Http\Server::listen('127.0.0.1:0');
$server->mount('/', $api);
$server->run(workers: 1);
