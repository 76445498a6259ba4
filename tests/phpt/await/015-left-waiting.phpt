--TEST--
What still waits when the script ends is ended then: what it held is freed, also after an exception or a fatal error
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

function ended(string $code): string
{
    $server = Server::start(<<<'PHP'
        use Kargo\Loop;
        final class Held {
            public function __construct(private string $name) {}
            public function __destruct() { echo "$this->name freed\n"; }
        }
        function begin(string $name): void {
            Loop::defer(function () use ($name) {
                $held = new Held($name);
                try { Kargo\delay(60); echo "waited\n"; } catch (Throwable $error) { echo "caught\n"; } finally { echo "finally\n"; }
            });
        }
        PHP . $code, ready: false);
    $exit = $server->wait();
    return preg_match_all('/^(?!Stack trace|#|PHP |  thrown|\n)(.+?)(?: in \S+.*)?$/m', $server->output() . $server->log(), $lines)
        ? implode("\n", $lines[1]) . "\nexit $exit\n" : "nothing\nexit $exit\n";
}

// The script goes on and ends while three wait.
echo ended('foreach (["a", "b", "c"] as $name) { begin($name); } Kargo\delay(0.01); echo "end\n";');
// Contexts that are idle only.
echo ended('Loop::defer(function () { Kargo\delay(0.001); echo "over\n"; }); Kargo\delay(0.03); echo "end\n";');
echo ended('begin("a"); Kargo\delay(0.01); exit(3);');
echo ended('begin("a"); Kargo\delay(0.01); throw new Exception("uncaught");');
echo ended('error_reporting(E_ALL & ~E_DEPRECATED); begin("a"); Kargo\delay(0.01); trigger_error("fatal", E_USER_ERROR);');
?>
--EXPECT--
end
a freed
b freed
c freed
exit 0
over
end
exit 0
a freed
exit 3
Fatal error: Uncaught Exception: uncaught
a freed
exit 255
Fatal error: fatal
exit 255
