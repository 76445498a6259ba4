--TEST--
Hostile SOAP: entities, document types, depth, counts, namespaces and references that are tricks; each is answered soon
--FILE--
<?php
require __DIR__ . '/soap.inc';

$soap = new Soap(Server::start(__DIR__ . '/types.inc'));
$open = '<e:Envelope xmlns:e="' . Soap::V11 . '" xmlns:t="urn:test"';
$types = 'xmlns:n="http://schemas.xmlsoap.org/soap/encoding/" xmlns:s="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema"';
$encoded = fn (string $content, string $beside = '') =>
    $soap->body("<t:shown e:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">$content</t:shown>$beside", declarations: $types);
$nested = fn (int $levels) => str_repeat('<t:a>', $levels) . str_repeat('</t:a>', $levels);
$attributes = fn (int $count) => implode(' ', array_map(fn ($n) => "a$n=\"1\"", range(1, $count)));
$declarations = fn (int $count) => implode(' ', array_map(fn ($n) => "xmlns:p$n=\"urn:$n\"", range(1, $count)));
$cases = [
    'entity' => fn () => $soap->post('<!DOCTYPE a [<!ENTITY b "c">]>' . "$open><e:Body/></e:Envelope>"),
    'external' => fn () => $soap->post('<!DOCTYPE a SYSTEM "file:///etc/passwd">' . "$open><e:Body/></e:Envelope>"),
    'undeclared entity' => fn () => $soap->call('text', '<t:s>&b;</t:s>'),
    'instruction' => fn () => $soap->post('<?php echo 1 ?>' . "$open><e:Body/></e:Envelope>"),
    'instruction inside' => fn () => $soap->call('text', '<t:s><?a b?></t:s>'),
    'depth 250' => fn () => strlen($soap->call('any', "<t:v>{$nested(250)}</t:v>")) > 10_000,
    'depth 300' => fn () => $soap->call('any', "<t:v>{$nested(300)}</t:v>"),
    'depth 50,000' => fn () => $soap->call('any', "<t:v>{$nested(50_000)}</t:v>"),
    'depth in a header' => fn () => $soap->body('<t:nothing/>', "<e:Header>{$nested(50_000)}</e:Header>"),
    '32 attributes' => fn () => $soap->call('text', "<t:s {$attributes(32)}>a</t:s>"),
    '33 attributes' => fn () => $soap->call('text', "<t:s {$attributes(33)}>a</t:s>"),
    '10,000 attributes' => fn () => $soap->call('text', "<t:s {$attributes(10_000)}>a</t:s>"),
    'namespaces inside of each other' => fn () => $soap->call('any', '<t:v>' . str_repeat("<t:a {$declarations(30)}>", 5) . str_repeat('</t:a>', 5) . '</t:v>'),
    'namespaces beside each other' => fn () => strlen($soap->call('any', '<t:v>' . str_repeat("<t:item {$declarations(30)}/>", 500) . '</t:v>')) > 10_000,
    'many namespaces' => fn () => $soap->call('any', '<t:v>' . implode('', array_map(fn ($n) => "<t:item xmlns:p=\"urn:$n\"/>", range(1, 500))) . '</t:v>'),
    'one attribute twice' => fn () => $soap->call('text', '<t:s a="1" a="2"/>'),
    'two prefixes' => fn () => $soap->call('text', '<t:s xmlns:p="urn:p" xmlns:q="urn:p" p:a="1" q:a="2"/>'),
    'two namespaces' => fn () => $soap->call('text', '<t:s xmlns:p="urn:p" xmlns:q="urn:q" p:a="1" q:a="2"/>'),
    'rebinding' => fn () => $soap->call('text', '<e:s xmlns:e="urn:test" xmlns:t="urn:other">rebound</e:s>'),
    'rebinding undone' => fn () => $soap->body('<t:add><t:a xmlns:t="urn:test">1</t:a><t:b>1</t:b></t:add>'),
    'foreign by rebinding' => fn () => $soap->body('<t:add xmlns:t="urn:other"><t:a>1</t:a></t:add>'),
    'default namespace' => fn () => $soap->body('<add xmlns="urn:test"><a>1</a></add>'),
    'default namespace taken back' => fn () => str_contains($soap->body('<add xmlns="urn:test"><a xmlns="">1</a></add>'), '<tns:addResponse><return>3<'),
    'reserved prefix' => fn () => $soap->call('text', '<t:s xmlns:xml="urn:x"/>'),
    'xmlns as a prefix' => fn () => $soap->call('text', '<t:s xmlns:xmlns="urn:x"/>'),
    'prefix of nothing' => fn () => $soap->call('text', '<t:s xmlns:p=""/>'),
    'undeclared prefix' => fn () => $soap->call('text', '<t:s p:a="1"/>'),
    'undeclared prefix in a type' => fn () => $soap->body('<t:any><t:v s:type="p:int">1</t:v></t:any>', declarations: $types),
    'namespace by reference' => fn () => $soap->body('<a:add xmlns:a="urn:&#116;est"><a:a>1</a:a></a:add>'),
    'envelope in an envelope' => fn () => $soap->body("$open><e:Body/></e:Envelope>"),
    'long name' => fn () => $soap->call(str_repeat('a', 300)),
    'NUL' => fn () => $soap->call('text', "<t:s>\0</t:s>"),
    'lone surrogate' => fn () => $soap->call('text', '<t:s>&#xD800;</t:s>'),
    'huge number' => fn () => $soap->call('add', '<t:a>' . str_repeat('9', 100_000) . '</t:a>'),
    'huge exponent' => fn () => $soap->call('number', '<t:f>1e' . str_repeat('9', 1000) . '</t:f>'),
    'references of references' => fn () => $encoded('<v href="#a0"/>', implode('', array_map(
        fn ($n) => "<a id=\"a$n\"><i href=\"#a" . ($n + 1) . "\"/><i href=\"#a" . ($n + 1) . '"/></a>',
        range(0, 40),
    )) . '<a id="a41" s:type="x:int">1</a>'),
    'much by reference' => fn () => $encoded('<v n:arrayType="x:string[]">' . str_repeat('<i href="#a"/>', 500) . '</v>', '<a id="a">' . str_repeat('a', 200_000) . '</a>'),
    '1,001 references' => fn () => $encoded('<v n:arrayType="x:int[]">' . str_repeat('<i href="#a"/>', 1001) . '</v>', '<a id="a">1</a>'),
    '1,000 references' => fn () => strlen($encoded('<v n:arrayType="x:int[]">' . str_repeat('<i href="#a"/>', 1000) . '</v>', '<a id="a">1</a>')) > 2000,
    '1,001 ids' => fn () => $encoded('<v href="#a1"/>', implode('', array_map(fn ($n) => "<a id=\"a$n\">1</a>", range(1, 1001)))),
    'jump into the header' => fn () => $soap->body('<t:shown><v href="#h"/></t:shown>', '<e:Header><t:h id="h">1</t:h></e:Header>'),
    'a method as a value' => fn () => $encoded('<v href="#m"/>', '<t:secret id="m"/>'),
];
foreach ($cases as $name => $case) {
    $began = hrtime(true);
    $answer = $case();
    $answer = preg_replace('~^(\d+ )?<soap:Fault><faultcode>soap:(\w+)</faultcode><faultstring>(.*?)</faultstring>.*$~s', '$1$2: $3', is_bool($answer) ? var_export($answer, true) : $answer);
    echo "$name: ", strlen($answer) > 200 ? strlen($answer) . ' bytes' : $answer, hrtime(true) - $began > 5e9 ? ' SLOW' : '', "\n";
}
echo $soap->call('add', '<t:a>1</t:a>'), "\n";
echo $soap->server->stop(), "\n";
?>
--EXPECT--
entity: 500 Client: document type declarations are refused
external: 500 Client: document type declarations are refused
undeclared entity: 500 Client: unknown entity
instruction: 500 Client: processing instructions are refused
instruction inside: 500 Client: processing instructions are refused
depth 250: true
depth 300: 500 Client: nested too deep
depth 50,000: 500 Client: nested too deep
depth in a header: 500 Client: nested too deep
32 attributes: <return>a</return>
33 attributes: 500 Client: too many attributes or too long a name
10,000 attributes: 500 Client: too many attributes or too long a name
namespaces inside of each other: 500 Client: too many attributes or too long a name
namespaces beside each other: true
many namespaces: 500 Client: too many attributes or too long a name
one attribute twice: 500 Client: syntax error
two prefixes: 500 Client: syntax error
two namespaces: <return></return>
rebinding: <return>rebound</return>
rebinding undone: <return>2</return>
foreign by rebinding: 500 Client: There is no such operation
default namespace: <return>3</return>
default namespace taken back: true
reserved prefix: 500 Client: syntax error
xmlns as a prefix: 500 Client: syntax error
prefix of nothing: 500 Client: syntax error
undeclared prefix: 500 Client: syntax error
undeclared prefix in a type: 500 Client: An xsi:type whose prefix is not declared
namespace by reference: <return>3</return>
envelope in an envelope: 500 Client: There is no such operation
long name: 500 Client: too many attributes or too long a name
NUL: 500 Client: invalid character
lone surrogate: 500 Client: invalid character
huge number: 500 Client: Invalid params
huge exponent: 500 Client: Invalid params
references of references: 500 Client: Too many references
much by reference: 500 Client: Too much text by reference
1,001 references: 500 Client: Too many references
1,000 references: true
1,001 ids: 500 Client: References that can't be followed
jump into the header: 500 Client: A reference to nothing
a method as a value: <tns:shownResponse xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/" soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><return xsi:type="xsd:string">""</return></tns:shownResponse>
<return>3</return>
0
