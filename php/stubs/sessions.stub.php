<?php

/**
 * Sessions. Part of the PHP face of kargo_event; see kargo_event.stub.php, and docs/SESSIONS.md.
 *
 * @generate-class-entries
 */

namespace Kargo\Http {
    /** The store of sessions is away, full or refuses. Where nobody catches it, the answer is 503. */
    class SessionException extends \RuntimeException implements \Kargo\KargoException {}

    /**
     * Where sessions are kept, for Server::sessions(), and the cookie that visitors show.
     *
     * What all three have: a session ends $idleSeconds after its last use, and $absoluteSeconds after it began or was
     * regenerated. The cookie is named __Host-session where $secure, $path and $domain allow it, else session. With $secure
     * browsers send it over HTTPS only, and to localhost. $persistent lets it outlive the browser, by $idleSeconds.
     */
    final class Sessions
    {
        private function __construct() {}

        /**
         * In the cookie itself, signed (HMAC-SHA256): readable by the visitor, but not to be changed. At most 4096 bytes. A
         * copy of the cookie is good until its time is over, also after destroy().
         *
         * @param string|list<string> $secrets of 32 bytes or more: the first one signs, all verify
         * @throws \Kargo\ConfigurationException
         */
        public static function inCookie(
            #[\SensitiveParameter] string|array $secrets,
            int $idleSeconds = 7200,
            int $absoluteSeconds = 604800,
            ?string $cookie = null,
            bool $secure = true,
            string $sameSite = 'Lax',
            bool $httpOnly = true,
            string $path = '/',
            ?string $domain = null,
            bool $persistent = false,
        ): static {}

        /**
         * In files of a directory, which is made for its owner alone. What is over is removed meanwhile.
         *
         * @throws \Kargo\ConfigurationException if it can't be written to, or others can
         */
        public static function inFiles(
            string $directory,
            int $idleSeconds = 7200,
            int $absoluteSeconds = 604800,
            ?string $cookie = null,
            bool $secure = true,
            string $sameSite = 'Lax',
            bool $httpOnly = true,
            string $path = '/',
            ?string $domain = null,
            bool $persistent = false,
        ): static {}

        /**
         * In a Redis server, for several machines.
         *
         * @param string $url redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE][?prefix=NAME&timeout=SECONDS], or
         *     unix://[[USER]:PASSWORD@]/PATH
         * @throws \Kargo\ConfigurationException
         */
        public static function inRedis(
            #[\SensitiveParameter] string $url,
            int $idleSeconds = 7200,
            int $absoluteSeconds = 604800,
            ?string $cookie = null,
            bool $secure = true,
            string $sameSite = 'Lax',
            bool $httpOnly = true,
            string $path = '/',
            ?string $domain = null,
            bool $persistent = false,
        ): static {}
    }

    /**
     * The session of the request in hand, from Request::session().
     *
     * Values are null, bool, int, float, string (of any bytes) and arrays of them; they come back exactly. Keys have 1 to 255
     * bytes. Each method MAY wait for the store; none holds a lock. What a handler changes is kept key by key when it has
     * returned or thrown an HttpException, before its answer goes out; of a handler that fails otherwise nothing is kept.
     * Requests of one visitor that run at the same time keep each other's keys; update() is exact for one key.
     * Every method throws SessionException where the store can't be used.
     */
    final class Session
    {
        private function __construct() {}

        /** What the visitor shows; of a session in a cookie, what tells it from others. A secret: not for logs. */
        public function id(): string {}

        public function get(string $key, mixed $default = null): mixed {}

        /** Whether there is a value, null included. */
        public function has(string $key): bool {}

        /** @return array<string, mixed> */
        public function all(): array {}

        /**
         * @throws \ValueError for an object or resource, for arrays deeper than 64, and for what makes the session too long: 4096
         *     bytes as a cookie, else 1 MiB
         */
        public function set(string $key, mixed $value): static {}

        public function remove(string $key): static {}

        /** The value, which is removed: for messages that are shown once. */
        public function take(string $key, mixed $default = null): mixed {}

        public function clear(): static {}

        /**
         * Makes a value another one: $change gets it (null if there is none) and returns the new one. No change of another
         * request is lost: if one was faster, $change is called again with the newer value. So it has no side effects; it can't
         * wait (AwaitError) and can't change the session (Error). With a store it is done at once, and stays though the handler
         * fails. A session in a cookie has nobody to compare with: there the last answer counts.
         *
         * @param callable(mixed): mixed $change
         * @return mixed the new value
         */
        public function update(string $key, callable $change): mixed {}

        /**
         * Gives the visitor another id with the answer, and a lifetime of its own; the old one is of no use then: to be called
         * at each login and change of rights. The token of forms changes, too.
         */
        public function regenerate(): static {}

        /** Ends the session, and removes the cookie. What is set afterwards begins another one. */
        public function destroy(): void {}

        /** A token for the forms of this session; made at the first call. */
        public function csrfToken(): string {}

        /** Whether a form has sent the session's token. Compares in constant time. */
        public function checkCsrfToken(#[\SensitiveParameter] ?string $token): bool {}
    }
}
