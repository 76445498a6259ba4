--TEST--
Classic mode: who keeps a superglobal by reference sees the current request's, and nothing of it afterwards
--FILE--
<?php
require __DIR__ . '/app.inc';

$server = start_pages([
    '/own' => 'Log::$own ??= new Log($_SERVER, $_GET); echo Log::$own->tell();',
    '/boot' => 'echo $GLOBALS["log"]->tell();',
    '/write' => '$_SERVER["REQUEST_URI"] = "/written"; echo $GLOBALS["log"]->tell();',
    '/replace' => '$other = ["REQUEST_URI" => "/other"]; $_SERVER = $other; unset($_GET); echo $GLOBALS["log"]->tell(), isset($_GET) ? "set" : "unset";',
    '/throw' => 'throw new Exception("x");',
    '/exit' => 'exit("left");',
    '/session' => 'session_start(["use_cookies" => false, "save_path" => sys_get_temp_dir()]); $_SESSION["n"] = 1; Log::$session = &$_SESSION; session_destroy();
        echo Log::$own ? Log::$own->tell() : "none";',
], beside: '$server->get("/beside", fn () => [$GLOBALS["log"]->count(), Log::$own?->count(), isset($_SERVER["REQUEST_URI"]), count($_GET)]);'
    , boot: '
    final class Log {
        public static ?Log $own = null;
        public static mixed $session = null;
        private array|ArrayAccess|null $server;
        private array $get;
        function __construct(array &$server, array &$get) { $this->server = &$server; $this->get = &$get; }
        function tell(): string { return ($this->server["REQUEST_URI"] ?? "no URI") . " " . json_encode($this->get) . ";"; }
        function count(): string { return (isset($this->server["REQUEST_URI"]) ? "has" : "no") . " URI, " . (isset($this->server["argc"]) ? "has" : "no") . " argc, " . count($this->get); }
    }
    $none = [];
    $log = new Log($_SERVER, $none);
    ');
foreach (['/own?ref=1', '/own?ref=2', '/boot?b=1', '/throw', '/own', '/write?w', '/boot', '/exit', '/replace?r=1', '/own?ref=3', '/boot?b=2', '/session', '/own?ref=4'] as $path) {
    echo $path, ': ', $server->get($path)->body, "\n";
}
echo $server->get('/beside')->body, "\n";
echo $server->stop(), $server->output(), "\n";
?>
--EXPECT--
/own?ref=1: /own?ref=1 {"ref":"1"};
/own?ref=2: /own?ref=2 {"ref":"2"};
/boot?b=1: /boot?b=1 [];
/throw: 500 Internal Server Error

/own: /own [];
/write?w: /written [];
/boot: /boot [];
/exit: left
/replace?r=1: /other [];unset
/own?ref=3: /own?ref=3 {"ref":"3"};
/boot?b=2: /boot?b=2 [];
/session: /session [];
/own?ref=4: /own?ref=4 {"ref":"4"};
["no URI, has argc, 0","no URI, has argc, 0",false,0]
0
