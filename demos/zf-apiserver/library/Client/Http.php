<?php

declare(strict_types=1);

/** Sends a request and returns the answer, with nothing but PHP's own streams. */
final readonly class Client_Http
{
    private const TIMEOUT_SECONDS = 10;

    /** @throws RuntimeException if nobody answers, or not with 200 */
    public static function post(string $url, string $contentType, string $body): string
    {
        return self::send($url, ['method' => 'POST', 'header' => "Content-Type: $contentType", 'content' => $body]);
    }

    /** @throws RuntimeException if nobody answers, or not with 200 */
    public static function get(string $url): string
    {
        return self::send($url, ['method' => 'GET']);
    }

    /** @param array<string, string> $request options of PHP's http streams */
    private static function send(string $url, array $request): string
    {
        $context = stream_context_create(['http' => [
            ...$request,
            'timeout' => self::TIMEOUT_SECONDS,
            'ignore_errors' => true,
        ]]);
        $stream = @fopen($url, 'r', false, $context);
        if ($stream === false) {
            throw new RuntimeException("$url: nobody answers; is main.php running?");
        }
        $status = stream_get_meta_data($stream)['wrapper_data'][0] ?? 'no HTTP';
        $answer = stream_get_contents($stream);
        if (!str_contains($status, ' 200 ')) {
            throw new RuntimeException("$url: $status");
        }

        return $answer;
    }
}
