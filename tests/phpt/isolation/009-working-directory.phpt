--TEST--
The working directory does not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind('chdir("/usr");', 'return getcwd();', 'chdir("/usr/lib"); return "left";');
?>
--EXPECT--
Off:    /usr became /usr/lib, the same worker
Log:    /usr became /usr/lib, the same worker, working directory (was changed)
Reset:  clean (/usr), the same worker, working directory (was changed)
Strict: clean (/usr), another worker, working directory (was changed)
