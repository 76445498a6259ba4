<?php

declare(strict_types=1);

namespace Polls;

use Demo\UserStore;
use Psr\Http\Message\ResponseInterface;
use Slim\Http\Request;
use Slim\Http\Response;

final readonly class LoginController
{
    public function __construct(
        private UserStore $users,
        private Session $session,
        private View $view,
    ) {}

    public function form(Request $request, Response $response): ResponseInterface
    {
        return $this->page($response);
    }

    public function login(Request $request, Response $response): ResponseInterface
    {
        ['username' => $name, 'password' => $password] = $request->getParsedBody() + ['username' => '', 'password' => ''];
        $visitor = is_string($name) && is_string($password) ? $this->users->login($name, $password) : null;
        if ($visitor === null) {
            return $this->page($response->withStatus(422), 'Wrong name or password.');
        }
        $this->session->logIn($visitor);

        return $response->withRedirect('/poll', 303);
    }

    public function logout(Request $request, Response $response): ResponseInterface
    {
        $this->session->logOut();

        return $response->withRedirect('/', 303);
    }

    private function page(ResponseInterface $response, ?string $error = null): ResponseInterface
    {
        return $this->view->render($response, 'login', ['accounts' => UserStore::DEMO_ACCOUNTS, 'error' => $error]);
    }
}
