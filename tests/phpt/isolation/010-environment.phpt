--TEST--
Variables of the environment that are changed, new or gone do not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'putenv("KARGO_A=boot"); putenv("KARGO_B=boot");',
    'return json_encode([getenv("KARGO_A"), getenv("KARGO_B"), getenv("KARGO_C")]);',
    'putenv("KARGO_A=" . $name); putenv("KARGO_B"); putenv("KARGO_C=new"); return "left";',
);
?>
--EXPECT--
Off:    ["boot","boot",false] became ["alice",false,"new"], the same worker
Log:    ["boot","boot",false] became ["alice",false,"new"], the same worker, env KARGO_A (was changed), env KARGO_B (was changed), env KARGO_C (was changed)
Reset:  clean (["boot","boot",false]), the same worker, env KARGO_A (was changed), env KARGO_B (was changed), env KARGO_C (was changed)
Strict: clean (["boot","boot",false]), another worker, env KARGO_A (was changed), env KARGO_B (was changed), env KARGO_C (was changed)
