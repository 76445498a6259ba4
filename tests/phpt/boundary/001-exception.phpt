--TEST--
An exception in a handler costs its own request only
--FILE--
<?php
require __DIR__ . '/neighbours.inc';

fail_among_neighbours('throw new RuntimeException("secret");', 'handler threw .*class=RuntimeException message=secret LINE', false);
?>
--EXPECT--
1 worker
ok 1, 500 tells nothing, ok 2, ok 3
parked and answered: 50
the log has the cause
ok 4, the worker goes on
exit code 0, stdout ""
2 workers
ok 1, 500 tells nothing, ok 2, ok 3
parked and answered: 50
the log has the cause
ok 4, the worker goes on
exit code 0, stdout ""
