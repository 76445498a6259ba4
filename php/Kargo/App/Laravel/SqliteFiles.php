<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Database\Connection;
use Illuminate\Database\SQLiteConnection;
use WeakMap;

/**
 * The SQLite files of connections that stay open. One that is replaced or removed would be read on as it was, so it is
 * opened again for the next request: under php-fpm each one opens it. Databases in memory, and those whose name is a URI,
 * have no such path, and are left alone.
 */
final class SqliteFiles
{
    /** @var WeakMap<Connection, string> what the file was before it was opened */
    private WeakMap $files;

    public function __construct()
    {
        $this->files = new WeakMap();
    }

    /** Before a request. @param array<string, Connection> $connections */
    public function reopenReplaced(array $connections): void
    {
        foreach ($connections as $connection) {
            if (!$connection instanceof SQLiteConnection) {
                continue;
            }
            $file = $this->fileOnDisk($connection->getDatabaseName());
            if ($file !== ($this->files[$connection] ?? 'none')) {
                $connection->disconnect();
                $this->files[$connection] = $file;
            }
        }
    }

    /** Device and inode, or "none" */
    private function fileOnDisk(string $path): string
    {
        clearstatcache(true, $path);
        $status = @stat($path);

        return $status === false ? 'none' : "$status[dev]:$status[ino]";
    }
}
