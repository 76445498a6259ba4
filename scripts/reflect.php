<?php

/**
 * Prints every declaration of stub files, or of the loaded extension, one per line and in one order, so that the two
 * can be compared: php scripts/reflect.php php/stubs/*.stub.php | php scripts/reflect.php --extension
 */

declare(strict_types=1);

exit(main($argv));

/** @param list<string> $arguments */
function main(array $arguments): int
{
    $sources = array_slice($arguments, 1);
    if ($sources === ['--extension']) {
        $extension = new ReflectionExtension('kargo_event');
        [$classes, $functions] = [$extension->getClasses(), $extension->getFunctions()];
        $constants = $extension->getConstants();
    } else {
        [$classes, $functions, $constants] = declarationsOf($sources);
    }
    $lines = [];
    foreach ($constants as $name => $value) {
        $lines[] = "const $name = " . var_export($value, true);
    }
    foreach ($functions as $function) {
        $lines[] = 'function ' . $function->getName() . signature($function);
    }
    foreach ($classes as $class) {
        array_push($lines, ...classLines($class));
    }
    sort($lines);
    echo implode("\n", $lines), "\n";

    return 0;
}

/**
 * @param list<string> $files
 * @return array{list<ReflectionClass<object>>, list<ReflectionFunction>, array<string, int>}
 */
function declarationsOf(array $files): array
{
    $before = [get_declared_classes(), get_declared_interfaces(), get_declared_traits()];
    $functions = get_defined_functions()['user'];
    foreach ($files as $file) {
        require $file;
    }
    $after = [get_declared_classes(), get_declared_interfaces(), get_declared_traits()];
    $names = array_diff(array_merge(...$after), array_merge(...$before));

    return [
        array_map(fn (string $name) => new ReflectionClass($name), array_values($names)),
        array_map(
            fn (string $name) => new ReflectionFunction($name),
            array_values(array_diff(get_defined_functions()['user'], $functions)),
        ),
        get_defined_constants(true)['user'] ?? [],
    ];
}

/**
 * @param ReflectionClass<object> $class
 * @return list<string>
 */
function classLines(ReflectionClass $class): array
{
    $name = $class->getName();
    $kind = match (true) {
        $class->isEnum() => 'enum',
        $class->isInterface() => 'interface',
        $class->isTrait() => 'trait',
        default => 'class',
    };
    $modifiers = implode(' ', Reflection::getModifierNames($class->getModifiers()));
    $parent = $class->getParentClass() ? ' extends ' . $class->getParentClass()->getName() : '';
    $interfaces = $class->getInterfaceNames();
    sort($interfaces);
    $lines = [trim("$modifiers $kind $name$parent implements " . implode(', ', $interfaces))];
    foreach ($class->getReflectionConstants() as $constant) {
        if ($constant->getDeclaringClass()->getName() === $name) {
            $lines[] = "$name::{$constant->getName()} " . implode(' ', Reflection::getModifierNames($constant->getModifiers()));
        }
    }
    foreach ($class->getProperties() as $property) {
        if ($property->getDeclaringClass()->getName() === $name) {
            $lines[] = "$name::\${$property->getName()} {$property->getType()} "
                . implode(' ', Reflection::getModifierNames($property->getModifiers()));
        }
    }
    foreach ($class->getMethods() as $method) {
        if ($method->getDeclaringClass()->getName() === $name) {
            $modifiers = implode(' ', Reflection::getModifierNames($method->getModifiers()));
            $lines[] = "$name::{$method->getName()}() $modifiers" . signature($method);
        }
    }

    return $lines;
}

function signature(ReflectionFunctionAbstract $function): string
{
    $parameters = array_map(parameter(...), $function->getParameters());
    $returns = $function->getReturnType() ?? $function->getTentativeReturnType();

    return ($function->returnsReference() ? ' &' : ' ') . '(' . implode(', ', $parameters) . ')'
        . ($returns === null ? '' : ": $returns");
}

function parameter(ReflectionParameter $parameter): string
{
    $isKnown = $parameter->isDefaultValueAvailable()
        && !($parameter->isDefaultValueConstant() && $parameter->getDefaultValueConstantName() === 'UNKNOWN');
    $default = $isKnown ? ' = ' . strtr(var_export($parameter->getDefaultValue(), true), "\n", ' ') : '';

    return trim($parameter->getType() . ' ' . ($parameter->isPassedByReference() ? '&' : '')
        . ($parameter->isVariadic() ? '...' : '') . '$' . $parameter->getName()
        . ($parameter->isOptional() && !$parameter->isVariadic() && $default === '' ? ' = ?' : '') . $default);
}
