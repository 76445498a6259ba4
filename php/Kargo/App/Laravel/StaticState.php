<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use ReflectionClass;
use ReflectionProperty;

/**
 * The values of a class's static properties at one time, to be put back later. A class that was not loaded then gets what
 * its declaration says.
 */
final class StaticState
{
    private const CACHES = '/Cache$|^cache$|^guardableColumns$|^inflector$|^language$|^translator$|^validators$/';

    /** @var array<string, mixed>|null null: the class is not loaded yet */
    private ?array $values = null;

    private ?Closure $write = null;

    public function __construct(private readonly string $class)
    {
        if (class_exists($class, false)) {
            $this->values = array_intersect_key((new ReflectionClass($class))->getStaticProperties(), $this->names());
        }
    }

    public function restore(): void
    {
        if ($this->write === null && !class_exists($this->class, false)) {
            return;
        }
        $this->values ??= array_intersect_key((new ReflectionClass($this->class))->getDefaultProperties(), $this->names());
        $this->write ??= Closure::bind(static function (array $values): void {
            foreach ($values as $name => $value) {
                self::$$name = $value;
            }
        }, null, $this->class);
        ($this->write)($this->values);
    }

    /** @return array<string, true> of the properties that are no caches */
    private function names(): array
    {
        $names = [];
        foreach ((new ReflectionClass($this->class))->getProperties(ReflectionProperty::IS_STATIC) as $property) {
            if (preg_match(self::CACHES, $property->name) !== 1) {
                $names[$property->name] = true;
            }
        }

        return $names;
    }
}
