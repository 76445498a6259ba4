--TEST--
Static properties, declared in the class, inherited or from a trait, do not reach the next visitor
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'trait Counts { protected static array $counts = []; static function count($key) { self::$counts[$key] = (self::$counts[$key] ?? 0) + 1; return self::$counts; } }
    class Visitor { public static ?string $name = null; private static int $visits = 0; public static $roles = ["guest"]; const LIMIT = 3; public static $limit = self::LIMIT * 2;
        static function visit() { return ++self::$visits; } static function visits() { return self::$visits; } }
    class Shop extends Visitor { use Counts; static function counts() { return self::$counts; } }
    final class Unused { public static $nothing = 1; }',
    'return json_encode([Visitor::$name, Visitor::visits(), Visitor::$roles, Shop::counts(), Shop::$limit]);',
    'Shop::$name = $name; Visitor::visit(); Visitor::$roles[] = "admin"; Shop::count("x"); Shop::$limit++; return "left";',
);
?>
--EXPECT--
Off:    [null,0,["guest"],[],6] became ["alice",1,["guest","admin"],{"x":1},7], the same worker
Log:    [null,0,["guest"],[],6] became ["alice",1,["guest","admin"],{"x":1},7], the same worker, Shop::$counts (was changed), Visitor::$limit (was changed), Visitor::$name (holds what the visitor sent), Visitor::$roles (was changed), Visitor::$visits (was changed)
Reset:  clean ([null,0,["guest"],[],6]), the same worker, Shop::$counts (was changed), Visitor::$limit (was changed), Visitor::$name (holds what the visitor sent), Visitor::$roles (was changed), Visitor::$visits (was changed)
Strict: clean ([null,0,["guest"],[],6]), another worker, Shop::$counts (was changed), Visitor::$limit (was changed), Visitor::$name (holds what the visitor sent), Visitor::$roles (was changed), Visitor::$visits (was changed)
