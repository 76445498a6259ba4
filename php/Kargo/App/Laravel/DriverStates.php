<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Broadcasting\Broadcasters\Broadcaster;
use Illuminate\Cache\ArrayStore;
use Illuminate\Cache\Repository;
use Illuminate\Filesystem\FilesystemAdapter;
use Illuminate\Queue\Queue;

/** The stores of caches, disks, broadcasters and queues that stay, without what a request has set on them. */
final class DriverStates
{
    /** @var array<int, list<ObjectState>> by the driver's number, which the first of them keeps */
    private array $states = [];

    /** @param array<string, object> $drivers as they shall be; of those that are known it stays as it is */
    public function remember(array $drivers): void
    {
        foreach ($drivers as $driver) {
            $isMeant = $driver instanceof Repository || $driver instanceof FilesystemAdapter || $driver instanceof Broadcaster
                || $driver instanceof Queue;
            if ($isMeant) {
                $this->states[spl_object_id($driver)] ??= self::of($driver);
            }
        }
    }

    public function restore(): void
    {
        foreach ($this->states as $states) {
            foreach ($states as $state) {
                $state->restore();
            }
        }
    }

    /** @return list<ObjectState> of the driver and of what it passes its calls on to */
    private static function of(object $driver): array
    {
        $states = [new ObjectState($driver)];
        if ($driver instanceof Repository) {
            $store = $driver->getStore();
            $isOfTheFramework = str_starts_with($store::class, 'Illuminate\\');
            // What is in memory is not for the next request, and is removed elsewhere.
            !$isOfTheFramework || $states[] = new ObjectState($store, except: $store instanceof ArrayStore ? ['storage', 'locks'] : []);
        } elseif ($driver instanceof FilesystemAdapter) {
            // Flysystem 1: one for which a prefix may be set, or another around it. The adapters of version 3 can't be changed.
            $next = $driver->getDriver();
            while (is_object($next)) {
                $states[] = new ObjectState($next, only: ['pathPrefix', 'plugins']);
                $next = method_exists($next, 'getAdapter') ? $next->getAdapter() : null;
            }
        }

        return $states;
    }
}
