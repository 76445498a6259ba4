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

/** As a database connection: open until nobody has it. */
final class Connection
{
    public static int $open = 0;

    /** What it may be in a ring with, as Doctrine's entity manager and its unit of work are. */
    public ?object $user = null;

    public function __construct()
    {
        self::$open++;
    }

    public function __destruct()
    {
        self::$open--;
    }
}

/** A middleware that has a connection. */
final class Connected
{
    public function __construct(private Connection $connection) {}

    public function __invoke($request, $response, callable $next)
    {
        return $next($request, $response);
    }
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
    $container['factory'] = $container->factory(static fn() => new Made());
    $container['other'] = $container->factory(static fn() => new Made());
    $container['closure'] = $container->protect(static fn() => 'called');
    $app->get('/marks', function ($request, $response) {
        $marks = [$this->factory !== $this->factory, $this->other !== $this->other, $this->raw('closure') === $this->closure];
        $this->extend('factory', static fn($made) => $made);
        unset($this['other'], $this['closure']);

        return $response->withJson($marks);
    });
    // As applications do that look at the request before run(); kept, it is no request's.
    $container['request']->getUri();
    $app->get('/say/{name}', 'Controller:say')->setName('say');
    $app->get('/exit/{name}', function ($request, $response, $arguments) {
        $this['service']->visitor = $arguments['name'];
        $this['added'] = $arguments['name'];
        echo 'left';
        exit;
    });
    $container['connection'] = static fn() => new Connection();
    $app->get('/open', fn($request, $response) => $response->withJson(Connection::$open));
    $app->get('/connect/{how}', function ($request, $response, $arguments) {
        $connection = $this->connection;
        if ($arguments['how'] === 'exit') {
            exit;
        }
        if ($arguments['how'] === 'throw') {
            throw new RuntimeException('refused');
        }
        if ($arguments['how'] === 'last') {
            register_shutdown_function(static fn() => throw new RuntimeException('refused at last'));
        }
        if ($arguments['how'] === 'ring') {
            $connection->user = (object) ['connection' => $connection];
        }
    })->add(fn($request, $response, $next) => (new Connected($this->connection))($request, $response, $next));
    if (str_contains($_SERVER['REQUEST_URI'] ?? '', '/connect/')) {
        $app->add(new Connected($container['connection']));
    }
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
