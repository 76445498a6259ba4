<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use Illuminate\Database\Connection;
use Illuminate\Database\DatabaseManager;
use Illuminate\Database\SQLiteConnection;
use Illuminate\Support\Collection;
use PDO;
use Throwable;
use WeakMap;
use WeakReference;

/** The connections of a database manager: they stay open between requests, without what a request has changed of them. */
final class Connections
{
    /** What goes on. */
    private const LIVE = ['doctrineConnection', 'pdo', 'readPdo', 'transactions'];

    /** What a request may leave in a connection that it has made itself: emptied before the rest is taken for what it shall be. */
    private const OF_A_REQUEST = [
        'beforeExecutingCallbacks', 'beforeStartingTransaction', 'loggingQueries', 'pretending', 'queryDurationHandlers', 'queryLog',
        'readOnWriteConnection', 'recordsModified', 'totalQueryDuration',
    ];

    /** @var array<int, array{Connection, ObjectState}> by the object's number */
    private array $states = [];

    /** @var WeakMap<Connection, list<WeakReference<PDO>|Closure|null>> what they had for writing and for reading */
    private WeakMap $open;

    private readonly SqliteFiles $files;

    /** @var list<Collection> where transactions are counted for what is to be done after them */
    private array $transactions = [];

    public function __construct(private readonly ?DatabaseManager $database, ?object $transactions)
    {
        $this->open = new WeakMap();
        $this->files = new SqliteFiles();
        foreach ($this->all() as $connection) {
            $this->remember($connection);
        }
        if ($transactions !== null) {
            $read = Closure::bind(static fn(): array => get_object_vars($transactions), null, $transactions::class);
            $this->transactions = array_values(array_filter($read(), static fn(mixed $value): bool => $value instanceof Collection));
        }
    }

    /** Before a request: what others may have changed since the last one. */
    public function refresh(): void
    {
        foreach ($this->all() as $connection) {
            if ($connection instanceof SQLiteConnection && $this->files->isReplaced($connection)) {
                $this->reopen($connection);
            }
        }
    }

    /**
     * Ends what a request has begun. What can't be is closed: a database undoes what an ended connection left open.
     *
     * @return bool whether there was any
     */
    public function endTransactions(): bool
    {
        $were = false;
        foreach ($this->all() as $connection) {
            try {
                $were = $this->end($connection) || $were;
            } catch (Throwable) {
                $were = true;
                $connection->disconnect();
            }
        }
        foreach ($this->transactions as $counted) {
            $counted->isEmpty() || $counted->splice(0);
        }

        return $were;
    }

    /**
     * When the configuration is that of the boot again.
     *
     * @param array<string, true> $others names of connections that were configured in another way
     */
    public function restore(array $others): void
    {
        $all = $this->all();
        foreach ($all as $name => $connection) {
            $state = $this->states[spl_object_id($connection)][1] ?? null;
            if ($state === null) {
                $this->clear($connection);
                $this->remember($connection);
                continue;
            }
            $prefix = $connection->getTablePrefix();
            $state->restore();
            // What makes its statements has the prefix too.
            $prefix === $connection->getTablePrefix() || $connection->setTablePrefix($connection->getTablePrefix());
            $raw = self::raw($connection);
            foreach ($this->open[$connection] as $key => $known) {
                $isOpened = $known instanceof Closure && $raw[$key] instanceof PDO && !isset($others[$name]);
                $known = $known instanceof WeakReference ? $known->get() ?? false : $known;
                if ($raw[$key] !== $known && !$isOpened) {
                    $this->reopen($connection);
                    break;
                }
            }
            $this->know($connection);
        }
        if (count($this->states) > count($all)) {
            $this->states = array_intersect_key($this->states, array_flip(array_map(spl_object_id(...), array_values($all))));
        }
    }

    /** @return array<string, Connection> */
    private function all(): array
    {
        return $this->database?->getConnections() ?? [];
    }

    private function remember(Connection $connection): void
    {
        $this->states[spl_object_id($connection)] = [$connection, new ObjectState($connection, except: self::LIVE)];
        $this->know($connection);
        if ($connection instanceof SQLiteConnection) {
            $this->files->remember($connection);
        }
    }

    private function know(Connection $connection): void
    {
        $this->open[$connection] = array_map(
            static fn(?object $pdo): ?object => $pdo instanceof PDO ? WeakReference::create($pdo) : $pdo,
            self::raw($connection),
        );
    }

    /** @return array{PDO|Closure|null, PDO|Closure|null} */
    private static function raw(Connection $connection): array
    {
        return [$connection->getRawPdo(), $connection->getRawReadPdo()];
    }

    /** Not only closed: nobody asks a connection for its PDO without one that makes it. */
    private function reopen(Connection $connection): void
    {
        $connection->disconnect();
        try {
            $connection->reconnect();
        } catch (Throwable) {
            // Who uses it next is told why.
        }
        $this->know($connection);
    }

    private function end(Connection $connection): bool
    {
        $were = $connection->transactionLevel() > 0;
        if ($were) {
            $connection->rollBack(0);
        }
        [$write, $read] = self::raw($connection);
        foreach ($read === $write ? [$write] : [$write, $read] as $pdo) {
            $were = $pdo instanceof PDO && self::rollBack($pdo) || $were;
        }

        return $were;
    }

    /** One that was begun on PDO itself, or by a statement. */
    private static function rollBack(PDO $pdo): bool
    {
        if ($pdo->inTransaction()) {
            return $pdo->rollBack();
        }
        if (PHP_VERSION_ID >= 80400 || $pdo->getAttribute(PDO::ATTR_DRIVER_NAME) !== 'sqlite') {
            return false;
        }
        try {
            // Before PHP 8.4 its driver knows only of what was begun by its own method.
            return @$pdo->exec('ROLLBACK') !== false;
        } catch (Throwable) {
            return false;
        }
    }

    /** A connection that was made in a request: as it would be new. */
    private function clear(Connection $connection): void
    {
        static $clear = null;
        $clear ??= Closure::bind(static function (Connection $connection, array $names): void {
            $defaults = (new \ReflectionClass(Connection::class))->getDefaultProperties();
            foreach (array_intersect_key($defaults, array_flip($names)) as $name => $value) {
                $connection->$name = $value;
            }
            $connection->setTablePrefix($connection->config['prefix'] ?? '');
        }, null, Connection::class);
        $clear($connection, self::OF_A_REQUEST);
    }
}
