<?php

// PHP's SoapClient against tests/phpt/rpc-soap/types.inc, with the WSDL and without: php soap_client.php URL

declare(strict_types=1);

[, $url] = $argv;

function check(mixed $found, mixed $expected, string $what): void
{
    if ($found != $expected || gettype($found) !== gettype($expected)) {
        throw new Exception("$what: " . json_encode($found) . ' is not ' . json_encode($expected));
    }
}

function fault(callable $call): array
{
    try {
        $call();
    } catch (SoapFault $fault) {
        $detail = (array) $fault->detail;

        return [$fault->faultcode, $fault->getMessage(), key($detail), (array) current($detail)];
    }
    throw new Exception('no fault');
}

foreach ([[SOAP_1_1, 'Client', 'Server'], [SOAP_1_2, 'Sender', 'Receiver']] as [$version, $sender, $receiver]) {
    $api = new SoapClient("$url?wsdl", [
        'soap_version' => $version,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'cache_wsdl' => WSDL_CACHE_NONE,
    ]);
    $call = fn (string $operation, mixed ...$arguments) => $api->__soapCall($operation, [$arguments])->return ?? null;
    check($call('add', a: 1, b: 5), 6, 'add');
    check($call('add', a: 1), 3, 'add with a default');
    check($call('point', p: ['x' => 1, 'y' => 2, 'label' => 'é<>&']), (object) ['x' => 2, 'y' => 3, 'label' => 'é<>&'], 'point');
    check(count($call('points', ps: ['item' => [['x' => 1], ['x' => 2]]])->item), 2, 'points');
    check($call('mood', m: 'good', l: 1), 'good', 'mood');
    check($call('level', l: 2), 2, 'level');
    check($call('text', s: null), null, 'null');
    check($call('text', s: 'täxt'), 'täxt', 'text');
    check($call('when', d: '2026-11-23T10:20:30+01:00'), '2026-11-23T10:20:30+01:00', 'when');
    check($call('bytes', b: "ab\0\xff"), "\xff\0ba", 'bytes');
    check($call('map', m: ['entry' => [['key' => 'k', 'value' => 3]]])->entry[0], (object) ['key' => 'k', 'value' => 3], 'map');
    check($call('table', t: ['item' => [['item' => ['a', 'b']], ['item' => ['c']]]])->item[0]->item, ['a', 'b'], 'table');
    check($call('any', v: 'text'), 'text', 'any');
    check($call('any', v: [1, 'a'])->item, ['1', 'a'], 'any list');
    check($call('number', f: 2.5), 2.5, 'number');
    check($call('flag', b: false), false, 'flag');
    check($call('nothing'), null, 'nothing');
    check($call('either', v: 5), 'integer 5', 'either');
    check($call('all', first: 'a', rest: ['b', 'c']), 'a:b,c', 'all');
    check($api->note(['s' => "SoapClient $version"]), null, 'note');
    check(fault(fn () => $call('closed')), ["soap:$receiver", 'the poll is <closed>', 'Closed', ['code' => '42', 'message' => 'the poll is <closed>']], 'closed');
    [$code, , $name, $detail] = fault(fn () => $call('mood', m: 'ugly'));
    check([$code, $name, $detail['pointer']], ["soap:$sender", 'Fault', '/params/m'], 'mood that is none');
    check(fault(fn () => $call('secret'))[1], 'Internal error', 'secret');

    $old = new SoapClient(null, ['location' => $url, 'uri' => 'urn:test', 'soap_version' => $version]);
    check($old->add(1, 5), 6, 'rpc add');
    check($old->add(new SoapParam(5, 'b'), new SoapParam(1, 'a')), 6, 'rpc add by name');
    check($old->points([['x' => 1], ['x' => 2]])[1]->x, 2, 'rpc points');
    check($old->map(['a' => 1, 'b' => 2]), ['a' => 1, 'b' => 2], 'rpc map');
    check($old->any(['a' => [1, 2.5, ['x' => null]]]), ['a' => [1, 2.5, ['x' => null]]], 'rpc any');
    $twice = (object) ['n' => 1];
    check($old->any([$twice, $twice]), [['n' => 1], ['n' => 1]], 'rpc references');
    check(fault(fn () => $old->closed())[1], 'the poll is <closed>', 'rpc closed');
}
echo "ok\n";
