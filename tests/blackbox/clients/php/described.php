<?php

declare(strict_types=1);

use Kargo\Rpc\{Api, Deprecated, Fault};

enum Suit: string
{
    case Hearts = 'H';
    case Spades = 'S';
}

/** A card of a pack. */
final class Card
{
    public function __construct(
        public readonly Suit $suit,
        public readonly int $rank = 1,
        public readonly ?Card $below = null,
    ) {
    }
}

final class Torn extends Fault
{
}

final class Pack
{
    /**
     * Puts a card on another one.
     *
     * Both stay as they were.
     *
     * @param Card $card the upper one
     * @throws Torn the card is no more
     */
    public function put(Card $card, ?Card $on = null): Card
    {
        if ($card->rank === 0) {
            throw new Torn('it is torn', 17, ['rank' => 0]);
        }

        return new Card($card->suit, $card->rank, $on);
    }

    /** @param list<Card> $cards
     *  @return array<string, int<0, max>> how many there are of each suit */
    public function count(array $cards): array
    {
        return array_count_values(array_map(fn (Card $card): string => $card->suit->value, $cards));
    }

    /** @param array{rank: int, suits?: non-empty-list<Suit>} $query
     *  @return list<Card> */
    #[Deprecated('use count')]
    public function find(array $query): array
    {
        return array_map(fn (Suit $suit) => new Card($suit, $query['rank']), $query['suits'] ?? []);
    }

    public function shuffle(): void
    {
    }

    public function tear(): string
    {
        throw new LogicException('secret');
    }

    public function sum(int $first, int ...$more): int
    {
        return $first + array_sum($more);
    }
}

$api = new Api(title: 'Cards', version: '1.2');
$api->export(new Pack(), as: 'pack')->export(fn (mixed $value = null): mixed => $value, as: 'pack_put');
$server = Kargo\Http\Server::listen('127.0.0.1:0');
$server->mount('/v1', $api)->run(workers: 1);
