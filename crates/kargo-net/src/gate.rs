//! What is decided by others, while the server is borrowed: who of several workers takes the next connection, and where the
//! body of a request goes.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use kargo_http::RequestHead;

use crate::UploadSettings;

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

/// Asked when the head of a request with a body is decoded, before anything of the body is taken.
///
/// It is called with the server borrowed: it must not call back. It knows no connection, so that the codec of a protocol with
/// streams can ask it too, and give what comes to a [`crate::Spool`] or [`crate::WholeSpool`].
pub trait BodyGate: fmt::Debug {
    /// Where the body goes of the request with this head, which refers to `bytes`.
    fn place(&mut self, head: &RequestHead, bytes: &[u8]) -> BodyPlace;
}

/// The answer of a [`BodyGate`].
#[derive(Debug, Clone)]
pub enum BodyPlace {
    /// Into memory, behind the head, within the limit on bodies.
    Memory,
    /// It is a form: its fields into memory, its files to disk, within these limits. The request is handed out with an
    /// [`crate::Upload`] and an empty body.
    Upload(Rc<UploadSettings>),
    /// As it is to disk, within the bytes that these allow for all of it. The request is handed out with an
    /// [`crate::Upload`] that has it, and an empty body.
    Disk(Rc<UploadSettings>),
}
