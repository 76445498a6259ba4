<?php

declare(strict_types=1);

namespace Kargo\App\Slim;

use Closure;
use Kargo\ConfigurationException;
use Pimple\Container as PimpleContainer;
use Slim\App;
use Slim\Collection;
use Slim\Container;
use Slim\Route;
use SplObjectStorage;

/**
 * One App for many requests. What is put back after each to what it was when the App had been made:
 *
 * - services that a request has made, first of all environment, request and response: forgotten, and made anew when they are
 *   asked for; those that were made with the App, and those named to stay, stay;
 * - entries of the container that a request has added, changed or removed, and which of them are factories or protected;
 * - settings;
 * - controllers that a route has got from the container, and the arguments of the last request's path.
 *
 * Not put back: properties of middleware objects and of services that stay, and what static properties hold.
 */
final class KeptApp
{
    /** What is the request's though the App's code may have asked for it before. */
    private const OF_THE_REQUEST = ['environment', 'request', 'response'];

    private readonly Container $container;

    /** @var array<string, mixed> name → definition */
    private readonly array $definitions;

    /** @var array<string, true> services that have been made, or may be, and stay */
    private readonly array $staying;

    /** @var list<array{Route, mixed, array<string, string>}> route, what it calls, its own arguments */
    private readonly array $routes;

    /** @var array<string, mixed>|null */
    private readonly ?array $settings;

    /** @var array{SplObjectStorage, SplObjectStorage} the definitions that are factories, and those that are no services */
    private readonly array $marks;

    private bool $isReset = false;

    /**
     * @param list<string> $services that stay, though they are made by a request
     * @throws ConfigurationException if the App has another container than Slim's own, or a service is not in it
     */
    public function __construct(public readonly App $app, array $services = [])
    {
        $container = $app->getContainer();
        if (!$container instanceof Container) {
            throw new ConfigurationException(sprintf(
                'The App has a container of class %s; only Slim\Container can be reset: use SlimApplication::create()',
                $container::class,
            ));
        }
        foreach ($services as $service) {
            if (!$container->has($service)) {
                throw new ConfigurationException("There is no service \"$service\" in the App's container");
            }
        }
        $this->container = $container;
        $settings = $container->get('settings');
        $this->settings = $settings instanceof Collection ? $settings->all() : null;
        $routes = $container->get('router')->getRoutes();
        $this->routes = array_map(
            static fn(Route $route): array => [$route, $route->getCallable(), $route->getArguments()],
            array_values($routes),
        );
        $names = $container->keys();
        $this->definitions = array_combine($names, array_map($container->raw(...), $names));
        $read = fn(): array => [clone $this->factories, clone $this->protected];
        $this->marks = Closure::bind($read, $container, PimpleContainer::class)();
        $this->staying = array_fill_keys($services, true)
            + array_diff_key($this->made(), array_fill_keys(self::OF_THE_REQUEST, true));
        $this->reset();
    }

    /**
     * Runs the App for the classic request in progress.
     *
     * @param callable(App): void $run
     */
    public function run(callable $run): void
    {
        // A request that ends by exit does not come to its own reset.
        if (!$this->isReset) {
            $this->reset();
        }
        $this->isReset = false;
        try {
            $run($this->app);
        } finally {
            $this->reset();
        }
    }

    private function reset(): void
    {
        $this->isReset = true;
        $container = $this->container;
        foreach ($container->keys() as $name) {
            if (!array_key_exists($name, $this->definitions)) {
                unset($container[$name]);
            }
        }
        $made = $this->made();
        foreach ($this->definitions as $name => $definition) {
            $isKnown = isset($container[$name]) && $container->raw($name) === $definition;
            if (!$isKnown || isset($made[$name]) && !isset($this->staying[$name])) {
                unset($container[$name]);
                $container[$name] = $definition;
            }
        }
        // Pimple forgets the marks of what is unset, and extend() moves them to other closures.
        $mark = function (SplObjectStorage $factories, SplObjectStorage $protected): void {
            [$this->factories, $this->protected] = [clone $factories, clone $protected];
        };
        Closure::bind($mark, $container, PimpleContainer::class)(...$this->marks);
        foreach ($this->routes as [$route, $callable, $arguments]) {
            $route->setCallable($callable);
            $route->setArguments($arguments, false);
        }
        if ($this->settings !== null && ($settings = $container->get('settings'))->all() !== $this->settings) {
            $settings->clear();
            $settings->replace($this->settings);
        }
    }

    /**
     * The services that have been made: Pimple keeps the definitions of exactly these aside, and does not say so.
     *
     * @return array<string, mixed> by name
     */
    private function made(): array
    {
        return Closure::bind(fn(): array => $this->raw, $this->container, PimpleContainer::class)();
    }
}
