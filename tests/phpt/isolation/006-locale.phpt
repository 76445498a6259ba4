--TEST--
The locale does not reach the next visitor
--SKIPIF--
<?php
if (!setlocale(LC_TIME, 'C.UTF-8', 'C.utf8')) {
    echo 'skip this machine has no locale but C';
}
?>
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'setlocale(LC_MONETARY, "C.UTF-8", "C.utf8");',
    'return json_encode([strtolower(setlocale(LC_TIME, 0)), strtolower(setlocale(LC_MONETARY, 0))]);',
    'setlocale(LC_TIME, "C.UTF-8", "C.utf8"); setlocale(LC_MONETARY, "C"); return "left";',
);
?>
--EXPECTREGEX--
Off:    \["c","c.utf-?8"\] became \["c.utf-?8","c"\], the same worker
Log:    \["c","c.utf-?8"\] became \["c.utf-?8","c"\], the same worker, locale \(was changed\)
Reset:  clean \(\["c","c.utf-?8"\]\), the same worker, locale \(was changed\)
Strict: clean \(\["c","c.utf-?8"\]\), another worker, locale \(was changed\)
