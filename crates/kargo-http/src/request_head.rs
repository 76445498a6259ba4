//! A decoded request head: facts, and offsets into the bytes it was decoded from.

use crate::Method;
use crate::Span;
use crate::fields::Fields;

/// The version a request is treated as. 1.2 to 1.9 are 1.1 (RFC 9110 section 2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    #[default]
    Http11,
}

/// The form of the request target (RFC 9112 section 3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetForm {
    /// `/path?query`
    #[default]
    Origin,
    /// `http://host/path?query`; its authority overrides the Host field.
    Absolute,
    /// `host:port`, with CONNECT only.
    Authority,
    /// `*`, with OPTIONS only.
    Asterisk,
}

/// How the body is delimited (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyFraming {
    /// There is no body.
    #[default]
    None,
    /// That many bytes, as Content-Length says; may be 0.
    Length(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
}

/// A request head. It owns no bytes: those it was decoded from are given to every question.
///
/// Made once and reused: the decoder fills it anew for each request and allocates only when a
/// request has more header lines than any before. Clone it to keep it.
#[derive(Clone, Debug, Default)]
pub struct RequestHead {
    pub(crate) method: Method,
    pub(crate) version: Version,
    pub(crate) form: TargetForm,
    pub(crate) framing: BodyFraming,
    pub(crate) keep_alive: bool,
    pub(crate) expects_continue: bool,
    pub(crate) wants_upgrade: bool,
    pub(crate) method_name: Span,
    pub(crate) target: Span,
    pub(crate) path: Span,
    pub(crate) query: Option<Span>,
    /// The authority of an absolute-form or authority-form target, else the Host field.
    pub(crate) host: Option<Span>,
    pub(crate) fields: Fields,
}

impl RequestHead {
    /// An empty head, to be filled by [`HeadDecoder::decode`](crate::HeadDecoder::decode).
    pub fn new() -> Self {
        Self::default()
    }

    /// The method.
    #[inline]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The method as it was sent.
    #[inline]
    pub fn method_name<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        self.method_name.of(bytes)
    }

    /// The version the request is treated as.
    #[inline]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The form of the target.
    #[inline]
    pub const fn target_form(&self) -> TargetForm {
        self.form
    }

    /// The whole request target as it was sent.
    #[inline]
    pub fn target<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        self.target.of(bytes)
    }

    /// The path, still percent-encoded, its escapes well-formed. `/` for an absolute-form target
    /// without a path; `*` for the asterisk form; empty for the authority form.
    #[inline]
    pub fn path<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        if self.path.is_empty() && self.form == TargetForm::Absolute {
            return b"/";
        }
        self.path.of(bytes)
    }

    /// The query without its `?`, still encoded; `None` if the target has no `?`.
    #[inline]
    pub fn query<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        self.query.map(|span| span.of(bytes))
    }

    /// Where [`RequestHead::path`] is; empty where that is the implied `/`.
    #[inline]
    pub const fn path_span(&self) -> Span {
        self.path
    }

    /// Where [`RequestHead::query`] is.
    #[inline]
    pub const fn query_span(&self) -> Option<Span> {
        self.query
    }

    /// The host the request is for, with its port if it names one: the target's authority, else
    /// the Host field (RFC 9112 section 3.2.2). `None` only in HTTP/1.0.
    #[inline]
    pub fn host<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        self.host.map(|span| span.of(bytes))
    }

    /// How the body is delimited.
    #[inline]
    pub const fn body_framing(&self) -> BodyFraming {
        self.framing
    }

    /// Whether there is a body of at least one byte, or may be (chunked).
    #[inline]
    pub const fn has_body(&self) -> bool {
        !matches!(self.framing, BodyFraming::None | BodyFraming::Length(0))
    }

    /// Whether the peer wants the connection to stay open (RFC 9112 section 9.3).
    #[inline]
    pub const fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether the peer waits for `100 Continue` before it sends the body. Never in HTTP/1.0 and
    /// never without a body (RFC 9110 section 10.1.1).
    #[inline]
    pub const fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    /// Whether Connection names `upgrade` and there is an Upgrade field (RFC 9110 section 7.8).
    #[inline]
    pub const fn wants_upgrade(&self) -> bool {
        self.wants_upgrade
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

    /// The spans of all header lines, name and value.
    pub fn header_spans(&self) -> impl ExactSizeIterator<Item = (Span, Span)> + '_ {
        self.fields.spans()
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
