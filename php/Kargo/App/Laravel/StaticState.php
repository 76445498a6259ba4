<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use ReflectionClass;
use ReflectionProperty;

/**
 * The values of a class's static properties at one time, to be put back later.
 */
final class StaticState
{
    private const CACHES = '/Cache$|^cache$|^guardableColumns$|^inflector$|^language$|^translator$|^validators$/';

    /** @param array<string, mixed> $values */
    private function __construct(private readonly array $values, private readonly Closure $write) {}

    /**
     * What the class has now, or what its declaration says, if `$isNew`: then a request has loaded it, and may have set what it
     * has. Null: it has nothing that could be set.
     */
    public static function of(string $class, bool $isNew): ?self
    {
        $reflection = new ReflectionClass($class);
        $values = array_intersect_key($isNew ? $reflection->getDefaultProperties() : $reflection->getStaticProperties(), self::names($reflection));
        $write = static function (array $values): void {
            foreach ($values as $name => $value) {
                self::$$name = $value;
            }
        };

        return $values === [] ? null : new self($values, Closure::bind($write, null, $class));
    }

    public function restore(): void
    {
        ($this->write)($this->values);
    }

    /** @return array<string, true> of the properties that are no caches */
    private static function names(ReflectionClass $class): array
    {
        $names = [];
        foreach ($class->getProperties(ReflectionProperty::IS_STATIC) as $property) {
            if (preg_match(self::CACHES, $property->name) !== 1) {
                $names[$property->name] = true;
            }
        }

        return $names;
    }
}
