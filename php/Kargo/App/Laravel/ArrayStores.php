<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use Illuminate\Cache\ArrayStore;

/** Caches in the memory of the process: under php-fpm they are one request's, with what its boot has put there. */
final class ArrayStores
{
    /** @var list<array{ArrayStore, array<string, array>}> with what the boot has put there */
    private array $ofTheBoot = [];

    private readonly float $since;

    private readonly Closure $write;

    public function __construct()
    {
        $this->since = microtime(true);
        $this->write = Closure::bind(static fn(ArrayStore $store, array $entries) => $store->storage = $entries, null, ArrayStore::class);
    }

    /** @param array<string, object> $repositories that the boot has made */
    public function remember(array $repositories): void
    {
        foreach ($repositories as $repository) {
            $store = self::storeOf($repository);
            $entries = $store === null ? [] : ((array) $store)["\0*\0storage"];
            if ($entries !== []) {
                $this->ofTheBoot[] = [$store, $entries];
            }
        }
    }

    /** Before a request: as if it had booted just now. */
    public function fill(): void
    {
        foreach ($this->ofTheBoot as [$store, $entries]) {
            $passed = microtime(true) - $this->since;
            ($this->write)($store, array_map(static function (array $entry) use ($passed): array {
                if (($entry['expiresAt'] ?? 0) !== 0) {
                    $entry['expiresAt'] += $passed;
                }

                return $entry;
            }, $entries));
        }
    }

    /** @param array<string, object> $repositories of which a request may have used each */
    public static function flush(array $repositories): void
    {
        foreach ($repositories as $repository) {
            $store = self::storeOf($repository);
            if ($store !== null) {
                $store->flush();
                $store->locks = [];
            }
        }
    }

    private static function storeOf(object $repository): ?ArrayStore
    {
        $store = method_exists($repository, 'getStore') ? $repository->getStore() : null;

        return $store instanceof ArrayStore ? $store : null;
    }
}
