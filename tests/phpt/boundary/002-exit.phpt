--TEST--
exit in a handler costs its own request only
--FILE--
<?php
require __DIR__ . '/neighbours.inc';

fail_among_neighbours('exit(3);', 'handler called exit .*file=\\S+ line=4', false);
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
