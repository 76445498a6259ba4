<?php

/**
 * TCP and unix connections, UDP, names. See kargo_event.stub.php for what this file is.
 *
 * Everything that waits here lets others go on meanwhile: in a handler, a Loop callback, a connection's own callback or
 * a Fiber the loop goes on, and a plain script runs the loop itself until the wait is over. Where PHP can't switch stacks
 * a wait throws AwaitError.
 *
 * @generate-class-entries
 */

namespace Kargo\Net {
    /** Watermarks and times of a connection; each protects it from its peer. Sizes are bytes, times seconds. */
    final class ConnectionOptions
    {
        /**
         * @param int $inputHigh at most so much is received ahead of read(); then the peer has to wait
         * @param int $outputHigh while so much is still to be sent, write() waits and tryWrite() refuses
         * @param int|null $outputLow so much may be left when write() goes on; null: a quarter of $outputHigh
         * @param float|null $readTimeout for each read() that is not given one; null: for ever
         * @param float|null $writeTimeout in which the peer must take some bytes of what is to be sent; beyond, the
         *     connection is closed; null: for ever
         * @param float $closeTimeout for the last bytes after close()
         * @throws \ValueError
         */
        public function __construct(
            public readonly int $inputHigh = 65536,
            public readonly int $outputHigh = 262144,
            public readonly ?int $outputLow = null,
            public readonly ?float $readTimeout = null,
            public readonly ?float $writeTimeout = 30.0,
            public readonly float $closeTimeout = 10.0,
        ) {}
    }

    /** Takes connections. */
    final class TcpServer
    {
        private function __construct() {}

        /**
         * Listens from now on; connections are taken whenever the loop runs, until close().
         *
         * Called before Http\Server::run() forks, it listens in all workers, each of which takes connections of its own.
         * When a worker drains, its connections are told the end: read() returns null.
         *
         * @param string $address "127.0.0.1:8000", "[::1]:8000", "localhost:0", "unix:/run/app.sock"
         * @param callable(Connection): void $onConnection called once per connection, in a context of its own: it MAY
         *     wait. When it returns, the connection is closed unless the object was kept. What it throws, exit and fatal
         *     errors are logged and cost this one connection.
         * @param null|callable(string): mixed $accept called with the peer's address before that; false refuses the
         *     connection, which is closed then
         * @param int $connections open at the same time; beyond, they wait in the listen queue
         * @param int $backlog length of that queue, which the system may cut down
         * @throws \Kargo\ConfigurationException for an address that can't be read
         * @throws \Kargo\TransportException where the system refuses it (in use, not permitted)
         */
        public static function listen(
            string $address,
            callable $onConnection,
            ?callable $accept = null,
            ?ConnectionOptions $options = null,
            int $connections = 10000,
            int $backlog = 4096,
        ): static {}

        /** Where it listens, with the real port where 0 was asked for. */
        public function address(): string {}

        /** Connections of it that are open. */
        public function connections(): int {}

        /** Stops listening; open connections stay. Harmless when repeated. */
        public function close(): void {}
    }

    /**
     * A byte stream to a peer. It is closed when the object is dropped.
     *
     * One at a time reads; any number may write. A connection that the peer has reset, that was closed or that has timed
     * out throws ConnectionClosedException.
     */
    final class Connection
    {
        private function __construct() {}

        /**
         * Connects; the addresses of a name are tried in turn.
         *
         * @param string $address "example.org:80", "127.0.0.1:8000", "[::1]:8000", "unix:/run/app.sock"
         * @param float $timeout for name and connection together
         * @throws \Kargo\ConfigurationException for an address that can't be read
         * @throws \Kargo\TransportException if there is no address, or nobody listens
         * @throws \Kargo\TimeoutException
         */
        public static function connect(string $address, ?ConnectionOptions $options = null, float $timeout = 10.0): static {}

        /**
         * What has come, as soon as something has; never empty. null: the peer has ended its side.
         *
         * @param int|null $maxBytes 1 or more; null: whatever is there
         * @param float|null $timeout seconds; null: as the options say
         * @throws \Kargo\TimeoutException the connection can still be used
         * @throws \Kargo\ConnectionClosedException
         */
        public function read(?int $maxBytes = null, ?float $timeout = null): ?string {}

        /**
         * The next line, without its end, which is LF or CR LF. null: there is none any more. What comes before the peer's
         * end without a line end is a line too.
         *
         * @param int $maxBytes without the end; beyond: ProtocolException, and the line stays unread
         * @param float|null $timeout seconds for the whole line; null: as the options say
         * @throws \Kargo\TimeoutException the connection can still be used
         * @throws \Kargo\ProtocolException
         * @throws \Kargo\ConnectionClosedException
         */
        public function readLine(int $maxBytes = 8192, ?float $timeout = null): ?string {}

        /** All lines until the peer ends its side; foreach waits for each as readLine() does. */
        public function lines(int $maxBytes = 8192, ?float $timeout = null): Lines {}

        /**
         * Sends bytes. Returns when all of them are queued, which waits while the output is above its high mark. Inside a
         * loop they leave at the end of the turn, else at once.
         *
         * @throws \Kargo\ConnectionClosedException
         */
        public function write(string $bytes): void {}

        /**
         * The same without waiting. false: the output is above its high mark, or a write() waits; nothing was taken.
         *
         * @throws \Kargo\ConnectionClosedException
         */
        public function tryWrite(string $bytes): bool {}

        /** How many bytes are still to be sent. */
        public function queued(): int {}

        /** Ends our side once everything is sent: the peer reads the end, and may go on sending. */
        public function end(): void {}

        /** Sends what is queued, then closes. What was not read is lost. Harmless when repeated. */
        public function close(): void {}

        /** Closes at once; what is queued is lost. */
        public function abort(): void {}

        /** Whether something can still be read or written, as far as is known. */
        public function isOpen(): bool {}

        /** "192.0.2.1:40123", "[2001:db8::1]:40123", or "unix:" on a unix socket. */
        public function remoteAddress(): string {}

        /** This end's address, in the same form. */
        public function localAddress(): string {}
    }

    /** The lines of a connection, by number from 0. It holds its connection. */
    final class Lines implements \Iterator
    {
        private function __construct() {}

        public function current(): string {}

        public function key(): int {}

        public function next(): void {}

        /** Only before the first line was taken. */
        public function rewind(): void {}

        public function valid(): bool {}
    }

    /** What came in one datagram, and from where. */
    final class Datagram
    {
        public readonly string $bytes;

        /** As sendTo() takes it. */
        public readonly string $address;

        public function __construct(string $bytes, string $address) {}
    }

    /** A UDP socket. It is closed when the object is dropped. */
    final class Udp
    {
        private function __construct() {}

        /**
         * @param string $address "0.0.0.0:5353", "[::]:0", "localhost:0"; port 0 lets the system choose
         * @param int $queued datagrams that are kept until receive(); beyond, the system keeps some and drops others
         * @param int $queuedBytes bytes in them
         * @throws \Kargo\ConfigurationException for an address that can't be read
         * @throws \Kargo\TransportException where the system refuses it (in use, not permitted)
         */
        public static function bind(string $address = '0.0.0.0:0', int $queued = 64, int $queuedBytes = 262144): static {}

        /**
         * Sends one datagram. It waits for a name to be found and for room in the system's queue; that it arrives is not
         * promised.
         *
         * @throws \Kargo\TransportException too large, no such address, no room
         */
        public function sendTo(string $bytes, string $address): void {}

        /**
         * The next datagram. One at a time waits.
         *
         * @param float|null $timeout seconds; null: for ever
         * @throws \Kargo\TimeoutException
         * @throws \Kargo\ConnectionClosedException if it is closed meanwhile
         */
        public function receive(?float $timeout = null): Datagram {}

        public function address(): string {}

        /** Harmless when repeated. */
        public function close(): void {}
    }

    /** Names. */
    final class Dns
    {
        private function __construct() {}

        /**
         * The addresses of a host name, as the system knows them (/etc/hosts, DNS), in its order.
         *
         * @return non-empty-list<string>
         * @throws \Kargo\TransportException if it has none
         * @throws \Kargo\TimeoutException
         */
        public static function resolve(string $host, float $timeout = 10.0): array {}
    }
}
