<?php

declare(strict_types=1);

namespace Polls;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Throwable;

/** What Slim's handlers of errors answer: pages of this application that tell nothing of its inside. */
final readonly class ErrorPages
{
    public function __construct(private View $view) {}

    public function notFound(ServerRequestInterface $request, ResponseInterface $response): ResponseInterface
    {
        return $this->page($response->withStatus(404), 'Not found', 'There is no such page.');
    }

    /** @param list<string> $methods */
    public function notAllowed(
        ServerRequestInterface $request,
        ResponseInterface $response,
        array $methods,
    ): ResponseInterface {
        $response = $response->withStatus(405)->withHeader('Allow', implode(', ', $methods));

        return $this->page($response, 'Not allowed', 'This page is for forms only.');
    }

    public function broken(
        ServerRequestInterface $request,
        ResponseInterface $response,
        Throwable $throwable,
    ): ResponseInterface {
        error_log(sprintf(
            '%s: %s in %s:%d',
            $throwable::class,
            $throwable->getMessage(),
            $throwable->getFile(),
            $throwable->getLine(),
        ));

        return $this->page($response->withStatus(500), 'Out of order', 'Something broke. Please try again later.');
    }

    private function page(ResponseInterface $response, string $title, string $text): ResponseInterface
    {
        $data = ['title' => $title, 'text' => $text];

        return $this->view->render(SecurityHeaders::added($response), 'message', $data);
    }
}
