<?php

/**
 * What exported classes say of their methods and types beside PHP's own signatures. See kargo_event.stub.php for what
 * this file is.
 *
 * @generate-class-entries
 */

namespace Kargo\Rpc {
    /** The name that a method, a parameter or a member of an object has for callers. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_PARAMETER | \Attribute::TARGET_PROPERTY)]
    final class Name
    {
        public function __construct(public readonly string $name) {}
    }

    /** What callers are told about a method, a parameter, a member or a class; comes before the docblock. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION | \Attribute::TARGET_PARAMETER | \Attribute::TARGET_PROPERTY | \Attribute::TARGET_CLASS)]
    final class Description
    {
        public function __construct(public readonly string $text) {}
    }

    /** The method should not be called any more; descriptions say so, and why. */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION)]
    final class Deprecated
    {
        public function __construct(public readonly string $reason = '') {}
    }

    /**
     * Nobody waits for what the method gives or throws: SOAP describes it without an answer, and says 202. The method
     * runs to its end; its failures are in the log. Other protocols answer as ever.
     */
    #[\Attribute(\Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION)]
    final class OneWay
    {
        public function __construct() {}
    }

    /**
     * In SOAP the argument is a header block of the envelope, in the namespace of the Api, which the method is then said
     * to understand; it is read where it is among the other arguments, too. To other protocols it is a parameter as any.
     */
    #[\Attribute(\Attribute::TARGET_PARAMETER)]
    final class SoapHeader
    {
        public function __construct() {}
    }
}
