--TEST--
Global variables that are changed, new or gone do not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    '$user = "nobody"; $settings = ["a" => [1, 2]]; $gone = "here"; $GLOBALS["dyn" . "amic"] = 1;',
    'return json_encode([$GLOBALS["user"], $GLOBALS["settings"], $GLOBALS["gone"] ?? null, $GLOBALS["dynamic"] ?? null, $GLOBALS["fresh"] ?? null]);',
    '$GLOBALS["user"] = "alice"; $GLOBALS["settings"]["a"][] = 3; unset($GLOBALS["gone"], $GLOBALS["dynamic"]); $GLOBALS["fresh"] = [1]; return "left";',
);
?>
--EXPECT--
Off:    ["nobody",{"a":[1,2]},"here",1,null] became ["alice",{"a":[1,2,3]},null,null,[1]], the same worker
Log:    ["nobody",{"a":[1,2]},"here",1,null] became ["alice",{"a":[1,2,3]},null,null,[1]], the same worker, $dynamic (was changed), $fresh (was changed), $gone (was changed), $settings (was changed), $user (was changed)
Reset:  clean (["nobody",{"a":[1,2]},"here",1,null]), the same worker, $dynamic (was changed), $fresh (was changed), $gone (was changed), $settings (was changed), $user (was changed)
Strict: clean (["nobody",{"a":[1,2]},"here",1,null]), another worker, $dynamic (was changed), $fresh (was changed), $gone (was changed), $settings (was changed), $user (was changed)
