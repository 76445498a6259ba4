<?php

/**
 * What one visitor's request leaves behind for the next visitor, and what is done about it: docs/ISOLATION.md.
 *
 * @generate-class-entries
 */

namespace Kargo\App {
    /** What is done about state that a request leaves behind in the worker. */
    enum Isolation
    {
        /** Nothing is looked at. */
        case Off;

        /** The log names it, once per worker: `Cart::$items`, `total()::$sum`, `$user`, `ini precision`. */
        case Log;

        /** As Log, and it is put back to what it was, as far as it can be. */
        case Reset;

        /** As Log, and the worker answers nobody else: it refuses what it has received already and is replaced. */
        case Strict;
    }
}
