<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Broadcasting\BroadcastManager;
use Illuminate\Cache\ArrayStore;
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

    /** @var list<array{KeptProperty, array<string, object>, array<string, mixed>|null}> with those of the boot, and by name */
    private array $managers = [];

    private readonly Repository $configuration;

    private readonly array $configured;

    private bool $isChanged = false;

    /** @var array<string, true> names of the database's connections that were configured in another way during the request */
    private array $otherConnections = [];

    /** @var list<int|string> names of logs that were opened in the request */
    private array $channels = [];

    /** @param list<object> $services of an application that has booted */
    public function __construct(private readonly Application $app, array $services)
    {
        $this->configuration = $app->make('config');
        $this->configured = Configuration::ofDrivers($this->configuration);
        foreach ($services as $service) {
            foreach (self::MANAGERS as $class => [$property, $dependsOn, $section]) {
                if ($service instanceof $class) {
                    $kept = new KeptProperty($service, $class, $property, $dependsOn);
                    $names = $section === null ? null : Arr::get($this->configured, $section) ?? [];
                    $this->managers[] = [$kept, $kept->known, $names];
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
                if ($kept->service instanceof LogManager) {
                    $this->channels = array_keys($added);
                } else {
                    $kept->known += $added;
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

    /** When the configuration is that of the boot again: logs that a request has opened, without what it has added to them. */
    public function openLogs(): void
    {
        foreach ($this->channels === [] ? [] : $this->managers as [$kept]) {
            if ($kept->service instanceof LogManager) {
                foreach ($this->channels as $name) {
                    $kept->service->channel((string) $name);
                }
                $kept->known = $kept->now();
            }
        }
        $this->channels = [];
    }

    /** A cache in the memory of the process is one request's under php-fpm. */
    public function flushArrays(): void
    {
        foreach ($this->managers as [$kept]) {
            if (!$kept->service instanceof CacheManager) {
                continue;
            }
            foreach ($kept->now() as $repository) {
                $store = method_exists($repository, 'getStore') ? $repository->getStore() : null;
                if ($store instanceof ArrayStore) {
                    $store->flush();
                    $store->locks = [];
                }
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

        return array_filter($added, function (int|string $name) use ($isDatabase, $names): bool {
            $name = self::configured($name);

            return ($names === null || Arr::has($names, $name)) && !($isDatabase && isset($this->otherConnections[$name]));
        }, ARRAY_FILTER_USE_KEY);
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
