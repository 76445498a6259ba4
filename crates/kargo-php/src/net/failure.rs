//! What went wrong, as an exception that says what to do.

use std::io;

use kargo_net::streams::{Direction, StreamId};

use super::Net;
use crate::engine::Thrown;
use crate::engine::throw::{class, throw};

/// A failure, on its way out of the tables' borrow.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection or socket is closed.
    Closed(String),
    Transport(String),
    TimedOut(String),
    Protocol(String),
    /// A defect of the calling code.
    Misuse(&'static str),
}

impl Failure {
    /// Makes the exception pending.
    pub(crate) fn raise(&self) -> Thrown {
        match self {
            Self::Closed(text) => throw(class::connection_closed_exception(), text),
            Self::Transport(text) => throw(class::transport_exception(), text),
            Self::TimedOut(text) => throw(class::timeout_exception(), text),
            Self::Protocol(text) => throw(class::protocol_exception(), text),
            Self::Misuse(text) => throw(class::error(), text),
        }
    }

    /// Why a name has no addresses.
    pub(crate) fn of_name(host: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::TimedOut(format!(
                "no address of {host} in time; does this machine's name service work?"
            )),
            io::ErrorKind::InvalidInput => Self::Transport(format!("{host:?} is no host name")),
            _ => {
                let text = error.to_string();
                // What std puts before getaddrinfo's own words.
                let reason = text.strip_prefix("failed to lookup address information: ");
                let reason = reason.unwrap_or(&text);
                Self::Transport(format!("{host} has no address: {reason}"))
            }
        }
    }

    /// Why there is no connection.
    pub(crate) fn of_connect(address: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => {
                Self::TimedOut(format!("no connection to {address} in time"))
            }
            io::ErrorKind::ConnectionRefused => Self::Transport(format!(
                "nobody listens at {address}; is the server running?"
            )),
            _ => Self::Transport(format!("can't connect to {address}: {error}")),
        }
    }

    /// Why nothing can be read or written any more.
    pub(crate) fn of_stream(net: &Net, id: StreamId, direction: Direction) -> Self {
        let other = match direction {
            Direction::Reading => Direction::Writing,
            Direction::Writing => Direction::Reading,
        };
        let streams = &net.streams;
        let error = streams.error(id, direction).or(streams.error(id, other));
        Self::Closed(match error {
            _ if !streams.contains(id) => "this connection was closed".to_owned(),
            None => "this side of the connection was ended by end()".to_owned(),
            Some(error) => match error.kind() {
                io::ErrorKind::TimedOut => {
                    "the peer took nothing for the write timeout, so the connection was closed"
                        .to_owned()
                }
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                    "the peer has reset the connection".to_owned()
                }
                _ => format!("the connection has failed: {error}"),
            },
        })
    }
}
