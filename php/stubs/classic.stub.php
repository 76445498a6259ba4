<?php

/**
 * The classic API of the extension kargo_event: the procedural functions of 2009, on the same loop as the classes of
 * kargo_event.stub.php. Handles are PHP resources of the type that each function names. A wrong handle or a callback
 * that can't be called is a TypeError; what goes wrong besides is a warning and false, as it was then.
 *
 * @generate-class-entries
 */

namespace {
    /** The event's time is over; alone, with the stream -1, a timer. */
    const EV_TIMEOUT = 1;
    /** The stream can be read without blocking: there are bytes, the end, or an error. */
    const EV_READ = 2;
    /** The stream can be written without blocking. */
    const EV_WRITE = 4;
    /** The signal whose number is given in place of the stream. */
    const EV_SIGNAL = 8;
    /** The event stays registered when it fires; a time that runs out ends it all the same. */
    const EV_PERSIST = 16;

    /** event_base_loop(): waits for events, calls their callbacks, then returns. */
    const EVLOOP_ONCE = 1;
    /** event_base_loop(): does not wait; returns when no more events are ready. */
    const EVLOOP_NONBLOCK = 2;

    /** In the third argument of a bufferevent's error callback: the peer has ended its side. */
    const EVBUFFER_EOF = 16;
    /** In the third argument of a bufferevent's error callback: the connection failed. */
    const EVBUFFER_ERROR = 32;

    /** In the third argument of a bufferevent's error callback: it was reading. */
    const BEV_EVENT_READING = 1;
    /** In the third argument of a bufferevent's error callback: it was writing. */
    const BEV_EVENT_WRITING = 2;
    /** The same as EVBUFFER_EOF. */
    const BEV_EVENT_EOF = 16;
    /** The same as EVBUFFER_ERROR. */
    const BEV_EVENT_ERROR = 32;
    /** In the third argument of a bufferevent's error callback: nothing came, or nothing was taken, for too long. */
    const BEV_EVENT_TIMEOUT = 64;
    /** A connection that was under way is there; never passed, since bufferevents get streams that are connected. */
    const BEV_EVENT_CONNECTED = 128;

    /** The method GET. */
    const EVHTTP_REQ_GET = 1;
    /** The method POST. */
    const EVHTTP_REQ_POST = 2;
    /** The method HEAD. */
    const EVHTTP_REQ_HEAD = 4;
    /** The method PUT. */
    const EVHTTP_REQ_PUT = 8;
    /** The method DELETE. */
    const EVHTTP_REQ_DELETE = 16;
    /** The method OPTIONS. */
    const EVHTTP_REQ_OPTIONS = 32;
    /** The method TRACE. */
    const EVHTTP_REQ_TRACE = 64;
    /** The method CONNECT. */
    const EVHTTP_REQ_CONNECT = 128;
    /** The method PATCH. */
    const EVHTTP_REQ_PATCH = 256;
    /** The kind of a message: a request. */
    const EVHTTP_REQUEST = 0;
    /** The kind of a message: a response. */
    const EVHTTP_RESPONSE = 1;

    // ---- buffers

    /**
     * A new, empty buffer.
     *
     * @return resource EVBUFFER
     */
    function evbuffer_new() {}

    /**
     * Frees a buffer at once; the handle is invalid from then on.
     *
     * @param resource $buffer EVBUFFER
     * @return bool true
     */
    function evbuffer_free(mixed $buffer): bool {}

    /**
     * Appends $data.
     *
     * @param resource $buffer EVBUFFER
     * @return int 0: it was appended
     */
    function evbuffer_add(mixed $buffer, string $data): int {}

    /**
     * Takes a line out of the buffer and returns it without its end: "\n", "\r", "\r\n" or "\n\r". An empty line is "".
     *
     * A "\r" or "\n" that is the last byte so far ends its line: should the other half of a pair follow in the next
     * evbuffer_add(), it ends an empty line.
     *
     * @param resource $buffer EVBUFFER
     * @return string|false false: there is no whole line; what there is stays
     */
    function evbuffer_readline(mixed $buffer): string|false {}

    // ---- byte order

    /**
     * The number whose two bytes, in network order, are $bytes.
     *
     * @return float|false false, with a warning, if $bytes has another length
     */
    function ntohs(string $bytes): float|false {}

    /**
     * The number whose four bytes, in network order, are $bytes.
     *
     * @return float|false false, with a warning, if $bytes has another length
     */
    function ntohl(string $bytes): float|false {}

    /**
     * The two bytes $bytes, which lie as this machine keeps numbers, as a number in network order: the same swap as
     * ntohs().
     *
     * @return float|false false, with a warning, if $bytes has another length
     */
    function htons(string $bytes): float|false {}

    /**
     * The four bytes $bytes, which lie as this machine keeps numbers, as a number in network order: the same swap as
     * ntohl().
     *
     * @return float|false false, with a warning, if $bytes has another length
     */
    function htonl(string $bytes): float|false {}
}
