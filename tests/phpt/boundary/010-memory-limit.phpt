--TEST--
The memory limit reached in a handler costs its own request only
--FILE--
<?php
require __DIR__ . '/neighbours.inc';

// Debian's PHP unwinds and stays clean; elsewhere it is a fatal error, after which the memory is not given back.
ob_start();
(new ReflectionExtension('kargo_event'))->info();
$replaced = !str_contains(ob_get_clean(), 'unwinds');
ob_start();
fail_among_neighbours(
    '$text = "x"; while (true) { $text .= str_repeat("x", 1 << 16); }',
    'message="Allowed memory size of 33554432 bytes exhausted.*" LINE',
    $replaced,
    ['memory_limit' => '32M'],
);
$printed = ob_get_clean();
echo $printed === expected_of_neighbours($replaced) ? "as expected\n" : $printed;
?>
--EXPECT--
as expected
