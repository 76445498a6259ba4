<?php

/**
 * Forms with files. Part of the PHP face of kargo_event; see kargo_event.stub.php.
 *
 * @generate-class-entries
 */

namespace Kargo\Http {
    /**
     * What a multipart/form-data body may hold: of all handlers by Options(uploads:), of one route by Server::post() and its
     * siblings. Beyond a limit the client gets 413 while it still sends; what is malformed is 400.
     *
     * Files go to disk as they come, without a name: they are gone with the request, however it ends, be it that the process
     * is killed. Fields that are no files lie in memory.
     */
    final class Uploads
    {
        /**
         * @param int $totalBytes of the whole body; beyond: 413, before anything is read where its length is known
         * @param int $fileBytes of one file
         * @param int $files their number; each is an open descriptor
         * @param int $fieldBytes of one field that is no file
         * @param int $fieldsBytes of all these, with their names
         * @param int $parts fields and files together
         * @param int $nameBytes of the name of a field, and of a file
         * @param int $headBytes of the header lines of a part
         * @param int $diskBytes of all files at a time that these limits apply to, per worker; beyond: 503
         * @param string $directory where files lie until they are moved: best on the file system they are moved to. '': what
         *     upload_tmp_dir says, else the system's directory for temporary files
         * @throws \Kargo\ConfigurationException if there is no such directory, or open_basedir does not allow it
         */
        public function __construct(
            public readonly int $totalBytes = 16777216,
            public readonly int $fileBytes = 8388608,
            public readonly int $files = 20,
            public readonly int $fieldBytes = 1048576,
            public readonly int $fieldsBytes = 1048576,
            public readonly int $parts = 1000,
            public readonly int $nameBytes = 1024,
            public readonly int $headBytes = 8192,
            public readonly int $diskBytes = 1073741824,
            public readonly string $directory = '',
        ) {}
    }

    /** A file that came with a request: Request::file(), Request::files(). It is there as long as the Request or this is kept. */
    final class UploadedFile
    {
        private function __construct() {}

        /** The name of the form's field, as sent: "photo", "photos[]". */
        public function field(): string {}

        /**
         * What the client calls the file, made fit for a file name: without folders, control characters and dots in front,
         * at most 255 bytes, in UTF-8; "upload" if nothing is left. Whether there may be a file of that name, or with that
         * extension, is for you to say.
         */
        public function clientFilename(): string {}

        /** The same as it was sent: "../../etc/passwd" is possible. Never a path. */
        public function rawClientFilename(): string {}

        /** What the client says that the file is; it may be wrong. null: it says nothing. */
        public function clientMediaType(): ?string {}

        /** Bytes. */
        public function size(): int {}

        /**
         * Gives the file a name, with the permissions of a new file. It is there as a whole or not at all, also on another
         * file system, where it is copied (which blocks the worker). After that it is yours, and this object knows only its
         * names and size.
         *
         * @param bool $overwrite replace what is there; else a file that is there stays, and this throws
         * @throws \Kargo\TransportException if the system refuses it, or something has the name; the file is still here then
         * @throws \ValueError for '' and NUL
         */
        public function moveTo(string $path, bool $overwrite = false): void {}

        /** Whether moveTo() was successful. */
        public function isMoved(): bool {}

        /**
         * The whole file in memory.
         *
         * @throws \Kargo\TransportException if it can't be read
         */
        public function contents(): string {}

        /**
         * A stream of the file from its beginning, for reading. Each call opens another; it may be kept beyond the request.
         *
         * @return resource
         * @throws \Kargo\TransportException if it can't be opened
         */
        public function stream(): mixed {}
    }
}
