<?php

/**
 * The HTTP client. See kargo_event.stub.php for what this file is.
 *
 * @generate-class-entries
 */

namespace Kargo\Http {
    /** Times and limits of a client; each protects it from its peers. Times are seconds, sizes bytes. */
    final class ClientOptions
    {
        /**
         * @param float $connectTimeout to find the host's address and to connect to it
         * @param float $writeTimeout in which the server must take some bytes of a request
         * @param float $headTimeout from the end of a request to the end of the response's header
         * @param float $bodyTimeout between two arrivals of body bytes
         * @param float|null $timeout from the call to the end of the response, redirects included; null: no limit
         * @param float $idleTimeout for which a connection stays open without a request
         * @param int $connectionsPerHost at the same time; beyond, requests wait for one
         * @param int $idlePerHost connections that stay open without a request
         * @param int $redirects followed for one request; beyond: ProtocolException. 0: redirects are returned as they are
         * @param int $headerBytes all header lines of a response together
         * @param int $headerCount of a response
         * @param int $bodyBytes of a response that is received whole; stream() and download() have limits of their own
         * @param string $userAgent sent unless a request has its own; '' sends none
         * @param array<string, string|list<string>> $headers sent with every request that does not have them itself
         * @throws \ValueError
         */
        public function __construct(
            public readonly float $connectTimeout = 10.0,
            public readonly float $writeTimeout = 30.0,
            public readonly float $headTimeout = 30.0,
            public readonly float $bodyTimeout = 30.0,
            public readonly ?float $timeout = null,
            public readonly float $idleTimeout = 30.0,
            public readonly int $connectionsPerHost = 100,
            public readonly int $idlePerHost = 32,
            public readonly int $redirects = 10,
            public readonly int $headerBytes = 65536,
            public readonly int $headerCount = 128,
            public readonly int $bodyBytes = 16777216,
            public readonly string $userAgent = 'kargo-event',
            public readonly array $headers = [],
        ) {}
    }

    /** A request to be made by Client::all(). */
    final class ClientRequest
    {
        public readonly string $method;

        public readonly string $url;

        /** @var array<string, string|list<string>> */
        public readonly array $headers;

        public readonly string $body;

        /**
         * @param string|array $body an array is sent as JSON
         * @throws \ValueError for a method or headers that HTTP does not allow
         */
        public function __construct(string $url, string $method = 'GET', array $headers = [], string|array $body = '') {}
    }

    /**
     * An HTTP/1.1 client with pooled connections. Every call waits for its response without blocking: in a handler or
     * Loop callback the worker goes on with others meanwhile, and a plain script runs the loop itself.
     *
     * URLs are absolute, http://host[:port]/path; user:password@ in front of the host is sent as Basic authorization.
     * Redirects are followed; Authorization, Cookie and Host do not go to another origin. A response with an error
     * status is a response, not an exception.
     *
     * What can be thrown, besides \ValueError for what is no request: TimeoutException, TransportException for whatever
     * else keeps a response from coming, ConnectionClosedException if the server closed or reset the connection instead,
     * ProtocolException for what is no valid response or beyond a limit, AwaitError where nothing can wait.
     */
    final class Client
    {
        public function __construct(?ClientOptions $options = null) {}

        /**
         * Makes a request and waits for its whole response.
         *
         * @param array<string, string|list<string>> $headers names are tokens; values have no CR, LF or NUL
         * @param string|array|\Traversable $body an array is sent as JSON; a Traversable gives strings, which are sent
         *     in chunks as the server takes them (not repeated for a redirect that keeps the body)
         */
        public function request(string $method, string $url, array $headers = [], string|array|\Traversable $body = ''): ClientResponse {}

        public function get(string $url, array $headers = []): ClientResponse {}

        public function head(string $url, array $headers = []): ClientResponse {}

        public function post(string $url, string|array|\Traversable $body = '', array $headers = []): ClientResponse {}

        public function put(string $url, string|array|\Traversable $body = '', array $headers = []): ClientResponse {}

        public function patch(string $url, string|array|\Traversable $body = '', array $headers = []): ClientResponse {}

        public function delete(string $url, array $headers = []): ClientResponse {}

        /**
         * Makes many requests at once and waits for all of them.
         *
         * @template K of array-key
         * @param iterable<K, string|ClientRequest> $requests a string is the URL of a GET
         * @param int $concurrency requests that are in flight at the same time
         * @return array<K, ClientResponse|\Kargo\KargoException> by the keys of $requests, in their order; a request that
         *     failed has its exception, which is not thrown
         */
        public function all(array|\Traversable $requests, int $concurrency = 1000): array {}

        /**
         * Makes a request and waits for the header of its response; the body is read from what is returned, as it comes.
         *
         * @param int|null $bodyBytes beyond: ProtocolException; null: no limit
         */
        public function stream(string $method, string $url, array $headers = [], string|array|\Traversable $body = '', ?int $bodyBytes = null): ClientStream {}

        /**
         * Gets a URL into a file, which is replaced only when everything has come. A response with another status than 200
         * is returned with its body, and leaves the file alone.
         *
         * @param int|null $bodyBytes beyond: ProtocolException; null: no limit
         * @return ClientResponse with an empty body if the file was written
         * @throws \Kargo\TransportException if the file can't be written
         */
        public function download(string $url, string $path, array $headers = [], ?int $bodyBytes = null): ClientResponse {}
    }

    /** A whole response. */
    final class ClientResponse
    {
        public readonly int $status;

        /** @var array<string, string|list<string>> by lower-case name; a list if there were several lines of it */
        public readonly array $headers;

        public readonly string $body;

        /** Where it came from, after redirects. */
        public readonly string $url;

        /** @param array<string, string|list<string>> $headers */
        public function __construct(int $status = 200, array $headers = [], string $body = '', string $url = '') {}

        /** The header's value, its name in any case; several are joined by ", ". */
        public function header(string $name): ?string {}

        /** Each line of the header: for Set-Cookie, which can't be joined. @return list<string> */
        public function headerLines(string $name): array {}

        /** Whether the status is 200 to 299. */
        public function isSuccess(): bool {}

        /**
         * The body decoded as JSON, objects as arrays.
         *
         * @throws \Kargo\ProtocolException if it is not valid JSON
         */
        public function json(): mixed {}
    }

    /**
     * A response whose body is read as it comes: foreach ($stream as $chunk), or read(). The server has to wait while it
     * is not read. Dropping or closing it before its end ends its connection.
     */
    final class ClientStream implements \Iterator
    {
        public readonly int $status;

        /** @var array<string, string|list<string>> as ClientResponse::$headers */
        public readonly array $headers;

        public readonly string $url;

        private function __construct() {}

        /** As ClientResponse::header(). */
        public function header(string $name): ?string {}

        /** As ClientResponse::headerLines(). @return list<string> */
        public function headerLines(string $name): array {}

        /** The next piece of the body, never empty; waits for it. null: the body is complete. */
        public function read(): ?string {}

        /** What is left of the body. */
        public function readAll(): string {}

        /** Gives up what is left. Harmless when repeated. */
        public function close(): void {}

        public function current(): string {}

        /** How many pieces came before this one. */
        public function key(): int {}

        public function next(): void {}

        /** Only before the first piece was taken. */
        public function rewind(): void {}

        public function valid(): bool {}
    }
}
