<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Database\SQLiteConnection;
use WeakMap;

/**
 * The SQLite files of connections that stay open. One that is replaced or removed would be read on as it was, so it is
 * opened again for the next request: under php-fpm each one opens it. Databases in memory, and those whose name is a URI,
 * have no such path, and are left alone.
 */
final class SqliteFiles
{
    /** @var WeakMap<SQLiteConnection, string> what the file was when the connection came */
    private WeakMap $files;

    public function __construct()
    {
        $this->files = new WeakMap();
    }

    public function remember(SQLiteConnection $connection): void
    {
        $this->files[$connection] = $this->fileOnDisk($connection->getDatabaseName());
    }

    public function isReplaced(SQLiteConnection $connection): bool
    {
        $known = $this->files[$connection] ?? null;
        $this->remember($connection);

        return $known !== null && $known !== $this->files[$connection];
    }

    /** Device and inode, or "none" */
    private function fileOnDisk(string $path): string
    {
        clearstatcache(true, $path);
        $status = @stat($path);

        return $status === false ? 'none' : "$status[dev]:$status[ino]";
    }
}
