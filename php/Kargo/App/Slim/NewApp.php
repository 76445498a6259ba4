<?php

declare(strict_types=1);

namespace Kargo\App\Slim;

use Closure;
use Pimple\Container;
use Slim\App;
use Slim\Interfaces\RouteInterface;
use Throwable;

/**
 * An App that is made for one request. Nothing of it is left when the request is over, however it ended.
 *
 * Container, routes and closures of Slim refer to each other, and so would wait for PHP's cycle collector with all their
 * services: with open database connections, and the locks of a transaction that an exception has ended. So they are taken
 * apart. This object lies among the request's shutdown functions, which are freed when all of them have run and the session
 * is saved: its destructor is the last that happens in a request, after an exit and an exception too.
 */
final class NewApp
{
    private ?App $app = null;

    public function __construct()
    {
        register_shutdown_function($this->stay(...));
    }

    public function __destruct()
    {
        $app = $this->app;
        $this->app = null;
        if ($app !== null) {
            self::takeApart($app);
            unset($app);
        }
        // What the application's own objects refer to each other with, such as a service that has the container.
        gc_collect_cycles();
    }

    /**
     * Runs the App that $make gives.
     *
     * @param callable(): App $make
     * @param callable(App): void $run
     */
    public function run(callable $make, callable $run): void
    {
        $this->app = $make();
        $run($this->app);
    }

    /** Does nothing when shutdown functions run: what counts is that this object is kept until they are freed. */
    private function stay(): void {}

    private static function takeApart(App $app): void
    {
        $container = $app->getContainer();
        try {
            $routes = $container->get('router')->getRoutes();
        } catch (Throwable) {
            $routes = [];
        }
        // The middleware of each, the last of which is the App or the route itself.
        $forget = function (): void {
            $this->tip = null;
        };
        foreach ([$app, ...array_values($routes)] as $object) {
            if ($object instanceof App || $object instanceof RouteInterface && property_exists($object, 'tip')) {
                Closure::bind($forget, $object, $object::class)();
            }
        }
        if ($container instanceof Container) {
            foreach ($container->keys() as $name) {
                unset($container[$name]);
            }
        }
    }
}
