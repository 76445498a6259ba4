<?php

/**
 * The RPC clients. See kargo_event.stub.php for what this file is.
 *
 * @generate-class-entries
 */

namespace Kargo\Rpc {
    /**
     * What a remote method answered instead of a result; code and message are the server's. It is no Fault: an exported
     * method that lets it pass answers "Internal error", not what another server said.
     */
    final class RemoteFault extends \RuntimeException implements \Kargo\KargoException
    {
        /** @param mixed $data what JSON-RPC has as the error's data, else null */
        public function __construct(string $message = '', int $code = 0, public readonly mixed $data = null, ?\Throwable $previous = null) {}
    }

    /**
     * Calls the methods of a JSON-RPC 2.0 server: $client->call('poll.vote', ['red', 'a']), or as if they were ours:
     * $client->poll->vote('red', 'a'), $client->poll->vote(question: 'red', option: 'a').
     *
     * Every call waits for its answer as Kargo\Http\Client does: in a handler the worker goes on with others.
     *
     * What can be thrown, besides what Kargo\Http\Client throws: RemoteFault for an error of the remote method;
     * ProtocolException for an answer that is no JSON-RPC, its code being HTTP's status if that is an error; \ValueError
     * for what can't be sent.
     */
    final class JsonRpcClient
    {
        /**
         * @param string $url http://host[:port]/path; user:password@ in front of the host is sent as Basic authorization
         * @param \Kargo\Http\Client|null $http whose connections and options are used; null: one of its own
         * @param array<string, string|list<string>> $headers sent with every call
         * @param string|null $bearerToken sent as "Authorization: Bearer"
         * @param float|null $timeout seconds from the call to the end of the answer, in place of ClientOptions::$timeout
         * @param bool $assoc JSON objects are arrays, not stdClass: as json_decode() has it
         * @throws \ValueError
         */
        public function __construct(
            string $url,
            ?\Kargo\Http\Client $http = null,
            array $headers = [],
            ?string $bearerToken = null,
            ?float $timeout = null,
            bool $assoc = false,
        ) {}

        /**
         * Calls a method and waits for its result.
         *
         * @param array<mixed> $params a list is sent by position, string keys by name
         * @throws RemoteFault
         */
        public function call(string $method, array $params = []): mixed {}

        /** Calls a method whose result nobody wants to know, nor whether it failed. */
        public function notify(string $method, array $params = []): void {}

        /** Calls that are sent together, as one body. */
        public function batch(): Batch {}

        /**
         * Makes calls at the same time, each a request of its own, and returns when the last is over.
         *
         * @param array<string|array{0: string, 1?: array<mixed>}> $calls methods, or methods and their parameters
         * @return array<mixed> by the keys of $calls: the result, or the exception that call() would have thrown
         */
        public function all(array $calls, int $concurrency = 100): array {}

        /** The methods whose names begin with "$name.". */
        public function __get(string $name): RemoteNamespace {}

        /** As call(): the arguments' names, if they have any, are the parameters'. */
        public function __call(string $name, array $arguments): mixed {}
    }

    /**
     * Calls the methods of an XML-RPC server: $client->call('system.listMethods'), $client->system->listMethods().
     *
     * DateTimeInterface is sent as dateTime.iso8601, Binary as base64, lists as array, other arrays and objects as struct;
     * what comes is DateTimeImmutable, Binary, list, stdClass. What can be thrown is what JsonRpcClient throws.
     */
    final class XmlRpcClient
    {
        /**
         * See JsonRpcClient for those that it has, too.
         *
         * @param bool $assoc structs are arrays, not stdClass
         * @param bool $nil null is sent as nil; false: \ValueError, for servers that don't know it
         * @param bool $i8 integers beyond 32 bits are sent as i8; false: \ValueError
         * @param bool $zones dates are sent with their zone, which the specification does not have and most servers refuse;
         *     false: as the object shows them, without
         * @throws \ValueError
         */
        public function __construct(
            string $url,
            ?\Kargo\Http\Client $http = null,
            array $headers = [],
            ?string $bearerToken = null,
            ?float $timeout = null,
            bool $assoc = false,
            bool $nil = true,
            bool $i8 = true,
            bool $zones = false,
        ) {}

        /**
         * Calls a method and waits for its result.
         *
         * @param list<mixed> $params
         * @throws RemoteFault
         */
        public function call(string $method, array $params = []): mixed {}

        /** Calls that are sent together, as one system.multicall. */
        public function multicall(): Batch {}

        /**
         * Makes calls at the same time, each a request of its own, and returns when the last is over.
         *
         * @param array<string|array{0: string, 1?: list<mixed>}> $calls methods, or methods and their parameters
         * @return array<mixed> by the keys of $calls: the result, or the exception that call() would have thrown
         */
        public function all(array $calls, int $concurrency = 100): array {}

        /** The methods whose names begin with "$name.". */
        public function __get(string $name): RemoteNamespace {}

        /** As call(). */
        public function __call(string $name, array $arguments): mixed {}
    }

    /** Calls that are sent together: a JSON-RPC batch or a system.multicall. */
    final class Batch
    {
        private function __construct() {}

        /**
         * Adds a call.
         *
         * @param array<mixed> $params as of the client's call()
         * @return int where its result is in what send() returns
         */
        public function call(string $method, array $params = []): int {}

        /**
         * Adds a call that has no result. Not in XML-RPC.
         *
         * @throws \Error
         */
        public function notify(string $method, array $params = []): void {}

        /**
         * Sends the calls and waits for their results. The batch is empty then, and can be used again.
         *
         * @return list<mixed> in the order of the calls: the result, or a RemoteFault; a ProtocolException if the server said
         *     nothing of that call
         */
        public function send(): array {}

        /** The methods whose names begin with "$name.". */
        public function __get(string $name): RemoteNamespace {}

        /** As call(). */
        public function __call(string $name, array $arguments): int {}
    }

    /** Methods whose names begin alike, as an object: $client->poll->vote(…) calls poll.vote. */
    final class RemoteNamespace
    {
        private function __construct() {}

        /** The namespace below it. */
        public function __get(string $name): RemoteNamespace {}

        /** Calls the method; of a batch: adds the call, and returns where its result will be. */
        public function __call(string $name, array $arguments): mixed {}
    }
}
