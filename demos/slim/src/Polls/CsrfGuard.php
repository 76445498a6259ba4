<?php

declare(strict_types=1);

namespace Polls;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;

/** Middleware: what is sent by a form must carry this visitor's token. */
final readonly class CsrfGuard
{
    public function __construct(
        private Session $session,
        private View $view,
    ) {}

    public function __invoke(
        ServerRequestInterface $request,
        ResponseInterface $response,
        callable $next,
    ): ResponseInterface {
        $token = $request->getParsedBody()['token'] ?? '';
        $isSafe = in_array($request->getMethod(), ['GET', 'HEAD', 'OPTIONS'], true);
        if ($isSafe || is_string($token) && hash_equals($this->session->token(), $token)) {
            return $next($request, $response);
        }

        return $this->view->render($response->withStatus(403), 'message', [
            'title' => 'Not allowed',
            'text' => 'This form is not of your session, or too old. Please go back and try again.',
        ]);
    }
}
