--TEST--
Static variables of functions, methods and closures, and what closures use by reference, do not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

ob_start(fn ($text) => preg_replace('~\{closure:[^}]*:(\d+)\}~', '{closure:FILE:$1}', $text));
leave_behind(
    'function total(int $add = 0) { static $sum = 0; return $sum += $add; }
    class Cart { function add($item = null) { static $items = []; if ($item) { $items[] = $item; } return $items; } }
    final class App { static $count; }
    (function () {
        $calls = ["count" => 0];
        App::$count = function (int $add = 0) use (&$calls) { static $own = 0; $calls["count"] += $add; return [$calls["count"], $own += $add]; };
    })();',
    'return json_encode([total(), (new Cart)->add(), (App::$count)()]);',
    'total(2); (new Cart)->add("book"); (App::$count)(3); return "left";',
);
?>
--EXPECT--
Off:    [0,[],[0,0]] became [2,["book"],[3,3]], the same worker
Log:    [0,[],[0,0]] became [2,["book"],[3,3]], the same worker, Cart::add()::$items (was changed), total()::$sum (was changed), {closure:FILE:6}()::$calls (was changed), {closure:FILE:6}()::$own (was changed)
Reset:  clean ([0,[],[0,0]]), the same worker, Cart::add()::$items (was changed), total()::$sum (was changed), {closure:FILE:6}()::$calls (was changed), {closure:FILE:6}()::$own (was changed)
Strict: clean ([0,[],[0,0]]), another worker, Cart::add()::$items (was changed), total()::$sum (was changed), {closure:FILE:6}()::$calls (was changed), {closure:FILE:6}()::$own (was changed)
