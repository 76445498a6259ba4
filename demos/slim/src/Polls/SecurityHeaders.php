<?php

declare(strict_types=1);

namespace Polls;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;

/** Middleware: nothing on a page comes from elsewhere, and no page is shown inside of another. */
final readonly class SecurityHeaders
{
    public function __invoke(
        ServerRequestInterface $request,
        ResponseInterface $response,
        callable $next,
    ): ResponseInterface {
        return $next($request, self::added($response));
    }

    /** The handlers of errors begin with a response that no middleware has seen. */
    public static function added(ResponseInterface $response): ResponseInterface
    {
        return $response
            ->withHeader('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'; form-action 'self'")
            ->withHeader('X-Content-Type-Options', 'nosniff')
            ->withHeader('Referrer-Policy', 'same-origin');
    }
}
