//! Requests as they are given to a client.

use std::time::Duration;

use crate::slots::Place;

/// Names one exchange of a client; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExchangeId(pub(super) Place);

/// Names one connection that was opened with [`super::Client::open`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConnectionId(pub(super) Place);

/// Names one pool of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PoolId(pub(super) Place);

/// A request. Framing is the client's; CR, LF and NUL are refused wherever they are.
#[derive(Debug, Clone, Copy)]
pub struct ClientRequest<'a> {
    /// The method, as it is sent.
    pub method: &'a [u8],
    /// The request target, already percent-encoded: path and query.
    pub target: &'a [u8],
    /// The Host if the headers have none.
    pub host: &'a [u8],
    /// The User-Agent if the headers have none.
    pub user_agent: Option<&'a [u8]>,
    /// Further headers, in their order.
    pub headers: &'a [(&'a [u8], &'a [u8])],
    /// The body.
    pub body: RequestBody<'a>,
    /// Whether the response's body is handed out as it comes: [`super::ClientEvent::Head`], then
    /// [`super::ClientEvent::Body`] until [`super::ClientEvent::Complete`].
    pub is_streamed: bool,
    /// Bytes the response's body may have, if not as many as the options say.
    pub body_limit: Option<u64>,
    /// From now to the end of the response, whatever the phases may take.
    pub total_timeout: Option<Duration>,
    /// Whether the connection is closed afterwards.
    pub close: bool,
}

impl<'a> ClientRequest<'a> {
    /// A request without headers and body.
    pub const fn new(method: &'a [u8], target: &'a [u8], host: &'a [u8]) -> Self {
        Self {
            method,
            target,
            host,
            user_agent: None,
            headers: &[],
            body: RequestBody::Whole(b""),
            is_streamed: false,
            body_limit: None,
            total_timeout: None,
            close: false,
        }
    }
}

/// The body of a request.
#[derive(Debug, Clone, Copy)]
pub enum RequestBody<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It comes in pieces, by [`super::Client::write`] and [`super::Client::end`]; of that length if it is known, else
    /// in chunks.
    Streamed(Option<u64>),
}
