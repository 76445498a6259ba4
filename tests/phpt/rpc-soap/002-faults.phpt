--TEST--
SOAP faults of both versions: whose fault it is, status, code, pointer, id, declared faults; nothing that must not be told
--FILE--
<?php
require __DIR__ . '/soap.inc';

$soap = new Soap(Server::start(__DIR__ . '/types.inc'));
$mask = fn (string $answer) => preg_replace('~<id>[0-9a-f]+-[0-9a-f]+</id>~', '<id>ID</id>', $answer);
foreach (['body', 'body12'] as $version) {
    echo "-- $version\n";
    foreach ([
        '<t:closed/>',
        '<t:secret/>',
        '<t:fault/>',
        '<t:control/>',
        '<t:add/>',
        '<t:add><t:a>1.5</t:a></t:add>',
        '<t:add><t:a><t:x/></t:a></t:add>',
        '<t:add><t:a>1</t:a><t:c>1</t:c></t:add>',
        '<t:point><t:p><t:x>1</t:x><t:z>1</t:z></t:p></t:point>',
        '<t:points><t:ps><t:item><t:x>1</t:x></t:item><t:item><t:x>y</t:x></t:item></t:ps></t:points>',
        '<t:mood><t:m>ugly</t:m></t:mood>',
        '<t:level><t:l>3</t:l></t:level>',
        '<t:when><t:d>2026-02-30T00:00:00Z</t:d></t:when>',
        '<t:bytes><t:b>YQ</t:b></t:bytes>',
        '<t:number><t:f>INF</t:f></t:number>',
        '<t:number><t:f>NaN</t:f></t:number>',
        '<t:flag><t:b>yes</t:b></t:flag>',
        '<t:flag><t:b i:nil="true" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/></t:flag>',
        '<t:nope/>',
        '<add/>',
        '<x:add xmlns:x="urn:other"/>',
        '',
        '<t:nothing/><t:nothing/>',
        'text<t:nothing/>',
        '<t:add>1</t:add>',
        '<t:add><t:a>1</t:a><t:a>1</t:a></t:add>',
        '<t:point><t:p><t:x>1</t:x><t:x>1</t:x></t:p></t:point>',
        '<t:add><x:a xmlns:x="urn:other">1</x:a></t:add>',
        '<t:points><t:ps><t:other/></t:ps></t:points>',
        '<t:map><t:m><t:entry><t:value>1</t:value><t:key>a</t:key></t:entry></t:m></t:map>',
        '<t:text><t:s i:nil="true" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">x</t:s></t:text>',
        '<t:all><t:rest>a</t:rest></t:all>',
    ] as $content) {
        echo $mask($soap->$version($content)), "\n";
    }
}
echo "-- no envelope\n";
foreach ([
    '',
    '<',
    '<a/>',
    '<Envelope/>',
    '<e:Envelope xmlns:e="urn:other"/>',
    '<e:Envelope xmlns:e="' . Soap::V11 . '"/>',
    '<e:Envelope xmlns:e="' . Soap::V12 . '"><e:Header/></e:Envelope>',
    '<e:Envelope xmlns:e="' . Soap::V11 . '"><e:Body><a xmlns="urn:test"/></e:Body></e:Envelope>',
    '<e:Envelope xmlns:e="' . Soap::V11 . '"><e:Body><nothing xmlns="urn:test"/></e:Body><e:Body/></e:Envelope>',
    '<e:Envelope xmlns:e="' . Soap::V11 . '"><e:Body><nothing xmlns="urn:test"/></e:Body></e:Envelope><more/>',
    '<e:Envelope xmlns:e="' . Soap::V11 . '"><e:Body><x:nothing/></e:Body></e:Envelope>',
] as $body) {
    echo $soap->post($body), "\n";
}
echo $soap->post('<e:Envelope xmlns:e="urn:other"/>', ['Content-Type' => 'application/soap+xml']), "\n";
echo "-- in the log\n";
$soap->server->stop();
$log = $soap->server->log();
echo substr_count($log, 'SECRET in a text'), ' ', substr_count($log, "a character that XML can't hold"), "\n";
?>
--EXPECT--
-- body
500 <soap:Fault><faultcode>soap:Server</faultcode><faultstring>the poll is &lt;closed&gt;</faultstring><detail><Closed><code>42</code><message>the poll is &lt;closed&gt;</message></Closed></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Server</faultcode><faultstring>Internal error</faultstring><detail><Fault><code>-32603</code><message>Internal error</message><id>ID</id></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Server</faultcode><faultstring>no &amp; no</faultstring><detail><Fault><code>7</code><message>no &amp; no</message><data>{"a":1}</data></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Server</faultcode><faultstring>Internal error</faultstring><detail><Fault><code>-32603</code><message>Internal error</message><id>ID</id></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params</pointer><reason>a is missing</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/a</pointer><reason>int expected, string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/a</pointer><reason>int expected, object given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/c</pointer><reason>no such parameter</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/p/z</pointer><reason>no such member</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/ps/1/x</pointer><reason>int expected, string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/m</pointer><reason>value of Mood expected, another string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/l</pointer><reason>value of Level expected, another int given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/d</pointer><reason>date and time (ISO 8601) expected, another string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/b</pointer><reason>base64 expected, another string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/f</pointer><reason>float expected, string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/f</pointer><reason>float expected, string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/b</pointer><reason>bool expected, string given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/b</pointer><reason>bool expected, null given</reason></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>There is no such operation</faultstring><detail><Fault><code>-32601</code><message>There is no such operation</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>There is no such operation</faultstring><detail><Fault><code>-32601</code><message>There is no such operation</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>There is no such operation</faultstring><detail><Fault><code>-32601</code><message>There is no such operation</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>The Body is empty</faultstring><detail><Fault><code>-32600</code><message>The Body is empty</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>The Body has more than one element</faultstring><detail><Fault><code>-32600</code><message>The Body has more than one element</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Text where only elements may be</faultstring><detail><Fault><code>-32600</code><message>Text where only elements may be</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Text where only elements may be</faultstring><detail><Fault><code>-32602</code><message>Text where only elements may be</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An argument that comes twice</faultstring><detail><Fault><code>-32602</code><message>An argument that comes twice</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>A member that comes twice</faultstring><detail><Fault><code>-32602</code><message>A member that comes twice</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An argument in a foreign namespace</faultstring><detail><Fault><code>-32602</code><message>An argument in a foreign namespace</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An element of a list that is no item</faultstring><detail><Fault><code>-32602</code><message>An element of a list that is no item</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An entry of a map is one key and one value, in this order</faultstring><detail><Fault><code>-32602</code><message>An entry of a map is one key and one value, in this order</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An element that is nil and not empty</faultstring><detail><Fault><code>-32602</code><message>An element that is nil and not empty</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Arguments of an operation that takes any number of them must be complete and in order</faultstring><detail><Fault><code>-32602</code><message>Arguments of an operation that takes any number of them must be complete and in order</message></Fault></detail></soap:Fault>
-- body12
500 1.2 <soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">the poll is &lt;closed&gt;</soap:Text></soap:Reason><soap:Detail><Closed><code>42</code><message>the poll is &lt;closed&gt;</message></Closed></soap:Detail></soap:Fault>
500 1.2 <soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Internal error</soap:Text></soap:Reason><soap:Detail><Fault><code>-32603</code><message>Internal error</message><id>ID</id></Fault></soap:Detail></soap:Fault>
500 1.2 <soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">no &amp; no</soap:Text></soap:Reason><soap:Detail><Fault><code>7</code><message>no &amp; no</message><data>{"a":1}</data></Fault></soap:Detail></soap:Fault>
500 1.2 <soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Internal error</soap:Text></soap:Reason><soap:Detail><Fault><code>-32603</code><message>Internal error</message><id>ID</id></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params</pointer><reason>a is missing</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/a</pointer><reason>int expected, string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/a</pointer><reason>int expected, object given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/c</pointer><reason>no such parameter</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/p/z</pointer><reason>no such member</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/ps/1/x</pointer><reason>int expected, string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/m</pointer><reason>value of Mood expected, another string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/l</pointer><reason>value of Level expected, another int given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/d</pointer><reason>date and time (ISO 8601) expected, another string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/b</pointer><reason>base64 expected, another string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/f</pointer><reason>float expected, string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/f</pointer><reason>float expected, string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/b</pointer><reason>bool expected, string given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/b</pointer><reason>bool expected, null given</reason></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:ProcedureNotPresent</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">There is no such operation</soap:Text></soap:Reason><soap:Detail><Fault><code>-32601</code><message>There is no such operation</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:ProcedureNotPresent</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">There is no such operation</soap:Text></soap:Reason><soap:Detail><Fault><code>-32601</code><message>There is no such operation</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:ProcedureNotPresent</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">There is no such operation</soap:Text></soap:Reason><soap:Detail><Fault><code>-32601</code><message>There is no such operation</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">The Body is empty</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>The Body is empty</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">The Body has more than one element</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>The Body has more than one element</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Text where only elements may be</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>Text where only elements may be</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Text where only elements may be</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Text where only elements may be</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An argument that comes twice</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An argument that comes twice</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">A member that comes twice</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>A member that comes twice</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An argument in a foreign namespace</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An argument in a foreign namespace</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An element of a list that is no item</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An element of a list that is no item</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An entry of a map is one key and one value, in this order</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An entry of a map is one key and one value, in this order</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An element that is nil and not empty</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An element that is nil and not empty</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Arguments of an operation that takes any number of them must be complete and in order</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Arguments of an operation that takes any number of them must be complete and in order</message></Fault></soap:Detail></soap:Fault>
-- no envelope
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>unexpected end</faultstring><detail><Fault><code>-32700</code><message>unexpected end</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>unexpected end</faultstring><detail><Fault><code>-32700</code><message>unexpected end</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>The root is no Envelope</faultstring><detail><Fault><code>-32600</code><message>The root is no Envelope</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:VersionMismatch</faultcode><faultstring>Neither a SOAP 1.1 nor a SOAP 1.2 envelope</faultstring><detail><Fault><code>-32600</code><message>Neither a SOAP 1.1 nor a SOAP 1.2 envelope</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:VersionMismatch</faultcode><faultstring>Neither a SOAP 1.1 nor a SOAP 1.2 envelope</faultstring><detail><Fault><code>-32600</code><message>Neither a SOAP 1.1 nor a SOAP 1.2 envelope</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>The Envelope has no Body</faultstring><detail><Fault><code>-32600</code><message>The Envelope has no Body</message></Fault></detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">The Envelope has no Body</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>The Envelope has no Body</message></Fault></soap:Detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>There is no such operation</faultstring><detail><Fault><code>-32601</code><message>There is no such operation</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Something follows the Body</faultstring><detail><Fault><code>-32600</code><message>Something follows the Body</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>text after the end</faultstring><detail><Fault><code>-32700</code><message>text after the end</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>syntax error</faultstring><detail><Fault><code>-32700</code><message>syntax error</message></Fault></detail></soap:Fault>
500 1.2 <soap:Header><soap:Upgrade><soap:SupportedEnvelope qname="soap:Envelope"/><soap:SupportedEnvelope xmlns:soap11="http://schemas.xmlsoap.org/soap/envelope/" qname="soap11:Envelope"/></soap:Upgrade></soap:Header><soap:Body><soap:Fault><soap:Code><soap:Value>soap:VersionMismatch</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">Neither a SOAP 1.1 nor a SOAP 1.2 envelope</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>Neither a SOAP 1.1 nor a SOAP 1.2 envelope</message></Fault></soap:Detail></soap:Fault>
-- in the log
2 2
