<?php

/**
 * Static files. Part of the PHP face of kargo_event; see kargo_event.stub.php.
 *
 * @generate-class-entries
 */

namespace Kargo\Http {
    /**
     * The files of a directory, for Server::mount(): answered without PHP.
     *
     * GET and HEAD, with Content-Type, ETag, Last-Modified, conditional requests and ranges; a directory is answered with its
     * index file, never with a listing. What lies outside of the directory, dot files (but for /.well-known) and PHP sources
     * are as if they were not there.
     */
    final class Files
    {
        /**
         * @param string $directory looked at anew each second: where a release has replaced it, the new one is served
         * @param Handler|Files|\Kargo\Rpc\Api|\Kargo\App\Application|\Kargo\App\Scripts|callable|null $otherwise who answers what is no file here, and all methods but
         *     GET and HEAD; null: 404 and 405
         * @param int|null $maxAge seconds that clients may use a file without asking again; 0: they always ask; null: theirs
         *     to guess
         * @param list<string> $immutable folders, as "build/", where a file whose name holds a hash (app.3f9a2c81.js) never
         *     changes: clients don't ask again for a year
         * @param list<string> $index names of the file that stands for its directory; the first that is there
         * @param bool $precompressed send NAME.br, NAME.zst or NAME.gz, if not older than NAME, to clients that take it
         * @param bool $outsideLinks follow symbolic links that lead out of the directory
         * @param list<string> $hidden extensions of files that are never sent
         * @param array<string, string> $types Content-Type by extension, where it is not to be the usual one
         * @param array<string, string|list<string>> $headers sent with every file
         * @throws \Kargo\ConfigurationException if the directory can't be read, or an index can't be one
         */
        public function __construct(
            string $directory,
            Handler|Files|\Kargo\Rpc\Api|\Kargo\App\Application|\Kargo\App\Scripts|callable|null $otherwise = null,
            ?int $maxAge = null,
            array $immutable = [],
            array $index = ['index.html'],
            bool $precompressed = true,
            bool $outsideLinks = false,
            array $hidden = ['php', 'php3', 'php4', 'php5', 'php7', 'php8', 'phps', 'phtml', 'pht', 'phar', 'inc'],
            array $types = [],
            array $headers = [],
        ) {}
    }
}
