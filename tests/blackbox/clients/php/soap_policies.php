<?php

// PHP's SoapClient against policies_server.php: what it makes of refusals, and its credentials: php soap_policies.php URL

declare(strict_types=1);

[, $url] = $argv;

function check(mixed $found, mixed $expected, string $what): void
{
    if ($found !== $expected) {
        throw new Exception("$what: " . json_encode($found) . ' is not ' . json_encode($expected));
    }
}

/** Status and Retry-After of the answer, and what the fault says. */
function refusal(SoapClient $client, callable $call): array
{
    try {
        $call($client);
    } catch (SoapFault $fault) {
        preg_match('~^HTTP/1\.1 (\d+)~', (string) $client->__getLastResponseHeaders(), $status);

        return [(int) $status[1], (bool) preg_match('/^Retry-After: \d+\r?$/m', (string) $client->__getLastResponseHeaders()), $fault->faultcode, $fault->getMessage(), (int) ($fault->detail->Fault->code ?? 0)];
    }
    throw new Exception('not refused');
}

foreach ([[SOAP_1_1, 'SOAP-ENV:Client'], [SOAP_1_2, 'env:Sender']] as [$version, $sender]) {
    $is11 = $version === SOAP_1_1;
    $client = fn (array $options = []): SoapClient => new SoapClient("$url?wsdl", $options + ['soap_version' => $version, 'trace' => true, 'cache_wsdl' => WSDL_CACHE_NONE, 'keep_alive' => false]);
    $of = fn (array $refusal): array => [$refusal[0], $refusal[1], substr((string) strrchr($refusal[2], ':'), 1) ?: $refusal[2], $refusal[3], $refusal[4]];
    $blame = substr((string) strrchr($sender, ':'), 1);
    $stock = fn (SoapClient $soap): int => $soap->{'shop.stock'}(['article' => 8])->return;
    check($of(refusal($client(), $stock)), [401, false, $blame, 'Authentication required', -32001], 'nobody');
    check($of(refusal($client(['login' => 'ann', 'password' => 'Geheim']), $stock)), [401, false, $blame, 'Authentication required', -32001], 'a wrong password');
    check($of(refusal($client(['login' => 'bob', 'password' => 'secret']), $stock)), [$is11 ? 500 : 403, false, $blame, 'Forbidden', -32003], 'not the role');
    check($stock($client(['login' => 'ann', 'password' => 'geheim'])), 1, 'the right password');
    $robot = stream_context_create(['http' => ['header' => 'X-Api-Key: key-of-robot']]);
    check($stock($client(['stream_context' => $robot])), 1, 'a key');
    $offers = fn (SoapClient $soap): int => $soap->{'shop.offers'}(['page' => 1])->return;
    for ($i = 0; $is11 && $i < 5; $i++) {
        $offers($client());
    }
    check($of(refusal($client(), $offers)), [$is11 ? 500 : 429, true, $blame, 'Too many calls', -32029], 'too many');
    $report = fn (SoapClient $soap): string => $soap->{'shop.report'}(['year' => 2026, 'isLong' => true])->return;
    check($of(refusal($client(), $report)), [$is11 ? 500 : 504, false, $is11 ? 'Server' : 'Receiver', 'Timed out', -32008], 'too slow');
}
echo "ok\n";
