<?php

/** Services, middleware and routes: the App for one request. */

declare(strict_types=1);

use Polls\CsrfGuard;
use Polls\ErrorPages;
use Polls\LoginController;
use Polls\PollController;
use Polls\SecurityHeaders;
use Polls\Session;
use Polls\View;
use Slim\App;

return static function (array $shared): App {
    $app = new App($shared);

    $container = $app->getContainer();
    $container['session'] = static fn() => new Session(__DIR__ . '/../data/sessions');
    $container['view'] = static fn($c) => new View($c['twig'], $c['session'], $c['request']);
    $container[CsrfGuard::class] = static fn($c) => new CsrfGuard($c['session'], $c['view']);
    $container['errors'] = static fn($c) => new ErrorPages($c['view']);
    $container['notFoundHandler'] = static fn($c) => $c['errors']->notFound(...);
    $container['notAllowedHandler'] = static fn($c) => $c['errors']->notAllowed(...);
    $container['errorHandler'] = static fn($c) => $c['errors']->broken(...);
    $container['phpErrorHandler'] = static fn($c) => $c['errors']->broken(...);
    $container[PollController::class] = static fn($c) => new PollController($c['polls'], $c['session'], $c['view']);
    $container[LoginController::class] = static fn($c) => new LoginController($c['users'], $c['session'], $c['view']);

    // The last one added is the first one called.
    $app->add(CsrfGuard::class);
    $app->add(new SecurityHeaders());

    $app->get('/', PollController::class . ':home');
    $app->get('/poll', PollController::class . ':polls');
    $app->post('/poll/vote', PollController::class . ':vote');
    $app->get('/poll/results/{id:[0-9]{1,9}}', PollController::class . ':results')->setName('results');
    $app->get('/login', LoginController::class . ':form');
    $app->post('/login/auth', LoginController::class . ':login');
    $app->post('/login/logout', LoginController::class . ':logout');

    return $app;
};
