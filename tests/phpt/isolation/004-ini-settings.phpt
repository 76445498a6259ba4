--TEST--
Settings of ini_set() do not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'ini_set("serialize_precision", "7"); error_reporting(E_ALL & ~E_NOTICE);',
    'return json_encode([ini_get("precision"), ini_get("serialize_precision"), ini_get("memory_limit"), error_reporting() === (E_ALL & ~E_NOTICE)]);',
    'ini_set("precision", "3"); ini_set("serialize_precision", "5"); ini_set("memory_limit", "512M"); ini_set("arg_separator.output", "&"); error_reporting(0); set_time_limit(5); return "left";',
    ['precision' => 14, 'memory_limit' => '128M'],
);
?>
--EXPECT--
Off:    ["14","7","128M",true] became ["3","5","512M",true], the same worker
Log:    ["14","7","128M",true] became ["3","5","512M",true], the same worker, ini error_reporting (was changed), ini memory_limit (was changed), ini precision (was changed), ini serialize_precision (was changed)
Reset:  clean (["14","7","128M",true]), the same worker, ini error_reporting (was changed), ini memory_limit (was changed), ini precision (was changed), ini serialize_precision (was changed)
Strict: clean (["14","7","128M",true]), another worker, ini error_reporting (was changed), ini memory_limit (was changed), ini precision (was changed), ini serialize_precision (was changed)
