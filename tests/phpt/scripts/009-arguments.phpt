--TEST--
What Scripts refuses
--FILE--
<?php
foreach ([
    ['/nowhere/at/all'], [__DIR__, '../x.php'], [__DIR__, ''], [__DIR__, 'index.php', '/etc/passwd'], [__DIR__, 'index.php', null, 0],
    [__DIR__, 'index.php', null, 2000], [__DIR__, 'index.php', null, 1, 0], [__DIR__, 'index.php', null, 1, 1, 0.0], [__DIR__, 'index.php', null, 1, 1, INF],
    [__DIR__, 'index.php', null, 1, 1, NAN],
] as $arguments) {
    try {
        new Kargo\App\Scripts(...$arguments);
        echo "taken\n";
    } catch (Kargo\ConfigurationException $exception) {
        echo str_replace(__DIR__, '.', $exception->getMessage()), "\n";
    }
}
?>
--EXPECT--
the scripts' root /nowhere/at/all can't be used: No such file or directory (os error 2)
the index "../x.php" must be the name of a script below the root
the index "" must be the name of a script below the root
the front controller "/etc/passwd" must be the name of a script below the root
processes must be 1 to 1024, not 0
processes must be 1 to 1024, not 2000
requests must be 1 or more
timeout must be more than 0 seconds, and at most a day
timeout must be more than 0 seconds, and at most a day
timeout must be more than 0 seconds, and at most a day
