<?php

/**
 * An application on Slim 3 that leaves things behind where an App is kept: in its container, its settings, its controllers.
 * A new App for each request at /new, one per worker at /kept.
 */

declare(strict_types=1);

use Kargo\App\Isolation;
use Kargo\App\Slim\SlimApplication;
use Kargo\Http\Server;
use Slim\App;

require __DIR__ . '/../../../php/Kargo/autoload.php';
require 'Slim/autoload.php';

error_reporting(E_ALL & ~E_DEPRECATED);

final class Made
{
    public ?string $visitor = null;
}

/** What the guard of docs/ISOLATION.md has to find here. */
final class Leak
{
    public static string $visitor = 'nobody';
}

/** Keeps its first request's service, and what the visitor said, as controllers do. */
final class Controller
{
    /** @var list<string> */
    private array $said = [];

    public function __construct(private $container) {}

    public function say($request, $response, array $arguments)
    {
        $visitor = $arguments['name'];
        $this->said[] = $visitor;
        $service = $this->container['service'];
        $before = [$service->visitor, $this->container['visitor'], $this->container['settings']['visitor'] ?? null,
            $this->container->has('added'), $this->container['stays']->visitor];
        $service->visitor = $visitor;
        $this->container['stays']->visitor ??= 'first';
        unset($this->container['visitor']);
        $this->container['visitor'] = $visitor;
        $this->container['added'] = $visitor;
        $this->container['settings']['visitor'] = $visitor;

        return $response->withJson([
            'before' => $before,
            'said' => $this->said,
            'name' => $this->container['request']->getQueryParam('name'),
            'token' => $this->container['token'],
            'path' => $this->container['router']->pathFor('say', ['name' => 'x']),
        ]);
    }
}

$make = static function (): App {
    $app = new App(['settings' => ['addContentLengthHeader' => true]]);
    $container = $app->getContainer();
    $container['visitor'] = 'nobody';
    $container['service'] = static fn() => new Made();
    $container['stays'] = static fn() => new Made();
    $container['token'] = $container->factory(static fn() => 'made each time');
    // As applications do that look at the request before run(); kept, it is no request's.
    $container['request']->getUri();
    $app->get('/say/{name}', 'Controller:say')->setName('say');
    $app->get('/exit/{name}', function ($request, $response, $arguments) {
        $this['service']->visitor = $arguments['name'];
        $this['added'] = $arguments['name'];
        echo 'left';
        exit;
    });
    $app->get('/leak/{name}', function ($request, $response, $arguments) {
        Leak::$visitor = $arguments['name'];
    });
    $app->get('/empty', fn($request, $response) => $response->withStatus(204));
    $app->get('/plain', fn($request, $response) => $response->withoutHeader('Content-Type')->write('no type'));
    $app->get('/prints', function () {
        echo 'printed';
    });
    $app->get('/type', fn($request, $response) => $response->write(json_encode(ini_get('default_mimetype'))));
    $app->get('/throws', function () {
        throw new RuntimeException('the cat is out of the bag');
    });
    $app->post('/form', fn($request, $response) => $response->withJson([
        $request->getParsedBody(),
        (string) $request->getBody(),
        array_map(fn($file) => [$file->getClientFilename(), (string) $file->getStream()], $request->getUploadedFiles()),
    ]));

    return $app;
};

$server = Server::listen('127.0.0.1:0');
$server->isolate(Isolation::Log);
$server->mount('/new', SlimApplication::create($make));
$server->mount('/kept', SlimApplication::keep($make, ['stays']));
$server->run(workers: 1);
