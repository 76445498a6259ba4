<?php

declare(strict_types=1);

namespace Kargo\App\Zend;

use ArrayObject;
use Closure;
use PDO;
use ReflectionClass;
use ReflectionProperty;
use Zend_Db_Adapter_Abstract;

/**
 * What the framework had when the application was booted, to be put back after each request:
 *
 * - static properties of all classes of Zend Framework, also of those that are loaded later: Zend_Session, its namespaces and
 *   their locks, FlashMessenger, Zend_Auth, Zend_Registry, Zend_Locale, plugin loaders …;
 * - properties of all objects of the framework's classes, and of classes derived from them, that are reachable from these and
 *   from the roots: front controller with request, response, router, dispatcher and plugins, action helpers, view and layout
 *   with their variables, placeholders, the bootstrap with its resources, adapters, forms …;
 * - entries of ArrayObjects in them: the registry's, for instance.
 *
 * Objects stay the objects they are. A database adapter keeps its connection, and a transaction that was left open on one of
 * PDO is rolled back. Not looked into: objects of other classes, and static properties of the application's own; they are
 * for docs/ISOLATION.md's guard to tell.
 */
final class KeptState
{
    private const PREFIXES = ['Zend_', 'ZendX_'];

    /** What get_mangled_object_vars() calls the connection of a Zend_Db_Adapter_Abstract. */
    private const CONNECTION = "\0*\0_connection";

    /** @var list<array{ReflectionProperty, mixed}> static property, its value */
    private array $statics = [];

    /** @var array<int, array{object, array<string, mixed>, array<mixed>|null}> object, its properties, the entries of an ArrayObject */
    private array $objects = [];

    /** @var array<string, true> names of classes whose static properties are known */
    private array $classes = [];

    /** @var array<string, bool> class → is it, or a parent of it, the framework's? */
    private array $isOurs = [];

    public function __construct(object ...$roots)
    {
        $this->addClasses(static fn(ReflectionProperty $property): mixed => $property->getValue());
        $this->addObjects([$roots, array_column($this->statics, 1)]);
    }

    /** To be called after each request. */
    public function restore(): void
    {
        // Classes that came since begin with what they declare.
        $this->addClasses(static fn(ReflectionProperty $property): mixed => $property->getDefaultValue());
        foreach ($this->statics as [$property, $value]) {
            if ($property->getValue() !== $value) {
                $property->setValue(null, $value);
            }
        }
        foreach ($this->objects as [$object, $properties, $entries]) {
            if ($object instanceof Zend_Db_Adapter_Abstract) {
                self::rollBack($object);
            }
            $now = self::properties($object);
            if ($now !== $properties) {
                self::putBack($object, $now, $properties);
            }
            if ($entries !== null && $object->getArrayCopy() !== $entries) {
                $object->exchangeArray($entries);
            }
        }
    }

    /** @param callable(ReflectionProperty): mixed $value what a static property is to have */
    private function addClasses(callable $value): void
    {
        $names = get_declared_classes();
        if (count($names) === count($this->classes)) {
            return;
        }
        foreach (array_diff($names, array_keys($this->classes)) as $name) {
            $this->classes[$name] = true;
            if (!self::isFrameworks($name)) {
                continue;
            }
            foreach ((new ReflectionClass($name))->getProperties(ReflectionProperty::IS_STATIC) as $property) {
                if ($property->class === $name && $property->isInitialized()) {
                    $this->statics[] = [$property, $value($property)];
                }
            }
        }
    }

    /** @param list<mixed> $values where to begin */
    private function addObjects(array $values): void
    {
        while ($values !== []) {
            $value = array_pop($values);
            if (is_array($value)) {
                array_push($values, ...array_values(array_filter($value, static fn(mixed $one): bool => is_array($one) || is_object($one))));
            } elseif (is_object($value) && !isset($this->objects[spl_object_id($value)]) && $this->isOurs($value)) {
                $properties = self::properties($value);
                $entries = $value instanceof ArrayObject ? $value->getArrayCopy() : null;
                $this->objects[spl_object_id($value)] = [$value, $properties, $entries];
                array_push($values, $properties, $entries);
            }
        }
    }

    private function isOurs(object $object): bool
    {
        return $this->isOurs[$object::class] ??= $object::class === ArrayObject::class
            || array_filter([$object::class, ...class_parents($object)], self::isFrameworks(...)) !== [];
    }

    private static function isFrameworks(string $class): bool
    {
        return array_filter(self::PREFIXES, static fn(string $prefix): bool => str_starts_with($class, $prefix)) !== [];
    }

    /** @return array<string, mixed> values, where the object may have references */
    private static function properties(object $object): array
    {
        $properties = [];
        foreach (get_mangled_object_vars($object) as $name => $value) {
            $properties[$name] = $value;
        }
        if ($object instanceof Zend_Db_Adapter_Abstract) {
            unset($properties[self::CONNECTION]);
        }

        return $properties;
    }

    /**
     * @param array<string, mixed> $now
     * @param array<string, mixed> $before
     */
    private static function putBack(object $object, array $now, array $before): void
    {
        foreach (array_diff_key($now, $before) as $name => $value) {
            self::inScope($object, (string) $name, static function (object $object, string $name): void {
                unset($object->$name);
            });
        }
        foreach ($before as $name => $value) {
            if (!array_key_exists($name, $now) || $now[$name] !== $value) {
                self::inScope($object, (string) $name, static function (object $object, string $name) use ($value): void {
                    $object->$name = $value;
                });
            }
        }
    }

    /** Calls $work as code of the class that declares the property. */
    private static function inScope(object $object, string $mangled, Closure $work): void
    {
        // "\0Class\0name" is private, "\0*\0name" protected.
        [, $class, $name] = $mangled[0] === "\0" ? explode("\0", $mangled, 3) : ['', '*', $mangled];
        Closure::bind($work, null, $class === '*' ? $object::class : $class)($object, $name);
    }

    private static function rollBack(Zend_Db_Adapter_Abstract $adapter): void
    {
        $connection = get_mangled_object_vars($adapter)[self::CONNECTION] ?? null;
        if ($connection instanceof PDO && $connection->inTransaction()) {
            $connection->rollBack();
        }
    }
}
