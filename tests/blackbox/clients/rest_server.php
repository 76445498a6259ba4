<?php

declare(strict_types=1);

/** An Api with a method for each way to be called over REST: rest_server.php ADDRESS WORKERS. */

use Kargo\Rpc\{Binary, Body, Cors, Delete, Fault, Get, Header, Patch, Post, Put, Query};

enum Kind: string
{
    case Single = 'single';
    case Multi = 'multi';
}

enum Level: int
{
    case Low = 1;
    case High = 9;
}

/** A question. */
final readonly class Poll
{
    /** @param non-empty-list<string> $options to choose from */
    public function __construct(
        public string $question,
        public array $options,
        public Kind $kind = Kind::Single,
        public ?DateTimeImmutable $ends = null,
    ) {
    }
}

final class PollExists extends RuntimeException
{
}

final class Polls
{
    /**
     * All polls.
     *
     * @return list<Poll>
     */
    public function getAll(): array
    {
        return [new Poll('Tea?', ['yes', 'no'])];
    }

    public function vote(string $option, int $count = 1): string
    {
        return "$option $count";
    }

    /** @throws PollExists if there is one with this question */
    #[Post('/polls', status: 201)]
    public function create(Poll $poll, #[Query] bool $isDraft = false): Poll
    {
        return $isDraft ? throw new PollExists('It exists.') : $poll;
    }

    /** @return array{id: int, level: ?Level, min: float|null} */
    #[Get('/polls/{id}')]
    public function show(int $id, bool $full = false, ?float $min = null, ?Level $level = null): array
    {
        return ['id' => $id, 'level' => $level, 'min' => $min];
    }

    #[Put('/polls/{key}')]
    public function replace(string $key, #[Body] Poll $poll, #[Header('X-Editor')] string $editor = 'nobody'): Poll
    {
        return $poll;
    }

    #[Patch('/polls/{id}')]
    public function change(int $id, ?string $title = null, mixed $any = null, ?Binary $raw = null): ?Binary
    {
        return $raw;
    }

    /** @throws Fault sometimes */
    #[Delete('/polls/{id}')]
    public function remove(int $id, #[Query('why')] string $reason = ''): void
    {
        $reason === 'no' && throw new Fault('Not that one.');
    }

    #[Get('/files/{path...}')]
    public function file(string $path): string
    {
        return $path;
    }

    /**
     * @param list<int> $ids
     * @param array<string, int> $weights
     * @param int<1, 10> $top
     * @param 'asc'|'desc' $order
     * @return array{ids: list<int>, top: int}
     */
    #[Get('/search')]
    public function search(
        array $ids,
        array $weights = [],
        int $top = 1,
        string $order = 'asc',
        ?DateTimeInterface $since = null,
        mixed $any = null,
    ): array {
        return ['ids' => $ids, 'top' => $top];
    }

    /**
     * @param list<list<int>> $matrix
     * @param array<string, Poll> $polls
     * @return array<string, Poll>
     * @deprecated use search
     */
    public function deep(array $matrix, array $polls, int|string|null $x = null): array
    {
        return $polls;
    }

    #[Get]
    public function now(): DateTimeInterface
    {
        return new DateTimeImmutable('2026-01-02T03:04:05Z');
    }
}

$api = new Kargo\Rpc\Api(title: 'Polls', version: '1.2', cors: new Cors(['https://example.org']));
$api->export(new Polls(), as: 'poll')->allow(PollExists::class);
// The sum of two great ones would be INF, which no protocol can send.
$api->export(fn (int|float $a, int|float $b): int|float => max(-PHP_FLOAT_MAX, min(PHP_FLOAT_MAX, $a + $b)), as: 'add');
$server = Kargo\Http\Server::listen($argv[1] ?? '127.0.0.1:8080');
$server->mount('/', $api)->mount('/v1', $api);
$server->run(workers: (int) ($argv[2] ?? 1));
