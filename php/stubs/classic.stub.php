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

    // ---- events

    /**
     * Begins with the loop of the process, which everything of this extension shares. MAY be left out.
     *
     * In a process that was forked, the events of the parent are not registered any more; event_reinit() keeps them.
     */
    function event_init(): void {}

    /**
     * To be called in a process that was forked and goes on with the events of its parent: makes the loop anew, and
     * registers all of them again. Else it does nothing.
     */
    function event_reinit(): void {}

    /**
     * A new event, for event_set().
     *
     * An event whose last handle is dropped is cancelled: keep the handle as long as callbacks are to come.
     *
     * @return resource EVENT
     */
    function event_new() {}

    /**
     * Says what an event waits for, and what is called then: $callback($stream, $flags, $event), where $stream and
     * $flags are what was given here; they do not tell a time that ran out from readiness. A pending event is deleted
     * first.
     *
     * @param resource $event EVENT
     * @param resource|int $stream a stream, which becomes non-blocking and unbuffered, and which PHP code may close at
     *        any time; the number of a signal, with EV_SIGNAL; -1 for a timer
     * @param int $flags of EV_READ, EV_WRITE, EV_SIGNAL, EV_PERSIST, EV_TIMEOUT; 0 for a timer
     * @param callable $callback MAY free the event, throw, exit, wait, or run the loop again
     * @return bool false, with a warning, if the stream has no descriptor
     */
    function event_set(mixed $event, mixed $stream, int $flags, callable $callback): bool {}

    /**
     * Registers an event; one without EV_PERSIST is removed when its callback is called.
     *
     * Level-triggered: a callback that leaves bytes unread is called again, if the event is still registered then.
     *
     * @param resource $event EVENT
     * @param mixed $seconds after which the callback is called all the same, and the event removed, with EV_PERSIST too.
     *        What is no int counts as 0. Left out: as before, and at first for ever. Given again: counts from now on.
     * @param mixed $microseconds in addition
     * @return bool false, with a warning: the event was not set, or can't be watched
     */
    function event_add(mixed $event, mixed $seconds = UNKNOWN, mixed $microseconds = 0): bool {}

    /**
     * Removes an event from the loop; a callback that is due already is not called any more.
     *
     * @param resource $event EVENT
     * @return bool true, also if it was not registered
     */
    function event_del(mixed $event): bool {}

    /**
     * Deletes an event; the handle is invalid from then on. Its stream stays open.
     *
     * @param resource $event EVENT
     */
    function event_free(mixed $event): void {}

    /**
     * Runs the loop until nothing is registered any more, or until event_loopbreak(). Called in a callback, it runs until
     * nothing is registered but that callback's own run, or until event_loopbreak() ends it.
     *
     * An exception that leaves a callback leaves this function too; exit ends the script.
     */
    function event_dispatch(): void {}

    /**
     * Lets event_dispatch() return when the callback in progress does; what else is due is called in the next run.
     * Under Kargo\Http\Server::run() it starts a drain.
     *
     * @return bool true
     */
    function event_loopbreak(): bool {}

    /**
     * Sets how many priorities the events of the process's loop have, 1 at first. Of events that are ready at the same
     * time those of the lowest number are called first; before the next number's turn the loop looks again.
     *
     * Under Kargo\Http\Server::run() only events that the same readiness brought are sorted.
     *
     * @param int $priorities 1 to 256
     * @return bool false, with a warning, if the number is not allowed or events are due already
     */
    function event_priority_init(int $priorities): bool {}

    /**
     * Sets the priority of an event; at first it has the middle one.
     *
     * @param resource $event EVENT
     * @param int $priority 0 is the most urgent
     * @return bool false, with a warning, if there is no such priority or the event is due already
     */
    function event_priority_set(mixed $event, int $priority): bool {}

    // ---- bases

    /**
     * A loop of its own, beside that of the process. It runs on the stack of whoever runs it, and nothing else goes on
     * meanwhile.
     *
     * @return resource EVENT BASE
     */
    function event_base_new() {}

    /**
     * Frees a base that has no events.
     *
     * @param resource $base EVENT BASE
     * @return null|false false, with a warning, if event_base_set() attached events to it that still exist
     */
    function event_base_free(mixed $base): ?false {}

    /**
     * Attaches an event to a base. It keeps the base alive.
     *
     * @param resource $event EVENT
     * @param resource $base EVENT BASE
     * @return bool false, with a warning, if the event is pending
     */
    function event_base_set(mixed $event, mixed $base): bool {}

    /**
     * Runs a base: until none of its events is registered any more, or as $flags say. What leaves a callback leaves this
     * function too.
     *
     * @param resource $base EVENT BASE
     * @param int $flags EVLOOP_ONCE, EVLOOP_NONBLOCK
     * @return int 1: nothing is registered; 0: it ended for another reason; -1, with a warning: the loop can't wait
     */
    function event_base_loop(mixed $base, int $flags = 0): int {}

    /**
     * The same as event_base_loop() without flags.
     *
     * @param resource $base EVENT BASE
     */
    function event_base_dispatch(mixed $base): int {}

    /**
     * Lets the innermost run of the base return when the callback in progress does; what else is due is called in the
     * next run.
     *
     * @param resource $base EVENT BASE
     * @return bool true
     */
    function event_base_loopbreak(mixed $base): bool {}

    /**
     * Lets the run of the base return when the time is over and what is due then was called. The base is not without
     * registrations until then.
     *
     * @param resource $base EVENT BASE
     * @param int $microseconds negative: now
     * @return bool true
     */
    function event_base_loopexit(mixed $base, int $microseconds = -1): bool {}

    /**
     * Sets how many priorities the events of the base have; see event_priority_init().
     *
     * @param resource $base EVENT BASE
     */
    function event_base_priority_init(mixed $base, int $priorities): bool {}

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

    // ---- bufferevents

    /**
     * A stream with an input and an output queue: the loop receives and sends, and calls back.
     *
     * Writing is enabled at first, reading is not. The read callback is called once per arrival, not per byte: what it
     * leaves in the input waits for the next arrival. The error callback is called once for each direction that ends;
     * $what is 1 for reading or 2 for writing, and EVBUFFER_EOF, EVBUFFER_ERROR or BEV_EVENT_TIMEOUT. All three are
     * called by the loop, and MAY free the bufferevent, throw, exit, wait, or run the loop again.
     *
     * The stream stays PHP's: it MAY be closed at any time, and then no callback comes any more. A bufferevent whose last
     * handle is dropped is freed.
     *
     * @param resource $stream becomes non-blocking and unbuffered; bytes that PHP has read ahead go to the input
     * @param callable $read $read($bufferevent): bytes have come
     * @param callable $write $write($bufferevent): the output is empty, or at its low watermark
     * @param callable $error $error($stream, $bufferevent, int $what)
     * @return resource|false BUFFEREVENT; false, with a warning, if the stream has no descriptor
     */
    function bufferevent_new(mixed $stream, callable $read, callable $write, callable $error) {}

    /**
     * Frees a bufferevent; the handle is invalid from then on. The kernel is offered once more what is in the output. The
     * stream stays open.
     *
     * @param resource $bufferevent BUFFEREVENT
     */
    function bufferevent_free(mixed $bufferevent): void {}

    /**
     * Enables directions. Enabling EV_WRITE with an empty output gives one call of the write callback, as soon as the
     * kernel would take something: for a connection that is under way, when it has come about.
     *
     * @param resource $bufferevent BUFFEREVENT
     * @param int $flags EV_READ, EV_WRITE
     * @return bool false if the stream was closed
     */
    function bufferevent_enable(mixed $bufferevent, int $flags): bool {}

    /**
     * Disables directions: nothing is received, or nothing is sent, and its timeout does not run.
     *
     * @param resource $bufferevent BUFFEREVENT
     * @param int $flags EV_READ, EV_WRITE
     * @return bool true
     */
    function bufferevent_disable(mixed $bufferevent, int $flags): bool {}

    /**
     * Takes at most $count bytes off the input and appends them to $target, which becomes a string first.
     *
     * @param resource $bufferevent BUFFEREVENT
     * @return int|false how many; 0 if there are none; false if $count is less than 1
     */
    function bufferevent_read(mixed $bufferevent, mixed &$target, int $count): int|false {}

    /**
     * Appends $data to the output; the loop sends it at the end of its turn.
     *
     * @param resource $bufferevent BUFFEREVENT
     * @return bool false, and nothing was taken: the output is at its high watermark (16 MiB at first; the write callback
     *         tells when it is not any more), sending has failed, or the stream was closed
     */
    function bufferevent_write(mixed $bufferevent, string $data): bool {}

    /**
     * Sets how long the peer may send nothing while reading is enabled, and take nothing while something is to be sent. A
     * timeout calls the error callback and disables its direction.
     *
     * @param resource $bufferevent BUFFEREVENT
     * @param float $read seconds; 0: for ever, as at first
     * @param float $write seconds; 0: for ever, as at first
     * @return bool false if the stream was closed
     */
    function bufferevent_settimeout(mixed $bufferevent, float $read, float $write): bool {}

    /**
     * Sets the watermarks, in bytes, of directions.
     *
     * The read callback is called when at least $low bytes are in the input; at $high the peer has to wait until some are
     * read. The write callback is called when at most $low bytes are left in the output; at $high writing is refused.
     *
     * @param resource $bufferevent BUFFEREVENT
     * @param int $flags EV_READ, EV_WRITE
     * @param int $low 0 at first
     * @param int $high 0: no limit. At first 64 KiB for reading, 16 MiB for writing
     * @return bool false if the stream was closed
     */
    function bufferevent_watermark_set(mixed $bufferevent, int $flags, int $low, int $high): bool {}

    /**
     * Sets the priority of its callbacks; see event_priority_init().
     *
     * @param resource $bufferevent BUFFEREVENT
     * @param int $priority 0 is the most urgent
     * @return bool false, with a warning, if there is no such priority
     */
    function bufferevent_priority_set(mixed $bufferevent, int $priority): bool {}

    /**
     * Attaches a bufferevent to a base: before reading is enabled and anything was written. It keeps the base alive.
     *
     * @param resource $bufferevent BUFFEREVENT
     * @param resource $base EVENT BASE
     * @return bool false, with a warning: it is in use already, or its stream was closed
     */
    function bufferevent_base_set(mixed $bufferevent, mixed $base): bool {}

    /**
     * Goes on with another stream, with what is in the input and the output. Directions stay enabled or disabled; one that
     * had ended is not over any more.
     *
     * @param resource $bufferevent BUFFEREVENT
     * @param resource $stream
     * @return bool false, with a warning, if the stream has no descriptor
     */
    function bufferevent_fd_set(mixed $bufferevent, mixed $stream): bool {}

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
