--TEST--
What classes, enums, shapes, attributes and docblocks say is what descriptions say
--FILE--
<?php
require __DIR__ . '/../rpc/client.inc';

$server = Server::start(<<<'PHP'
    namespace App;

    use Kargo\Rpc\{Name,Description,Deprecated};
    enum Kind: string { case Single = 'single'; case Multi = 'multi'; }
    enum Level { case Low; case High; }
    /** An option. */
    final readonly class Option { public function __construct(public string $label, public float $weight = 1.0, public ?Kind $kind = null) {} }
    final readonly class Poll {
      /** @param list<Option> $options to choose from
        * @param int<1,5> $max at most */
      public function __construct(public string $question, public array $options = [], public ?\DateTimeImmutable $ends = null, #[Name('max-votes')] public int $max = 1, public ?self $next = null) {}
    }
    final class Input { public function __construct(private int $secret, public readonly Poll $poll) {} }
    /** When it's closed */ class Closed extends \Exception { protected $code = 42; }
    class NotAllowed extends \Exception {}
    class MyFault extends \Kargo\Rpc\Fault {}
    #[Description('A result')] final class Out { public int $id; /** @var list<Poll> the polls */ public array $polls; public ?Out $parent; /** How low */ #[Name('lvl')] public Level $level; private $x; public static $s; }
    interface I { }
    final class S {
      /** Sum up.
       *
       * More.
       * @param array{a: int, b?: list<array{x: Level}>} $opts the options
       * @param 'asc'|'desc' $order
       * @return array{total: int, ...} all of it
       * @throws Closed when it is over
       * @throws NotAllowed|MyFault|\RuntimeException
       * @deprecated use other
       */
      public function a(Poll $poll, array $opts = [], string $order = 'asc', int ...$rest): array {}
      public function out(Input $i, Level $l = Level::Low): Out {}
      public function poll(): ?Poll {}
      public function i(): I {}
      public function none(): void {}
      public function input(): Input {}
    }
    $api = new \Kargo\Rpc\Api('T', '2');
    $api->export(new S, as: 's')->allow(Closed::class);
    $server = \Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$document = json_decode($server->get('/openapi.json')->body, true);
echo $document['info']['title'], ' ', $document['info']['version'], "\n";
foreach ($document['components']['schemas'] as $name => $schema) {
    echo "$name ", json_encode($schema, JSON_UNESCAPED_SLASHES), "\n";
}
$operation = $document['paths']['/rest/s/a']['post'];
echo json_encode([$operation['summary'], $operation['description'] ?? null, $operation['deprecated'] ?? null], JSON_UNESCAPED_SLASHES), "\n";
echo json_encode($operation['requestBody']['content']['application/json']['schema'], JSON_UNESCAPED_SLASHES), "\n";
echo json_encode($operation['responses']['200']['content']['application/json']['schema'], JSON_UNESCAPED_SLASHES), "\n";
?>
--EXPECT--
T 2
Poll {"type":"object","properties":{"question":{"type":"string"},"options":{"type":"array","items":{"$ref":"#/components/schemas/Option"},"description":"to choose from","default":[]},"ends":{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}],"default":null},"max-votes":{"type":"integer","format":"int64","minimum":1,"maximum":5,"description":"at most","default":1},"next":{"anyOf":[{"$ref":"#/components/schemas/Poll"},{"type":"null"}],"default":null}},"required":["question"],"additionalProperties":false}
Option {"description":"An option.","type":"object","properties":{"label":{"type":"string"},"weight":{"type":"number","default":1},"kind":{"anyOf":[{"$ref":"#/components/schemas/Kind"},{"type":"null"}],"default":null}},"required":["label"],"additionalProperties":false}
Kind {"type":"string","enum":["single","multi"]}
Level {"type":"string","enum":["Low","High"]}
SAOptsB {"type":"object","properties":{"x":{"$ref":"#/components/schemas/Level"}},"required":["x"],"additionalProperties":false}
SAOpts {"type":"object","properties":{"a":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807},"b":{"type":"array","items":{"$ref":"#/components/schemas/SAOptsB"}}},"required":["a"],"additionalProperties":false}
SAResult {"type":"object","properties":{"total":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807}},"required":["total"]}
Input {"type":"object","properties":{"secret":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807},"poll":{"$ref":"#/components/schemas/Poll"}},"required":["secret","poll"],"additionalProperties":false}
Out {"description":"A result","type":"object","properties":{"id":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807},"polls":{"type":"array","items":{"$ref":"#/components/schemas/Poll"},"description":"the polls"},"parent":{"anyOf":[{"$ref":"#/components/schemas/Out"},{"type":"null"}]},"lvl":{"$ref":"#/components/schemas/Level","description":"How low"}},"required":["id","polls","parent","lvl"],"additionalProperties":false}
InputOutput {"type":"object","properties":{"poll":{"$ref":"#/components/schemas/Poll"}},"required":["poll"],"additionalProperties":false}
Problem {"description":"How a request failed (RFC 9457).","type":"object","properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"instance":{"type":"string","description":"The request in the server's log."},"code":{"type":"integer","description":"The fault's, as other protocols have it."},"errors":{"type":"array","items":{"type":"object","properties":{"pointer":{"type":"string","description":"JSON pointer to the argument."},"detail":{"type":"string"}},"required":["pointer","detail"]}},"data":{"description":"What the fault brings along."}},"required":["type","title","status","instance"]}
["Sum up.","More.\n\nDeprecated: use other",true]
{"type":"object","properties":{"poll":{"$ref":"#/components/schemas/Poll"},"opts":{"$ref":"#/components/schemas/SAOpts","description":"the options"},"order":{"type":"string","enum":["asc","desc"],"default":"asc"},"rest":{"type":"array","items":{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807}}},"required":["poll"],"additionalProperties":false}
{"$ref":"#/components/schemas/SAResult"}
