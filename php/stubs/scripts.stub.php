<?php

/**
 * PHP scripts below a document root, each started fresh for each request.
 *
 * @generate-class-entries
 */

namespace Kargo\App {
    /**
     * Runs scripts as php-fpm does, without a web server before it: functions, classes, constants, statics and
     * include_once start fresh with each request. For Http\Server::mount(). docs/SCRIPTS.md has what is as under php-fpm.
     *
     * The scripts run in processes beside each worker, so one that is slow or crashes costs no other request. A path is
     * answered by the script it names (`/admin/tool.php/more` by tool.php with `/more` as PATH_INFO), by a folder's $index,
     * else by $frontController. Anything else that is there is 404, so that no source is ever shown: Http\Files serves it.
     */
    final class Scripts
    {
        /**
         * @param string $root the document root; or one script, which then answers every path
         * @param string $index the script of a folder
         * @param string|null $frontController what takes paths that are no file, below $root; null: they are 404
         * @param int $processes script processes per worker, 1 to 1024; made when they are needed
         * @param int $requests after which a process is replaced by a new one
         * @param float $timeout seconds that a script may take, not counting what a slow client costs; beyond: 504, and its
         *     process is ended. A request waits as long for a free process; beyond: 503
         * @throws \Kargo\ConfigurationException for a root that is not there, or another value that can't be used
         */
        public function __construct(
            string $root,
            string $index = 'index.php',
            ?string $frontController = 'index.php',
            int $processes = 4,
            int $requests = 10000,
            float $timeout = 30.0,
        ) {}
    }
}
