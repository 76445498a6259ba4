--TEST--
Header blocks of SOAP: what must be understood by us is named, what is for others or optional is passed
--FILE--
<?php
require __DIR__ . '/soap.inc';

$soap = new Soap(Server::start(__DIR__ . '/types.inc'));
$call = '<t:add><t:a>1</t:a></t:add>';
foreach ([
    'body' => ['actor', 'http://schemas.xmlsoap.org/soap/actor/next', 'urn:somebody'],
    'body12' => ['role', 'http://www.w3.org/2003/05/soap-envelope/role/next', 'http://www.w3.org/2003/05/soap-envelope/role/none'],
] as $version => [$role, $next, $other]) {
    echo "-- $version\n";
    foreach ([
        '',
        '<h:a xmlns:h="urn:h">text <b>mixed</b> text</h:a>',
        '<h:a xmlns:h="urn:h" e:mustUnderstand="0"/>',
        '<h:a xmlns:h="urn:h" mustUnderstand="1"/>',
        '<h:a xmlns:h="urn:h" e:mustUnderstand="1"/>',
        '<h:a xmlns:h="urn:&quot;h&amp;" e:mustUnderstand="true"/><t:b e:mustUnderstand="1"/><t:c/>',
        "<h:a xmlns:h=\"urn:h\" e:mustUnderstand=\"1\" e:$role=\"\"/>",
        "<h:a xmlns:h=\"urn:h\" e:mustUnderstand=\"1\" e:$role=\"$next\"/>",
        "<h:a xmlns:h=\"urn:h\" e:mustUnderstand=\"1\" e:$role=\"$other\"/>",
        '<h:a xmlns:h="urn:h" e:mustUnderstand="maybe"/>',
        '<a/>',
        // The prefix means something else here.
        '<h:a xmlns:h="urn:h" xmlns:e="urn:other" e:mustUnderstand="1"/>',
        '<h:a xmlns:h="urn:h" xmlns:e2="' . ($version === 'body' ? Soap::V12 : Soap::V11) . '" e2:mustUnderstand="1"/>',
    ] as $blocks) {
        echo $soap->$version($call, "<e:Header>$blocks</e:Header>"), "\n";
    }
}
echo "-- no method runs\n";
echo $soap->body('<t:note><t:s>not run</t:s></t:note>', '<e:Header><t:x e:mustUnderstand="1"/></e:Header>'), "\n";
$soap->server->stop();
echo substr_count($soap->server->log(), 'not run'), "\n";
?>
--EXPECT--
-- body
<return>3</return>
<return>3</return>
<return>3</return>
<return>3</return>
500 <soap:Fault><faultcode>soap:MustUnderstand</faultcode><faultstring>A header block that must be understood is not</faultstring></soap:Fault>
500 <soap:Fault><faultcode>soap:MustUnderstand</faultcode><faultstring>A header block that must be understood is not</faultstring></soap:Fault>
500 <soap:Fault><faultcode>soap:MustUnderstand</faultcode><faultstring>A header block that must be understood is not</faultstring></soap:Fault>
500 <soap:Fault><faultcode>soap:MustUnderstand</faultcode><faultstring>A header block that must be understood is not</faultstring></soap:Fault>
<return>3</return>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>A mustUnderstand that is no boolean</faultstring><detail><Fault><code>-32600</code><message>A mustUnderstand that is no boolean</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>A header block without a namespace</faultstring><detail><Fault><code>-32600</code><message>A header block without a namespace</message></Fault></detail></soap:Fault>
<return>3</return>
<return>3</return>
-- body12
1.2 <return>3</return>
1.2 <return>3</return>
1.2 <return>3</return>
1.2 <return>3</return>
500 1.2 <soap:Header><soap:NotUnderstood xmlns:block="urn:h" qname="block:a"/></soap:Header><soap:Body><soap:Fault><soap:Code><soap:Value>soap:MustUnderstand</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">A header block that must be understood is not</soap:Text></soap:Reason></soap:Fault>
500 1.2 <soap:Header><soap:NotUnderstood xmlns:block="urn:&quot;h&amp;" qname="block:a"/><soap:NotUnderstood xmlns:block="urn:test" qname="block:b"/></soap:Header><soap:Body><soap:Fault><soap:Code><soap:Value>soap:MustUnderstand</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">A header block that must be understood is not</soap:Text></soap:Reason></soap:Fault>
500 1.2 <soap:Header><soap:NotUnderstood xmlns:block="urn:h" qname="block:a"/></soap:Header><soap:Body><soap:Fault><soap:Code><soap:Value>soap:MustUnderstand</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">A header block that must be understood is not</soap:Text></soap:Reason></soap:Fault>
500 1.2 <soap:Header><soap:NotUnderstood xmlns:block="urn:h" qname="block:a"/></soap:Header><soap:Body><soap:Fault><soap:Code><soap:Value>soap:MustUnderstand</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">A header block that must be understood is not</soap:Text></soap:Reason></soap:Fault>
1.2 <return>3</return>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">A mustUnderstand that is no boolean</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>A mustUnderstand that is no boolean</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">A header block without a namespace</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>A header block without a namespace</message></Fault></soap:Detail></soap:Fault>
1.2 <return>3</return>
1.2 <return>3</return>
-- no method runs
500 <soap:Fault><faultcode>soap:MustUnderstand</faultcode><faultstring>A header block that must be understood is not</faultstring></soap:Fault>
0
