<?php

declare(strict_types=1);

namespace Demo;

use PDO;
use PDOException;
use PDOStatement;
use Throwable;

/**
 * One connection to the database, opened when it is first needed and again after it was lost.
 *
 * A read that finds the connection lost is done once more on a new one, and so is a transaction that could not begin.
 * Nothing else is repeated after a loss: whether a COMMIT arrived can't be known. The SQL is standard SQL with names in
 * double quotes, on all three databases.
 *
 * Every error is an exception. MySQL's driver complains of lost connections by a warning besides: hence the @.
 */
final class Database
{
    /** Seconds to wait for a server to answer, or for SQLite's lock. */
    private const TIMEOUT = 10;

    /** How often a transaction is tried that others keep coming before. */
    private const ATTEMPTS = 5;

    public readonly string $driver;

    private ?PDO $connection = null;

    /** @var array<string, PDOStatement> what the connection has prepared, by its SQL: a few texts, and each parsed once */
    private array $statements = [];

    /** The SQLite file that is open, as device and inode; null for servers. */
    private ?string $openedFile = null;

    public function __construct(private readonly Config $config)
    {
        $this->driver = strstr($config->dsn, ':', true) ?: '';
    }

    /**
     * The rows of a query that changes nothing.
     *
     * @param list<int|string> $parameters
     * @return list<array<string, int|string|null>>
     */
    public function read(string $sql, array $parameters = []): array
    {
        return $this->onceMoreIfLost(fn(): array => $this->rows($sql, $parameters));
    }

    /**
     * All or nothing: what $work does with rows() and write() is seen by others when it has returned, or never.
     *
     * $work MAY be called several times, each time after everything it did has been undone.
     *
     * @template T
     * @param callable(self): T $work
     * @return T
     */
    public function transaction(callable $work): mixed
    {
        // SQLite can't turn a reader into a writer while there is another one: it begins as a writer.
        $begin = $this->driver === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN';
        for ($attempt = 1; ; ++$attempt) {
            $connection = $this->onceMoreIfLost(function () use ($begin): PDO {
                @$this->connection()->exec($begin);

                return $this->connection();
            });
            try {
                $result = $work($this);
                @$connection->exec('COMMIT');

                return $result;
            } catch (Throwable $throwable) {
                $error = $throwable instanceof PDOException ? DatabaseError::of($throwable, $this->driver) : null;
                unset($connection);
                $this->undo($error);
                if ($error !== DatabaseError::Conflict || $attempt === self::ATTEMPTS) {
                    throw $throwable;
                }
            }
        }
    }

    /**
     * Rows read inside of a transaction.
     *
     * @param list<int|string> $parameters
     * @return list<array<string, int|string|null>>
     */
    public function rows(string $sql, array $parameters = []): array
    {
        return $this->execute($sql, $parameters)->fetchAll(PDO::FETCH_ASSOC);
    }

    /**
     * Changes rows inside of a transaction.
     *
     * @param list<int|string> $parameters
     */
    public function write(string $sql, array $parameters = []): void
    {
        $this->execute($sql, $parameters);
    }

    /** @param list<int|string> $parameters */
    private function execute(string $sql, array $parameters): PDOStatement
    {
        $statement = $this->statements[$sql] ??= @$this->connection()->prepare($sql);
        @$statement->execute($parameters);

        return $statement;
    }

    /** @throws PDOException while the database can't be reached */
    private function connection(): PDO
    {
        return $this->connection ??= $this->connect();
    }

    private function onceMoreIfLost(callable $query): mixed
    {
        if ($this->openedFile !== null && $this->openedFile !== $this->fileOnDisk()) {
            $this->disconnect();
        }
        $isNew = $this->connection === null;
        try {
            return $query();
        } catch (PDOException $exception) {
            if (DatabaseError::of($exception, $this->driver) !== DatabaseError::LostConnection) {
                throw $exception;
            }
            $this->disconnect();
            if ($isNew) {
                throw $exception;
            }
        }

        return $query();
    }

    /** Leaves no transaction open, whatever happened in it. */
    private function undo(?DatabaseError $error): void
    {
        if ($error !== DatabaseError::LostConnection) {
            try {
                @$this->connection?->exec('ROLLBACK');

                return;
            } catch (PDOException) {
                // The database undoes what an ended connection left open.
            }
        }
        $this->disconnect();
    }

    private function connect(): PDO
    {
        $options = [
            PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
            PDO::ATTR_EMULATE_PREPARES => false,
            PDO::ATTR_TIMEOUT => self::TIMEOUT,
        ];
        $connection = @new PDO($this->dsn(), $this->config->user, $this->config->password, $options);
        match ($this->driver) {
            'sqlite' => $connection->exec('PRAGMA foreign_keys = ON'),
            'mysql' => $connection->exec("SET NAMES utf8mb4, sql_mode = 'TRADITIONAL,ANSI_QUOTES'"),
            'pgsql' => $connection->exec("SET client_encoding = 'UTF8'"),
            default => null,
        };
        $this->openedFile = $this->fileOnDisk();

        return $connection;
    }

    private function disconnect(): void
    {
        @$this->statements = [];
        @$this->connection = null;
        $this->openedFile = null;
    }

    /** SQLite would make an empty database of a missing file; here it is an error. */
    private function dsn(): string
    {
        $file = $this->file();
        if ($file === null) {
            return $this->config->dsn;
        }

        return 'sqlite:file:' . strtr(rawurlencode($file), ['%2F' => '/']) . '?mode=rw';
    }

    private function fileOnDisk(): ?string
    {
        $file = $this->file();
        if ($file === null) {
            return null;
        }
        clearstatcache(true, $file);
        $status = @stat($file);

        return $status === false ? 'none' : "$status[dev]:$status[ino]";
    }

    private function file(): ?string
    {
        return $this->driver === 'sqlite' ? substr($this->config->dsn, strlen('sqlite:')) : null;
    }
}
