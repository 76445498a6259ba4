<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Http\Request;
use Illuminate\Routing\CompiledRouteCollection;
use Illuminate\Routing\Route;
use Illuminate\Routing\RouteCollection;
use Illuminate\Routing\Router;

/**
 * The routes of an application that stays in memory. A request gets a copy of the one that matches it, so what it does to its
 * route, and the controller in it, end with the request.
 */
final class CopiedRoutes extends RouteCollection
{
    /** Puts them, or CachedRoutes, in the place of the framework's own. Collections of other classes are left alone. */
    public static function install(Application $app): void
    {
        if (!$app->bound('router')) {
            return;
        }
        $router = $app->make('router');
        $given = $router->getRoutes();
        $routes = match ($given::class) {
            RouteCollection::class => self::of($given),
            CompiledRouteCollection::class => CachedRoutes::of($given),
            default => null,
        };
        if ($routes !== null) {
            Closure::bind(static fn(Router $router) => $router->routes = $routes, null, Router::class)($router);
            $app->instance('routes', $routes);
        }
    }

    public static function of(RouteCollection $given): self
    {
        $routes = new self();
        $routes->routes = $given->routes;
        $routes->allRoutes = $given->allRoutes;
        $routes->nameList = $given->nameList;
        $routes->actionList = $given->actionList;

        return $routes;
    }

    /** Ready to be copied: what matches its path is made once. */
    public static function compiled(Route $route): Route
    {
        static $compile = null;
        $compile ??= Closure::bind(static fn(Route $route) => $route->compileRoute(), null, Route::class);
        $compile($route);

        return $route;
    }

    protected function handleMatchedRoute(Request $request, $route): Route
    {
        return parent::handleMatchedRoute($request, $route === null ? null : clone self::compiled($route));
    }
}
