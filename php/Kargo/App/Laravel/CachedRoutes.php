<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Routing\CompiledRouteCollection;
use Illuminate\Routing\Route;
use Illuminate\Routing\RouteAction;
use Illuminate\Routing\RouteCollection;

/**
 * What artisan route:cache wrote, of which each route is made once in a worker, and not again for every request to it and every
 * URL of it. Who asks for one gets a copy, as of CopiedRoutes.
 */
final class CachedRoutes extends CompiledRouteCollection
{
    /** @var array<string, Route> by name */
    private array $made = [];

    public static function of(CompiledRouteCollection $given): self
    {
        $routes = new self($given->compiled, $given->attributes);
        $routes->routes = CopiedRoutes::of($given->routes);

        return $routes->setRouter($given->router)->setContainer($given->container);
    }

    public function getByName($name): ?Route
    {
        if (!isset($this->attributes[$name])) {
            return $this->routes->getByName($name);
        }

        return clone $this->made[$name] ??= CopiedRoutes::compiled(self::withClosures($this->newRoute($this->attributes[$name])));
    }

    /** Those that were added when the cached ones had been read. */
    public function added(): RouteCollection
    {
        return $this->routes;
    }

    /** In the cache they are source text: compiled for every request, of which PHP would free nothing while the process lives. */
    private static function withClosures(Route $route): Route
    {
        $action = $route->getAction();
        if (RouteAction::containsSerializedClosure($action)) {
            $action['uses'] = unserialize($action['uses'])->getClosure();
        }
        if (isset($action['missing'])) {
            $action['missing'] = $route->getMissing();
        }

        return $route->setAction($action);
    }
}
