<?php

// Several classes in one Api, each below a name of its own, with methods of the same names: their operations have dots.

declare(strict_types=1);

/** What both sides of a vote know. */
final class Poll
{
    /** @param array<string, int> $votes */
    public function __construct(public readonly string $question, public readonly array $votes = [])
    {
    }
}

final class PollClosed extends RuntimeException
{
}

final class Polls
{
    /** @throws PollClosed */
    public function vote(string $question, string $option): Poll
    {
        return $question === '' ? throw new PollClosed('closed', 7) : new Poll($question, [$option => 1]);
    }

    public function count(Poll $poll): int
    {
        return array_sum($poll->votes);
    }
}

final class Carts
{
    public function vote(int $stars): string
    {
        return str_repeat('*', $stars);
    }

    /** @param list<string> $items */
    public function count(array $items): int
    {
        return count($items);
    }
}

$api = new Kargo\Rpc\Api(title: 'Names', namespace: 'urn:names');
$api->allow(PollClosed::class);
$api->export(new Polls(), as: 'poll');
$api->export(new Carts(), as: 'shop.cart');
$api->export(fn (string $text): string => strrev($text), as: 'reverse');
$server = Kargo\Http\Server::listen('127.0.0.1:0');
$server->mount('/', $api);
$server->run(workers: 1);
