<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use Illuminate\Auth\AuthManager;
use Illuminate\Container\Container;
use Illuminate\Contracts\Auth\Access\Gate;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Database\DatabaseManager;
use Illuminate\Database\DatabaseTransactionsManager;
use Illuminate\Log\LogManager;
use Illuminate\Mail\MailManager;
use Illuminate\Mail\Transport\ArrayTransport;
use Illuminate\Routing\Contracts\CallableDispatcher;
use Illuminate\Routing\Contracts\ControllerDispatcher;
use Illuminate\Session\Middleware\StartSession;
use Illuminate\Session\SessionManager;
use Illuminate\Support\Facades\Facade;
use Illuminate\Support\Manager;
use Illuminate\Support\Once;
use Illuminate\Support\Str;
use Illuminate\Translation\Translator;
use Illuminate\View\Engines\EngineResolver;
use Illuminate\View\Factory;
use Laravel\SerializableClosure\Support\ClosureStream;
use Psr\Log\LoggerInterface;
use Swift_DependencyContainer;
use Throwable;

use function Kargo\App\recycle;

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
        'auth', 'blade.compiler', 'cache', 'config', 'db', 'db.factory', 'db.transactions', 'events', 'files',
        'filesystem', 'hash', 'date', 'log', 'redis', 'router', 'routes', 'session', 'translator', 'url', 'validator', 'view',
        CallableDispatcher::class, ControllerDispatcher::class, Gate::class, StartSession::class,
    ];

    /** Services that hold something of one visitor's: made again in each request that wants them. */
    private const OF_A_VISITOR = ['session.store', 'auth.driver', 'redirect'];

    /** Of all applications in this process, whose static properties are there. */
    private static ?self $present = null;

    /** @var list<ObjectState> */
    private array $objects;

    private readonly Statics $statics;

    private readonly ProcessState $process;

    private readonly Connections $connections;

    private readonly Drivers $drivers;

    private readonly FoundFiles $files;

    private readonly Logs $logs;

    /** The application's, whatever a request has put in its place. */
    private readonly ?LoggerInterface $log;

    /** Null where there is no Blade. */
    private readonly ?Closure $forgetLastViews;

    /**
     * @param Application&Container $app has booted
     * @param list<string> $services made before the state is taken, besides those above
     */
    public function __construct(private readonly Application $app, array $services)
    {
        $isUnmade = static fn(string $name): bool => $app->bound($name) && !$app->resolved($name);
        $late = array_filter(['translator', 'view'], $isUnmade);
        // An application without sessions may have no key, and then nothing that asks for the encrypter.
        $encrypter = $app->make('config')->get('app.key') ? ['encrypter'] : [];
        foreach ([...self::SERVICES, ...$encrypter, ...$services] as $name) {
            if ($app->bound($name)) {
                $app->make($name);
            }
        }
        if ($app->bound('mail.manager') && class_exists(Swift_DependencyContainer::class)) {
            Swift_DependencyContainer::getInstance(); // one for the whole process, which the first mail would make
        }
        // What reads closures of queues and cached routes: the first that is read would register it.
        !class_exists(ClosureStream::class) || ClosureStream::register();
        ViewFinder::install($app);
        TranslationLoader::install($app);
        self::readLate($app, $late);
        $services = $this->services();
        $this->forgetLastViews = self::lastViews(self::among($services, EngineResolver::class));
        // Who looked at the session or the user while booting saw nobody's: the next visitor's must not be put into that.
        self::among($services, AuthManager::class)?->forgetGuards();
        self::among($services, SessionManager::class)?->forgetDrivers();
        array_map($app->forgetInstance(...), self::OF_A_VISITOR);
        $app->forgetScopedInstances();
        Facade::clearResolvedInstances();

        $this->process = new ProcessState();
        $this->statics = new Statics();
        self::$present = $this;
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

    /**
     * Under php-fpm the first who uses them makes them: a middleware that sets what they are made from comes before.
     *
     * @param list<string> $services that the application's boot has not made
     */
    private static function readLate(Application&Container $app, array $services): void
    {
        $configuration = $app->make('config');
        if (!$configuration instanceof Configuration) {
            return;
        }
        $translator = in_array('translator', $services, true) ? $app->make('translator') : null;
        if ($translator instanceof Translator) {
            $configuration->whenSet('app.locale', static fn(mixed $locale) => $translator->setLocale((string) $locale));
            $configuration->whenSet('app.fallback_locale', static fn(mixed $locale) => $translator->setFallback((string) $locale));
        }
        $view = in_array('view', $services, true) ? $app->make('view') : null;
        $finder = $view instanceof Factory ? $view->getFinder() : null;
        if ($finder instanceof ViewFinder) {
            $configuration->whenSet('view.paths', static fn(mixed $paths) => $finder->setPaths((array) $paths));
        }
    }

    /** Before a request: what others may have changed since the last one. */
    public function refresh(): void
    {
        if (self::$present !== $this) {
            self::try($this->present(...));
            self::try($this->process->restore(...));
        }
        $this->connections->refresh();
        $this->drivers->fillArrays();
    }

    /** Puts everything back. Never throws: what can't be is logged, the rest goes on, and another worker takes the place of this one. */
    public function restore(): void
    {
        $others = [];
        $wasOpen = $this->connections->endTransactions();
        self::log($this->logs->restore(...));
        self::try($this->drivers->flushArrays(...));
        self::try(function () use (&$others): void {
            $others = $this->drivers->settle();
        });
        self::try($this->files->settle(...));
        foreach ($this->objects as $object) {
            try {
                $object->restore();
            } catch (Throwable $throwable) {
                self::tell($throwable);
            }
        }
        self::try($this->present(...));
        $this->forgetLastViews === null || ($this->forgetLastViews)();
        self::try(fn() => $this->connections->restore($others));
        self::try($this->drivers->makeFirst(...));
        self::log($this->logs->remember(...));
        Str::flushCache();
        if (class_exists(Once::class, false)) {
            Once::flush();
        }
        self::try($this->process->restore(...));
        if ($wasOpen) {
            self::log(fn() => $this->log?->warning('A request left a transaction open; it was rolled back.'));
        }
    }

    /** This application is the one that static methods mean, and its settings of classes are there. */
    private function present(): void
    {
        Container::setInstance($this->app);
        Facade::setFacadeApplication($this->app);
        Facade::clearResolvedInstances();
        $this->statics->restore();
        self::$present = $this;
    }

    private static function try(Closure $restore): void
    {
        try {
            $restore();
        } catch (Throwable $throwable) {
            self::tell($throwable);
        }
    }

    private static function tell(Throwable $throwable): void
    {
        error_log("What a request has left behind is not put back: $throwable");
        recycle('what a request has left behind is not put back');
    }

    /** A log that can't be written, on a full disk for instance, is no reason to replace the worker. */
    private static function log(Closure $act): void
    {
        try {
            $act();
        } catch (Throwable $throwable) {
            error_log("A log is not as it was, or has not taken a line: $throwable");
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
            $service instanceof MailManager => array_merge(...array_map(self::partsOfMailer(...), array_values(((array) $service)["\0*\0mailers"]))),
            $service instanceof Manager => array_values($service->getDrivers()),
            default => [],
        };
    }

    /** @return list<object> with the mails of the array driver, which are one request's */
    private static function partsOfMailer(object $mailer): array
    {
        $transport = match (true) {
            method_exists($mailer, 'getSymfonyTransport') => $mailer->getSymfonyTransport(),
            method_exists($mailer, 'getSwiftMailer') => $mailer->getSwiftMailer()->getTransport(),
            default => null,
        };

        return [$mailer, ...$transport instanceof ArrayTransport ? [$transport, $transport->messages()] : []];
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
}
