--TEST--
E_USER_ERROR in a handler costs its own request; the worker is replaced
--FILE--
<?php
require __DIR__ . '/neighbours.inc';

fail_among_neighbours('trigger_error("secret", E_USER_ERROR);', 'fatal error.* message=secret LINE', true);
?>
--EXPECT--
1 worker
ok 1, 500 tells nothing, ok 2, ok 3
parked and answered: 50
the log has the cause
ok 4, the worker is replaced
exit code 0, stdout ""
2 workers
ok 1, 500 tells nothing, ok 2, ok 3
parked and answered: 50
the log has the cause
ok 4, the worker is replaced
exit code 0, stdout ""
