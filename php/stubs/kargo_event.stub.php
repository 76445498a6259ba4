<?php

/**
 * The PHP face of the extension kargo_event: what editors and PHPStan read, and the source of every signature.
 * The build generates the extension's argument tables from this file, so the two cannot differ.
 *
 * @generate-class-entries
 */

namespace Kargo {
    /**
     * Lets this handler wait while the worker serves others; returns after at least $seconds.
     *
     * MAY be called anywhere below a handler or a Loop callback, also inside array_map() or the caller's own Fiber.
     * Outside a running loop it runs the loop meanwhile: watchers are called, and what they throw is thrown from here.
     *
     * @param float $seconds 0 gives way to whatever else is ready; negative or not finite is a ValueError
     * @throws AwaitError where PHP can't switch stacks: in destructors before PHP 8.4, in signal handlers of pcntl
     */
    function delay(float $seconds): void {}

    /** What every exception of this extension implements. */
    interface KargoException extends \Throwable {}

    /** An address, option or route that can't be used; the message says what to do. */
    class ConfigurationException extends \InvalidArgumentException implements KargoException {}

    /** The operating system refused: port in use, no permission, no such directory. */
    class TransportException extends \RuntimeException implements KargoException {}

    /** Something took longer than it was allowed to. */
    class TimeoutException extends TransportException {}

    /** The peer sent something its protocol does not allow. */
    class ProtocolException extends \RuntimeException implements KargoException {}

    /** The peer is gone. */
    class ConnectionClosedException extends \RuntimeException implements KargoException {}

    /** A wait was asked for where PHP can't switch stacks. */
    class AwaitError extends \Error implements KargoException {}

    /** A defect in the extension itself; the log has the place. */
    class PanicError extends \Error implements KargoException {}

    /**
     * The process's event loop: timers, PHP streams, signals, deferred calls.
     *
     * Callbacks get the Watcher that fired as their last argument. A callback MUST NOT be called in the turn it was
     * registered in. An exception that leaves a callback ends Loop::run() and is thrown from there; under
     * Http\Server::run() it is logged and serving goes on.
     */
    final class Loop
    {
        private function __construct() {}

        /** Calls $callback(Watcher $watcher) once in the next turn. */
        public static function defer(callable $callback): Watcher {}

        /** Calls $callback(Watcher $watcher) once after $seconds (not negative, at most 10 years). */
        public static function delay(float $seconds, callable $callback): Watcher {}

        /** Calls $callback(Watcher $watcher) every $seconds (more than 0); missed turns are not made up for. */
        public static function repeat(float $seconds, callable $callback): Watcher {}

        /**
         * Calls $callback($stream, Watcher $watcher) whenever $stream can be read without blocking (level-triggered).
         *
         * @param resource $stream a stream with a file descriptor; it becomes non-blocking. Close it only after cancel().
         */
        public static function onReadable(mixed $stream, callable $callback): Watcher {}

        /**
         * Calls $callback($stream, Watcher $watcher) whenever $stream can be written without blocking (level-triggered).
         *
         * @param resource $stream a stream with a file descriptor; it becomes non-blocking. Close it only after cancel().
         */
        public static function onWritable(mixed $stream, callable $callback): Watcher {}

        /** Calls $callback(int $signal, Watcher $watcher) in the turn after the signal came. */
        public static function onSignal(int $signal, callable $callback): Watcher {}

        /** Runs until nothing referenced is registered or stop() is called. Not re-entrant. */
        public static function run(): void {}

        /** Ends run() after the callback in progress; under Http\Server::run() it starts a drain. */
        public static function stop(): void {}

        public static function isRunning(): bool {}
    }

    /** One registration with the Loop. It stays registered though this object is dropped. */
    final class Watcher
    {
        private function __construct() {}

        /** Ends the registration; a callback already due is not called any more. Harmless when repeated. */
        public function cancel(): void {}

        /** Whether a callback may still come. */
        public function isActive(): bool {}

        /** Lets Loop::run() end though this watcher is active. */
        public function unreference(): static {}

        /** Keeps Loop::run() running, as at first. */
        public function reference(): static {}

        /**
         * Of callbacks that are ready at the same time the most urgent are called first, and before the less urgent ones
         * the loop looks again; so what is always ready starves them. Beside a server that is being run, only callbacks
         * of one turn are put in order.
         *
         * @param int $priority 0, the most urgent, to 255; 128 at first
         */
        public function setPriority(int $priority): static {}
    }
}

namespace Kargo\Http {
    /** What may be given wherever a handler is expected, besides a callable of the same shape. */
    interface Handler
    {
        /**
         * Answers one request. Called once per request; MAY wait. What it throws is answered with 500 (HttpException:
         * with its own status) and logged.
         *
         * @return Response|string|array a string is text/plain; charset=utf-8, an array is JSON
         */
        public function handle(Request $request): Response|string|array;
    }

    /** Thrown by a handler to answer with $status on purpose; the message is sent to the client. */
    class HttpException extends \RuntimeException implements \Kargo\KargoException
    {
        /** @param int $status 400 to 599 */
        public function __construct(public readonly int $status, string $message = '', ?\Throwable $previous = null) {}
    }

    /** Limits and times of a server; each protects it from its peers. Times are seconds, sizes bytes. */
    final class Options
    {
        /**
         * @param int $requestLineBytes beyond: 414
         * @param int $headerBytes all header lines together; beyond: 431
         * @param int $headerCount beyond: 431
         * @param int $bodyBytes beyond: 413
         * @param int $chunkExtensionBytes per body; beyond: 413
         * @param int $pipelinedRequests answered per connection before others have their turn
         * @param int $connections per worker; beyond, connections wait in the listen queue
         * @param float $headerTimeout from a request's first byte to the end of its header; beyond: 408
         * @param float $bodyTimeout between two arrivals of body bytes; beyond: 408
         * @param float $keepAliveTimeout idle between requests; beyond: closed
         * @param float $writeTimeout in which the client must take some bytes of an answer; beyond: closed
         * @param float $drainTimeout for requests in flight when stopping; beyond: ended
         * @param string $memoryLimit for each worker where memory_limit is -1: bytes, with K, M or G
         * @param list<string> $hosts if not empty, other Host names are answered with 421
         * @param int $waitingRequests handlers that wait at the same time, per worker; beyond: 503 for new requests
         * @param list<string> $trustedProxies peers whose word about their clients is taken: addresses, networks
         *     ("10.0.0.0/8", "fd00::/8"), "unix" for whoever connects to a unix socket
         * @param list<string> $trustedHeaders those that the proxies set, whatever the client sends: of X-Forwarded-For,
         *     X-Forwarded-Proto, X-Forwarded-Host and X-Forwarded-Port, or Forwarded alone
         * @param Uploads|false|null $uploads what multipart/form-data may hold that handlers get; null: as much as any body,
         *     bodyBytes; false: it is a body like others, in memory
         */
        public function __construct(
            public readonly int $requestLineBytes = 8192,
            public readonly int $headerBytes = 65536,
            public readonly int $headerCount = 128,
            public readonly int $bodyBytes = 1048576,
            public readonly int $chunkExtensionBytes = 4096,
            public readonly int $pipelinedRequests = 64,
            public readonly int $connections = 10000,
            public readonly float $headerTimeout = 10.0,
            public readonly float $bodyTimeout = 10.0,
            public readonly float $keepAliveTimeout = 60.0,
            public readonly float $writeTimeout = 30.0,
            public readonly float $drainTimeout = 30.0,
            public readonly string $memoryLimit = '256M',
            public readonly array $hosts = [],
            public readonly int $waitingRequests = 4096,
            public readonly array $trustedProxies = [],
            public readonly array $trustedHeaders = ['X-Forwarded-For', 'X-Forwarded-Proto'],
            Uploads|false|null $uploads = null,
        ) {}

        /** @var Uploads|false|null */
        public readonly object|false|null $uploads;
    }

    /**
     * An HTTP/1.1 server. Routes that take $uploads have limits of their own on forms with files; null: Options has them,
     * false: such a body is one like others, in memory. Routes are matched segment by segment after one percent-decoding; `{name}` takes one
     * segment, `{name...}` at the end takes the rest. HEAD follows GET, OPTIONS is answered by itself, other methods of
     * a known path get 405 with Allow, unknown paths 404.
     */
    final class Server
    {
        private function __construct() {}

        /**
         * Opens the listeners; nothing is served before run().
         *
         * @param string|list<string> $address "127.0.0.1:8080", "[::1]:8080", "localhost:0", "unix:/run/app.sock"
         * @throws \Kargo\ConfigurationException for an address that can't be read
         * @throws \Kargo\TransportException where the system refuses it (in use, not permitted)
         */
        public static function listen(string|array $address, ?Options $options = null): static {}

        /** The addresses listened on, with the real port where 0 was asked for. @return list<string> */
        public function addresses(): array {}

        public function get(string $path, callable|Handler $handler): static {}

        public function post(string $path, callable|Handler $handler, Uploads|false|null $uploads = null): static {}

        public function put(string $path, callable|Handler $handler, Uploads|false|null $uploads = null): static {}

        public function patch(string $path, callable|Handler $handler, Uploads|false|null $uploads = null): static {}

        public function delete(string $path, callable|Handler $handler): static {}

        /** Every method. */
        public function any(string $path, callable|Handler $handler, Uploads|false|null $uploads = null): static {}

        /** @param string|list<string> $methods */
        public function route(string|array $methods, string $path, callable|Handler $handler, Uploads|false|null $uploads = null): static {}

        /**
         * Gives everything below $prefix to an Api, which has its own paths (/jsonrpc, /xmlrpc), to the Files of a
         * directory, to an Application, to Scripts, or to a handler. Routes come first.
         *
         * @param Uploads|false|null $uploads for a handler; of an Application they bound its bodies of whatever kind
         *     (totalBytes, diskBytes, directory), which go to disk then, false: to memory; php.ini bounds the rest
         */
        public function mount(
            string $prefix,
            \Kargo\Rpc\Api|\Kargo\App\Application|\Kargo\App\Scripts|Files|Handler|callable $what,
            Uploads|false|null $uploads = null,
        ): static {}

        /** Calls $callback(int $slot) in each worker after the fork: the place to open database connections. */
        public function onWorkerStart(callable $callback): static {}

        /** Lets handlers have sessions: Request::session(). Only handlers use them; classic applications have PHP's own. */
        public function sessions(Sessions $sessions): static {}

        /**
         * Looks after each request whether it left something behind that the next visitor would find: statics, globals,
         * settings of the process (docs/ISOLATION.md). It begins when a worker is ready, after onWorkerStart().
         *
         * @param list<string> $allow what may change, by the names that the log uses; * stands for anything:
         *     'App\Cache::*', 'ini date.timezone'
         * @throws \Kargo\ConfigurationException from run() for Isolation::Strict without workers, which nobody replaces
         */
        public function isolate(\Kargo\App\Isolation $isolation, array $allow = []): static {}

        /**
         * Serves until SIGTERM or SIGINT, then drains: requests in flight are answered, idle connections closed.
         *
         * @param int|null $workers null: one per core; 1 or more: a master and that many workers; 0: in this very
         *     process, without a fork (debuggers, tests). With workers, the lines after run() run in the master only.
         */
        public function run(?int $workers = null): void {}

        /** Starts the drain of this worker (with workers: 0, of the server). */
        public function stop(): void {}
    }

    /**
     * One request. Everything is read when asked for. It belongs to one visitor: kept, it keeps its own bytes.
     */
    final class Request
    {
        private function __construct() {}

        /** The identification that this request's log lines carry. */
        public function id(): string {}

        /** As sent: methods are case-sensitive. */
        public function method(): string {}

        /** The request target as sent, with the query. */
        public function target(): string {}

        /** The path, percent-decoded; an encoded slash stays %2F. */
        public function path(): string {}

        /** The host the request is for, with its port if one was sent; '' in HTTP/1.0 without one. */
        public function host(): string {}

        /** "https" if a trusted proxy says so (Options), else "http". */
        public function scheme(): string {}

        /** "1.0" or "1.1". */
        public function protocolVersion(): string {}

        /** The value of the path parameter $name of the matched route, decoded; null if the route has none. */
        public function parameter(string $name): ?string {}

        /** @return array<string, string> */
        public function parameters(): array {}

        /**
         * The query as PHP parses it (a[b]=1 gives arrays), or one field of it.
         *
         * @return ($name is null ? array : string|array|null)
         */
        public function query(?string $name = null): string|array|null {}

        /** The header's value, its name in any case; several are joined by ", " (cookies by "; "). */
        public function header(string $name): ?string {}

        /** All headers by lower-case name. @return array<string, string> */
        public function headers(): array {}

        public function cookie(string $name): ?string {}

        /** @return array<string, string> */
        public function cookies(): array {}

        /** The body; '' if it was multipart/form-data, which form() and files() have. */
        public function body(): string {}

        /**
         * The body decoded as JSON, objects as arrays.
         *
         * @throws HttpException 400 if it is not valid JSON
         */
        public function json(): mixed {}

        /** The fields of an application/x-www-form-urlencoded or multipart/form-data body as PHP parses them, else []. */
        public function form(): array {}

        /** The first file of the field $name, or of $name[] or $name[key]; null if there is none. */
        public function file(string $name): ?UploadedFile {}

        /**
         * All files in the order they came, or those of the field $name, $name[] and $name[key]. An input without a chosen
         * file is none.
         *
         * @return list<UploadedFile>
         */
        public function files(?string $name = null): array {}

        /** The client's IP address: what trusted proxies say (Options), else the peer's; "unix:" on a unix socket. */
        public function clientAddress(): string {}

        /** The client's port; null on a unix socket, and where a trusted proxy does not say it. */
        public function clientPort(): ?int {}

        /**
         * The visitor's session. It is read at the first use: a request that does not ask pays nothing and gets no cookie.
         *
         * @throws \Kargo\ConfigurationException if the server has none
         * @throws \Error if this is not the request in hand
         */
        public function session(): Session {}

        /** False once the client is known to have gone away, or to have ended its sending side. */
        public function isClientConnected(): bool {}
    }

    /** A whole answer. */
    final class Response
    {
        public readonly int $status;

        /** @var array<string, string|list<string>> */
        public readonly array $headers;

        public readonly string $body;

        /**
         * @param int $status 200 to 599
         * @param array<string, string|list<string>> $headers names are tokens; values have no CR, LF or NUL. Without a
         *     Content-Type, a body is text/plain; charset=utf-8
         * @throws \ValueError for what HTTP does not allow
         */
        public function __construct(string $body = '', int $status = 200, array $headers = []) {}

        public static function text(string $text, int $status = 200): static {}

        public static function html(string $html, int $status = 200): static {}

        /** @throws \ValueError if $value can't be JSON (invalid UTF-8, NAN, INF, too deep) */
        public static function json(mixed $value, int $status = 200): static {}

        /** @param int $status 300 to 399 */
        public static function redirect(string $location, int $status = 303): static {}

        public function withStatus(int $status): static {}

        /** Replaces the header, its name in any case. */
        public function withHeader(string $name, string $value): static {}

        /** Adds another line of the header. */
        public function withAddedHeader(string $name, string $value): static {}

        public function withoutHeader(string $name): static {}

        public function withBody(string $body): static {}

        /**
         * Adds a Set-Cookie (RFC 6265); the value is percent-encoded as setcookie() does.
         *
         * @param int|null $maxAge seconds; null: until the browser closes; 0 or less: delete it
         * @param string $sameSite Lax, Strict or None
         */
        public function withCookie(
            string $name,
            string $value,
            ?int $maxAge = null,
            string $path = '/',
            string $domain = '',
            bool $secure = false,
            bool $httpOnly = true,
            string $sameSite = 'Lax',
        ): static {}
    }
}

namespace Kargo\Rpc {
    /**
     * Thrown by an exported method to answer a fault on purpose; code, message and data are sent. The code of a class
     * that extends it can be its default: protected $code = 409.
     */
    class Fault extends \Exception implements \Kargo\KargoException
    {
        public function __construct(string $message = '', int $code = -32000, public readonly mixed $data = null, ?\Throwable $previous = null) {}
    }

    /** Bytes that travel as base64 in XML-RPC, and as a base64 string in JSON-RPC. */
    final class Binary
    {
        public function __construct(public readonly string $bytes) {}
    }

    /** Keeps a public method from being exported. */
    #[\Attribute(\Attribute::TARGET_METHOD)]
    final class Hidden
    {
        public function __construct() {}
    }

    /**
     * Plain PHP classes as an API: mounted at "/", it answers JSON-RPC 2.0 and 1.0 at /jsonrpc, XML-RPC at /xmlrpc, SOAP
     * 1.1 and 1.2 at /soap, whose WSDL is at /soap?wsdl, REST at /rest/NAMESPACE/METHOD and at the paths of attributes,
     * MCP at /mcp, descriptions at /openrpc.json and /openapi.json, and at / a page for people.
     *
     * All public methods are callable except magic ones and #[Hidden]. Arguments are checked against native types,
     * refined by docblocks, before the method runs.
     */
    final class Api
    {
        /**
         * @param int $batchLimit calls in one JSON-RPC batch or system.multicall
         * @param int $depthLimit nesting of arrays and objects in a call
         * @param bool $noContent answer notifications with 204 instead of 200
         * @param Cors|null $cors whose scripts may call over REST, where a method or class has no attribute, and over MCP
         * @param string $namespace of the WSDL, a URI; '': urn:kargo: and the title
         * @param bool $console a page for people at the mount's root, where no route of a method is
         * @param array|object|null $auth ApiKeys, BasicUsers, BearerTokens or a list of them: every method is then for
         *     callers with credentials, but for those with #[Anonymous]
         * @param list<string> $trustedProxies addresses whose X-Forwarded-For header says where a call is from
         * @param int $sharedBytes results that all workers keep together for #[Cache], in bytes
         * @param string $store a Redis server that several machines keep limits, results and answers in together:
         *     redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or unix://[[USER]:PASSWORD@]/PATH, then options:
         *     ?prefix=NAME&db=DATABASE&timeout=SECONDS&lease=SECONDS; docs/rpc/POLICIES.md says what they do
         */
        public function __construct(
            string $title = 'API',
            string $version = '1.0',
            int $batchLimit = 1000,
            int $depthLimit = 512,
            bool $noContent = false,
            ?Cors $cors = null,
            string $namespace = '',
            bool $console = true,
            array|object|null $auth = null,
            array $trustedProxies = [],
            int $sharedBytes = 33554432,
            #[\SensitiveParameter] string $store = '',
        ) {}

        /**
         * Exports what $what names under $as: "poll" gives poll.method; '' gives the bare method names.
         *
         * @param object|string|callable $what an object; a class name, constructed anew for each call; a factory without
         *     parameters whose declared return type is a class, run once in each worker after the fork; any other
         *     closure or callable is one method, called $as
         * @throws \Kargo\ConfigurationException if nothing callable is found, or a name is taken
         */
        public function export(object|string|array $what, string $as = ''): static {}

        /** Exceptions of these classes pass to the client with message and code; all others are masked. */
        public function allow(string ...$exceptionClasses): static {}

        /** The names of all exported methods. @return list<string> */
        public function methods(): array {}
    }
}
