--TEST--
Settings of mbstring's functions do not reach the next visitor
--EXTENSIONS--
mbstring
--FILE--
<?php
require __DIR__ . '/guard.inc';

// It may be a shared extension, and then the server has to be told.
$is_shared = is_file(ini_get('extension_dir') . '/mbstring.so');
leave_behind(
    'mb_substitute_character(35);',
    'return json_encode([mb_internal_encoding(), mb_substitute_character()]);',
    'mb_internal_encoding("ISO-8859-1"); mb_substitute_character(64); return "left";',
    $is_shared ? ['extension' => 'mbstring'] : [],
);
?>
--EXPECT--
Off:    ["UTF-8",35] became ["ISO-8859-1",64], the same worker
Log:    ["UTF-8",35] became ["ISO-8859-1",64], the same worker, setting mb_internal_encoding (was changed), setting mb_substitute_character (was changed)
Reset:  clean (["UTF-8",35]), the same worker, setting mb_internal_encoding (was changed), setting mb_substitute_character (was changed)
Strict: clean (["UTF-8",35]), another worker, setting mb_internal_encoding (was changed), setting mb_substitute_character (was changed)
