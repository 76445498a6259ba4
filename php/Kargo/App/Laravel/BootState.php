<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Carbon\CarbonInterval;
use Carbon\CarbonPeriod;
use Closure;
use Illuminate\Auth\AuthManager;
use Illuminate\Container\Container;
use Illuminate\Contracts\Auth\Access\Gate;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Database\DatabaseManager;
use Illuminate\Database\DatabaseTransactionsManager;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\Relation;
use Illuminate\Http\Resources\Json\JsonResource;
use Illuminate\Log\LogManager;
use Illuminate\Pagination\AbstractPaginator;
use Illuminate\Routing\Contracts\CallableDispatcher;
use Illuminate\Routing\Contracts\ControllerDispatcher;
use Illuminate\Session\Middleware\StartSession;
use Illuminate\Session\SessionManager;
use Illuminate\Support\Facades\Facade;
use Illuminate\Support\Number;
use Illuminate\Support\Once;
use Illuminate\Support\Str;
use Illuminate\View\Engines\EngineResolver;
use Illuminate\View\Factory;
use Psr\Log\LoggerInterface;
use Symfony\Component\HttpFoundation\Request;
use Throwable;

/**
 * A Laravel application as it was when it had booted, and the way back to it.
 *
 * The objects stay the same ones, so whoever holds the application, the events or the view factory holds the right one; what
 * their properties had is written back. That is done to the container and to every service of the framework in it.
 */
final class BootState
{
    /** Services that are made before the state is taken: they are there in each request, and what they made stays. */
    private const SERVICES = [
        'auth', 'cache', 'config', 'cookie', 'db', 'db.factory', 'db.transactions', 'events', 'files', 'filesystem', 'hash',
        'date', 'log', 'redis', 'router', 'routes', 'session', 'translator', 'url', 'validator', 'view',
        CallableDispatcher::class, ControllerDispatcher::class, Gate::class, StartSession::class,
    ];

    /** Services that hold something of one visitor's: made again in each request that wants them. */
    private const OF_A_VISITOR = ['session.store', 'auth.driver', 'redirect'];

    /** Classes whose static properties a request may set. */
    private const STATICS = [
        AbstractPaginator::class,
        JsonResource::class,
        Model::class,
        Number::class,
        Relation::class,
        Request::class,
    ];

    private const WITH_LOCALE = [Carbon::class, CarbonImmutable::class, CarbonInterval::class, CarbonPeriod::class];

    /** @var list<ObjectState> */
    private array $objects;

    /** @var list<StaticState> */
    private array $statics;

    private readonly Connections $connections;

    private readonly Drivers $drivers;

    private readonly FoundFiles $files;

    private readonly Logs $logs;

    /** The application's, whatever a request has put in its place. */
    private readonly ?LoggerInterface $log;

    /** Null where there is no Blade. */
    private readonly ?Closure $forgetLastViews;

    private string $locale;

    private string $timeZone;

    /**
     * @param Application&Container $app has booted
     * @param list<string> $services made before the state is taken, besides those above
     */
    public function __construct(private readonly Application $app, array $services)
    {
        // An application without sessions may have no key, and then nothing that asks for the encrypter.
        $encrypter = $app->make('config')->get('app.key') ? ['encrypter'] : [];
        foreach ([...self::SERVICES, ...$encrypter, ...$services] as $name) {
            if ($app->bound($name)) {
                $app->make($name);
            }
        }
        ViewFinder::install($app);
        TranslationLoader::install($app);
        $services = $this->services();
        $this->forgetLastViews = self::lastViews(self::among($services, EngineResolver::class));
        // Who looked at the session or the user while booting saw nobody's: the next visitor's must not be put into that.
        self::among($services, AuthManager::class)?->forgetGuards();
        self::among($services, SessionManager::class)?->forgetDrivers();
        array_map($app->forgetInstance(...), self::OF_A_VISITOR);
        $app->forgetScopedInstances();
        Facade::clearResolvedInstances();

        // Models are known by what their class has booted, in static properties: it must be there to be put back.
        class_exists(Model::class);
        $this->locale = class_exists(Carbon::class) ? Carbon::getLocale() : '';
        $this->timeZone = date_default_timezone_get();
        $this->statics = array_map(static fn(string $class): StaticState => new StaticState($class), self::STATICS);
        $services = $this->services();
        $this->connections = new Connections(
            self::among($services, DatabaseManager::class),
            self::among($services, DatabaseTransactionsManager::class),
        );
        $this->drivers = new Drivers($app, $services);
        $this->files = new FoundFiles($services);
        $this->logs = new Logs(self::among($services, LogManager::class));
        $log = $app->bound('log') ? $app->make('log') : null;
        $this->log = $log instanceof LoggerInterface ? $log : null;
        $this->objects = [...array_map(
            static fn(object $service): ObjectState => new ObjectState($service, except: [...Drivers::keptOf($service), ...FoundFiles::keptOf($service)]),
            $services,
        ), new ObjectState($app)];
    }

    /** Before a request: what others may have changed since the last one. */
    public function refresh(): void
    {
        $this->connections->refresh();
    }

    /** Puts everything back. Never throws: what can't be is logged, and the rest goes on. */
    public function restore(): void
    {
        $others = [];
        self::try($this->endTransactions(...));
        self::try($this->logs->restore(...));
        self::try($this->drivers->flushArrays(...));
        self::try(function () use (&$others): void {
            $others = $this->drivers->settle();
        });
        self::try($this->files->settle(...));
        foreach ($this->objects as $object) {
            self::try($object->restore(...));
        }
        foreach ($this->statics as $static) {
            self::try($static->restore(...));
        }
        $this->forgetLastViews === null || ($this->forgetLastViews)();
        Container::setInstance($this->app);
        Facade::setFacadeApplication($this->app);
        Facade::clearResolvedInstances();
        self::try(fn() => $this->connections->restore($others));
        self::try($this->drivers->openLogs(...));
        self::try($this->logs->remember(...));
        Str::flushCache();
        if (class_exists(Once::class, false)) {
            Once::flush();
        }
        self::try($this->restoreLocale(...));
    }

    private static function try(Closure $restore): void
    {
        try {
            $restore();
        } catch (Throwable $throwable) {
            error_log("What a request has left behind is not put back: $throwable");
        }
    }

    private function endTransactions(): void
    {
        if ($this->connections->endTransactions()) {
            $this->log?->warning('A request left a transaction open; it was rolled back.');
        }
    }

    /** @return list<object> the framework's own, each once, with what stays in them */
    private function services(): array
    {
        $read = Closure::bind(static fn(Container $app): array => $app->instances, null, Container::class);
        $services = [];
        foreach ($read($this->app) as $name => $service) {
            if (!is_object($service) || $service === $this->app) {
                continue;
            }
            // An application may put a class of its own around one of the framework's.
            $isDecorated = in_array($name, self::SERVICES, true) && !self::isOfTheFramework($service);
            foreach ([$service, ...$isDecorated ? (array) $service : self::parts($service)] as $object) {
                if (is_object($object) && $object !== $this->app && self::isOfTheFramework($object)) {
                    $services[spl_object_id($object)] = $object;
                }
            }
        }

        return array_values($services);
    }

    /** @return list<object> */
    private static function parts(object $service): array
    {
        return match (true) {
            $service instanceof CachedRoutes => [$service->added()],
            $service instanceof Factory => [$service->getFinder()],
            default => [],
        };
    }

    private static function isOfTheFramework(object $service): bool
    {
        $classes = [$service::class, ...array_values(class_parents($service))];

        return str_starts_with(end($classes), 'Illuminate\\');
    }

    /**
     * @template T of object
     * @param list<object> $services
     * @param class-string<T> $class
     * @return T|null
     */
    private static function among(array $services, string $class): ?object
    {
        foreach ($services as $service) {
            if ($service instanceof $class) {
                return $service;
            }
        }

        return null;
    }

    /** The compiler remembers each view that threw an exception, for the message. */
    private static function lastViews(?EngineResolver $engines): ?Closure
    {
        $blade = $engines?->resolve('blade');
        if ($blade === null || !property_exists($blade, 'lastCompiled')) {
            return null;
        }

        return Closure::bind(static fn(): array => $blade->lastCompiled = [], null, $blade::class);
    }

    private function restoreLocale(): void
    {
        foreach (self::WITH_LOCALE as $class) {
            if (class_exists($class, false) && $class::getLocale() !== $this->locale) {
                $class::setLocale($this->locale);
            }
        }
        if (date_default_timezone_get() !== $this->timeZone) {
            date_default_timezone_set($this->timeZone);
        }
    }
}
