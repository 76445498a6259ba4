<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Broadcasting\BroadcastManager;
use Illuminate\Cache\CacheManager;
use Illuminate\Config\Repository;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Database\Connection;
use Illuminate\Database\DatabaseManager;
use Illuminate\Filesystem\FilesystemManager;
use Illuminate\Log\LogManager;
use Illuminate\Queue\QueueManager;
use Illuminate\Redis\RedisManager;
use Illuminate\Support\Arr;
use Throwable;

/**
 * What the framework's managers have made from the configuration: connections, stores, disks, open logs. They outlive the
 * request that made them only if it has changed no configuration of such things. And a request that changes it finds none
 * that was made for others, but those of the boot: its own are made from what it has set, and end with it.
 */
final class Drivers
{
    /** Where each manager has them, which other properties decide, and what is configured by their names. */
    private const MANAGERS = [
        BroadcastManager::class => ['drivers', ['customCreators'], 'broadcasting.connections'],
        CacheManager::class => ['stores', ['customCreators'], 'cache.stores'],
        DatabaseManager::class => ['connections', ['extensions'], 'database.connections'],
        FilesystemManager::class => ['disks', ['customCreators'], 'filesystems.disks'],
        LogManager::class => ['channels', ['customCreators'], 'logging.channels'],
        QueueManager::class => ['connections', ['connectors'], 'queue.connections'],
        RedisManager::class => ['connections', ['customCreators', 'driver'], null],
    ];

    /** How each manager makes one by its name. Those of databases and Redis are not made again: they are open. */
    private const MADE_BY = [
        BroadcastManager::class => 'connection',
        CacheManager::class => 'store',
        FilesystemManager::class => 'disk',
        LogManager::class => 'channel',
        QueueManager::class => 'connection',
    ];

    /** What the framework has itself; others are connectors of the application. */
    private const QUEUES = ['beanstalkd', 'database', 'null', 'redis', 'sqs', 'sync'];

    /** @var list<array{KeptProperty, array<string, object>, array<string, mixed>|null}> with those of the boot, and by name */
    private array $managers = [];

    private readonly Repository $configuration;

    private readonly array $configured;

    private bool $isChanged = false;

    /** @var array<string, true> names of the database's connections that were configured in another way during the request */
    private array $otherConnections = [];

    /** @var list<array{KeptProperty, string, list<int|string>}> what makes them, and names of those that a request has used first */
    private array $first = [];

    private readonly DriverStates $states;

    private readonly ArrayStores $arrays;

    /** @param list<object> $services of an application that has booted */
    public function __construct(private readonly Application $app, array $services)
    {
        $this->configuration = $app->make('config');
        $this->configured = Configuration::ofDrivers($this->configuration);
        $this->states = new DriverStates();
        $this->arrays = new ArrayStores();
        foreach ($services as $service) {
            foreach (self::MANAGERS as $class => [$property, $dependsOn, $section]) {
                if ($service instanceof $class) {
                    $kept = new KeptProperty($service, $class, $property, $dependsOn);
                    $names = $section === null ? null : Arr::get($this->configured, $section) ?? [];
                    $this->managers[] = [$kept, $kept->known, $names];
                    $this->states->remember($kept->known);
                    $service instanceof CacheManager && $this->arrays->remember($kept->known);
                }
            }
        }
        if ($this->configuration instanceof Configuration) {
            $this->configuration->watch($this->change(...));
        }
    }

    /** @return list<string> names of properties that are kept of a service */
    public static function keptOf(object $service): array
    {
        return KeptProperty::namesOf($service, self::MANAGERS);
    }

    /**
     * After a request, before the configuration is as it was.
     *
     * @return array<string, true> names of the database's connections that were configured in another way
     */
    public function settle(): array
    {
        $this->isConfigured() || $this->change();
        foreach ($this->managers as [$kept, , $names]) {
            $now = $kept->now();
            if ($now !== $kept->known) {
                $added = $this->toBeKept($kept, array_diff_key($now, $kept->known), $names);
                $make = self::madeBy($kept->service);
                if ($make === null) {
                    $kept->known += $added;
                } elseif ($added !== []) {
                    $this->first[] = [$kept, $make, array_keys($added)];
                }
                $kept->set($kept->known);
                self::disconnect($now, $kept->known);
            }
        }
        $others = $this->otherConnections;
        $this->otherConnections = [];
        $this->isChanged = false;

        return $others;
    }

    /**
     * When the configuration and the managers are those of the boot again: what a request has used first is made once more, to
     * stay without what that has set on it, or put in its place. And nothing is on those that stay already.
     */
    public function makeFirst(): void
    {
        $this->states->restore();
        $first = $this->first;
        $this->first = [];
        foreach ($first as [$kept, $make, $names]) {
            foreach ($names as $name) {
                try {
                    $kept->service->$make((string) $name);
                } catch (Throwable) {
                    // The request had something that is not there now: the next that wants it is told what is missing.
                }
            }
            $kept->known = $kept->now();
            $this->states->remember($kept->known);
        }
    }

    private static function madeBy(object $manager): ?string
    {
        foreach (self::MADE_BY as $class => $method) {
            if ($manager instanceof $class) {
                return $method;
            }
        }

        return null;
    }

    /** Before a request. */
    public function fillArrays(): void
    {
        $this->arrays->fill();
    }

    public function flushArrays(): void
    {
        foreach ($this->managers as [$kept]) {
            if ($kept->service instanceof CacheManager) {
                ArrayStores::flush($kept->now());
            }
        }
    }

    /** A request has set another configuration: it shall not find what was made from the one of the boot by other requests. */
    private function change(): void
    {
        if (!$this->isChanged && $this->isConfigured()) {
            return;
        }
        $this->isChanged = true;
        $configuration = $this->app->make('config');
        $configuration = $configuration instanceof Repository ? $configuration->get('database.connections') ?? [] : [];
        foreach ($this->configured['database']['connections'] ?? [] as $name => $configured) {
            if (($configuration[$name] ?? null) !== $configured) {
                $this->otherConnections[$name] = true;
            }
        }
        foreach ($this->managers as [$kept, $ofTheBoot]) {
            // Redis' manager has its configuration from when it was made.
            if (!$kept->service instanceof RedisManager) {
                $ofOthers = array_diff_key($kept->known, $ofTheBoot);
                $kept->set(array_filter(
                    $kept->now(),
                    fn(object $driver, int|string $name): bool => ($ofOthers[$name] ?? null) !== $driver || $this->isAsConfigured($driver, $name),
                    ARRAY_FILTER_USE_BOTH,
                ));
            }
        }
    }

    /** Whether a request that has changed the configuration finds what it found before. */
    private function isAsConfigured(object $driver, int|string $name): bool
    {
        return $driver instanceof Connection && (!isset($this->otherConnections[self::configured($name)]) || $driver->transactionLevel() > 0);
    }

    private function isConfigured(): bool
    {
        return $this->app->make('config') === $this->configuration
            && Configuration::ofDrivers($this->configuration) === $this->configured;
    }

    /**
     * @param array<string, object> $added
     * @param array<string, mixed>|null $names that are configured; null: who knows
     * @return array<string, object>
     */
    private function toBeKept(KeptProperty $kept, array $added, ?array $names): array
    {
        $isDatabase = $kept->service instanceof DatabaseManager;
        if (!$kept->isAsItWas() || $this->isChanged && !$isDatabase) {
            return [];
        }

        return array_filter($added, function (int|string $name) use ($isDatabase, $names, $kept): bool {
            $name = self::configured($name);

            return ($names === null || Arr::has($names, $name))
                && !($isDatabase && isset($this->otherConnections[$name]))
                && !$this->isMadeByTheApplication($kept->service, $name, $names);
        }, ARRAY_FILTER_USE_KEY);
    }

    /**
     * Whether it is the application's code that makes it, in what it has registered with extend() and the like: that may ask who
     * the visitor is, so what it made is of one request.
     *
     * @param array<string, mixed>|null $names that are configured
     */
    private function isMadeByTheApplication(object $manager, string $name, ?array $names): bool
    {
        $configuration = $names === null ? null : Arr::get($names, $name);
        $driver = is_array($configuration) ? $configuration['driver'] ?? null : null;
        $values = (array) $manager;
        $driver = is_string($driver) ? $driver : '';

        return match (true) {
            $manager instanceof DatabaseManager => isset($values["\0*\0extensions"][$name]) || isset($values["\0*\0extensions"][$driver]),
            $driver === 'database' && $this->isOnConnectionOfTheApplication($configuration) => true,
            $manager instanceof QueueManager => !in_array($driver, self::QUEUES, true),
            $manager instanceof RedisManager => isset($values["\0*\0customCreators"][$values["\0*\0driver"]]),
            isset($values["\0*\0customCreators"][$driver]) => true,
            $manager instanceof LogManager => $this->isLogOfTheApplication($manager, $driver, (array) $configuration, $names),
            default => false,
        };
    }

    /** A cache or queue in tables, which has the connection of the request that made it. */
    private function isOnConnectionOfTheApplication(array $configuration): bool
    {
        foreach ($this->managers as [$kept, , $names]) {
            if ($kept->service instanceof DatabaseManager) {
                $name = $configuration['connection'] ?? $this->configured['database']['default'] ?? '';

                return $this->isMadeByTheApplication($kept->service, (string) $name, $names);
            }
        }

        return false;
    }

    private function isLogOfTheApplication(LogManager $logs, string $driver, array $configuration, array $names): bool
    {
        if ($driver === 'custom' || ($configuration['tap'] ?? []) !== []) {
            return true;
        }
        $parts = $driver === 'stack' ? $configuration['channels'] ?? [] : [];
        // None is in itself, by whichever way: that one can't have been made.
        foreach (is_string($parts) ? explode(',', $parts) : $parts as $name) {
            if (is_string($name) && $this->isMadeByTheApplication($logs, $name, $names)) {
                return true;
            }
        }

        return false;
    }

    private static function configured(int|string $name): string
    {
        return preg_replace('/::(read|write)$/', '', (string) $name);
    }

    /**
     * @param array<string, object> $drivers
     * @param array<string, object> $kept
     */
    private static function disconnect(array $drivers, array $kept): void
    {
        foreach ($drivers as $name => $driver) {
            if ($driver instanceof Connection && ($kept[$name] ?? null) !== $driver) {
                $driver->disconnect();
            }
        }
    }
}
