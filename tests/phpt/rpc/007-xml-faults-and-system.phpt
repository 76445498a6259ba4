--TEST--
XML-RPC: faults with the interoperable codes, introspection, multicall
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    final class Polls {
        /**
         * Retrieve all polls
         *
         * With their options.
         *
         * @return array<string, array<string, string>>
         */
        public function getAllPolls(): array { return ['q' => ['a' => 'x']]; }
        /** @return string[] */
        public function getAllQuestions(): array { return ['q']; }
        /** Adds numbers. @see nothing */
        public function add(int $a, float|int $b = 1, ?string $c = null): float { return $a + $b; }
        public function plain($x, bool ...$more) {}
        /** @return base64 */
        public function image(DateTimeInterface $at, array $list, stdClass $options): string { return 'x'; }
        public function fail(): void { throw new PDOException('mysql:host=secret'); }
        public function fault(): void { throw new Kargo\Rpc\Fault('no <such> poll', 404, ['id' => 3]); }
        public function quit(): void { exit(3); }
    }
    $api = new Kargo\Rpc\Api(batchLimit: 5);
    $api->export(new Polls(), as: 'poll');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api);
    $server->run(workers: 1);
    PHP);
$client = new Client($server);
$plain = fn (string $answer) => preg_replace('/error \([0-9a-f]+-[0-9a-f]+\)/', 'error (id)', $answer);
echo "-- introspection\n";
preg_match_all('~<string>(.*?)</string>~', $client->xmlCall('system.listMethods'), $names);
echo implode(' ', $names[1]), "\n";
foreach ($names[1] as $name) {
    echo "$name: ", str_replace("\n", '\n', $client->xmlCall('system.methodHelp', $name)), "\n";
    $signatures = $client->xmlCall('system.methodSignature', $name);
    echo '  ', strtr($signatures, ['<value>' => '', '</value>' => '', '<array><data>' => '[', '</data></array>' => ']', '<string>' => ' ', '</string>' => '']), "\n";
}
echo $client->xmlCall('system.methodHelp', 'nope'), "\n", $client->xmlCall('system.methodSignature'), "\n", $client->xmlCall('system.listMethods', 'x'), "\n", $client->xmlCall('system.methodHelp', '<int>1</int>'), "\n";
preg_match_all('~<name>([a-z_.]+)</name><value><struct>~', $client->xmlCall('system.getCapabilities'), $names);
echo implode(' ', $names[1]), "\n";
echo "-- faults\n";
foreach (['poll.nope', 'poll.fail', 'poll.fault', 'poll.quit', 'system.nope', ''] as $method) {
    echo "$method: ", $plain($client->xmlCall($method)), "\n";
}
echo $client->xmlCall('poll.add'), "\n", $client->xmlCall('poll.add', '<int>1</int>', '<int>1</int>', '<nil/>', '1'), "\n", $client->xmlCall('poll.getAllPolls'), "\n";
foreach ([
    '', ' ', 'x', '<methodCall>', '<methodCall><methodName>poll.getAllQuestions</methodName></methodCall><x/>', '<methodCall><methodName>a</methodName><params></methodCall>', '<methodCall/>', '<methodcall><methodName>a</methodName></methodcall>', '<methodResponse><params/></methodResponse>', '<html><body>hello</body></html>',
    '<!DOCTYPE x [<!ENTITY e "x">]><methodCall><methodName>&e;</methodName></methodCall>', '<!DOCTYPE methodCall SYSTEM "file:///etc/passwd"><methodCall><methodName>poll.getAllQuestions</methodName></methodCall>', '<?php x ?><methodCall><methodName>poll.getAllQuestions</methodName></methodCall>', '<methodCall><methodName>&x;</methodName></methodCall>', "<methodCall><methodName>a\x01</methodName></methodCall>", "<methodCall><methodName>\xff</methodName></methodCall>", '<methodCall><methodName a="1" a="2">a</methodName></methodCall>', '<1methodCall/>',
    '<methodCall><methodName>poll.getAllQuestions</methodName><params><param>1</param></params></methodCall>', '<methodCall><methodName>poll.getAllQuestions</methodName><params><param><value><struct><member><value>1</value></member></struct></value></param></params></methodCall>',
] as $body) {
    echo json_encode(substr($body, 0, 60), JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES), ' ', $client->xmlBody($body), "\n";
}
foreach (['<?xml version="1.0" encoding="EBCDIC"?>', '<?xml version="2.0"?>', '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', '<?xml encoding="UTF-8"?>', "\xef\xbb\xbf<?xml version='1.0'?>", ' <?xml version="1.0"?>'] as $declaration) {
    $answer = $client->xml("$declaration<methodCall><methodName>poll.getAllQuestions</methodName></methodCall>");
    echo json_encode($declaration, JSON_INVALID_UTF8_SUBSTITUTE), ' ', preg_match('~<int>(-?\d+)</int>.*<string>(.*)</string>~', $answer, $parts) ? "$parts[1] $parts[2]" : 'answered', "\n";
}
$latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><methodCall><methodName>poll.\xe9</methodName></methodCall>";
echo $client->xml($latin) === $client->xml("<methodCall><methodName>poll.\u{e9}</methodName></methodCall>", 'text/xml; charset=utf-8') ? "encodings are known\n" : "they are not\n";
echo "-- multicall\n";
$call = fn (string $name, string ...$values) => "<value><struct><member><name>methodName</name><value>$name</value></member><member><name>params</name><value><array><data>" . implode('', array_map(fn ($value) => "<value>$value</value>", $values)) . '</data></array></value></member></struct></value>';
$multi = fn (string ...$calls) => $plain($client->xmlCall('system.multicall', '<array><data>' . implode('', $calls) . '</data></array>'));
foreach ([
    [$call('poll.getAllQuestions')], [$call('poll.add', '<int>1</int>'), $call('poll.nope'), $call('poll.getAllQuestions')], [],
    [$call('poll.fail'), $call('poll.fault'), $call('poll.quit'), $call('poll.add', 'x'), $call('poll.getAllQuestions')],
    [$call('system.multicall', '<array><data></data></array>'), $call('system.methodHelp', 'poll.add')],
    ['<value>1</value>', '<value><struct></struct></value>', $call('poll.getAllQuestions')],
    array_fill(0, 5, $call('poll.getAllQuestions')), array_fill(0, 6, $call('poll.getAllQuestions')),
] as $calls) {
    echo strtr($multi(...$calls), ['</data></array></value><value>' => "</data></array></value>\n  <value>", '</struct></value><value>' => "</struct></value>\n  <value>"]), "\n";
}
echo $client->xmlCall('system.multicall'), "\n", $client->xmlCall('system.multicall', 'x'), "\n";
?>
--EXPECT--
-- introspection
system.listMethods system.methodHelp system.methodSignature system.multicall system.getCapabilities poll.getAllPolls poll.getAllQuestions poll.add poll.plain poll.image poll.fail poll.fault poll.quit
system.listMethods: <string>List all methods</string>
  [[ array]]
system.methodHelp: <string>Describe a method</string>
  [[ string string]]
system.methodSignature: <string>List the signatures of a method: the result's type, then the parameters'</string>
  [[ array string]]
system.multicall: <string>Call several methods; each result is an array of one, each fault a struct</string>
  [[ array array]]
system.getCapabilities: <string>List the specifications that this server follows</string>
  [[ struct]]
poll.getAllPolls: <string>Retrieve all polls\n\nWith their options.</string>
  [[ struct]]
poll.getAllQuestions: <string></string>
  [[ array]]
poll.add: <string>Adds numbers. @see nothing</string>
  [[ double int][ double int mixed][ double int mixed string]]
poll.plain: <string></string>
  [[ mixed mixed][ mixed mixed boolean]]
poll.image: <string></string>
  [[ base64 dateTime.iso8601 array struct]]
poll.fail: <string></string>
  [[ nil]]
poll.fault: <string></string>
  [[ nil]]
poll.quit: <string></string>
  [[ nil]]
fault -32602: Invalid params (/params/0: there is no such method)
fault -32602: Invalid params (/params: takes 1 argument, 0 given)
fault -32602: Invalid params (/params: takes no arguments, 1 given)
fault -32602: Invalid params (/params/0: string expected, the name of a method)
xmlrpc faults_interop introspection system.multicall nil
-- faults
poll.nope: fault -32601: Method not found
poll.fail: fault -32603: Internal error (id)
poll.fault: fault 404: no &lt;such&gt; poll
poll.quit: fault -32603: Internal error (id)
system.nope: fault -32601: Method not found
: fault -32601: Method not found
fault -32602: Invalid params (/params: a is missing)
fault -32602: Invalid params (/params/3: takes 3 arguments, 4 given)
<struct><member><name>q</name><value><struct><member><name>a</name><value><string>x</string></value></member></struct></value></member></struct>
"" fault -32700: Parse error
" " fault -32700: Parse error
"x" fault -32700: Parse error
"<methodCall>" fault -32700: Parse error
"<methodCall><methodName>poll.getAllQuestions</methodName></m" fault -32700: Parse error
"<methodCall><methodName>a</methodName><params></methodCall>" fault -32700: Parse error
"<methodCall/>" fault -32600: Invalid Request
"<methodcall><methodName>a</methodName></methodcall>" fault -32600: Invalid Request
"<methodResponse><params/></methodResponse>" fault -32600: Invalid Request
"<html><body>hello</body></html>" fault -32600: Invalid Request
"<!DOCTYPE x [<!ENTITY e \"x\">]><methodCall><methodName>&e;</m" fault -32700: Parse error
"<!DOCTYPE methodCall SYSTEM \"file:///etc/passwd\"><methodCall" fault -32700: Parse error
"<?php x ?><methodCall><methodName>poll.getAllQuestions</meth" fault -32700: Parse error
"<methodCall><methodName>&x;</methodName></methodCall>" fault -32700: Parse error
"<methodCall><methodName>a\u0001</methodName></methodCall>" fault -32700: Parse error
"<methodCall><methodName>\ufffd</methodName></methodCall>" fault -32702: Invalid character for encoding
"<methodCall><methodName a=\"1\" a=\"2\">a</methodName></methodCa" fault -32700: Parse error
"<1methodCall/>" fault -32700: Parse error
"<methodCall><methodName>poll.getAllQuestions</methodName><pa" fault -32600: Invalid Request
"<methodCall><methodName>poll.getAllQuestions</methodName><pa" fault -32600: Invalid Request
"<?xml version=\"1.0\" encoding=\"EBCDIC\"?>" -32701 Unsupported encoding
"<?xml version=\"2.0\"?>" -32700 Parse error
"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>" answered
"<?xml encoding=\"UTF-8\"?>" -32700 Parse error
"\ufeff<?xml version='1.0'?>" answered
" <?xml version=\"1.0\"?>" -32700 Parse error
encodings are known
-- multicall
<array><data><value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value></data></array>
<array><data><value><array><data><value><double>2.0</double></value></data></array></value>
  <value><struct><member><name>faultCode</name><value><int>-32601</int></value></member><member><name>faultString</name><value><string>Method not found</string></value></member></struct></value>
  <value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value></data></array>
<array><data></data></array>
<array><data><value><struct><member><name>faultCode</name><value><int>-32603</int></value></member><member><name>faultString</name><value><string>Internal error (id)</string></value></member></struct></value>
  <value><struct><member><name>faultCode</name><value><int>404</int></value></member><member><name>faultString</name><value><string>no &lt;such&gt; poll</string></value></member></struct></value>
  <value><struct><member><name>faultCode</name><value><int>-32603</int></value></member><member><name>faultString</name><value><string>Internal error (id)</string></value></member></struct></value>
  <value><struct><member><name>faultCode</name><value><int>-32602</int></value></member><member><name>faultString</name><value><string>Invalid params (/params/0: int expected, string given)</string></value></member></struct></value>
  <value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value></data></array>
<array><data><value><struct><member><name>faultCode</name><value><int>-32600</int></value></member><member><name>faultString</name><value><string>Recursive system.multicall forbidden</string></value></member></struct></value>
  <value><array><data><value><string>Adds numbers. @see nothing</string></value></data></array></value></data></array>
<array><data><value><struct><member><name>faultCode</name><value><int>-32600</int></value></member><member><name>faultString</name><value><string>A call is a struct of one methodName, a string, and one params, an array</string></value></member></struct></value>
  <value><struct><member><name>faultCode</name><value><int>-32600</int></value></member><member><name>faultString</name><value><string>A call is a struct of one methodName, a string, and one params, an array</string></value></member></struct></value>
  <value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value></data></array>
<array><data><value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value>
  <value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value>
  <value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value>
  <value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value>
  <value><array><data><value><array><data><value><string>q</string></value></data></array></value></data></array></value></data></array>
fault -32600: Too many calls in one system.multicall
fault -32602: system.multicall takes one array of calls
fault -32602: system.multicall takes one array of calls
