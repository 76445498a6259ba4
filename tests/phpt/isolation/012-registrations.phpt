--TEST--
Shutdown functions, autoloaders, stream wrappers, stream defaults and settings of mbstring do not reach the next visitor
--EXTENSIONS--
mbstring
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'class Wrapper { public $context; function stream_open($path, $mode, $options, &$opened) { return true; } function stream_close() {} function stream_eof() { return true; } }
     register_shutdown_function(fn () => null);
     spl_autoload_register("never"); function never($class) {} function later($class) {}',
    'return json_encode([count(spl_autoload_functions()), in_array("mine", stream_get_wrappers()), in_array("data", stream_get_wrappers()), stream_context_get_options(stream_context_get_default()), mb_internal_encoding(), mb_substitute_character()]);',
    'spl_autoload_register("later"); stream_wrapper_register("mine", "Wrapper"); stream_wrapper_unregister("data");
     stream_context_set_default(["http" => ["user_agent" => "mine"]]); mb_internal_encoding("ISO-8859-1"); mb_substitute_character(64);
     register_shutdown_function(function () { fwrite(STDERR, "shutdown of a request\n"); }); return "left";',
    extension_loaded('mbstring') ? ['extension' => 'mbstring'] : [],
);
?>
--EXPECT--
Off:    [1,false,true,[],"UTF-8",63] became [2,true,false,{"http":{"user_agent":"mine"}},"ISO-8859-1",64], the same worker
Log:    [1,false,true,[],"UTF-8",63] became [2,true,false,{"http":{"user_agent":"mine"}},"ISO-8859-1",64], the same worker, autoloader later (was changed), default stream context (was changed), setting mb_internal_encoding (was changed), setting mb_substitute_character (was changed), shutdown functions (was changed), stream wrapper data (was changed), stream wrapper mine (was changed)
Reset:  clean ([1,false,true,[],"UTF-8",63]), the same worker, autoloader later (was changed), default stream context (was changed), setting mb_internal_encoding (was changed), setting mb_substitute_character (was changed), shutdown functions (was changed), stream wrapper data (was changed), stream wrapper mine (was changed)
Strict: clean ([1,false,true,[],"UTF-8",63]), another worker, autoloader later (was changed), default stream context (was changed), setting mb_internal_encoding (was changed), setting mb_substitute_character (was changed), shutdown functions (was changed), stream wrapper data (was changed), stream wrapper mine (was changed)
