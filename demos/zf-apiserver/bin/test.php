<?php

/**
 * Calls the poll API server in each protocol and prints what it says: php test.php [HOST [PORT]]
 *
 * Exit code 0 if all answered, and the same; otherwise 1.
 */

declare(strict_types=1);

use Demo\Address;

require __DIR__ . '/../../library/bootstrap.php';

$server = 'http://' . Address::fromArguments($argv);

$call = file_get_contents(__DIR__ . '/test.json');
$json = Client_JsonRpc::result(Client_Http::post("$server/jsonrpc", 'application/json', $call));
show('JSON-RPC', $json);

$call = Client_XmlRpc::call('poll.getAllPolls');
$xml = Client_XmlRpc::result(Client_Http::post("$server/xmlrpc", 'text/xml', $call));
show('XML-RPC', $xml);

$call = Client_Soap::call('poll.getAllPolls', 'urn:poll');
$soap = Client_Soap::result(Client_Http::post("$server/soap", 'text/xml; charset=utf-8', $call));
show('SOAP', $soap);

$rest = json_decode(Client_Http::get("$server/polls"), true, flags: JSON_THROW_ON_ERROR);
show('REST', $rest);

exit($json === $xml && $json === $soap && $json === $rest ? 0 : 1);

/** @param array<string, array<string, string>> $polls */
function show(string $protocol, array $polls): void
{
    echo "poll.getAllPolls by $protocol:\n";
    foreach ($polls as $question => $options) {
        echo "  $question\n";
        foreach ($options as $key => $text) {
            echo "    $key. $text\n";
        }
    }
}
