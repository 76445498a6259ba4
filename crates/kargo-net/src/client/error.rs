//! Why an exchange failed.

use std::error::Error;
use std::fmt;
use std::io;

use kargo_http::DecodeError;
use kargo_http::EncodeError;

/// An exchange that did not come to its end: how far it came, and what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangeError {
    /// How far it came.
    pub phase: Phase,
    /// What happened.
    pub reason: Reason,
}

/// How far an exchange came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Others were before it: nothing was done.
    Queued,
    /// The host's address was looked for: nothing was sent.
    Resolving,
    /// The connection was being made: nothing was sent.
    Connecting,
    /// The request was being sent: the peer may have seen a part of it.
    Sending,
    /// The request was sent: the peer may have acted on it.
    Waiting,
    /// A part of the response came.
    Receiving,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The host has no address.
    NoAddress,
    /// Nobody listens there.
    Refused,
    /// There is no way there.
    Unreachable,
    /// The phase took too long.
    TimedOut,
    /// The whole took too long.
    Expired,
    /// The peer has reset the connection.
    Reset,
    /// The peer has closed the connection.
    Closed,
    /// What the peer sent is no valid response, or above a limit.
    Protocol(DecodeError),
    /// The peer wants to speak another protocol from here on, which nobody had asked for.
    Switched,
    /// The caller has given it up.
    Cancelled,
    /// Another error of the system, by its number.
    System(i32),
}

impl Reason {
    pub(super) fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => Self::Refused,
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Self::Unreachable,
            io::ErrorKind::TimedOut => Self::TimedOut,
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Reset,
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::System(error.raw_os_error().unwrap_or(libc::EIO)),
        }
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Queued => "while the request waited for a connection",
            Phase::Resolving => "while the host's address was looked for",
            Phase::Connecting => "while connecting",
            Phase::Sending => "while the request was sent",
            Phase::Waiting => "before the response came",
            Phase::Receiving => "within the response",
        };
        write!(formatter, "{} {phase}", self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoAddress => "the host has no address",
            Self::Refused => "nobody listens there",
            Self::Unreachable => "the host can't be reached",
            Self::TimedOut => "it took too long",
            Self::Expired => "the time for all of it was over",
            Self::Reset => "the connection was reset",
            Self::Closed => "the connection was closed",
            Self::Protocol(error) => return write!(formatter, "no valid response: {error}"),
            Self::Switched => "the peer switched to another protocol",
            Self::Cancelled => "it was given up",
            Self::System(error) => return io::Error::from_raw_os_error(*error).fmt(formatter),
        })
    }
}

impl Error for ExchangeError {}

/// Why a request, or a piece of one, was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestError {
    /// The pool, the connection or the exchange is gone.
    Gone,
    /// It is nothing that HTTP allows.
    Encode(EncodeError),
}

impl fmt::Display for RequestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => formatter.write_str("the connection or the request is gone"),
            Self::Encode(error) => error.fmt(formatter),
        }
    }
}

impl Error for RequestError {}

impl From<EncodeError> for RequestError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}
