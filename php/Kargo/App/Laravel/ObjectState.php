<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use ReflectionProperty;

/** The values of an object's properties at one time, to be put back later. What they point to is not copied. */
final readonly class ObjectState
{
    /** @var list<array{Closure, array<string, mixed>}> per class that declares properties: what writes them, and the values */
    private array $values;

    /**
     * @param list<string>|null $only names of the properties to put back; null: all
     * @param list<string> $except names of those to leave alone
     */
    public function __construct(private object $object, ?array $only = null, array $except = [])
    {
        $values = [];
        // The keys of the array are "name", "\0*\0name" for protected and "\0Class\0name" for private properties.
        foreach ((array) $object as $key => $value) {
            $parts = explode("\0", (string) $key);
            $name = $parts[2] ?? $parts[0];
            $class = ($parts[1] ?? '*') === '*' ? $object::class : $parts[1];
            $isMeant = $only === null ? !in_array($name, $except, true) : in_array($name, $only, true);
            if ($isMeant && !(property_exists($class, $name) && (new ReflectionProperty($class, $name))->isReadOnly())) {
                $values[$class][$name] = $value;
            }
        }
        $this->values = array_map(
            static fn(string $class, array $ofClass): array => [self::writer($class), $ofClass],
            array_keys($values),
            $values,
        );
    }

    public function restore(): void
    {
        foreach ($this->values as [$write, $values]) {
            $write($this->object, $values);
        }
    }

    private static function writer(string $class): Closure
    {
        $write = static function (object $object, array $values): void {
            foreach ($values as $name => $value) {
                $object->$name = $value;
            }
        };

        return Closure::bind($write, null, $class);
    }
}
