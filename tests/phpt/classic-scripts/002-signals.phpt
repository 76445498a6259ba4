--TEST--
A script of 2009: signals that come one after the other, and exit in the callback of one
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

$script = Server::start(__DIR__ . '/scripts/signals.php', ready: false);
echo $script->wait(), "\n", $script->output(), $script->log();
?>
--EXPECT--
3
on_hup(1, 24) 1
on_hup(1, 24) 2
on_hup(1, 24) 3
on_term(15, 24)
shutdown function
destructor
