<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Database\Connection;
use Illuminate\Database\SQLiteConnection;
use WeakMap;

/**
 * The SQLite files of connections that stay open. One that is replaced or removed would be read on as it was, so it is
 * opened again then: under php-fpm each request opens it. Databases in memory have no file, and are left alone.
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
            $known = $this->files[$connection] ?? null;
            if ($file !== ($known ?? 'none')) {
                $connection->disconnect();
                $this->files[$connection] = $file;
            }
        }
    }

    private function fileOnDisk(string $path): string
    {
        clearstatcache(true, $path);
        $status = @stat($path);

        return $status === false ? 'none' : "$status[dev]:$status[ino]";
    }
}
