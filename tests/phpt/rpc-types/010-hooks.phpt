--TEST--
Properties with hooks (PHP 8.4) are sent and described as they are read
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

// An older PHP can't read hooks: there the same is said without them.
$class = PHP_VERSION_ID >= 80400 ? <<<'PHP'
    final class Out {
        public string $first = 'a';
        public string $both { get => $this->first . '!'; }
        public string $upper { get => strtoupper($this->upper); set => $value; }
        public private(set) int $number = 1;
        public string $written { set { $this->first = $value; } }
        public function __construct() { $this->upper = 'x'; $this->written = 'b'; }
    }
    PHP : <<<'PHP'
    final class Out {
        public string $first = 'b';
        public string $both = 'b!';
        public string $upper = 'X';
        public int $number = 1;
    }
    PHP;
$failing = PHP_VERSION_ID >= 80400 ? 'public int $x { get => throw new Kargo\Rpc\Fault("no", 5); }'
    : 'public Thrower $x; public function __construct() { $this->x = new Thrower(); }';
$server = Server::start($class . sprintf(<<<'PHP'

    final class Thrower implements JsonSerializable { public function jsonSerialize(): mixed { throw new Kargo\Rpc\Fault("no", 5); } }
    final class Failing { %s }
    final class Service {
        public function failing(): Failing { return new Failing(); }
        public function out(): Out { return new Out(); }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Service());
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP, $failing));
$client = new Client($server);
echo $client->call('out'), "\n", $client->call('failing'), "\n", $client->call('out'), "\n";
?>
--EXPECT--
{"first":"b","both":"b!","upper":"X","number":1}
{"code":5,"message":"no"}
{"first":"b","both":"b!","upper":"X","number":1}
