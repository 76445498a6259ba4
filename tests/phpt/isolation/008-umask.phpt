--TEST--
The umask does not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind('umask(0027);', 'return decoct(umask());', 'umask(0077); return "left";');
?>
--EXPECT--
Off:    27 became 77, the same worker
Log:    27 became 77, the same worker, umask (was changed)
Reset:  clean (27), the same worker, umask (was changed)
Strict: clean (27), another worker, umask (was changed)
