//! Who of several workers takes the next connection.

use std::fmt;
use std::time::Duration;

/// Asked before each connection is taken from a listener that several processes share.
///
/// It is called with the server borrowed: it must not call back.
pub trait AcceptGate: fmt::Debug {
    /// Whether this process should take the next connection.
    fn decide(&mut self) -> AcceptDecision;

    /// A connection was taken.
    fn opened(&mut self);

    /// A connection has ended.
    fn closed(&mut self);
}

/// The answer of an [`AcceptGate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptDecision {
    /// Take it.
    Accept,
    /// Leave it to another process: the listeners leave the loop until the time is over or
    /// [`crate::Server::poke_listeners`] is called.
    Leave {
        /// How long to stay away, rounded up to milliseconds.
        retry_after: Duration,
    },
}
