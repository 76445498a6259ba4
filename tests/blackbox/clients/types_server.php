<?php

/* An API that tells exactly what its methods were given: the same value must give the same text in every protocol. */

declare(strict_types=1);

enum Suit: string
{
    case Hearts = 'hearts';
    case Spades = 'spades';
}

enum Size: int
{
    case Small = 1;
    case Large = 3;
}

final readonly class Point
{
    public function __construct(public int $x, public float $y = 0.5, public ?string $label = null) {}
}

final readonly class Line
{
    /** @param list<Point> $through */
    public function __construct(public Point $from, public Point $to, public array $through = []) {}
}

final class Types
{
    /**
     * @param list<int> $numbers
     * @param array<string, float> $weights
     */
    public function all(
        int $int,
        float $float,
        string $text,
        bool $flag,
        ?string $nullable,
        array $numbers,
        array $weights,
        Suit $suit,
        Size $size,
        Line $line,
        DateTimeImmutable $date,
        Kargo\Rpc\Binary $bytes,
        int|string $either,
        string $default = 'none',
    ): string {
        return self::tell(get_defined_vars());
    }

    /** What a value is, to the last bit. */
    private static function tell(mixed $value): string
    {
        return match (true) {
            $value === null => 'null',
            is_bool($value) => $value ? 'true' : 'false',
            is_int($value) => "int $value",
            is_float($value) => 'float ' . bin2hex(pack('E', $value)),
            is_string($value) => 'string ' . bin2hex($value),
            $value instanceof UnitEnum => $value::class . '::' . $value->name,
            $value instanceof DateTimeInterface => $value::class . ' ' . $value->format('U.u'),
            $value instanceof Kargo\Rpc\Binary => 'bytes ' . bin2hex($value->bytes),
            is_array($value) => (array_is_list($value) ? 'list' : 'map') . self::members($value),
            default => $value::class . self::members(get_object_vars($value)),
        };
    }

    private static function members(array $values): string
    {
        $told = [];
        foreach ($values as $key => $value) {
            $told[] = json_encode($key) . ': ' . self::tell($value);
        }

        return '(' . implode(', ', $told) . ')';
    }
}

$api = new Kargo\Rpc\Api(title: 'Types');
$api->export(new Types(), as: 'types');
$server = Kargo\Http\Server::listen('127.0.0.1:0');
$server->mount('/', $api);
$server->run(workers: 1);
