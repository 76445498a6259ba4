--TEST--
Properties of objects that were made while booting do not reach the next visitor; what they fill as a cache stays
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'final class Registry { public $user = "nobody"; private int $writes = 0; public ?array $cache = null; public Page $page; private static ?self $one = null;
        static function one() { return self::$one ??= new self; }
        function __construct() { $this->page = new Page; }
        function write($user) { $this->user = $user; $this->writes++; $this->cache ??= ["made" => "once"]; $this->page->title = $user; }
        function state() { return [$this->user, $this->writes, $this->cache["made"] ?? null, $this->page->title]; } }
     class Page { public $title = "home"; }
     Registry::one(); $settings = new stdClass; $settings->theme = "light";',
    'return json_encode([Registry::one()->state(), $GLOBALS["settings"]]);',
    'Registry::one()->write("mallory"); $GLOBALS["settings"]->theme = "dark"; $GLOBALS["settings"]->new = [1]; return "left";',
);
?>
--EXPECT--
Off:    [["nobody",0,null,"home"],{"theme":"light"}] became [["mallory",1,"once","mallory"],{"theme":"dark","new":[1]}], the same worker
Log:    [["nobody",0,null,"home"],{"theme":"light"}] became [["mallory",1,"once","mallory"],{"theme":"dark","new":[1]}], the same worker, Page->title (was changed), Registry->user (was changed), Registry->writes (was changed), stdClass->* (was changed)
Reset:  [["nobody",0,null,"home"],{"theme":"light"}] became [["nobody",0,"once","home"],{"theme":"light"}], the same worker, Page->title (was changed), Registry->user (was changed), Registry->writes (was changed), stdClass->* (was changed)
Strict: clean ([["nobody",0,null,"home"],{"theme":"light"}]), another worker, Page->title (was changed), Registry->user (was changed), Registry->writes (was changed), stdClass->* (was changed)
