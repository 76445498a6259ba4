<?php

declare(strict_types=1);

namespace Demo;

use PDOException;

/** What an error of a database means for the caller; the three kinds of database say it in different ways. */
enum DatabaseError
{
    /** The server, or the way to it, is gone: another connection may work. */
    case LostConnection;

    /** Another transaction came first, and this one was undone: once more, it sees what the other did. */
    case Conflict;

    /** Everything else: trying again would not help. */
    case Other;

    /** Server gone, connection lost, shutdown in progress, killed, closed for being idle. */
    private const MYSQL_LOST = [2006, 2013, 1053, 1927, 4031];

    /** Unique key taken, lock timeout, deadlock, changed since it was read. */
    private const MYSQL_CONFLICT = [1062, 1205, 1213, 1020];

    /** PGRES_FATAL_ERROR without an SQLSTATE: libpq itself found the connection closed. */
    private const PGSQL_FATAL = 7;

    /** SQLITE_BUSY and SQLITE_CONSTRAINT. */
    private const SQLITE_CONFLICT = [5, 19];

    public static function of(PDOException $exception, string $driver): self
    {
        $state = (string) ($exception->errorInfo[0] ?? $exception->getCode());
        $code = (int) ($exception->errorInfo[1] ?? 0);
        $isLost = str_starts_with($state, '08') || match ($driver) {
            'mysql' => in_array($code, self::MYSQL_LOST, true),
            // 57P01 to 57P05: the server ends the session.
            'pgsql' => str_starts_with($state, '57P0') || ($state === 'HY000' && $code === self::PGSQL_FATAL),
            default => false,
        };
        $isConflict = match ($driver) {
            'mysql' => in_array($code, self::MYSQL_CONFLICT, true),
            // unique_violation, serialization_failure, deadlock_detected
            'pgsql' => in_array($state, ['23505', '40001', '40P01'], true),
            default => in_array($code, self::SQLITE_CONFLICT, true),
        };

        return match (true) {
            $isLost => self::LostConnection,
            $isConflict => self::Conflict,
            default => self::Other,
        };
    }
}
