//! Answers as they are given to the server.

use std::fmt;
use std::io;

use kargo_http::BodyEncoder;
use kargo_http::EncodeError;
use kargo_http::LengthSlot;

use crate::RequestId;

/// The head of an answer. Framing, Date and Connection are the server's.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// 200 to 599; 101 only with [`crate::Server::upgrade`].
    pub status: u16,
    /// The reason phrase, if not the usual one.
    pub reason: Option<&'a [u8]>,
    /// The Content-Type if the headers have none.
    pub content_type: Option<&'a [u8]>,
    /// Further headers. Names and values are checked: CR, LF and NUL never reach the peer.
    pub headers: &'a [(&'a [u8], &'a [u8])],
    /// Whether to close the connection afterwards.
    pub close: bool,
}

impl<'a> Answer<'a> {
    /// An answer without headers.
    #[inline]
    pub const fn new(status: u16) -> Self {
        Self {
            status,
            reason: None,
            content_type: None,
            headers: &[],
            close: false,
        }
    }

    /// The same with this Content-Type.
    #[inline]
    #[must_use]
    pub const fn content_type(mut self, content_type: &'a [u8]) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// The same with these headers.
    #[inline]
    #[must_use]
    pub const fn headers(mut self, headers: &'a [(&'a [u8], &'a [u8])]) -> Self {
        self.headers = headers;
        self
    }
}

/// Why an answer was not taken.
#[derive(Debug)]
pub enum AnswerError {
    /// The client or its connection is gone, or the request was answered before. Nothing is left to do.
    Gone,
    /// The answer cannot be sent as it is. The request still waits for one, but for a streamed answer whose head is out
    /// already: there the connection was closed.
    Encode(EncodeError),
    /// The file of [`crate::Server::answer_file`] can't be read, or is shorter than it was. The request still waits for an
    /// answer.
    File(io::Error),
}

impl fmt::Display for AnswerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => formatter.write_str("nobody waits for this answer any more"),
            Self::Encode(error) => error.fmt(formatter),
            Self::File(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for AnswerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Gone => None,
            Self::Encode(error) => Some(error),
            Self::File(error) => Some(error),
        }
    }
}

impl From<EncodeError> for AnswerError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

/// What a streamed answer should do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// Go on.
    Ready,
    /// What was given is taken, but the peer is slow: wait for [`crate::Server::take_writable`].
    Full,
}

/// An answer whose body is being written: the buffer it goes into, taken out of the server, so that anything may
/// happen to the server meanwhile. Give it back with [`crate::Server::finish_whole`] or
/// [`crate::Server::cancel_whole`]: the answers of earlier requests of the same connection may lie in it.
#[derive(Debug)]
#[must_use = "earlier answers of the connection may lie in its buffer"]
pub struct BodySlot {
    pub(crate) id: RequestId,
    pub(crate) buffer: Vec<u8>,
    /// Where this answer begins.
    pub(crate) start: usize,
    /// Where its body begins.
    pub(crate) body_start: usize,
    /// `None` where a codec has the answer's head.
    pub(crate) body: Option<BodyEncoder>,
    pub(crate) length: Option<LengthSlot>,
    pub(crate) keep_alive: bool,
}

impl BodySlot {
    /// The request that is being answered.
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// The buffer. Append the body to it; what is in it already must stay as it is.
    #[inline]
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// What was written of the body.
    pub fn body(&self) -> &[u8] {
        self.buffer.get(self.body_start..).unwrap_or_default()
    }

    /// Drops what was written of the body, so that another can be written under the same head.
    pub fn clear_body(&mut self) {
        self.buffer.truncate(self.body_start);
    }
}
