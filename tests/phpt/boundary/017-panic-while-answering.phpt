--TEST--
A panic in our own code, after the handler, costs one request and the worker is replaced
--FILE--
<?php
require __DIR__ . '/neighbours.inc';

fail_among_neighbours('Kargo\\Internal\\panic(afterwards: true); return 1;', 'panic while handling a request', true, ['kargo.fault_injection' => 1]);
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
