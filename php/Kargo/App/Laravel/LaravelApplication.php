<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Foundation\Application as Laravel;
use Illuminate\Foundation\Bootstrap\HandleExceptions;
use Illuminate\Foundation\Bootstrap\LoadConfiguration;
use Illuminate\Foundation\Bootstrap\RegisterProviders;
use Illuminate\Foundation\Bootstrap\SetRequestForConsole;
use Illuminate\Http\Request;
use Kargo\App\Application;
use Kargo\ConfigurationException;
use Symfony\Component\ErrorHandler\Error\FatalError;
use Throwable;

/**
 * A Laravel application that stays in memory, not changed in any way.
 *
 *     $server->mount('/', LaravelApplication::create(__DIR__ . '/bootstrap/app.php'));
 *
 * It is booted once in each worker. When a request is over, the container and all services of the framework in it get back
 * what they had after the boot (BootState has how):
 *
 * - the container: bindings, instances (so scoped ones and singletons made in the request are gone), callbacks for terminate();
 * - configuration, events, the request's route and controller, middleware, URL defaults, view data, composers;
 * - sessions, guards and users, the queue of cookies, gates, validators' extensions, the locale, the time zone;
 * - models (they boot again, so that their listeners are there again), and what the framework's classes have in static properties;
 * - logs' contexts and processors, caches in memory (the array store), query logs, trusted proxies; open transactions are rolled back.
 *
 * Connections of databases and Redis, stores of caches, disks and open logs stay: that is what makes it fast. Those that a
 * request has made from configuration of its own don't, and a connection to an SQLite file that was replaced or removed is made
 * again. The application's own singletons that were made while booting, and its own static properties, stay as they are too;
 * docs/ISOLATION.md has what finds those that leak.
 */
final class LaravelApplication
{
    private const FATAL = E_ERROR | E_CORE_ERROR | E_COMPILE_ERROR | E_PARSE;

    private BootState $state;

    private Termination $termination;

    private ?Request $request = null;

    private bool $isUsed = false;

    /** @param Closure(Laravel): void|null $reset */
    private function __construct(
        private readonly Laravel $app,
        private readonly Kernel $kernel,
        array $services,
        private readonly ?Closure $reset,
    ) {
        $this->termination = new Termination($app, $kernel);
        $this->state = new BootState($app, $services);
    }

    /**
     * For Http\Server::mount() and Http\Files.
     *
     * @param string $bootstrap the application's bootstrap/app.php; its autoloader is registered already
     * @param list<string> $services names in the container, to be made while booting: they stay, with what they hold
     * @param callable(Laravel): void|null $reset called when a request is over, for what only the application knows
     * @param mixed ...$options as of Kargo\App\Application, by name: script, documentRoot, outputBuffering …
     */
    public static function create(
        string $bootstrap,
        array $services = [],
        ?callable $reset = null,
        mixed ...$options,
    ): Application {
        if (!is_file($bootstrap)) {
            throw new ConfigurationException("$bootstrap is no file: a Laravel application's bootstrap/app.php is expected");
        }
        $public = dirname(realpath($bootstrap), 2) . '/public';
        $options += ['documentRoot' => is_dir($public) ? $public : dirname($public)];
        $reset = $reset === null ? null : $reset(...);

        return new Application(
            static fn(self $application) => $application->handle(),
            static fn(): self => self::boot($bootstrap, $services, $reset),
            ...$options,
        );
    }

    private static function boot(string $bootstrap, array $services, ?Closure $reset): self
    {
        // PHP_SAPI is cli, which Laravel takes for a console unless it is told otherwise before it asks.
        if (getenv('APP_RUNNING_IN_CONSOLE') === false) {
            putenv('APP_RUNNING_IN_CONSOLE=false');
            $_ENV['APP_RUNNING_IN_CONSOLE'] = $_SERVER['APP_RUNNING_IN_CONSOLE'] = 'false';
        }
        // In no class, as public/index.php is: closures in that file have the class around it as their scope.
        $read = Closure::bind(static fn(string $file): mixed => require $file, null, null);
        $app = $read($bootstrap);
        if (!$app instanceof Laravel) {
            throw new ConfigurationException("$bootstrap returns no " . Laravel::class);
        }
        $app->afterBootstrapping(LoadConfiguration::class, Configuration::install(...));
        // Providers may want a request while they boot, as under php-fpm: one for the application's own URL.
        $app->beforeBootstrapping(
            RegisterProviders::class,
            static fn(Laravel $app) => $app->make(SetRequestForConsole::class)->bootstrap($app),
        );
        $kernel = $app->make(Kernel::class);
        $kernel->bootstrap();
        CopiedRoutes::install($app);

        return new self($app, $kernel, $services, $reset);
    }

    private function handle(): void
    {
        if ($this->isUsed) {
            $this->restore();
        }
        $this->isUsed = true;
        // For requests that end by exit, by a fatal error, or by an exception that Laravel can't render: after their own
        // shutdown functions.
        register_shutdown_function(fn() => register_shutdown_function($this->endIfUsed(...)));
        $this->state->refresh();
        $this->request = Request::capture();
        $response = $this->kernel->handle($this->request);
        try {
            $response->send();
        } catch (Throwable $throwable) {
            $this->cutOff($throwable);
        }
        \Kargo\App\finish();
        try {
            $this->termination->prepare($this->request);
            $this->kernel->terminate($this->request, $response);
        } catch (Throwable $throwable) {
            $this->app->make(ExceptionHandler::class)->report($throwable);
        }
        unset($response);
        $this->restore();
    }

    /**
     * Laravel's page for an exception would stand behind an answer's first bytes as if it were their end.
     *
     * @throws Throwable the given one: Laravel reports and shows it where nothing was sent, else it has no other handler
     */
    private function cutOff(Throwable $throwable): never
    {
        if (headers_sent()) {
            $this->app->make(ExceptionHandler::class)->report($throwable);
            set_exception_handler(null);
            register_shutdown_function(restore_exception_handler(...));
        }

        throw $throwable;
    }

    private function endIfUsed(): void
    {
        if (!$this->isUsed) {
            return;
        }
        $error = error_get_last();
        if ($error !== null && ($error['type'] & self::FATAL) !== 0) {
            $this->tellOf(new FatalError($error['message'], 0, $error, 0));
        }
        $this->restore();
    }

    /** What Laravel's own shutdown function does, which PHP calls at the end of the process only. */
    private function tellOf(FatalError $error): void
    {
        HandleExceptions::$reservedMemory = null;
        $handler = $this->app->make(ExceptionHandler::class);
        try {
            $handler->report($error);
        } catch (Throwable $throwable) {
            error_log("A fatal error could not be reported: $throwable");
        }
        if (!headers_sent()) {
            $handler->render($this->request ?? Request::capture(), $error)->send();
        }
    }

    private function restore(): void
    {
        // Where the routes are neither of the framework's collections: a route keeps its controller, with what that holds.
        $route = $this->request?->route();
        if (is_object($route) && method_exists($route, 'flushController')) {
            $route->flushController();
        }
        $this->request = null;
        $this->state->restore();
        if ($this->reset !== null) {
            ($this->reset)($this->app);
        }
        $this->isUsed = false;
    }
}
