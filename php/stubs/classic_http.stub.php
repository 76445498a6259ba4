<?php

/**
 * HTTP in the classic API of the extension kargo_event: the functions evhttp_* of 2009, on the same loop and the same
 * server as the classes of kargo_event.stub.php. See classic.stub.php for what holds of all these functions.
 *
 *     function answer($request) {
 *         evhttp_response_add_header($request, 'Content-Type', 'text/plain; charset=utf-8');
 *         return 'You asked for ' . evhttp_request_uri($request) . "\n";
 *     }
 *     event_init();
 *     $server = evhttp_start('127.0.0.1', 8000);
 *     evhttp_set_gencb($server, 'answer');
 *     event_dispatch();
 *
 * @generate-class-entries
 */

namespace {
    // ---- servers

    /**
     * Listens, and serves while event_dispatch() runs. There may be several servers.
     *
     * A client has 10 s for the head of a request, 10 s between two arrivals of a body, 10 s between two requests, and
     * 10 s to take more of an answer. Requests are limited as those of Kargo\Http\Server are by default: a body of more
     * than 1 MiB is answered with 413, and no callback sees it.
     *
     * The server is gone as soon as nothing refers to its handle: it listens no more and its connections are closed, but
     * for those whose requests are in progress: they are answered, then closed.
     *
     * @param string $host an IP address, or a name that has one
     * @param int $port 0: the system chooses
     * @return resource|false EVHTTP; false, with a warning, if it can't listen there
     * @throws ValueError $port is not between 0 and 65535
     */
    function evhttp_start(string $host, int $port) {}

    /**
     * Sets the callback that gets every request, in place of the one before. Without one, requests are answered with 404.
     *
     * It is called with the request: callback($request). It may wait with Kargo\delay(), other requests are served
     * meanwhile; it may run the loop. What it returns is the answer:
     *
     * | returned                | sent                                                                          |
     * |-------------------------|-------------------------------------------------------------------------------|
     * | string                  | 200 OK and that body                                                          |
     * | EVBUFFER                | 200 OK and what is in it; the buffer is freed                                 |
     * | EVHTTP Response         | its code, message and content                                                 |
     * | null, bool, int, float, | 200 OK and no body; a warning, since this is seldom meant                     |
     * | array, object           |                                                                               |
     * | another resource        | 503 ERR and no body; a warning                                                |
     *
     * Before the body comes what evhttp_request_append_body() was given. A body without a Content-Type is sent as
     * "text/html; charset=ISO-8859-1". Content-Length, Date and Connection are added as they have to be.
     *
     * A callback that throws is answered with 503 ERR, and the exception is shown as a warning; the server goes on. A
     * callback that calls exit is answered so too, and the script ends.
     *
     * @param resource $server EVHTTP
     */
    function evhttp_set_gencb(mixed $server, callable $callback): null {}

    /**
     * An answer to be returned by a callback. It may be returned more than once.
     *
     * @param string|Stringable $content the body
     * @param int $code the status, 200 to 599
     * @param string $message the words behind it
     * @return resource EVHTTP Response
     * @throws ValueError the code is none, or the message has control characters
     */
    function evhttp_response_set(Stringable|string $content, int $code, string $message) {}

    /**
     * Adds a header line to the answer to a *request*. A line of the same name that is there already stays.
     *
     * Content-Length and Transfer-Encoding are the server's: they are left out, but for the Content-Length of an answer
     * to HEAD. "Connection: close" closes the connection after the answer.
     *
     * @param resource $request EVHTTP Request
     * @return bool false: name or value can't be sent (CR, LF, other control characters), or the request was answered
     */
    function evhttp_response_add_header(mixed $request, string $name, string $value): bool {}

    // ---- requests of other servers

    /**
     * A connection to a server, which is made when it has its first request, and again when it was closed and has
     * another. It takes 45 s at most to connect, and 50 s between two arrivals.
     *
     * @param string $host a name, which is looked up without blocking, or an IP address
     * @return resource EVHTTP Connection
     * @throws ValueError $port is not between 1 and 65535, or $host is none
     */
    function evhttp_connection_new(string $host, int $port) {}

    /**
     * Has the callback called at each end of the connection once it was established, whoever ends it: callback($connection).
     * It comes before the callback of the request that the connection ended with. While it is set and the connection is
     * open, event_dispatch() goes on.
     *
     * @param resource $connection EVHTTP Connection
     */
    function evhttp_connection_set_closecb(mixed $connection, callable $callback): bool {}

    /**
     * A request. The callback is called once, when it is over: callback($request); the functions below tell of the reply.
     * If there is none (nobody listens, it took too long, it was not HTTP), evhttp_request_status() is 0.
     *
     * @return resource EVHTTP Request
     */
    function evhttp_request_new(callable $callback) {}

    /**
     * Sends a request, after those that were given to the connection before. Request and connection live until the
     * callback was called, whatever becomes of the variables.
     *
     * Host is added unless evhttp_request_add_header() gave one, and Content-Length where there is a body. A reply may
     * have 256 MiB of body. Redirects are replies like others.
     *
     * @param resource $connection EVHTTP Connection
     * @param resource $request EVHTTP Request
     * @param int $type one of the EVHTTP_REQ_* constants
     * @param string $url the request target: path and query; what is not ASCII is percent-encoded
     * @return int 0; -1 if it can't be sent: sent before, control characters, headers that contradict each other
     */
    function evhttp_make_request(mixed $connection, mixed $request, int $type, string $url): int {}

    /**
     * Frees the handle of a request, also within its callback. A request that is on its way goes on: its callback gets
     * a new handle.
     *
     * @param resource $request EVHTTP Request
     */
    function evhttp_request_free(mixed $request): bool {}

    // ---- requests
    // A handle that is kept beyond its callback still tells what came, and takes nothing more for the answer.

    /**
     * The request target as it was sent, with its query, undecoded; also in its absolute form.
     *
     * @param resource $request EVHTTP Request
     */
    function evhttp_request_uri(mixed $request): string {}

    /**
     * evhttp_request_uri() by the name that it had in other versions.
     *
     * @param resource $request EVHTTP Request
     */
    function evhttp_request_get_uri(mixed $request): string {}

    /**
     * GET, POST, HEAD, PUT, DELETE, OPTIONS, TRACE, CONNECT or PATCH; null for any other method.
     *
     * @param resource $request EVHTTP Request
     */
    function evhttp_request_method(mixed $request): ?string {}

    /**
     * The body that came: of a client's request, or of the reply to a request of ours. What was drained from the input
     * buffer is missing.
     *
     * @param resource $request EVHTTP Request
     * @return string|false false: there is none
     */
    function evhttp_request_body(mixed $request): string|false {}

    /**
     * The body that came, as a buffer, the same each time. It stays valid when the request is over.
     *
     * @param resource $request EVHTTP Request
     * @return resource EVBUFFER
     */
    function evhttp_request_input_buffer(mixed $request) {}

    /**
     * The header lines that came, names as they were sent; of several lines of one name the last.
     *
     * @param resource $request EVHTTP Request
     * @return array<string, string>
     */
    function evhttp_request_headers(mixed $request): array {}

    /**
     * evhttp_request_headers() by the name that it had in other versions.
     *
     * @param resource $request EVHTTP Request
     * @return array<string, string>
     */
    function evhttp_request_get_headers(mixed $request): array {}

    /**
     * The value of the first header line of that name that came, in any case; null if there is none.
     *
     * @param resource $request EVHTTP Request
     */
    function evhttp_request_find_header(mixed $request, string $name): ?string {}

    /**
     * Adds a header line to a request: to one of ours, before it is sent; or, in a server's callback, behind those that
     * came, for whoever reads them later.
     *
     * @param resource $request EVHTTP Request
     * @return bool false: name or value can't be sent (CR, LF, other control characters), or the request is over
     */
    function evhttp_request_add_header(mixed $request, string $name, string $value): bool {}

    /**
     * Appends to the body that goes out: of the answer, before what the callback returns; or of a request of ours.
     *
     * @param resource $request EVHTTP Request
     * @return bool false: the request is over
     */
    function evhttp_request_append_body(mixed $request, string $data): bool {}

    /**
     * The code of the reply to a request of ours; 0 before it, if there was none, and in a server's callback.
     *
     * @param resource $request EVHTTP Request
     */
    function evhttp_request_status(mixed $request): int {}
}
