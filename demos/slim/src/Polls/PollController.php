<?php

declare(strict_types=1);

namespace Polls;

use Demo\PollFault;
use Demo\PollStore;
use Psr\Http\Message\ResponseInterface;
use Slim\Exception\NotFoundException;
use Slim\Http\Request;
use Slim\Http\Response;

final readonly class PollController
{
    public function __construct(
        private PollStore $polls,
        private Session $session,
        private View $view,
    ) {}

    public function home(Request $request, Response $response): ResponseInterface
    {
        return $this->view->render($response, 'home');
    }

    public function polls(Request $request, Response $response): ResponseInterface
    {
        return $this->list($response);
    }

    public function vote(Request $request, Response $response): ResponseInterface
    {
        $visitor = $this->session->visitor();
        if ($visitor === null) {
            return $response->withRedirect('/login', 303);
        }
        ['poll' => $id, 'option' => $option] = $request->getParsedBody() + ['poll' => '', 'option' => ''];
        $poll = is_string($id) && ctype_digit($id) ? $this->polls->find((int) $id) : null;
        if ($poll === null || !is_string($option)) {
            return $this->list($response->withStatus(422), 'There is no such poll or option.');
        }
        try {
            $this->polls->vote($poll->question, $option, $visitor);
            $this->session->setNotice('Your vote is counted.');
        } catch (PollFault $fault) {
            if ($fault->getCode() !== PollFault::ALREADY_VOTED) {
                return $this->list($response->withStatus(422), 'There is no such poll or option.');
            }
            $this->session->setNotice('You have already voted in this poll.');
        }

        return $response->withRedirect("/poll/results/$poll->id", 303);
    }

    /** @param array{id: string} $arguments */
    public function results(Request $request, Response $response, array $arguments): ResponseInterface
    {
        $poll = $this->polls->find((int) $arguments['id']) ?? throw new NotFoundException($request, $response);

        return $this->view->render($response, 'results', ['poll' => $poll]);
    }

    private function list(ResponseInterface $response, ?string $error = null): ResponseInterface
    {
        $visitor = $this->session->visitor();

        return $this->view->render($response, 'polls', [
            'polls' => $this->polls->all(),
            'choices' => $visitor === null ? [] : $this->polls->choicesOf($visitor),
            'error' => $error,
        ]);
    }
}
