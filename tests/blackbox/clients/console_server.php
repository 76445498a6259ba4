<?php

/* An API for the console to show: methods of every kind, texts that a careless page would run. */

declare(strict_types=1);

enum Suit: string
{
    case Hearts = 'hearts';
    case Spades = 'spades';
}

final readonly class Address
{
    public function __construct(public string $street, public ?string $zip = null) {}
}

final readonly class Person
{
    /** @param list<string> $tags */
    public function __construct(public string $name, public Address $address, public array $tags = [], public ?Suit $suit = null) {}
}

final class Polls
{
    /**
     * Vote in a poll; each user has one vote in each
     *
     * @param string $question as in getAllPolls
     * @param int $weight how much it counts
     * @return array<string, int> option's key, votes
     */
    public function vote(string $question, int $weight = 1, ?string $comment = null): array
    {
        return [$question => $weight];
    }

    /**
     * Register a person <script>document.title = 'run'</script> <img src=x onerror="document.title='run'">
     *
     * @param array<string, float> $scores by name
     */
    public function register(Person $person, Suit $suit, bool $urgent, array $scores, DateTimeImmutable $since): string
    {
        return json_encode([$person, $suit, $urgent, $scores, $since->format('c')]);
    }

    /** @deprecated use vote */
    public function old(): string
    {
        return "<script>document.title = 'run'</script>";
    }

    public function fails(): string
    {
        throw new RuntimeException('for the log');
    }
}

final readonly class Point
{
    /** @param list<int> $marks */
    public function __construct(public int $x, public int $y = 0, public array $marks = []) {}
}

final class Routes
{
    /** @return list<mixed> */
    #[Kargo\Rpc\Get('/points/{name}')]
    #[Kargo\Rpc\Delete('/points/{name}')]
    public function find(string $name, #[Kargo\Rpc\Header('X-Editor')] string $editor, int ...$ids): array
    {
        return [$name, $editor, $ids];
    }

    /** @return list<mixed> */
    #[Kargo\Rpc\Put('/points/{name}')]
    public function place(string $name, #[Kargo\Rpc\Body] Point $point, #[Kargo\Rpc\Query('unit')] string $in = 'mm'): array
    {
        return [$name, $point, $in];
    }

    /**
     * @param list<int> $deep
     * @param array<string, float> $rates
     * @return list<mixed>
     */
    public function exact(array $deep, array $rates, mixed $any, int $most = PHP_INT_MAX): array
    {
        return [$deep, $rates, json_encode($any), $most];
    }

    public function echo(string $text): string
    {
        return $text;
    }
}

$api = new Kargo\Rpc\Api(title: 'Poll API', version: '2.1');
$api->export(new Polls(), as: 'polls');
$api->export(new Routes(), as: 'routes');
$api->export(fn(int $a, int $b = 2): int => $a + $b, as: 'math.add');
// As a tool polls.old would have the same name.
$api->export(fn(): string => 'of another method', as: 'polls_old');
$server = Kargo\Http\Server::listen('127.0.0.1:0');
$server->mount($argv[1] ?? '/', $api);
$server->run(workers: 1);
