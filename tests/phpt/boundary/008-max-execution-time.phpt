--TEST--
max_execution_time holds for each request, not for the server
--FILE--
<?php
require __DIR__ . '/neighbours.inc';

fail_among_neighbours('while (true);', 'message="Maximum execution time of 1 second exceeded" LINE', true, ['max_execution_time' => 1]);
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
