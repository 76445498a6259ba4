<?php

declare(strict_types=1);

/*
 * The same answers in plain PHP, for the servers that bring no RPC of their own (php-fpm, php -S, Swoole, Workerman):
 * what a careful programmer writes by hand with the parsers that PHP ships.
 */

const POLLS = ['What framework do you prefer?' => [
    'a' => 'Zend Framework',
    'b' => 'Symphony',
    'c' => 'I just write code',
]];

/** @return array{int, string, string} status, content type and body */
function answer(string $method, string $path, string $body): array
{
    return match ([$method, $path]) {
        ['GET', '/hello'] => [200, 'text/plain; charset=utf-8', 'Hello, World!'],
        ['POST', '/jsonrpc'] => [200, 'application/json', answer_json_rpc($body)],
        ['POST', '/xmlrpc'] => [200, 'text/xml; charset=utf-8', answer_xml_rpc($body)],
        ['POST', '/soap'] => [200, 'text/xml; charset=utf-8', answer_soap($body)],
        default => [404, 'text/plain; charset=utf-8', 'Not Found'],
    };
}

function answer_json_rpc(string $body): string
{
    $call = json_decode($body, true);
    if (json_last_error() !== JSON_ERROR_NONE) {
        return json_rpc_error(-32700, 'Parse error', null);
    }
    if (!is_array($call) || ($call['jsonrpc'] ?? null) !== '2.0' || !is_string($call['method'] ?? null)) {
        return json_rpc_error(-32600, 'Invalid Request', null);
    }
    $id = $call['id'] ?? null;
    $params = $call['params'] ?? [];
    switch ($call['method']) {
        case 'poll.getAllPolls':
            return json_rpc_result(POLLS, $id);
        case 'echo':
            return is_array($params[0] ?? null)
                ? json_rpc_result($params[0], $id)
                : json_rpc_error(-32602, 'Invalid params', $id);
        default:
            return json_rpc_error(-32601, 'Method not found', $id);
    }
}

function json_rpc_result(array $result, mixed $id): string
{
    return json_encode(
        ['result' => $result, 'id' => $id, 'jsonrpc' => '2.0'],
        JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION | JSON_THROW_ON_ERROR,
    );
}

function json_rpc_error(int $code, string $message, mixed $id): string
{
    return json_encode(['error' => ['code' => $code, 'message' => $message], 'id' => $id, 'jsonrpc' => '2.0']);
}

function answer_xml_rpc(string $body): string
{
    $call = @simplexml_load_string($body, options: LIBXML_NONET);
    if ($call === false || $call->getName() !== 'methodCall') {
        return xml_rpc_fault(-32700, 'Parse error');
    }
    return match ((string) $call->methodName) {
        'poll.getAllPolls' => xml_rpc_document('<params><param>' . xml_rpc_value(POLLS) . '</param></params>'),
        default => xml_rpc_fault(-32601, 'Method not found'),
    };
}

/** @param array<string, mixed>|string|int $value */
function xml_rpc_value(array|string|int $value): string
{
    if (is_int($value)) {
        return "<value><int>$value</int></value>";
    }
    if (is_string($value)) {
        return '<value><string>' . htmlspecialchars($value, ENT_XML1 | ENT_NOQUOTES) . '</string></value>';
    }
    $members = '';
    foreach ($value as $name => $member) {
        $name = htmlspecialchars($name, ENT_XML1 | ENT_NOQUOTES);
        $members .= "<member><name>$name</name>" . xml_rpc_value($member) . '</member>';
    }
    return "<value><struct>$members</struct></value>";
}

function xml_rpc_fault(int $code, string $message): string
{
    return xml_rpc_document('<fault>' . xml_rpc_value(['faultCode' => $code, 'faultString' => $message]) . '</fault>');
}

function xml_rpc_document(string $content): string
{
    return '<?xml version="1.0" encoding="UTF-8"?>' . "\n<methodResponse>$content</methodResponse>\n";
}
