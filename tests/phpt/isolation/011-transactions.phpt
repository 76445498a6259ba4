--TEST--
An open transaction does not reach the next visitor: it is rolled back, or its worker is replaced
--EXTENSIONS--
pdo_sqlite
--FILE--
<?php
require __DIR__ . '/guard.inc';

leave_behind(
    'class Connection extends PDO {}
     final class Store { static PDO $pdo; static PDO $other; }
     Store::$pdo = new PDO("sqlite::memory:"); Store::$pdo->exec("CREATE TABLE votes (voter TEXT)");
     Store::$other = new Connection("sqlite::memory:");',
    'return json_encode([Store::$pdo->inTransaction(), (int) Store::$pdo->query("SELECT count(*) FROM votes")->fetchColumn(), Store::$other->inTransaction()]);',
    'Store::$pdo->beginTransaction(); Store::$pdo->exec("INSERT INTO votes VALUES (\'x\')"); Store::$other->beginTransaction(); return "left";',
);
?>
--EXPECT--
Off:    [false,0,false] became [true,1,true], the same worker
Log:    [false,0,false] became [true,1,true], the same worker, transaction Connection (was changed), transaction PDO (was changed)
Reset:  clean ([false,0,false]), the same worker, transaction Connection (was changed), transaction PDO (was changed)
Strict: clean ([false,0,false]), another worker, transaction Connection (was changed), transaction PDO (was changed)
