<?php

declare(strict_types=1);

/** What an answer in JSON-RPC says. */
final readonly class Client_JsonRpc
{
    /** @throws RuntimeException if it is a fault, or no answer at all */
    public static function result(string $answer): mixed
    {
        $response = json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
        if (isset($response['error'])) {
            throw new RuntimeException("fault {$response['error']['code']}: {$response['error']['message']}");
        }

        return $response['result'] ?? throw new RuntimeException("no JSON-RPC: $answer");
    }
}
