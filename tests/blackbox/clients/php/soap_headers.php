<?php

// PHP's SoapClient and its SoapHeader against tests/phpt/rpc-soap/headers.inc: php soap_headers.php URL

declare(strict_types=1);

[, $url] = $argv;

function check(mixed $found, mixed $expected, string $what): void
{
    if ($found !== $expected) {
        throw new Exception("$what: " . json_encode($found) . ' is not ' . json_encode($expected));
    }
}

foreach ([SOAP_1_1 => 'soap:MustUnderstand', SOAP_1_2 => 'soap:MustUnderstand'] as $version => $fault_code) {
    $api = new SoapClient("$url?wsdl", ['soap_version' => $version, 'cache_wsdl' => WSDL_CACHE_NONE]);
    $call = fn (string $operation, array $arguments, array $headers) => $api->__soapCall($operation, [$arguments], null, $headers)->return;
    $header = fn (string $name, mixed $data, bool $must = false) => new SoapHeader('urn:test', $name, $data, $must);
    check($call('who', ['question' => 'q'], []), 'q null', 'without');
    check($call('who', ['question' => 'q'], [$header('session', 'é<')]), 'q "\u00e9<"', 'with');
    check($call('who', ['question' => 'q'], [$header('session', 'abc', true)]), 'q "abc"', 'must be understood');
    check($call('both', ['n' => 5], [$header('place', ['city' => 'x', 'zip' => 7], true), $header('trace_x0020_steps', ['item' => [1, 2]])]), 'x 7 5 [1,2]', 'objects');
    try {
        $call('who', ['question' => 'q'], [$header('place', ['city' => 'x'], true)]);
        throw new Exception('no fault');
    } catch (SoapFault $fault) {
        check($fault->faultcode, $fault_code, 'not understood');
    }

    $old = new SoapClient(null, ['location' => $url, 'uri' => 'urn:test', 'soap_version' => $version]);
    check($old->__soapCall('who', ['q'], null, [$header('session', 'abc', true)]), 'q "abc"', 'rpc');
}
echo "ok\n";
