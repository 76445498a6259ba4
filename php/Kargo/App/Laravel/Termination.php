<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Foundation\Application as Laravel;
use Illuminate\Foundation\Http\Kernel as HttpKernel;
use Illuminate\Http\Request;
use Illuminate\Routing\Route;
use Illuminate\Routing\Router;
use ReflectionMethod;

/**
 * Spares the kernel the half of terminate() that does nothing: it makes each middleware of the request once more, to ask
 * whether it has a terminate() of its own, and next to none has. The answer is the same for all requests with the same
 * middleware, so it is kept; where it is no, the kernel is told by its own switch to pass over the middleware.
 */
final class Termination
{
    private const SWITCH = 'middleware.disable';

    private const MOST_KNOWN = 1000;

    /** @var array<string, bool> names of a request's middleware → whether any of them has something to do */
    private array $known = [];

    /** @var list<array> the application's middleware, groups and aliases, which a request may change */
    private array $registered;

    private ?Router $router = null;

    /** @param Application&Laravel $app has booted; its state is not taken yet */
    public function __construct(private readonly Application $app, private readonly Kernel $kernel)
    {
        foreach (['terminate', 'terminateMiddleware', 'gatherRouteMiddleware'] as $method) {
            if (!$kernel instanceof HttpKernel || (new ReflectionMethod($kernel, $method))->class !== HttpKernel::class) {
                return; // a kernel that does it in another way
            }
        }
        $this->router = $app->make('router');
        $this->registered = $this->middleware();
        // The switch is for the middleware only: what the application does at the end may handle requests of its own.
        $first = static fn() => $app->forgetInstance(self::SWITCH);
        Closure::bind(static function (Laravel $app, Closure $first): void {
            array_unshift($app->terminatingCallbacks, $first);
        }, null, Laravel::class)($app, $first);
    }

    /** Before terminate(), which throws what this throws: the middleware's constructors are called here the first time. */
    public function prepare(Request $request): void
    {
        if ($this->router === null || $this->app->bound(self::SWITCH) || $this->middleware() !== $this->registered) {
            return;
        }
        $route = $request->route();
        $names = $route === null ? [] : [...$route->gatherMiddleware(), '', ...$route->excludedMiddleware()];
        // Closures have no terminate(), and the kernel passes over them.
        $names = implode("\n", array_filter($names, is_string(...)));
        // There are as many lists as kinds of routes; where an application makes up others all the time, they are not collected.
        count($this->known) < self::MOST_KNOWN || $this->known = [];
        if (!($this->known[$names] ??= $this->isAnyTerminable($route))) {
            $this->app->instance(self::SWITCH, true);
        }
    }

    private function isAnyTerminable(?Route $route): bool
    {
        $middleware = [...$route === null ? [] : $this->router->gatherRouteMiddleware($route), ...$this->registered[0]];
        foreach (array_filter($middleware, is_string(...)) as $name) {
            if (method_exists($this->app->make(explode(':', $name, 2)[0]), 'terminate')) {
                return true;
            }
        }

        return false;
    }

    /** @return list<array> */
    private function middleware(): array
    {
        static $read = null;
        $read ??= Closure::bind(static fn(HttpKernel $kernel): array => $kernel->middleware, null, HttpKernel::class);

        return [$read($this->kernel), $this->router->getMiddlewareGroups(), $this->router->getMiddleware()];
    }
}
