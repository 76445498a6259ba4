--TEST--
SOAP 1.1 document/literal: every type there and back
--FILE--
<?php
require __DIR__ . '/soap.inc';

$soap = new Soap(Server::start(__DIR__ . '/types.inc'));
foreach ([
    ['add', '<t:a>1</t:a><t:b>5</t:b>'],
    ['add', '<t:b> -5 </t:b><!-- any order --><t:a>+01</t:a>'],
    ['add', '<t:a>9223372036854775807</t:a><t:b>0</t:b>'],
    ['add', '<t:a>1</t:a>'],
    ['point', '<t:p><t:x>1</t:x><t:label>&lt;é&gt;</t:label></t:p>'],
    ['points', '<t:ps><t:item><t:y>1</t:y><t:x>2</t:x></t:item><t:item><t:x>3</t:x></t:item></t:ps>'],
    ['points', '<t:ps/>'],
    ['mood', '<t:m>good</t:m><t:l>1</t:l>'],
    ['mood', '<t:m>bad</t:m><t:l i:nil="true" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/>'],
    ['level', '<t:l>2</t:l>'],
    ['text', '<t:s> <![CDATA[<a>]]> &amp;&#x41;</t:s>'],
    ['text', '<t:s/>'],
    ['text', '<t:s i:nil="1" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/>'],
    ['when', '<t:d> 2026-11-23T10:20:30.5+01:00 </t:d>'],
    ['when', '<t:d>2026-11-23T10:20:30</t:d>'],
    ['bytes', '<t:b>YWIA Yw==</t:b>'],
    ['map', '<t:m><t:entry><t:key>a&lt;b</t:key><t:value>1</t:value></t:entry></t:m>'],
    ['map', '<t:m/>'],
    ['table', '<t:t><t:item><t:item>a</t:item><t:item>b</t:item></t:item><t:item/></t:t>'],
    ['collection', '<t:v><t:item>a</t:item></t:v>'],
    ['collection', '<t:v><t:entry><t:key>a</t:key><t:value>b</t:value></t:entry></t:v>'],
    ['number', '<t:f>1</t:f>'],
    ['number', '<t:f>-1.5e3</t:f>'],
    ['flag', '<t:b>1</t:b>'],
    ['flag', '<t:b> false </t:b>'],
    ['nothing', ''],
    ['either', '<t:v>5</t:v>'],
    ['either', '<t:v>05</t:v>'],
    ['either', '<t:v><t:x>1</t:x></t:v>'],
    ['either', '<t:v s:type="x:string" xmlns:s="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema">5</t:v>'],
    ['all', '<t:first>a</t:first><t:rest>b</t:rest><t:rest>c</t:rest>'],
    ['all', '<t:first>a</t:first>'],
] as [$operation, $arguments]) {
    echo "$operation: ", $soap->call($operation, $arguments), "\n";
}
echo "-- anything\n";
$types = 'xmlns:s="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema"';
foreach ([
    '<t:v>5</t:v>',
    '<t:v s:type="x:int">5</t:v>',
    '<t:v s:type="x:double">5</t:v>',
    '<t:v s:type="x:boolean">1</t:v>',
    '<t:v s:nil="true"/>',
    '<t:v s:type="t:ArrayOfAny"><t:item s:type="x:long">1</t:item><t:item>a</t:item></t:v>',
    '<t:v s:type="t:Object"><t:entry><t:key>k</t:key><t:value s:type="x:long">1</t:value></t:entry></t:v>',
    '<t:v s:type="t:Point"><t:x>1</t:x><t:y>2</t:y></t:v>',
    '<t:v><t:a>1</t:a><t:b><t:c/></t:b></t:v>',
    '<t:v s:type="x:unheardOf">5</t:v>',
] as $argument) {
    echo $soap->body("<t:any>$argument</t:any>", declarations: $types), ' ',
        $soap->body("<t:shown>$argument</t:shown>", declarations: $types), "\n";
}
echo $soap->server->stop(), "\n";
?>
--EXPECT--
add: <return>6</return>
add: <return>-4</return>
add: <return>9223372036854775807</return>
add: <return>3</return>
point: <return><x>2</x><y>1</y><label>&lt;é&gt;</label></return>
points: <return><item><x>2</x><y>1</y><label xsi:nil="true"/></item><item><x>3</x><y>0</y><label xsi:nil="true"/></item></return>
points: <return></return>
mood: <return>good</return>
mood: <return>bad</return>
level: <return>2</return>
text: <return> &lt;a&gt; &amp;A</return>
text: <return></return>
text: <return xsi:nil="true"/>
when: <return>2026-11-23T10:20:30.500000+01:00</return>
when: <return>2026-11-23T10:20:30Z</return>
bytes: <return>YwBiYQ==</return>
map: <return><entry><key>a&lt;b</key><value>1</value></entry></return>
map: <return></return>
table: <return><item><item>a</item><item>b</item></item><item></item></return>
collection: <return><item xsi:type="xsd:string">a</item></return>
collection: <return><entry><key>a</key><value xsi:type="xsd:string">b</value></entry></return>
number: <return>1.0</return>
number: <return>-1500.0</return>
flag: <return>true</return>
flag: <return>false</return>
nothing: 
either: <return>integer 5</return>
either: <return>string 05</return>
either: <return>Point</return>
either: <return>string 5</return>
all: <return>a:b,c</return>
all: <return>a:</return>
-- anything
<return xsi:type="xsd:string">5</return> <return>"5"</return>
<return xsi:type="xsd:long">5</return> <return>5</return>
<return xsi:type="xsd:double">5.0</return> <return>5.0</return>
<return xsi:type="xsd:boolean">true</return> <return>true</return>
<return xsi:nil="true"/> <return>null</return>
<return xsi:type="tns:ArrayOfAny"><item xsi:type="xsd:long">1</item><item xsi:type="xsd:string">a</item></return> <return>[1,"a"]</return>
<return xsi:type="tns:Object"><entry><key>k</key><value xsi:type="xsd:long">1</value></entry></return> <return>{"k":1}</return>
<return xsi:type="tns:Object"><entry><key>x</key><value xsi:type="xsd:long">1</value></entry><entry><key>y</key><value xsi:type="xsd:long">2</value></entry></return> <return>{"x":1,"y":2}</return>
<return xsi:type="tns:Object"><entry><key>a</key><value xsi:type="xsd:string">1</value></entry><entry><key>b</key><value xsi:type="tns:Object"><entry><key>c</key><value xsi:type="xsd:string"></value></entry></value></entry></return> <return>{"a":"1","b":{"c":""}}</return>
<return xsi:type="xsd:string">5</return> <return>"5"</return>
0
