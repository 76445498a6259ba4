<?php

declare(strict_types=1);

namespace Kargo\App\Slim;

use Kargo\App\Application;
use Slim\App;

/**
 * An application on Slim 3 for Http\Server::mount(), in classic mode.
 *
 * Slim 3 keeps the request in its container (environment, request, response), and a route keeps its controller, so an App is
 * made for one request. create() does as Slim means it: a new App for each, from the application's own code, and with it
 * every service, and takes it apart when the request is over (NewApp says how): no connection stays open. keep() makes one App per worker and puts back after each request what Slim and
 * the container have changed (KeptApp says what).
 *
 * Either way the ini setting default_mimetype, which Slim empties, is put back.
 */
final class SlimApplication
{
    private function __construct() {}

    /**
     * A new App for each request.
     *
     * @param callable $make what the application's index.php does before run(): settings, services, routes. Gives the App;
     *     if there is a $boot, it is called with what $boot returned
     * @param callable|null $boot called once in each worker, before its first request: makes what all requests may share,
     *     as database connections and templates
     * @param string $script as for Application
     * @param string|null $documentRoot as for Application
     */
    public static function create(
        callable $make,
        ?callable $boot = null,
        string $script = 'index.php',
        ?string $documentRoot = null,
    ): Application {
        $handler = $boot === null
            ? static fn() => (new NewApp())->run($make, self::run(...))
            : static fn(mixed $shared) => (new NewApp())->run(static fn(): App => $make($shared), self::run(...));

        return new Application($handler, $boot, $script, $documentRoot);
    }

    /**
     * One App in each worker. For applications whose middleware objects, and services that are used while the App is made,
     * keep nothing of a request.
     *
     * @param callable(): App $make called once in each worker, before its first request
     * @param list<string> $services names of services that are made once and stay: database connections, templates
     * @param string $script as for Application
     * @param string|null $documentRoot as for Application
     */
    public static function keep(
        callable $make,
        array $services = [],
        string $script = 'index.php',
        ?string $documentRoot = null,
    ): Application {
        return new Application(
            static fn(KeptApp $kept) => $kept->run(self::run(...)),
            static fn(): KeptApp => new KeptApp($make(), $services),
            $script,
            $documentRoot,
        );
    }

    private static function run(App $app): void
    {
        try {
            $response = $app->run();
            if (!$response->hasHeader('Content-Type') && !headers_sent()) {
                // The setting says so by being empty when headers are sent. One that is set and removed says it now.
                header('Content-Type: text/html');
                header_remove('Content-Type');
            }
        } finally {
            ini_restore('default_mimetype');
        }
    }
}
