--TEST--
SOAP over HTTP: media types, actions, methods, one-way operations, the WSDL's address
--FILE--
<?php
require __DIR__ . '/soap.inc';

$server = Server::start(__DIR__ . '/types.inc');
$soap = new Soap($server);
$envelope = fn (string $namespace, string $content = '<t:add><t:a>1</t:a></t:add>') =>
    "<e:Envelope xmlns:e=\"$namespace\" xmlns:t=\"urn:test\"><e:Body>$content</e:Body></e:Envelope>";
$of11 = $envelope(Soap::V11);
$of12 = $envelope(Soap::V12);

echo "-- media types\n";
foreach ([
    'text/xml', 'text/xml;charset=UTF-8', 'application/soap+xml; charset="utf-8"', 'application/xml', 'TEXT/XML',
    'text/plain', 'application/json', 'application/x-www-form-urlencoded', 'multipart/related; type="text/xml"', 'image/svg+xml', '',
] as $type) {
    echo "$type: ", $server->post('/soap', $of11, ['Content-Type' => $type])->status, ' ',
        $server->post('/soap', $of12, ['Content-Type' => $type])->status, "\n";
}
echo 'none: ', $server->post('/soap', $of11)->status, "\n";
echo 'latin: ', $soap->post("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" . $envelope(Soap::V11, "<t:text><t:s>\xe9</t:s></t:text>"), ['Content-Type' => 'text/xml']), "\n";
echo 'no text: ', $soap->post($envelope(Soap::V11, "<t:text><t:s>\xe9</t:s></t:text>")), "\n";
echo 'unknown: ', $soap->post($of11, ['Content-Type' => 'text/xml; charset=koi8-r']), "\n";

echo "-- actions\n";
foreach (['""', '', '"urn:test#add"', 'urn:test#add', '"urn:test#point"', '"x"'] as $action) {
    echo "$action: ", $soap->post($of11, ['Content-Type' => 'text/xml', 'SOAPAction' => $action]), "\n";
    $type = "application/soap+xml; charset=utf-8; action=$action";
    echo "$action: ", $soap->post($of12, ['Content-Type' => $type, 'SOAPAction' => '"urn:nothing"']), "\n";
}

echo "-- methods\n";
foreach (['PUT', 'DELETE', 'OPTIONS', 'HEAD'] as $method) {
    $answer = $server->request($method, '/soap');
    echo "$method $answer->status ", $answer->header('Allow') ?? 'no Allow', "\n";
}

echo "-- one way\n";
$empty = fn (Response $answer) => "$answer->status " . strlen($answer->body);
foreach ([Soap::V11, Soap::V12] as $version) {
    echo $empty($server->post('/soap', $envelope($version, '<t:note><t:s>heard</t:s></t:note>'), ['Content-Type' => 'text/xml'])), "\n";
}
echo $empty($server->post('/soap', $envelope(Soap::V11, '<t:note><t:s>throw</t:s></t:note>'), ['Content-Type' => 'text/xml'])), "\n";
echo $empty($server->post('/soap', $envelope(Soap::V11, '<t:note/>'), ['Content-Type' => 'text/xml'])), "\n";
$server->waitUntil(fn () => substr_count($server->log(), 'note: heard') === 2, 'both to be heard');
echo substr_count($server->log(), 'note: throw'), ' ', substr_count($server->log(), 'a one-way call failed'), "\n";

echo "-- WSDL\n";
foreach ([[], ['Host' => 'api.example:8443', 'X-Forwarded-Proto' => 'https'], ['Host' => 'a&b"c']] as $headers) {
    foreach (['/soap?wsdl', '/soap?WSDL', '/soap'] as $target) {
        $answer = $server->get($target, $headers);
        preg_match_all('~<soap(?:12)?:address location="([^"]*)"/>~', $answer->body, $parts);
        $addresses = str_replace($server->authority(), 'HERE', $parts[1]);
        echo "$target $answer->status ", $answer->header('Content-Type'), ' ', implode(' ', $addresses), "\n";
    }
}
echo $server->stop(), "\n";

try {
    new Kargo\Rpc\Api(namespace: "urn:a b");
} catch (ValueError $error) {
    echo $error->getMessage(), "\n";
}
?>
--EXPECT--
-- media types
text/xml: 200 200
text/xml;charset=UTF-8: 200 200
application/soap+xml; charset="utf-8": 200 200
application/xml: 200 200
TEXT/XML: 200 200
text/plain: 415 415
application/json: 415 415
application/x-www-form-urlencoded: 415 415
multipart/related; type="text/xml": 415 415
image/svg+xml: 415 415
: 415 415
none: 200
latin: <return>é</return>
no text: 500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>invalid character for the encoding</faultstring><detail><Fault><code>-32702</code><message>invalid character for the encoding</message></Fault></detail></soap:Fault>
unknown: 500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>unsupported encoding</faultstring><detail><Fault><code>-32701</code><message>unsupported encoding</message></Fault></detail></soap:Fault>
-- actions
"": <return>3</return>
"": 1.2 <return>3</return>
: <return>3</return>
: 415 (text/plain; charset=utf-8) 415 Unsupported Media Type

"urn:test#add": <return>3</return>
"urn:test#add": 1.2 <return>3</return>
urn:test#add: <return>3</return>
urn:test#add: 415 (text/plain; charset=utf-8) 415 Unsupported Media Type

"urn:test#point": 500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>The action is not the one of the operation</faultstring><detail><Fault><code>-32600</code><message>The action is not the one of the operation</message></Fault></detail></soap:Fault>
"urn:test#point": 400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">The action is not the one of the operation</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>The action is not the one of the operation</message></Fault></soap:Detail></soap:Fault>
"x": 500 <soap:Fault><faultcode>soap:Client</faultcode><faultstring>The action is not the one of the operation</faultstring><detail><Fault><code>-32600</code><message>The action is not the one of the operation</message></Fault></detail></soap:Fault>
"x": 400 1.2 <soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">The action is not the one of the operation</soap:Text></soap:Reason><soap:Detail><Fault><code>-32600</code><message>The action is not the one of the operation</message></Fault></soap:Detail></soap:Fault>
-- methods
PUT 405 GET, HEAD, POST, OPTIONS
DELETE 405 GET, HEAD, POST, OPTIONS
OPTIONS 204 GET, HEAD, POST, OPTIONS
HEAD 200 no Allow
-- one way
202 0
202 0
202 0
202 0
1 1
-- WSDL
/soap?wsdl 200 text/xml; charset=utf-8 http://HERE/soap http://HERE/soap
/soap?WSDL 200 text/xml; charset=utf-8 http://HERE/soap http://HERE/soap
/soap 200 text/xml; charset=utf-8 http://HERE/soap http://HERE/soap
/soap?wsdl 200 text/xml; charset=utf-8 https://api.example:8443/soap https://api.example:8443/soap
/soap?WSDL 200 text/xml; charset=utf-8 https://api.example:8443/soap https://api.example:8443/soap
/soap 200 text/xml; charset=utf-8 https://api.example:8443/soap https://api.example:8443/soap
/soap?wsdl 400 text/plain; charset=utf-8 
/soap?WSDL 400 text/plain; charset=utf-8 
/soap 400 text/plain; charset=utf-8 
0
Kargo\Rpc\Api::__construct(): Argument #7 ($namespace) must be a URI
