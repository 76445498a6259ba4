--TEST--
SOAP of old clients: rpc/literal and rpc/encoded, by name and by position, arrays and maps of SOAP's encoding, references
--FILE--
<?php
require __DIR__ . '/soap.inc';

$soap = new Soap(Server::start(__DIR__ . '/types.inc'));
foreach (['body' => Soap::V11, 'body12' => Soap::V12] as $version => $namespace) {
    $encoding = $version === 'body' ? 'http://schemas.xmlsoap.org/soap/encoding/' : 'http://www.w3.org/2003/05/soap-encoding';
    $types = "xmlns:n=\"$encoding\" xmlns:s=\"http://www.w3.org/2001/XMLSchema-instance\""
        . ' xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:m="http://xml.apache.org/xml-soap"';
    $array = $version === 'body' ? 'n:arrayType="x:int[2]" s:type="n:Array"' : 'n:itemType="x:int" n:arraySize="2" s:type="n:Array"';
    $id = $version === 'body' ? 'id' : 'n:id';
    $href = $version === 'body' ? 'href="#' : 'n:ref="';
    $shown = fn (string $content) => str_replace([" xmlns:enc=\"$encoding\"", " soap:encodingStyle=\"$encoding\""], '',
        $soap->$version($content, declarations: $types)) . "\n";
    $encoded = fn (string $operation, string $arguments, string $beside = '') =>
        $shown("<t:$operation e:encodingStyle=\"$encoding\">$arguments</t:$operation>$beside");
    echo "-- $version, literal\n";
    echo $shown('<t:add><b>5</b><a>1</a></t:add>');
    echo $shown('<t:add><param0>5</param0><param1>1</param1></t:add>');
    echo $shown('<t:add><param0>5</param0><param1>1</param1><param2>1</param2></t:add>');
    echo $shown('<t:points><ps><item><x>1</x></item></ps></t:points>');
    echo $shown('<t:all><p>1</p><p>2</p><p>3</p></t:all>');
    echo "-- $version, encoded\n";
    echo $encoded('add', '<a s:type="x:int">1</a><b s:type="x:int">2</b>');
    echo $encoded('add', '<x s:type="x:int">1</x><y s:type="x:int">2</y>');
    echo $encoded('nothing', '');
    echo $encoded('text', '<s s:type="x:int">42</s>');
    echo $encoded('text', '<s s:type="x:base64Binary">w6k=</s>');
    echo $encoded('any', "<v $array><i>1</i><i>2</i></v>");
    echo $encoded('any', '<v s:type="m:Map"><item><key s:type="x:string">k</key><value s:type="x:double">2</value></item></v>');
    echo $encoded('any', '<v><a s:type="x:boolean">true</a></v>');
    echo $encoded('any', "<v $array/>");
    echo $encoded('points', "<ps $array><p><x>1</x></p><p><x>2</x></p></ps>");
    echo $encoded('when', '<d s:type="x:dateTime">2026-11-23T10:20:30Z</d>');
    echo $encoded('bytes', '<b s:type="x:base64Binary">YWI=</b>');
    echo "-- $version, references\n";
    echo $encoded('add', "<a {$href}one\"/><b {$href}one\"/>", "<i $id=\"one\" s:type=\"x:int\">21</i>");
    echo $encoded('points', "<ps $array><p $id=\"p\"><x>1</x></p><p {$href}p\"/></ps>");
    echo $encoded('shown', "<v {$href}l\"/>", "<l $id=\"l\" $array><i {$href}n\"/><i {$href}n\"/></l><n $id=\"n\" s:type=\"x:int\">7</n>");
    echo $encoded('any', "<v {$href}none\"/>");
    echo $encoded('any', "<v $id=\"v\"><a {$href}v\"/></v>");
    echo $encoded('any', "<v {$href}a\"/>", "<a $id=\"a\"><i {$href}b\"/></a><b $id=\"b\"><i {$href}a\"/></b>");
    echo $encoded('any', "<v {$href}a\"/>", "<a $id=\"a\"/><a $id=\"a\"/>");
    echo "-- $version, sizes\n";
    $sizes = $version === 'body'
        ? ['n:arrayType="x:int[999999999999]"', 'n:arrayType="x:int[]"', 'n:arrayType="x:int[2,2]"', 'n:arrayType="x:int[][2]"', 'n:arrayType="x:int[2]" n:offset="[1]"', 'n:arrayType=""']
        : ['n:arraySize="999999999999" n:itemType="x:int"', 'n:arraySize="*" n:itemType="x:int"', 'n:arraySize="2 2" n:itemType="x:int"', 'n:itemType="nope:int"'];
    foreach ($sizes as $size) {
        echo $encoded('any', "<v s:type=\"n:Array\" $size><i>1</i><i>2</i></v>");
    }
}
echo $soap->server->stop(), "\n";
?>
--EXPECT--
-- body, literal
<tns:addResponse><return>6</return></tns:addResponse>
<tns:addResponse><return>6</return></tns:addResponse>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid params</faultstring><detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/2</pointer><reason>takes 2 arguments, 3 given</reason></Fault></detail></soap:Fault>
<tns:pointsResponse><return><tns:item><tns:x>1</tns:x><tns:y>0</tns:y><tns:label xsi:nil="true"/></tns:item></return></tns:pointsResponse>
<tns:allResponse><return>1:2,3</return></tns:allResponse>
-- body, encoded
<tns:addResponse><return xsi:type="xsd:int">3</return></tns:addResponse>
<tns:addResponse><return xsi:type="xsd:int">3</return></tns:addResponse>
<tns:nothingResponse></tns:nothingResponse>
<tns:textResponse><return xsi:type="xsd:string">42</return></tns:textResponse>
<tns:textResponse><return xsi:type="xsd:string">é</return></tns:textResponse>
<tns:anyResponse><return enc:arrayType="xsd:anyType[2]" xsi:type="enc:Array"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:int">2</item></return></tns:anyResponse>
<tns:anyResponse><return xmlns:apache="http://xml.apache.org/xml-soap" xsi:type="apache:Map"><item><key xsi:type="xsd:string">k</key><value xsi:type="xsd:double">2.0</value></item></return></tns:anyResponse>
<tns:anyResponse><return xmlns:apache="http://xml.apache.org/xml-soap" xsi:type="apache:Map"><item><key xsi:type="xsd:string">a</key><value xsi:type="xsd:boolean">true</value></item></return></tns:anyResponse>
<tns:anyResponse><return enc:arrayType="xsd:anyType[0]" xsi:type="enc:Array"></return></tns:anyResponse>
<tns:pointsResponse><return enc:arrayType="xsd:anyType[2]" xsi:type="enc:Array"><item><x xsi:type="xsd:int">1</x><y xsi:type="xsd:int">0</y><label xsi:nil="true"/></item><item><x xsi:type="xsd:int">2</x><y xsi:type="xsd:int">0</y><label xsi:nil="true"/></item></return></tns:pointsResponse>
<tns:whenResponse><return xsi:type="xsd:dateTime">2026-11-23T10:20:30Z</return></tns:whenResponse>
<tns:bytesResponse><return xsi:type="xsd:base64Binary">YmE=</return></tns:bytesResponse>
-- body, references
<tns:addResponse><return xsi:type="xsd:int">42</return></tns:addResponse>
<tns:pointsResponse><return enc:arrayType="xsd:anyType[2]" xsi:type="enc:Array"><item><x xsi:type="xsd:int">1</x><y xsi:type="xsd:int">0</y><label xsi:nil="true"/></item><item><x xsi:type="xsd:int">1</x><y xsi:type="xsd:int">0</y><label xsi:nil="true"/></item></return></tns:pointsResponse>
<tns:shownResponse><return xsi:type="xsd:string">[7,7]</return></tns:shownResponse>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>A reference to nothing</faultstring><detail><Fault><code>-32602</code><message>A reference to nothing</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>A value that contains itself</faultstring><detail><Fault><code>-32602</code><message>A value that contains itself</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>A value that contains itself</faultstring><detail><Fault><code>-32602</code><message>A value that contains itself</message></Fault></detail></soap:Fault>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>References that can't be followed</faultstring><detail><Fault><code>-32602</code><message>References that can't be followed</message></Fault></detail></soap:Fault>
-- body, sizes
<tns:anyResponse><return enc:arrayType="xsd:anyType[2]" xsi:type="enc:Array"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:int">2</item></return></tns:anyResponse>
<tns:anyResponse><return enc:arrayType="xsd:anyType[2]" xsi:type="enc:Array"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:int">2</item></return></tns:anyResponse>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An array that is sparse or has several dimensions</faultstring><detail><Fault><code>-32602</code><message>An array that is sparse or has several dimensions</message></Fault></detail></soap:Fault>
<tns:anyResponse><return enc:arrayType="xsd:anyType[2]" xsi:type="enc:Array"><item xsi:type="xsd:string">1</item><item xsi:type="xsd:string">2</item></return></tns:anyResponse>
500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>An array that is sparse or has several dimensions</faultstring><detail><Fault><code>-32602</code><message>An array that is sparse or has several dimensions</message></Fault></detail></soap:Fault>
<tns:anyResponse><return enc:arrayType="xsd:anyType[2]" xsi:type="enc:Array"><item xsi:type="xsd:string">1</item><item xsi:type="xsd:string">2</item></return></tns:anyResponse>
-- body12, literal
1.2 <tns:addResponse><return>6</return></tns:addResponse>
1.2 <tns:addResponse><return>6</return></tns:addResponse>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">Invalid params</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>Invalid params</message><pointer>/params/2</pointer><reason>takes 2 arguments, 3 given</reason></Fault></soap:Detail></soap:Fault>
1.2 <tns:pointsResponse><return><tns:item><tns:x>1</tns:x><tns:y>0</tns:y><tns:label xsi:nil="true"/></tns:item></return></tns:pointsResponse>
1.2 <tns:allResponse><return>1:2,3</return></tns:allResponse>
-- body12, encoded
1.2 <tns:addResponse><return xsi:type="xsd:int">3</return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:addResponse>
1.2 <tns:addResponse><return xsi:type="xsd:int">3</return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:addResponse>
1.2 <tns:nothingResponse></tns:nothingResponse>
1.2 <tns:textResponse><return xsi:type="xsd:string">42</return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:textResponse>
1.2 <tns:textResponse><return xsi:type="xsd:string">é</return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:textResponse>
1.2 <tns:anyResponse><return enc:itemType="xsd:anyType" enc:arraySize="2" xsi:type="enc:Array"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:int">2</item></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:anyResponse>
1.2 <tns:anyResponse><return xmlns:apache="http://xml.apache.org/xml-soap" xsi:type="apache:Map"><item><key xsi:type="xsd:string">k</key><value xsi:type="xsd:double">2.0</value></item></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:anyResponse>
1.2 <tns:anyResponse><return xmlns:apache="http://xml.apache.org/xml-soap" xsi:type="apache:Map"><item><key xsi:type="xsd:string">a</key><value xsi:type="xsd:boolean">true</value></item></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:anyResponse>
1.2 <tns:anyResponse><return enc:itemType="xsd:anyType" enc:arraySize="0" xsi:type="enc:Array"></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:anyResponse>
1.2 <tns:pointsResponse><return enc:itemType="xsd:anyType" enc:arraySize="2" xsi:type="enc:Array"><item><x xsi:type="xsd:int">1</x><y xsi:type="xsd:int">0</y><label xsi:nil="true"/></item><item><x xsi:type="xsd:int">2</x><y xsi:type="xsd:int">0</y><label xsi:nil="true"/></item></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:pointsResponse>
1.2 <tns:whenResponse><return xsi:type="xsd:dateTime">2026-11-23T10:20:30Z</return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:whenResponse>
1.2 <tns:bytesResponse><return xsi:type="xsd:base64Binary">YmE=</return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:bytesResponse>
-- body12, references
1.2 <tns:addResponse><return xsi:type="xsd:int">42</return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:addResponse>
1.2 <tns:pointsResponse><return enc:itemType="xsd:anyType" enc:arraySize="2" xsi:type="enc:Array"><item><x xsi:type="xsd:int">1</x><y xsi:type="xsd:int">0</y><label xsi:nil="true"/></item><item><x xsi:type="xsd:int">1</x><y xsi:type="xsd:int">0</y><label xsi:nil="true"/></item></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:pointsResponse>
1.2 <tns:shownResponse><return xsi:type="xsd:string">[7,7]</return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:shownResponse>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">A reference to nothing</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>A reference to nothing</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">A value that contains itself</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>A value that contains itself</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">A value that contains itself</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>A value that contains itself</message></Fault></soap:Detail></soap:Fault>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">References that can't be followed</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>References that can't be followed</message></Fault></soap:Detail></soap:Fault>
-- body12, sizes
1.2 <tns:anyResponse><return enc:itemType="xsd:anyType" enc:arraySize="2" xsi:type="enc:Array"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:int">2</item></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:anyResponse>
1.2 <tns:anyResponse><return enc:itemType="xsd:anyType" enc:arraySize="2" xsi:type="enc:Array"><item xsi:type="xsd:int">1</item><item xsi:type="xsd:int">2</item></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:anyResponse>
400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">rpc:BadArguments</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">An array that is sparse or has several dimensions</soap:Text></soap:Reason><soap:Detail><Fault><code>-32602</code><message>An array that is sparse or has several dimensions</message></Fault></soap:Detail></soap:Fault>
1.2 <tns:anyResponse><return enc:itemType="xsd:anyType" enc:arraySize="2" xsi:type="enc:Array"><item xsi:type="xsd:string">1</item><item xsi:type="xsd:string">2</item></return><rpc:result xmlns:rpc="http://www.w3.org/2003/05/soap-rpc">return</rpc:result></tns:anyResponse>
0
