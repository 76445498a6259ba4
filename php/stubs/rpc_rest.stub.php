<?php

/**
 * How methods are reached by HTTP verbs and paths. See kargo_event.stub.php for what this file is.
 *
 * @generate-class-entries
 */

namespace Kargo\Rpc {
    /** The method is safe: GET calls it, at /rest/NAME and at this path below the Api's mount. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::IS_REPEATABLE)]
    final class Get
    {
        /**
         * @param string|null $path as a route of Kargo\Http\Server: '/polls/{id}'; its parameters are the method's
         * @param int $status of an answer that went well
         */
        public function __construct(public readonly ?string $path = null, public readonly int $status = 200) {}
    }

    /** POST calls the method, at this path below the Api's mount. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::IS_REPEATABLE)]
    final class Post
    {
        public function __construct(public readonly ?string $path = null, public readonly int $status = 200) {}
    }

    /** PUT calls the method, at this path below the Api's mount. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::IS_REPEATABLE)]
    final class Put
    {
        public function __construct(public readonly string $path, public readonly int $status = 200) {}
    }

    /** PATCH calls the method, at this path below the Api's mount. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::IS_REPEATABLE)]
    final class Patch
    {
        public function __construct(public readonly string $path, public readonly int $status = 200) {}
    }

    /** DELETE calls the method, at this path below the Api's mount. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::IS_REPEATABLE)]
    final class Delete
    {
        public function __construct(public readonly string $path, public readonly int $status = 200) {}
    }

    /** The argument is the request header of this name. */
    #[\Attribute(\Attribute::TARGET_PARAMETER)]
    final class Header
    {
        public function __construct(public readonly string $name) {}
    }

    /** The argument comes from the query, under its own name or this one. */
    #[\Attribute(\Attribute::TARGET_PARAMETER)]
    final class Query
    {
        public function __construct(public readonly ?string $name = null) {}
    }

    /** The argument is the body as a whole. */
    #[\Attribute(\Attribute::TARGET_PARAMETER)]
    final class Body
    {
        public function __construct() {}
    }

    /** Scripts of these web pages may call, and read the answers: on a method, a class, or for a whole Api. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_CLASS)]
    final class Cors
    {
        /**
         * @param list<string> $origins as browsers send them: 'https://example.org'; or '*' for all
         * @param list<string> $headers that requests may have beside the usual ones
         * @param list<string> $exposed headers of answers that scripts may read
         * @param bool $credentials whether cookies and HTTP authentication may be sent; not with '*'
         * @param int $maxAge seconds that a browser may keep this
         */
        public function __construct(
            public readonly array $origins,
            public readonly array $headers = ['Content-Type', 'Authorization', 'If-None-Match', 'Idempotency-Key'],
            public readonly array $exposed = ['ETag', 'Retry-After', 'X-Request-Id'],
            public readonly bool $credentials = false,
            public readonly int $maxAge = 600,
        ) {}
    }
}
