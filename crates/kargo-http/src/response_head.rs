//! A decoded response head: facts, and offsets into the bytes it was decoded from.

use crate::BodyDecoder;
use crate::BodyFraming;
use crate::Limits;
use crate::Method;
use crate::Span;
use crate::Version;
use crate::fields::Fields;

/// A response head. It owns no bytes: those it was decoded from are given to every question.
///
/// Made once and reused, as a [`RequestHead`](crate::RequestHead) is: filled anew by
/// [`ResponseDecoder::decode`](crate::ResponseDecoder::decode). Clone it to keep it.
#[derive(Clone, Debug, Default)]
pub struct ResponseHead {
    /// The method of the request it answers.
    pub(crate) request_method: Method,
    pub(crate) status: u16,
    pub(crate) version: Version,
    /// `None`: the body ends with the connection.
    pub(crate) framing: Option<BodyFraming>,
    pub(crate) keep_alive: bool,
    pub(crate) reason: Span,
    pub(crate) fields: Fields,
}

impl ResponseHead {
    /// An empty head, to be filled.
    pub fn new() -> Self {
        Self::default()
    }

    /// The status code, 100 to 999. What is above 599 is to be treated like 500 (RFC 9110
    /// section 15).
    #[inline]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Whether another response to the same request follows: 1xx but for 101, after which the
    /// connection speaks another protocol (RFC 9110 section 15.2).
    #[inline]
    pub const fn is_interim(&self) -> bool {
        matches!(self.status, 100 | 102..=199)
    }

    /// Whether the connection is no longer HTTP behind this head: 101, or a CONNECT that
    /// succeeded.
    #[inline]
    pub const fn is_tunnel(&self) -> bool {
        self.status == 101
            || (matches!(self.request_method, Method::Connect) && matches!(self.status, 200..=299))
    }

    /// The reason phrase as it was sent; often empty, and nothing to decide by.
    #[inline]
    pub fn reason<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        self.reason.of(bytes)
    }

    /// The version the response is treated as.
    #[inline]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// How the body is delimited; `None`: it ends when the peer closes the connection.
    #[inline]
    pub const fn body_framing(&self) -> Option<BodyFraming> {
        self.framing
    }

    /// A decoder for the body behind this head.
    pub const fn body_decoder(&self, limits: &Limits) -> BodyDecoder {
        match self.framing {
            Some(framing) => BodyDecoder::new(framing, limits),
            None => BodyDecoder::until_close(limits),
        }
    }

    /// Whether the connection can take another request once the body is complete (RFC 9112
    /// section 9.3).
    #[inline]
    pub const fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Number of header lines.
    #[inline]
    pub fn header_count(&self) -> usize {
        self.fields.count()
    }

    /// All header lines in their order: names as sent, values without the whitespace around.
    pub fn headers<'h, 'b>(
        &'h self,
        bytes: &'b [u8],
    ) -> impl ExactSizeIterator<Item = (&'b [u8], &'b [u8])> + use<'h, 'b> {
        self.fields.iter(bytes)
    }

    /// The value of the first header named `name`, in any case.
    pub fn header<'b>(&self, bytes: &'b [u8], name: impl AsRef<[u8]>) -> Option<&'b [u8]> {
        self.fields.first(bytes, name.as_ref())
    }

    /// The values of all headers named `name`, in any case.
    pub fn header_values<'h, 'b, 'n>(
        &'h self,
        bytes: &'b [u8],
        name: &'n str,
    ) -> impl Iterator<Item = &'b [u8]> + use<'h, 'b, 'n> {
        self.fields.values(bytes, name)
    }
}
