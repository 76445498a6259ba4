--TEST--
The default time zone does not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind('', 'return date_default_timezone_get();', 'date_default_timezone_set("Pacific/Auckland"); return "left";', ['date.timezone' => 'Europe/Vienna']);
?>
--EXPECT--
Off:    Europe/Vienna became Pacific/Auckland, the same worker
Log:    Europe/Vienna became Pacific/Auckland, the same worker, time zone (was changed)
Reset:  clean (Europe/Vienna), the same worker, time zone (was changed)
Strict: clean (Europe/Vienna), another worker, time zone (was changed)
