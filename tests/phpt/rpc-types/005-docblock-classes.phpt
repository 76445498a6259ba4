--TEST--
Class names in docblocks mean what they mean to PHP: imports, namespaces, self, parent's file, traits
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    <?php
    declare(strict_types=1);
    namespace Model {
        final readonly class Poll { public function __construct(public string $q) {} }
        final readonly class Vote { public function __construct(public int $n) {} }
        final readonly class Option { public function __construct(public string $label) {} }
        enum Kind: int { case One = 1; }
    }
    namespace Model\Deep {
        final readonly class Thing { public function __construct(public bool $b) {} }
    }
    namespace Other {
        use Model\Deep;
        trait Lists {
            /** @param list<Deep\Thing> $v */
            public function fromTrait(array $v) { return array_map(get_debug_type(...), $v); }
        }
        abstract class Base {
            /** @param list<Deep\Thing>|null $v @return list<self> */
            public function inherited(?array $v) { return array_map(get_debug_type(...), $v ?? []); }
        }
        // use Model\Wrong as Poll; in a comment
        $text = 'use Model\Wrong; ' . "use Model\\Wrong as Poll; {$_SERVER['argv'][0]}" . <<<END
            use Model\Wrong as Poll;
            END . <<<'END'
            namespace Model\Wrong;
            END . `true # use Model\\Wrong;`;
        # use Model\Wrong as Vote;
        #[\Attribute] final class Own {
            public static function make(): static { return new static(); }
        }
        $closure = function () use ($text) { return namespace\Own::make(); };
    }
    namespace App {
        use Model\Poll;
        use Model\{Vote as Ballot, Option, Kind};
        use Other\Own, Model\Deep as D;
        use function strlen as Poll2;
        use const PHP_INT_MAX as Vote;
        final readonly class Local { public function __construct(public int $l) {} }
        final class Service extends \Other\Base {
            use \Other\Lists;
            /** @param list<Poll> $v */
            public function imported(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param Ballot[] $v */
            public function aliased(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param array<string, Option> $v */
            public function grouped(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param list<D\Thing> $v */
            public function partly(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param list<\Model\Vote> $v */
            public function qualified(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param list<Local> $v */
            public function local(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param list<namespace\Local> $v */
            public function relative(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param list<poll> $v any case */
            public function lower(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param list<Kind> $v */
            public function enums(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param list<Vote> $v a constant's name, and no class here */
            public function unknown(array $v) { return array_map(get_debug_type(...), $v); }
            /** @param Poll|Ballot $v */
            public function untyped($v) { return get_debug_type($v); }
            /** @param Loaded $v */
            public function loaded($v) { return get_debug_type($v); }
        }
        spl_autoload_register(function (string $class) {
            if ($class === 'App\Loaded') {
                eval('namespace App; final readonly class Loaded { public function __construct(public int $x) {} }');
            }
        });
        $api = new \Kargo\Rpc\Api();
        $api->export(new Service());
        /** @param list<Poll> $v */
        $closure = fn (array $v) => array_map(get_debug_type(...), $v);
        $api->export($closure, as: 'closure');
    }
    namespace {
        use Model\Vote as Poll;
        /** @param list<Poll> $v */
        function plain(array $v) { return array_map(get_debug_type(...), $v); }
        $api->export('plain', as: 'function');
        $server = Kargo\Http\Server::listen('127.0.0.1:0');
        $server->mount('/', $api);
        $server->run(workers: 1);
    }
    PHP);
$client = new Client($server);
foreach ([
    'imported' => '[{"q":"x"}]', 'aliased' => '[{"n":1}]', 'grouped' => '{"a":{"label":"x"}}', 'partly' => '[{"b":true}]', 'qualified' => '[{"n":1}]',
    'local' => '[{"l":1}]', 'relative' => '[{"l":1}]', 'lower' => '[{"q":"x"}]', 'enums' => '[1]', 'unknown' => '[{"n":1}]', 'untyped' => '{"n":1}', 'loaded' => '{"x":1}',
    'fromTrait' => '[{"b":true}]', 'inherited' => '[{"b":true}]', 'closure' => '[{"q":"x"}]', 'function' => '[{"n":1}]',
] as $method => $value) {
    echo "$method $value: ", $client->call($method, "[$value]"), "\n";
}
?>
--EXPECT--
imported [{"q":"x"}]: ["Model\\Poll"]
aliased [{"n":1}]: ["Model\\Vote"]
grouped {"a":{"label":"x"}}: {"a":"Model\\Option"}
partly [{"b":true}]: ["Model\\Deep\\Thing"]
qualified [{"n":1}]: ["Model\\Vote"]
local [{"l":1}]: ["App\\Local"]
relative [{"l":1}]: ["App\\Local"]
lower [{"q":"x"}]: ["Model\\Poll"]
enums [1]: ["Model\\Kind"]
unknown [{"n":1}]: ["array"]
untyped {"n":1}: "Model\\Vote"
loaded {"x":1}: "App\\Loaded"
fromTrait [{"b":true}]: ["Model\\Deep\\Thing"]
inherited [{"b":true}]: ["Model\\Deep\\Thing"]
closure [{"q":"x"}]: ["Model\\Poll"]
function [{"n":1}]: ["Model\\Vote"]
