<?php

declare(strict_types=1);

namespace Demo;

use RuntimeException;

/** Makes the tables at the first start. Any number of servers may start at once: one makes them, the others wait. */
final readonly class Schema
{
    /** The script creates this table last; where it is, everything is. */
    private const LAST_TABLE = 'poll_choice';

    public function __construct(private Config $config) {}

    /**
     * Runs sqlite.sql, mysql.sql or pgsql.sql of $folder, unless that was done before.
     *
     * @throws RuntimeException if the database can't be reached or used
     */
    public function install(string $folder): void
    {
        $database = new Database($this->config);
        if ($database->driver === 'sqlite') {
            $this->makeFile(substr($this->config->dsn, strlen('sqlite:')));
        }
        $script = @file_get_contents("$folder/$database->driver.sql");
        if ($script === false) {
            throw new RuntimeException("The DSN has \"$database->driver\" where sqlite, mysql or pgsql is expected");
        }
        $database->transaction(function (Database $database) use ($script): void {
            $this->lock($database);
            if (!$this->isInstalled($database)) {
                foreach (array_filter(array_map(trim(...), preg_split('/;$/m', $script))) as $statement) {
                    $database->write($statement);
                }
            }
        });
    }

    /** An empty file is an empty database. */
    private function makeFile(string $file): void
    {
        $folder = dirname($file);
        if (!is_dir($folder) && !@mkdir($folder, recursive: true) && !is_dir($folder)) {
            throw new RuntimeException("$folder can't be made");
        }
        if (!is_writable($folder) || !(is_file($file) || @touch($file))) {
            throw new RuntimeException("$file can't be written");
        }
    }

    /** SQLite has been locked by BEGIN; the others are until the transaction or the connection ends. */
    private function lock(Database $database): void
    {
        match ($database->driver) {
            'mysql' => $database->rows("SELECT GET_LOCK('kargo_demo_schema', 60)"),
            'pgsql' => $database->rows('SELECT pg_advisory_xact_lock(20090801)'),
            default => null,
        };
    }

    private function isInstalled(Database $database): bool
    {
        $tables = match ($database->driver) {
            'sqlite' => "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?",
            'mysql' => 'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
            default => 'SELECT 1 FROM information_schema.tables WHERE table_schema = CURRENT_SCHEMA AND table_name = ?',
        };

        return $database->rows($tables, [self::LAST_TABLE]) !== [];
    }
}
