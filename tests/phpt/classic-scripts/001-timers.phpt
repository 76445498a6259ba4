--TEST--
A script of 2009: timers by event_set(-1, 0), added again and again, replaced, freed and dropped
--FILE--
<?php
require __DIR__ . '/scripts/timers.php';
?>
--EXPECT--
soon
strike
tick(-1, 0)
alarm
tick(-1, 0)
tick(-1, 0)
late
in time
bool(false)
