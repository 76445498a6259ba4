--TEST--
Error handlers, exception handlers and output buffers do not reach the next visitor, and are named
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'set_error_handler(fn () => true);',
    '$handler = set_error_handler(null); restore_error_handler(); $thrown = set_exception_handler(null); restore_exception_handler();
     return json_encode([(new ReflectionFunction($handler))->getStartLine(), $thrown, ob_get_level()]);',
    'set_error_handler(fn () => false); set_error_handler(null); set_exception_handler(fn () => null); ob_start(); ob_start(); return "left";',
);
?>
--EXPECT--
Off:    clean ([1,null,0]), the same worker
Log:    clean ([1,null,0]), the same worker, error handler (was changed), exception handler (was changed), output buffers (was changed)
Reset:  clean ([1,null,0]), the same worker, error handler (was changed), exception handler (was changed), output buffers (was changed)
Strict: clean ([1,null,0]), another worker, error handler (was changed), exception handler (was changed), output buffers (was changed)
