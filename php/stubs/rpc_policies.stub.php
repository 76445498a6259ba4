<?php

/**
 * What exported classes say of their methods that is enforced before PHP runs. See kargo_event.stub.php for what this
 * file is, and docs/rpc/POLICIES.md for how it works.
 *
 * @generate-class-entries
 */

namespace Kargo\Rpc {
    /**
     * At most so many calls in so many seconds: all at once, or evenly. On a class it is one limit for all its methods
     * together; several may stand side by side.
     */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_CLASS | \Attribute::IS_REPEATABLE)]
    final class RateLimit
    {
        /**
         * @param float $per seconds
         * @param string $by who has a limit of his own: each 'client' (by address), each 'caller' (by the name it has
         *     shown credentials for; by address if none; needs an Api with auth), or 'all' together
         */
        public function __construct(public readonly int $count, public readonly float $per = 60.0, public readonly string $by = 'client') {}
    }

    /** A call that takes longer ends with a fault: a Kargo\TimeoutException is thrown where it is. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_CLASS)]
    final class Timeout
    {
        public function __construct(public readonly float $seconds) {}
    }

    /** The result is kept for calls with the same arguments, whatever their protocol; equal calls at once run it once. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_CLASS)]
    final class Cache
    {
        /** @param string|list<string> $vary what else it depends on: 'caller', 'client', or the name of a header */
        public function __construct(public readonly float $seconds, public readonly string|array $vary = []) {}
    }

    /**
     * A call that comes again with the same Idempotency-Key header (1 to 255 bytes, once) is answered as before, without
     * being run again.
     */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_CLASS)]
    final class Idempotent
    {
        /**
         * @param float $seconds how long the answer is kept
         * @param bool $required refuse calls without the header
         */
        public function __construct(public readonly float $seconds = 86400.0, public readonly bool $required = false) {}
    }

    /** Only for callers who have shown who they are, by one of these schemes: 'apiKey', 'basic', 'bearer'; [] is any. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_CLASS)]
    final class Authenticate
    {
        /** @param string|list<string> $schemes */
        public function __construct(public readonly string|array $schemes = []) {}
    }

    /** For anybody, though the Api has an authentication. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_CLASS)]
    final class Anonymous
    {
        public function __construct() {}
    }

    /** Only for callers who have one of these roles, of which there is at least one. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_CLASS)]
    final class Roles
    {
        /** @param string|list<string> $roles */
        public function __construct(public readonly string|array $roles) {}
    }

    /** Who calls: what the credentials of a request say. */
    final class Caller
    {
        /**
         * @param list<string> $roles
         * @param array<string, mixed> $claims those of the token; what a verifier wants its methods to know
         * @param string $scheme 'apiKey', 'basic' or 'bearer'; set when the call comes
         */
        public function __construct(
            public readonly string $name,
            public readonly array $roles = [],
            public readonly array $claims = [],
            public readonly string $scheme = '',
        ) {}

        /** The caller of the method that runs; null if the request has no credentials. */
        public static function current(): ?Caller {}
    }

    /** Authentication by a key in a header: new Api(auth: new ApiKeys([…])). */
    final class ApiKeys
    {
        /**
         * @param array<string, string> $keys the SHA-256 of each key, in hexadecimal, by the caller's name
         * @param mixed $verify a callable instead: fn (string $key): Caller|string|null, the caller or its name; what it
         *     says is remembered
         * @param array<string, list<string>> $roles by the caller's name
         * @param float $remember seconds for which a verifier's word is good
         */
        public function __construct(
            public readonly array $keys = [],
            public readonly mixed $verify = null,
            public readonly array $roles = [],
            public readonly string $header = 'X-Api-Key',
            public readonly float $remember = 60.0,
        ) {}
    }

    /** HTTP Basic: user names and passwords. */
    final class BasicUsers
    {
        /**
         * @param array<string, string> $users what password_hash() gave for each password, by the user's name
         * @param mixed $verify a callable instead: fn (string $user, string $password): Caller|string|bool|null
         * @param array<string, list<string>> $roles by the user's name
         * @param float $remember seconds for which a password that was right is not verified again
         */
        public function __construct(
            public readonly array $users = [],
            public readonly mixed $verify = null,
            public readonly array $roles = [],
            public readonly string $realm = 'API',
            public readonly float $remember = 60.0,
        ) {}
    }

    /** Bearer tokens that are JSON Web Tokens (RFC 7519), signed by one algorithm; exp is required, nbf is heeded. */
    final class BearerTokens
    {
        /**
         * @param string $algorithm HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA
         * @param string|array<string, string> $key the secret (32 bytes or more), or the public key in PEM; several by
         *     the kid that tokens name
         * @param string|list<string> $issuer one of these must be the token's iss
         * @param string|list<string> $audience one of these must be in the token's aud
         * @param int $leeway seconds by which clocks may differ
         * @param string $name the claim that is the caller's name
         * @param string $roles the claim that has its roles: a list, or words with spaces between them
         */
        public function __construct(
            public readonly string $algorithm,
            public readonly string|array $key,
            public readonly string|array $issuer = [],
            public readonly string|array $audience = [],
            public readonly int $leeway = 30,
            public readonly string $name = 'sub',
            public readonly string $roles = 'roles',
            public readonly string $realm = 'API',
        ) {}
    }
}
