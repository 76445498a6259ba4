<?php

declare(strict_types=1);

namespace Polls;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Twig\Environment;

/** Pages for the visitor of this request. */
final readonly class View
{
    public function __construct(
        private Environment $twig,
        private Session $session,
        private ServerRequestInterface $request,
    ) {}

    /** @param array<string, mixed> $data */
    public function render(ResponseInterface $response, string $page, array $data = []): ResponseInterface
    {
        $response->getBody()->write($this->twig->render("$page.html.twig", $data + [
            'path' => $this->request->getUri()->getPath(),
            'visitor' => $this->session->visitor(),
            'token' => $this->session->token(),
            'notice' => $this->session->takeNotice(),
            'error' => null,
        ]));

        return $response->withHeader('Content-Type', 'text/html; charset=utf-8');
    }
}
