<?php

/**
 * Classic mode: PHP applications that read $_GET and print their pages, served by processes that live on.
 *
 * @generate-class-entries
 */

namespace Kargo\App {
    /**
     * An application as PHP's own web servers run it: $_SERVER, $_GET, $_POST, $_COOKIE, $_FILES, $_SESSION and
     * php://input are the request, and what is printed, header(), setcookie() and http_response_code() are the answer.
     * For Http\Server::mount(), beside handlers and APIs. docs/APPLICATION.md has what is as under php-fpm and what is not.
     *
     * A worker handles one classic request at a time: waiting (Kargo\delay(), Http\Client) throws AwaitError in it.
     */
    final class Application
    {
        /**
         * @param callable $handler called per request, with the Http\Request; if there is a $boot, with what $boot returned
         *     and the Http\Request. What it returns is ignored.
         * @param callable|null $boot called once in each worker, after the fork and before its first request: the place to
         *     make the kernel and what it keeps. What it throws keeps the worker from starting
         * @param string $script the front controller, for SCRIPT_NAME and SCRIPT_FILENAME: an absolute path, or one below
         *     $documentRoot. The file need not exist
         * @param string|null $documentRoot null: the folder of the script that was started
         * @param int $outputBuffering bytes of output after which headers are sent and can't be set any more, as php.ini's
         *     output_buffering, which the command line ignores; 0: the first byte sends them
         * @param float $slowClientTimeout seconds that one request may wait, all in all, for a client that does not take
         *     its output as fast as it is made; beyond: the connection is closed
         * @throws \Kargo\ConfigurationException for a script that can't be one
         */
        public function __construct(
            callable $handler,
            ?callable $boot = null,
            string $script = 'index.php',
            ?string $documentRoot = null,
            int $outputBuffering = 4096,
            float $slowClientTimeout = 60.0,
        ) {}
    }

    /**
     * Serves one application at "/" until SIGTERM or SIGINT: the short form of Http\Server::listen(), mount() and run().
     *
     * @param string|list<string> $address as for Http\Server::listen()
     * @param int|null $workers as for Http\Server::run()
     * @param Isolation|null $isolation as for Http\Server::isolate(); null: Isolation::Off
     * @param list<string> $allow as for Http\Server::isolate()
     */
    function serve(
        callable|Application $handler,
        string|array $address = '127.0.0.1:8080',
        ?int $workers = null,
        ?\Kargo\Http\Options $options = null,
        ?Isolation $isolation = null,
        array $allow = [],
    ): void {}

    /**
     * Sends the answer of the classic request in progress, whole, and lets its code go on working; what it prints later goes
     * nowhere. A session stays locked until it is closed.
     *
     * @return bool false where there is none, or it is sent already
     */
    function finish(): bool {}

    /**
     * Lets another worker take this one's place, for a request that leaves behind what nothing puts back: this worker sends the
     * answer in progress, and nobody else gets one of it; what it has received already is refused with 503. Without workers to
     * take over (workers: 0) the log has a warning, and where no server runs, as in the process of a script, nothing happens.
     *
     * @param string $reason for the log
     */
    function recycle(string $reason): void {}
}

namespace {
    /** The headers of the classic request in progress, names as sent. @return array<string, string> */
    function getallheaders(): array {}

    /** The same. @return array<string, string> */
    function apache_request_headers(): array {}

    /** Kargo\App\finish(), under the name that frameworks look for. */
    function fastcgi_finish_request(): bool {}
}
