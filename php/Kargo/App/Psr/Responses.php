<?php

declare(strict_types=1);

namespace Kargo\App\Psr;

use Kargo\Http\Response;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\StreamInterface;
use UnexpectedValueException;

/**
 * Sends PSR-7 responses. Content-Length (where the length is known), Transfer-Encoding, Connection and Date are the
 * server's; the reason phrase is the status's own.
 */
final readonly class Responses
{
    private const PIECE = 65_536;

    /** What a client is told by the server, hop by hop. */
    private const OF_THE_SERVER = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'date', 'trailer'];

    /** As a whole answer of a handler: the body is read into memory, since such answers are one string. */
    public static function whole(ResponseInterface $response): Response
    {
        $headers = [];
        foreach ($response->getHeaders() as $name => $values) {
            $lowerName = strtolower((string) $name);
            if ($lowerName !== 'content-length' && !in_array($lowerName, self::OF_THE_SERVER, true)) {
                $headers[$name] = array_values($values);
            }
        }
        $body = '';
        foreach (self::pieces($response->getBody()) as $piece) {
            $body .= $piece;
        }

        return new Response($body, self::status($response), $headers);
    }

    /** As the answer of the classic request in progress: the body is sent in pieces, as the client takes it. */
    public static function send(ResponseInterface $response): void
    {
        $status = self::status($response);
        foreach ($response->getHeaders() as $name => $values) {
            if (in_array(strtolower((string) $name), self::OF_THE_SERVER, true)) {
                continue;
            }
            // The first replaces what PHP would send by itself; but sessions may have set a cookie before.
            $replace = strtolower((string) $name) !== 'set-cookie';
            foreach ($values as $value) {
                header("$name: $value", $replace);
                $replace = false;
            }
        }
        // After the headers: PHP makes any answer with a Location a redirect.
        http_response_code($status);
        $hasNoBody = in_array($status, [204, 205, 304], true);
        if ($hasNoBody && !$response->hasHeader('Content-Type') && !headers_sent()) {
            // PHP would tell the type of what is not there, unless one has been set.
            header('Content-Type: text/html');
            header_remove('Content-Type');
        }
        if ($hasNoBody || ($_SERVER['REQUEST_METHOD'] ?? '') === 'HEAD') {
            return;
        }
        foreach (self::pieces($response->getBody()) as $piece) {
            echo $piece;
        }
    }

    private static function status(ResponseInterface $response): int
    {
        $status = $response->getStatusCode();
        if ($status < 200 || $status > 599) {
            throw new UnexpectedValueException("The application answered with the status $status; 200 to 599 are answers");
        }

        return $status;
    }

    /** @return iterable<string> the body from its beginning, or from where it stands if it can't go back */
    private static function pieces(StreamInterface $body): iterable
    {
        if ($body->isSeekable()) {
            $body->rewind();
        }
        if (!$body->isReadable()) {
            // Some streams can only be had as a whole (callbacks that print).
            yield (string) $body;

            return;
        }
        while (!$body->eof()) {
            yield $body->read(self::PIECE);
        }
    }
}
