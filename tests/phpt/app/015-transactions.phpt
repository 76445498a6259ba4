--TEST--
Classic mode: a transaction that a request leaves open is rolled back, however the request ended, and one that was open before is not
--EXTENSIONS--
pdo_sqlite
--FILE--
<?php
require __DIR__ . '/app.inc';

$folder = sys_get_temp_dir() . '/kargo-transactions-' . getmypid();
mkdir($folder);
$pages = [
    '/list' => 'echo json_encode([$GLOBALS["pdo"]->inTransaction(), $GLOBALS["pdo"]->query("SELECT * FROM votes")->fetchAll(PDO::FETCH_COLUMN)]);',
];
foreach (['return' => '', 'throw' => 'throw new Exception("x");', 'exit' => 'exit;', 'shutdown' => 'register_shutdown_function(fn () => throw new Exception("x"));'] as $how => $code) {
    $pages["/$how"] = '$GLOBALS["pdo"]->beginTransaction(); $GLOBALS["pdo"]->exec("INSERT INTO votes VALUES (\'' . $how . '\')"); ' . $code;
}
$pages['/ring'] = '$ring = new Ring; $ring->pdo->beginTransaction(); $ring->pdo->exec("INSERT INTO votes VALUES (\'ring\')");';
$pages['/commit'] = '$GLOBALS["pdo"]->beginTransaction(); $GLOBALS["pdo"]->exec("INSERT INTO votes VALUES (\'paid\')"); $GLOBALS["pdo"]->commit();';
$pages['/own'] = 'echo $GLOBALS["boot"]->inTransaction() ? "open" : "closed", $GLOBALS["derived"]->calls;';
$pages['/derived'] = '$GLOBALS["derived"]->beginTransaction();';
$server = start_pages($pages, workers: 0, boot: <<<PHP
    final class Ring { public PDO \$pdo; public Ring \$self; function __construct() { \$this->self = \$this; \$this->pdo = connect(); } }
    class Derived extends PDO { public int \$calls = 0; function rollBack(): bool { \$this->calls++; return parent::rollBack(); } }
    function connect(): PDO { return new PDO('sqlite:$folder/votes', options: [PDO::ATTR_TIMEOUT => 1, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]); }
    \$pdo = connect();
    \$pdo->exec('CREATE TABLE votes (voter TEXT)');
    \$boot = new PDO('sqlite::memory:');
    \$boot->beginTransaction();
    \$derived = new Derived('sqlite::memory:');
    PHP);
foreach (array_keys($pages) as $page) {
    if (!in_array($page, ['/list', '/own'], true)) {
        $server->get($page);
        echo $page, ': ', $server->get('/list')->body, "\n";
    }
}
echo $server->get('/own')->body, "\n";
echo $server->stop(), $server->output(), "\n";
preg_match_all('/warning .*a request left something behind request=\S+ name="(.*?)" it="(.*?)" done="(.*?)"/', $server->log(), $found);
echo count($found[0]), ' ', implode(', ', array_unique($found[1])), ' ', implode(', ', array_unique($found[2])), ' ', implode(', ', array_unique($found[3])), "\n";
array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
?>
--EXPECT--
/return: [false,[]]
/throw: [false,[]]
/exit: [false,[]]
/shutdown: [false,[]]
/ring: [false,[]]
/commit: [false,["paid"]]
/derived: [false,["paid"]]
open0
0
6 transaction PDO, transaction Derived was left open rolled back
