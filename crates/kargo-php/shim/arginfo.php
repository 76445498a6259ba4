<?php

/**
 * Turns the stub files into a C header: argument tables, method tables, and the registration of classes, functions and
 * constants.
 *
 * Used by build.rs: php arginfo.php STUB... > kargo_classes.h. Run without the extension loaded, since it declares the
 * stubs' classes itself and reads them by reflection. A method Kargo\Http\Server::listen is implemented by the
 * Rust function kargo_http_server_listen, a function Kargo\delay by kargo_fn_delay, a function event_add of the global
 * namespace by kargo_classic_event_add.
 */

declare(strict_types=1);

$stubs = array_map('realpath', array_slice($argv, 1));
foreach ($stubs as $stub) {
    require $stub;
}

const BUILTIN = [
    'null' => 'MAY_BE_NULL', 'bool' => 'MAY_BE_BOOL', 'false' => 'MAY_BE_FALSE', 'int' => 'MAY_BE_LONG',
    'float' => 'MAY_BE_DOUBLE', 'string' => 'MAY_BE_STRING', 'array' => 'MAY_BE_ARRAY', 'object' => 'MAY_BE_OBJECT',
    'callable' => 'MAY_BE_CALLABLE', 'mixed' => 'MAY_BE_ANY', 'void' => 'MAY_BE_VOID', 'static' => 'MAY_BE_STATIC',
    'never' => 'MAY_BE_NEVER',
];

/** @return array{string, list<string>} the C mask and the class names of a type */
function typeParts(?ReflectionType $type): array
{
    $mask = [];
    $classes = [];
    $members = $type instanceof ReflectionUnionType ? $type->getTypes() : [$type];
    foreach ($members as $member) {
        if (!$member instanceof ReflectionNamedType) {
            throw new LogicException('the stub uses a type this generator does not know');
        }
        if (isset(BUILTIN[$member->getName()])) {
            $mask[] = BUILTIN[$member->getName()];
        } else {
            $classes[] = $member->getName() === 'self' ? throw new LogicException('write the class name') : $member->getName();
        }
        if ($member->allowsNull() && $member->getName() !== 'mixed' && $member->getName() !== 'null') {
            $mask[] = 'MAY_BE_NULL';
        }
    }
    return [implode('|', array_unique($mask)) ?: '0', $classes];
}

function cString(string $text): string
{
    return '"' . addcslashes($text, "\\\"\n\r\t") . '"';
}

/** Whether leaving an optional parameter out is not the same as any value: "= UNKNOWN", as PHP's own stubs write it. */
function isUnknown(ReflectionParameter $parameter): bool
{
    return $parameter->isDefaultValueConstant() && preg_match('/(^|\\\\)UNKNOWN$/', $parameter->getDefaultValueConstantName());
}

function defaultText(ReflectionParameter $parameter): string
{
    if (!$parameter->isDefaultValueAvailable() || isUnknown($parameter)) {
        return 'NULL';
    }
    $value = $parameter->getDefaultValue();
    if ($value instanceof UnitEnum) {
        return cString('\\' . $value::class . '::' . $value->name);
    }
    return cString(is_array($value) ? json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES) : (is_float($value) ? var_export($value, true) : (is_null($value) ? 'null' : (is_bool($value) ? var_export($value, true) : (is_string($value) ? '"' . addcslashes($value, '"\\') . '"' : (string) $value)))));
}

function argInfo(string $name, ReflectionFunctionAbstract $function): string
{
    $required = $function->getNumberOfRequiredParameters();
    $type = $function->getReturnType();
    if ($type === null) {
        $out = "ZEND_BEGIN_ARG_INFO_EX($name, 0, 0, $required)\n";
    } else {
        [$mask, $classes] = typeParts($type);
        $out = $classes === []
            ? "ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX($name, 0, $required, $mask)\n"
            : "ZEND_BEGIN_ARG_WITH_RETURN_OBJ_TYPE_MASK_EX($name, 0, $required, " . implode('|', array_map('addslashes', $classes)) . ", $mask)\n";
    }
    foreach ($function->getParameters() as $parameter) {
        [$mask, $classes] = typeParts($parameter->getType());
        $default = defaultText($parameter);
        $byReference = (int) $parameter->isPassedByReference();
        if ($parameter->isVariadic()) {
            $out .= "\tZEND_ARG_VARIADIC_TYPE_INFO(0, {$parameter->getName()}, IS_STRING, 0)\n";
        } elseif ($classes === []) {
            $out .= "\tZEND_ARG_TYPE_MASK($byReference, {$parameter->getName()}, $mask, $default)\n";
        } else {
            $out .= "\tZEND_ARG_OBJ_TYPE_MASK($byReference, {$parameter->getName()}, " . implode('|', array_map('addslashes', $classes)) . ", $mask, $default)\n";
        }
    }
    return $out . "ZEND_END_ARG_INFO()\n\n";
}

function classVariable(string $class): string
{
    return 'kargo_ce_' . strtolower(str_replace('\\', '_', substr($class, strlen('Kargo\\'))));
}

/** @return list<string> */
function symbolsOf(ReflectionClass $class): array
{
    $known = [];
    foreach ($class->getInterfaceNames() as $interface) {
        $inherited = $class->getParentClass() && $class->getParentClass()->implementsInterface($interface);
        $implied = array_filter($class->getInterfaceNames(), fn(string $other) => $other !== $interface && is_subclass_of($other, $interface));
        if (!$inherited && $implied === []) {
            $known[] = $interface;
        }
    }
    return $known;
}

const FOREIGN = [
    'Throwable' => 'zend_ce_throwable', 'Exception' => 'zend_ce_exception', 'Error' => 'zend_ce_error',
    'Iterator' => 'zend_ce_iterator', 'InvalidArgumentException' => 'spl_ce_InvalidArgumentException', 'RuntimeException' => 'spl_ce_RuntimeException',
];

$classes = [];
foreach ([...get_declared_interfaces(), ...get_declared_classes()] as $name) {
    if (str_starts_with($name, 'Kargo\\')) {
        $classes[$name] = new ReflectionClass($name);
    }
}
$variable = fn(string $class): string => FOREIGN[$class] ?? classVariable($class);

$tables = $declared = $registration = '';
foreach ($classes as $name => $class) {
    $prefix = strtolower(str_replace('\\', '_', $name));
    $entries = '';
    foreach ($class->getMethods() as $method) {
        if ($method->getDeclaringClass()->getName() !== $name || ($class->isEnum() && $method->getName() === 'cases')) {
            continue;
        }
        $symbol = $prefix . '_' . ($method->isConstructor() ? 'construct' : strtolower(preg_replace('/(?<!^)[A-Z]/', '_$0', $method->getName())));
        $tables .= argInfo("arginfo_$symbol", $method);
        $flags = $method->isPublic() ? 'ZEND_ACC_PUBLIC' : 'ZEND_ACC_PRIVATE';
        $flags .= $method->isStatic() ? '|ZEND_ACC_STATIC' : '';
        if ($class->isInterface()) {
            $entries .= "\tZEND_ABSTRACT_ME_WITH_FLAGS(_, {$method->getName()}, arginfo_$symbol, ZEND_ACC_PUBLIC|ZEND_ACC_ABSTRACT)\n";
        } elseif (!$method->isPublic()) {
            $entries .= "\tZEND_FENTRY({$method->getName()}, kargo_not_constructible, arginfo_$symbol, $flags)\n";
        } else {
            $tables .= "extern void $symbol(zend_execute_data *, zval *);\n";
            $entries .= "\tZEND_FENTRY({$method->getName()}, $symbol, arginfo_$symbol, $flags)\n";
        }
    }
    $tables .= "static const zend_function_entry methods_$prefix\[] = {\n{$entries}\tZEND_FE_END\n};\n\n";
    $tables = str_replace('\\[]', '[]', $tables);
    $own = classVariable($name);
    $declared .= "zend_class_entry *$own;\n";
    $short = addslashes($name);
    if ($class->isEnum()) {
        $registration .= "\t$own = zend_register_internal_enum(\"$short\", IS_UNDEF, methods_$prefix);\n\t{$own}->ce_flags |= ZEND_ACC_FINAL;\n";
        foreach ($name::cases() as $case) {
            $registration .= "\tzend_enum_add_case_cstr($own, \"$case->name\", NULL);\n";
        }
        continue;
    }
    $registration .= "\tINIT_CLASS_ENTRY(ce, \"$short\", methods_$prefix);\n";
    if ($class->isInterface()) {
        $registration .= "\t$own = zend_register_internal_interface(&ce);\n";
    } else {
        $parent = $class->getParentClass() ? $variable($class->getParentClass()->getName()) : 'NULL';
        $registration .= "\t$own = zend_register_internal_class_ex(&ce, $parent);\n";
        if ($class->isFinal()) {
            $registration .= "\t{$own}->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;\n";
        }
    }
    $interfaces = symbolsOf($class);
    if ($interfaces !== []) {
        $registration .= "\tzend_class_implements($own, " . count($interfaces) . ', ' . implode(', ', array_map($variable, $interfaces)) . ");\n";
    }
    foreach ($class->getProperties() as $property) {
        if ($property->getDeclaringClass()->getName() !== $name) {
            continue;
        }
        [$mask] = typeParts($property->getType());
        $length = strlen($property->getName());
        $registration .= "\tkg_declare_property($own, \"{$property->getName()}\", $length, $mask);\n";
    }
    foreach ($class->getMethods() as $method) {
        foreach ($method->getDeclaringClass()->getName() === $name ? $method->getParameters() : [] as $index => $parameter) {
            if ($parameter->getAttributes(SensitiveParameter::class) !== []) {
                $lower = strtolower($method->getName());
                $registration .= "\tkg_mark_sensitive($own, \"$lower\", " . strlen($lower) . ", $index);\n";
            }
        }
    }
    if ($class->getAttributes(Attribute::class) !== []) {
        $registration .= "\tzend_internal_attribute_register($own, {$class->getAttributes(Attribute::class)[0]->newInstance()->flags});\n";
    }
}

$functionEntries = '';
foreach (get_defined_functions()['user'] as $name) {
    $function = new ReflectionFunction($name);
    if (!in_array($function->getFileName(), $stubs, true)) {
        continue;
    }
    $short = $function->getShortName();
    $symbol = ($function->inNamespace() ? 'kargo_fn_' : 'kargo_classic_') . $short;
    $tables .= argInfo("arginfo_$symbol", $function) . "extern void $symbol(zend_execute_data *, zval *);\n";
    $namespace = addslashes($function->getNamespaceName());
    $functionEntries .= $function->inNamespace()
        ? "\tZEND_NS_FENTRY(\"$namespace\", $short, $symbol, arginfo_$symbol, 0)\n"
        : "\tZEND_FENTRY($short, $symbol, arginfo_$symbol, 0)\n";
}

$constants = '';
foreach (get_defined_constants(true)['user'] as $name => $value) {
    if ($name !== 'BUILTIN' && $name !== 'FOREIGN') {
        $constants .= "\tREGISTER_LONG_CONSTANT(\"$name\", $value, CONST_PERSISTENT);\n";
    }
}

echo "/* Generated from the stub files by arginfo.php. */\n$declared\n$tables";
echo "static const zend_function_entry kargo_functions[] = {\n$functionEntries\tZEND_FE_END\n};\n\n";
echo "static void kargo_register_classes(void) {\n\tzend_class_entry ce;\n$registration}\n\n";
echo "static void kargo_register_constants(int module_number) {\n$constants}\n";
