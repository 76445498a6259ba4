--TEST--
Header blocks as arguments of SOAP: where they may stand, what must be understood, what is wrong; other protocols know nothing of it
--FILE--
<?php
require __DIR__ . '/soap.inc';

$soap = new Soap(Server::start(__DIR__ . '/headers.inc'));
$must = fn (string $block) => preg_replace('~>~', ' e:mustUnderstand="1">', $block, 1);
foreach (['body', 'body12'] as $version) {
    echo "-- $version\n";
    $call = fn (string $blocks, string $content) => print $soap->$version($content, "<e:Header>$blocks</e:Header>") . "\n";
    $who = '<t:who><t:question>q</t:question></t:who>';
    echo $soap->$version($who), "\n";
    $call('<t:session>abc</t:session>', $who);
    $call($must('<t:session>abc</t:session>'), $who);
    $call($must('<t:session>abc</t:session>') . '<h:other xmlns:h="urn:h"/>', $who);
    $call($must('<t:session>abc</t:session>'), '<t:again/>');
    // In the place of any other argument; not twice.
    $call('', '<t:who><t:session>abc</t:session><t:question>q</t:question></t:who>');
    $call('<t:session>a</t:session>', '<t:who><t:session>b</t:session><t:question>q</t:question></t:who>');
    $call('<t:session>a</t:session><t:session>b</t:session>', $who);
    // An object and a list, by other prefixes than the Body's; the call in rpc style, by name and by position.
    $blocks = '<a:place xmlns:a="urn:test"><a:city>x &lt; y</a:city><a:zip>7</a:zip></a:place>'
        . '<trace_x0020_steps xmlns="urn:test"><item>1</item><item>2</item></trace_x0020_steps>';
    $call($blocks, '<t:both><t:n>5</t:n></t:both>');
    $call($blocks, '<t:both><n>5</n></t:both>');
    $call('<t:session>abc</t:session>', '<t:who><arg0>q</arg0></t:who>');
    $call('<t:session>abc</t:session>', '<t:who><arg0>q</arg0><arg1>b</arg1></t:who>');
    $call('<t:session>abc</t:session>', '<t:who><a0>q</a0><a2>b</a2><a3>c</a3></t:who>');
    // Names that are taken.
    $call($must('<t:sessionHeader>1</t:sessionHeader>') . $must('<t:whoHeader>2</t:whoHeader>'), '<t:clash/>');
    // What another operation takes is not understood here.
    $call($must('<t:session>abc</t:session>'), '<t:clash><t:session>1</t:session></t:clash>');
    $call('<t:session>abc</t:session>', '<t:clash><t:session>1</t:session></t:clash>');
    // For somebody else; of another namespace.
    $role = $version === 'body' ? 'actor' : 'role';
    $call("<t:session e:$role=\"urn:other\">abc</t:session>", $who);
    $call('<t:session xmlns:t="urn:other">abc</t:session>', $who);
    // What is wrong with them.
    $call('<t:place><t:zip>x</t:zip></t:place>', '<t:both><t:n>5</t:n></t:both>');
    $call('<t:place><t:city>x</t:city><t:zip>x</t:zip></t:place>', '<t:both><t:n>5</t:n></t:both>');
    $call('', '<t:both><t:n>5</t:n></t:both>');
}
echo "-- other protocols\n";
echo $soap->server->post('/jsonrpc', '{"jsonrpc":"2.0","method":"who","params":{"question":"q","session":"abc"},"id":1}', ['Content-Type' => 'application/json'])->body, "\n";
echo "-- the WSDL\n";
$wsdl = $soap->server->get('/soap?wsdl')->body;
preg_match_all('~<xsd:element name="(?:session|who|clash)"[^>]*>.*</xsd:element>$|<xsd:element name="[^"]*(?:place|steps|Header)"[^>]*/>$|^<wsdl:message name="[^"]*Headers_?".*$|<soap(?:12)?:header [^>]*>~m', $wsdl, $found);
echo implode("\n", $found[0]), "\n";
$soap->server->stop();

echo "-- not with any number of arguments\n";
foreach ([
    fn (#[Kargo\Rpc\SoapHeader] int $a, int ...$rest) => 1,
    fn (int $a, #[Kargo\Rpc\SoapHeader] int ...$rest) => 1,
] as $method) {
    try {
        (new Kargo\Rpc\Api(title: 'x'))->export($method, as: 'm');
    } catch (Kargo\ConfigurationException $exception) {
        echo $exception->getMessage(), "\n";
    }
}
?>
--EXPECT--
-- body
<return>q null</return>
<return>q "abc"</return>
<return>q "abc"</return>
<return>q "abc"</return>
<return>again "abc"</return>
<return>q "abc"</return>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An argument that comes twice</faultstring><detail><Fault><code>-32602</code><message>An argument that comes twice</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>A header block that comes twice</faultstring><detail><Fault><code>-32600</code><message>A header block that comes twice</message></Fault></detail></soap:Fault>
<return>x &lt; y 7 5 [1,2]</return>
<tns:bothResponse><return>x &lt; y 7 5 [1,2]</return></tns:bothResponse>
<tns:whoResponse><return>q "abc"</return></tns:whoResponse>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An argument that comes twice</faultstring><detail><Fault><code>-32602</code><message>An argument that comes twice</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An argument that comes twice</faultstring><detail><Fault><code>-32602</code><message>An argument that comes twice</message></Fault></detail></soap:Fault>
<return>3</return>
500 <soap:Fault><faultcode>soap:MustUnderstand</faultcode><faultstring>A header block that must be understood is not</faultstring></soap:Fault>
<return>1</return>
<return>q null</return>
<return>q null</return>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/place</pointer><reason>city is missing</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/place/zip</pointer><reason>int expected, string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params</pointer><reason>place is missing</reason></Fault></detail></soap:Fault>
-- body12
1.2 <return>q null</return>
1.2 <return>q "abc"</return>
1.2 <return>q "abc"</return>
1.2 <return>q "abc"</return>
1.2 <return>again "abc"</return>
1.2 <return>q "abc"</return>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An argument that comes twice</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An argument that comes twice</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">A header block that comes twice</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>A header block that comes twice</message></Fault></soap:Detail></soap:Fault>
1.2 <return>x &lt; y 7 5 [1,2]</return>
1.2 <tns:bothResponse><return>x &lt; y 7 5 [1,2]</return></tns:bothResponse>
1.2 <tns:whoResponse><return>q "abc"</return></tns:whoResponse>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An argument that comes twice</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An argument that comes twice</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An argument that comes twice</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An argument that comes twice</message></Fault></soap:Detail></soap:Fault>
1.2 <return>3</return>
500 1.2 <soap:Header><soap:NotUnderstood xmlns:block="urn:test" qname="block:session"/></soap:Header><soap:Body><soap:Fault><soap:Code><soap:Value>soap:MustUnderstand</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">A header block that must be understood is not</soap:Text></soap:Reason></soap:Fault>
1.2 <return>1</return>
1.2 <return>q null</return>
1.2 <return>q null</return>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/place</pointer><reason>city is missing</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/place/zip</pointer><reason>int expected, string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params</pointer><reason>place is missing</reason></Fault></soap:Detail></soap:Fault>
-- other protocols
{"result":"q \"abc\"","id":1,"jsonrpc":"2.0"}
-- the WSDL
<xsd:element name="who"><xsd:complexType><xsd:sequence><xsd:element name="question" type="xsd:string"/></xsd:sequence></xsd:complexType></xsd:element>
<xsd:element name="clash"><xsd:complexType><xsd:sequence></xsd:sequence></xsd:complexType></xsd:element>
<xsd:element name="session" type="xsd:string" nillable="true"><xsd:annotation><xsd:documentation>who asks</xsd:documentation></xsd:annotation></xsd:element>
<xsd:element name="place" type="tns:Place"/>
<xsd:element name="trace_x0020_steps" type="tns:ArrayOfLong"/>
<xsd:element name="sessionHeader" type="xsd:long"/>
<xsd:element name="whoHeader" type="xsd:long"/>
<wsdl:message name="whoHeaders"><wsdl:part name="session" element="tns:session"/></wsdl:message>
<wsdl:message name="againHeaders"><wsdl:part name="session" element="tns:session"/></wsdl:message>
<wsdl:message name="bothHeaders"><wsdl:part name="place" element="tns:place"/><wsdl:part name="trace_x0020_steps" element="tns:trace_x0020_steps"/></wsdl:message>
<wsdl:message name="clashHeaders"><wsdl:part name="sessionHeader" element="tns:sessionHeader"/><wsdl:part name="whoHeader" element="tns:whoHeader"/></wsdl:message>
<soap:header message="tns:whoHeaders" part="session" use="literal"/>
<soap:header message="tns:againHeaders" part="session" use="literal"/>
<soap:header message="tns:bothHeaders" part="place" use="literal"/>
<soap:header message="tns:bothHeaders" part="trace_x0020_steps" use="literal"/>
<soap:header message="tns:clashHeaders" part="sessionHeader" use="literal"/>
<soap:header message="tns:clashHeaders" part="whoHeader" use="literal"/>
<soap12:header message="tns:whoHeaders" part="session" use="literal"/>
<soap12:header message="tns:againHeaders" part="session" use="literal"/>
<soap12:header message="tns:bothHeaders" part="place" use="literal"/>
<soap12:header message="tns:bothHeaders" part="trace_x0020_steps" use="literal"/>
<soap12:header message="tns:clashHeaders" part="sessionHeader" use="literal"/>
<soap12:header message="tns:clashHeaders" part="whoHeader" use="literal"/>
-- not with any number of arguments
m() takes any number of arguments, so none of them can be a #[Kargo\Rpc\SoapHeader]
m() takes any number of arguments, so none of them can be a #[Kargo\Rpc\SoapHeader]
