--TEST--
Shutdown functions, autoloaders, stream wrappers and stream defaults do not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'class Wrapper { public $context; function stream_open($path, $mode, $options, &$opened) { return true; } function stream_close() {} function stream_eof() { return true; } }
     register_shutdown_function(fn () => null);
     spl_autoload_register("never"); function never($class) {} function later($class) {}',
    'return json_encode([count(spl_autoload_functions()), in_array("mine", stream_get_wrappers()), in_array("data", stream_get_wrappers()), stream_context_get_options(stream_context_get_default())]);',
    'spl_autoload_register("later"); stream_wrapper_register("mine", "Wrapper"); stream_wrapper_unregister("data");
     stream_context_set_default(["http" => ["user_agent" => "mine"]]);
     register_shutdown_function(function () { fwrite(STDERR, "shutdown of a request\n"); }); return "left";',
);
?>
--EXPECT--
Off:    [1,false,true,[]] became [2,true,false,{"http":{"user_agent":"mine"}}], the same worker
Log:    [1,false,true,[]] became [2,true,false,{"http":{"user_agent":"mine"}}], the same worker, autoloader later (was changed), default stream context (was changed), shutdown functions (was changed), stream wrapper data (was changed), stream wrapper mine (was changed)
Reset:  clean ([1,false,true,[]]), the same worker, autoloader later (was changed), default stream context (was changed), shutdown functions (was changed), stream wrapper data (was changed), stream wrapper mine (was changed)
Strict: clean ([1,false,true,[]]), another worker, autoloader later (was changed), default stream context (was changed), shutdown functions (was changed), stream wrapper data (was changed), stream wrapper mine (was changed)
