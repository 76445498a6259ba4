<?php

/** Another PHP as a client, with streams, JSON and DOM: php streams.php URL */

declare(strict_types=1);

const QUESTION = 'What framework do you prefer?';

[, $url] = $argv;

$batch = jsonRpc($url, [
    ['jsonrpc' => '2.0', 'method' => 'poll.getAllPolls', 'id' => 'polls'],
    ['jsonrpc' => '2.0', 'method' => 'poll.vote', 'params' => [QUESTION, 'a', 'php'], 'id' => 2],
    ['jsonrpc' => '2.0', 'method' => 'poll.vote', 'params' => [QUESTION, 'a', 'php'], 'id' => 3],
]);
check($batch[0]['result'][QUESTION]['b'], 'Symphony');
check($batch[1], ['result' => ['a' => 1, 'b' => 0, 'c' => 0], 'id' => 2, 'jsonrpc' => '2.0']);
check($batch[2]['error']['code'], 3);

$xml = xmlRpc($url, '<methodCall><methodName>poll.results</methodName><params><param><value>' . QUESTION
    . '</value></param></params></methodCall>');
check(texts($xml, '//member/name'), ['a', 'b', 'c']);
check(texts($xml, '//member/value'), ['1', '0', '0']);

$xml = xmlRpc($url, '<?xml version="1.0" encoding="ISO-8859-1"?><methodCall><methodName>poll.results</methodName>'
    . "<params><param><value><string>f\xfcnf</string></value></param></params></methodCall>");
check(texts($xml, '//fault//member/value'), ['1', 'There is no poll "fünf"']);

function jsonRpc(string $url, mixed $call): mixed
{
    return json_decode(post("$url/jsonrpc", 'application/json', json_encode($call)), true, flags: JSON_THROW_ON_ERROR);
}

function xmlRpc(string $url, string $call): DOMXPath
{
    $document = new DOMDocument();
    check($document->loadXML(post("$url/xmlrpc", 'text/xml', $call)), true);

    return new DOMXPath($document);
}

/** @return list<string> */
function texts(DOMXPath $document, string $path): array
{
    return array_column(iterator_to_array($document->query($path)), 'textContent');
}

function post(string $url, string $contentType, string $body): string
{
    $http = ['method' => 'POST', 'header' => "Content-Type: $contentType", 'content' => $body, 'timeout' => 10];

    return file_get_contents($url, false, stream_context_create(['http' => $http]))
        ?: throw new RuntimeException("$url did not answer");
}

function check(mixed $found, mixed $expected): void
{
    if ($found !== $expected) {
        fwrite(STDERR, 'found ' . var_export($found, true) . ', expected ' . var_export($expected, true) . "\n");
        exit(1);
    }
}
