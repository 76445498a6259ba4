<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Carbon\CarbonInterval;
use Carbon\CarbonPeriod;
use Closure;
use Illuminate\Broadcasting\BroadcastManager;
use Illuminate\Cache\ArrayStore;
use Illuminate\Cache\CacheManager;
use Illuminate\Cache\Repository;
use Illuminate\Container\Container;
use Illuminate\Contracts\Auth\Access\Gate;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Database\Connection;
use Illuminate\Database\DatabaseManager;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\Relation;
use Illuminate\Filesystem\FilesystemManager;
use Illuminate\Foundation\PackageManifest;
use Illuminate\Http\Resources\Json\JsonResource;
use Illuminate\Log\Logger;
use Illuminate\Log\LogManager;
use Illuminate\Pagination\AbstractPaginator;
use Illuminate\Queue\QueueManager;
use Illuminate\Redis\RedisManager;
use Illuminate\Routing\Contracts\CallableDispatcher;
use Illuminate\Routing\Contracts\ControllerDispatcher;
use Illuminate\Routing\RouteCollection;
use Illuminate\Session\Middleware\StartSession;
use Illuminate\Support\Facades\Facade;
use Illuminate\Support\Number;
use Illuminate\Support\Once;
use Illuminate\Support\Str;
use Illuminate\Translation\Translator;
use Illuminate\View\Engines\EngineResolver;
use Illuminate\View\FileViewFinder;
use Monolog\ResettableInterface;
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

    /** What services may keep: connections, open logs, and what was read from files. */
    private const KEPT = [
        BroadcastManager::class => ['drivers'],
        CacheManager::class => ['stores'],
        CachedRoutes::class => ['made'],
        DatabaseManager::class => ['connections'],
        EngineResolver::class => ['resolved'],
        FilesystemManager::class => ['disks'],
        FileViewFinder::class => ['views'],
        LogManager::class => ['channels'],
        PackageManifest::class => ['manifest'],
        QueueManager::class => ['connections'],
        RedisManager::class => ['connections'],
        Translator::class => ['loaded'],
    ];

    /** Classes whose static properties a request may set. */
    private const STATICS = [
        AbstractPaginator::class,
        JsonResource::class,
        Model::class,
        Number::class,
        Relation::class,
        Request::class,
    ];

    private const OF_A_CONNECTION = [
        'beforeExecutingCallbacks', 'loggingQueries', 'pretending', 'queryDurationHandlers', 'queryLog', 'readOnWriteConnection',
        'recordsModified', 'totalQueryDuration',
    ];

    private const WITH_LOCALE = [Carbon::class, CarbonImmutable::class, CarbonInterval::class, CarbonPeriod::class];

    /** @var list<ObjectState> */
    private array $objects;

    /** @var list<StaticState> */
    private array $statics;

    /** @var array<int, array{Connection, ObjectState}> by the object's number */
    private array $connections = [];

    private readonly SqliteFiles $files;

    private readonly ?DatabaseManager $database;

    private readonly ?LogManager $logs;

    /** @var (Closure(): array<string, Repository>)|null */
    private readonly ?Closure $readCacheStores;

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
        $this->database = self::made($app, 'db');
        $this->logs = self::made($app, 'log');
        $this->readCacheStores = self::cacheStores(self::made($app, 'cache'));
        $this->forgetLastViews = self::lastViews(self::made($app, 'view.engine.resolver'));
        if ($app->resolved('auth')) {
            $app->make('auth')->forgetGuards();
        }
        array_map($app->forgetInstance(...), self::OF_A_VISITOR);
        $app->forgetScopedInstances();
        Facade::clearResolvedInstances();

        // Models are known by what their class has booted, in static properties: it must be there to be put back.
        class_exists(Model::class);
        $this->files = new SqliteFiles();
        $this->locale = class_exists(Carbon::class) ? Carbon::getLocale() : '';
        $this->timeZone = date_default_timezone_get();
        $this->statics = array_map(static fn(string $class): StaticState => new StaticState($class), self::STATICS);
        foreach ($this->connections() as $connection) {
            $this->remember($connection);
        }
        $this->objects = [...array_map($this->stateOf(...), $this->services()), new ObjectState($app)];
    }

    /** Before a request: what others may have changed since the last one. */
    public function refresh(): void
    {
        $this->files->reopenReplaced($this->connections());
    }

    /** Puts everything back. Never throws: what a service can't undo is closed. */
    public function restore(): void
    {
        $this->flushLogs();
        $this->flushArrayCaches();
        array_map($this->restoreConnection(...), $this->connections());
        foreach ($this->objects as $object) {
            $object->restore();
        }
        foreach ($this->statics as $static) {
            $static->restore();
        }
        $this->forgetLastViews === null || ($this->forgetLastViews)();
        Container::setInstance($this->app);
        Facade::setFacadeApplication($this->app);
        Facade::clearResolvedInstances();
        Str::flushCache();
        if (class_exists(Once::class, false)) {
            Once::flush();
        }
        $this->restoreLocale();
    }

    /** @return list<object> the framework's own, each once */
    private function services(): array
    {
        $read = Closure::bind(static fn(Container $app): array => $app->instances, null, Container::class);
        $services = [];
        foreach ($read($this->app) as $service) {
            if (is_object($service) && $service !== $this->app && self::isOfTheFramework($service)) {
                $services[spl_object_id($service)] = $service;
            }
        }
        foreach ([...$this->channels(), ...$this->addedRoutes($services)] as $part) {
            $services[spl_object_id($part)] = $part;
        }

        return array_values($services);
    }

    /**
     * What is kept in an object that stays: routes that are no part of the cached ones.
     *
     * @param array<int, object> $services
     * @return list<RouteCollection>
     */
    private function addedRoutes(array $services): array
    {
        $cached = array_filter($services, static fn(object $service): bool => $service instanceof CachedRoutes);

        return array_map(static fn(CachedRoutes $routes): RouteCollection => $routes->added(), array_values($cached));
    }

    private static function isOfTheFramework(object $service): bool
    {
        $classes = [$service::class, ...array_values(class_parents($service))];

        return str_starts_with(end($classes), 'Illuminate\\');
    }

    private function stateOf(object $service): ObjectState
    {
        $except = [];
        foreach (self::KEPT as $class => $names) {
            if ($service instanceof $class) {
                $except = $names;
            }
        }

        return new ObjectState($service, except: $except);
    }

    /** @return array<string, Connection> */
    private function connections(): array
    {
        return $this->database?->getConnections() ?? [];
    }

    private function remember(Connection $connection): ObjectState
    {
        $state = new ObjectState($connection, self::OF_A_CONNECTION);
        $this->connections[spl_object_id($connection)] = [$connection, $state];

        return $state;
    }

    /** The connection stays; a transaction that was left open does not. */
    private function restoreConnection(Connection $connection): void
    {
        try {
            if ($connection->transactionLevel() > 0) {
                $this->app->make('log')->warning('A request left a transaction open; it was rolled back.');
                $connection->rollBack(0);
            }
        } catch (Throwable) {
            // The database undoes what an ended connection left open.
            $connection->disconnect();
        }
        [, $state] = $this->connections[spl_object_id($connection)] ?? [null, null];
        $state?->restore();
        if ($state === null) {
            $this->clear($connection);
        }
    }

    /** A connection that was made in a request: as it would be new. */
    private function clear(Connection $connection): void
    {
        $clear = static function (Connection $connection, array $names): void {
            $defaults = (new \ReflectionClass(Connection::class))->getDefaultProperties();
            foreach ($names as $name) {
                if (array_key_exists($name, $defaults)) {
                    $connection->$name = $defaults[$name];
                }
            }
        };
        Closure::bind($clear, null, Connection::class)($connection, self::OF_A_CONNECTION);
    }

    /** @return list<Logger> */
    private function channels(): array
    {
        return array_values(array_filter($this->logs?->getChannels() ?? [], static fn(object $channel): bool => $channel instanceof Logger));
    }

    /** What was to be logged with each line of the request, and what Monolog's processors count per request. */
    private function flushLogs(): void
    {
        foreach ($this->channels() as $channel) {
            $channel->withoutContext();
            $logger = $channel->getLogger();
            if ($logger instanceof ResettableInterface) {
                $logger->reset();
            }
        }
    }

    /** A cache in the memory of the process is one request's under php-fpm. */
    private function flushArrayCaches(): void
    {
        foreach ($this->readCacheStores === null ? [] : ($this->readCacheStores)() as $store) {
            if ($store->getStore() instanceof ArrayStore) {
                $store->flush();
            }
        }
    }

    private static function made(Application $app, string $name): ?object
    {
        return $app->resolved($name) ? $app->make($name) : null;
    }

    private static function cacheStores(?CacheManager $cache): ?Closure
    {
        return $cache === null ? null : Closure::bind(static fn(): array => $cache->stores, null, CacheManager::class);
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
