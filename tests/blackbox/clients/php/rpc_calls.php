<?php

/**
 * Our clients against servers of others: php rpc_calls.php json|xml URL < CALLS
 *
 * CALLS is a JSON list of [method, parameters]. Prints a JSON list of what came of each, alone and then together.
 */

declare(strict_types=1);

use Kargo\Rpc\{Batch, Binary, JsonRpcClient, RemoteFault, XmlRpcClient};

[, $protocol, $url] = $argv;
$client = $protocol === 'json' ? new JsonRpcClient($url) : new XmlRpcClient($url);

/** Values that JSON has no form for come and go as {"$date": …} and {"$bytes": …}. */
function from_json(mixed $value): mixed
{
    if ($value instanceof stdClass && isset($value->{'$date'})) {
        return new DateTimeImmutable($value->{'$date'});
    }
    if ($value instanceof stdClass && isset($value->{'$bytes'})) {
        return new Binary(base64_decode($value->{'$bytes'}));
    }
    if (is_array($value)) {
        return array_map(from_json(...), $value);
    }
    return $value instanceof stdClass ? (object) array_map(from_json(...), (array) $value) : $value;
}

function to_json(mixed $value): mixed
{
    return match (true) {
        $value instanceof RemoteFault => ['fault' => $value->getCode(), 'message' => $value->getMessage(), 'data' => $value->data],
        $value instanceof Throwable => ['error' => get_class($value), 'message' => $value->getMessage()],
        $value instanceof DateTimeInterface => ['$date' => $value->format('Y-m-d\TH:i:s')],
        $value instanceof Binary => ['$bytes' => base64_encode($value->bytes)],
        is_array($value) => array_map(to_json(...), $value),
        $value instanceof stdClass => (object) array_map(to_json(...), (array) $value),
        default => $value,
    };
}

function together(JsonRpcClient|XmlRpcClient $client): Batch
{
    return $client instanceof JsonRpcClient ? $client->batch() : $client->multicall();
}

$alone = [];
$batch = together($client);
foreach (json_decode(stream_get_contents(STDIN)) as [$method, $parameters]) {
    $parameters = (array) from_json($parameters);
    try {
        $alone[] = to_json($client->call($method, $parameters));
    } catch (Throwable $error) {
        $alone[] = to_json($error);
    }
    $batch->call($method, $parameters);
}
try {
    $together = array_map(to_json(...), $batch->send());
} catch (Throwable $error) {
    $together = to_json($error);
}
echo json_encode(['alone' => $alone, 'together' => $together], JSON_PRESERVE_ZERO_FRACTION | JSON_THROW_ON_ERROR), "\n";
