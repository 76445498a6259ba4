<?php

// PHP's SoapClient against server.php, with the WSDL and without: php client.php URL

declare(strict_types=1);

[, $url] = $argv;

function check(mixed $found, mixed $expected, string $what): void
{
    if ($found != $expected || gettype($found) !== gettype($expected)) {
        throw new Exception("$what: " . json_encode($found) . ' is not ' . json_encode($expected));
    }
}

foreach ([SOAP_1_1, SOAP_1_2] as $version) {
    $options = ['soap_version' => $version, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS, 'cache_wsdl' => WSDL_CACHE_NONE];
    $api = new SoapClient("$url?wsdl", $options);
    $poll = $api->{'poll.vote'}(['question' => 'Tea?', 'option' => 'a'])->return;
    check([$poll->question, $poll->votes->entry[0]->key, $poll->votes->entry[0]->value], ['Tea?', 'a', 1], 'poll.vote');
    check($api->{'poll.count'}(['poll' => $poll])->return, 1, 'poll.count');
    check($api->{'shop.cart.vote'}(['stars' => 3])->return, '***', 'shop.cart.vote');
    check($api->{'shop.cart.count'}(['items' => ['item' => ['a', 'b']]])->return, 2, 'shop.cart.count');
    check($api->reverse(['text' => 'abc'])->return, 'cba', 'reverse');
    try {
        $api->{'poll.vote'}(['question' => '', 'option' => 'a']);
        throw new Exception('no fault');
    } catch (SoapFault $fault) {
        check([$fault->getMessage(), $fault->detail->PollClosed->code], ['closed', 7], 'a fault');
    }

    $old = new SoapClient(null, ['location' => $url, 'uri' => 'urn:names', 'soap_version' => $version]);
    check($old->{'poll.vote'}('Tea?', 'b')->votes, ['b' => 1], 'rpc poll.vote');
    check($old->{'shop.cart.count'}(['a', 'b', 'c']), 3, 'rpc shop.cart.count');
}
echo "ok\n";
