//! Why a message cannot be decoded, and what to answer if it is a request.

use std::error::Error;
use std::fmt;

/// A message that is refused. All are the peer's fault or beyond what is implemented here.
///
/// After any of them the connection is closed, a request before that answered with
/// [`DecodeError::status`]: where the next message would begin is not known, or not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The request line is not `method SP target SP version CRLF` (RFC 9112 section 3).
    BadRequestLine,
    /// The method is empty or holds a byte that is not of a token (RFC 9110 section 9.1).
    BadMethod,
    /// The target has none of the four forms, a byte that RFC 3986 does not allow, or a bad escape
    /// in its path (RFC 9112 section 3.2).
    BadTarget,
    /// The form of the target does not fit the method (RFC 9112 sections 3.2.3 and 3.2.4).
    TargetFormNotAllowed,
    /// The version is not `HTTP/digit.digit`, or there is none, as in HTTP/0.9.
    BadVersion,
    /// A major version other than 1.
    VersionNotSupported,
    /// The request line is longer than [`Limits::request_line_bytes`](crate::Limits).
    RequestLineTooLong,
    /// A line ends in LF without CR (RFC 9112 section 2.2 lets a server refuse it).
    BareLf,
    /// CR that is not followed by LF (RFC 9112 section 2.2).
    BareCr,
    /// A field name is empty, followed by whitespace, or holds a byte that is not of a token.
    BadFieldName,
    /// A field value holds a control character other than HTAB (RFC 9110 section 5.5).
    BadFieldValue,
    /// A field line begins with whitespace (obs-fold, RFC 9112 section 5.2).
    FoldedField,
    /// The field lines are more bytes than [`Limits::header_bytes`](crate::Limits).
    HeadersTooLong,
    /// The field lines are more than [`Limits::header_count`](crate::Limits).
    TooManyHeaders,
    /// HTTP/1.1 without a Host field (RFC 9112 section 3.2).
    MissingHost,
    /// More than one Host field line.
    RepeatedHost,
    /// The Host field or the target's authority is not `host [":" port]`.
    BadHost,
    /// More than one Content-Length, be they equal.
    RepeatedContentLength,
    /// A Content-Length that is not all digits.
    BadContentLength,
    /// Both Content-Length and Transfer-Encoding (RFC 9112 section 6.3).
    LengthAndTransferEncoding,
    /// A Transfer-Encoding that is malformed, repeats chunked, or does not end in chunked.
    BadTransferEncoding,
    /// Transfer-Encoding in an HTTP/1.0 message (RFC 9112 section 6.1).
    TransferEncodingInHttp10,
    /// A transfer coding other than chunked, before chunked.
    UnknownTransferCoding,
    /// An expectation other than 100-continue (RFC 9110 section 10.1.1).
    UnknownExpectation,
    /// The body is longer than [`Limits::body_bytes`](crate::Limits).
    BodyTooLarge,
    /// A chunk size is missing, not hexadecimal, or has more than 16 digits.
    BadChunkSize,
    /// A chunk extension is malformed (RFC 9112 section 7.1.1).
    BadChunkExtension,
    /// The chunk extensions are more bytes than [`Limits::chunk_extension_bytes`](crate::Limits).
    ChunkExtensionsTooLong,
    /// The data of a chunk is not followed by CRLF.
    BadChunkEnd,
    /// A trailer field line is malformed.
    BadTrailer,
    /// The trailer section is longer than [`Limits::trailer_bytes`](crate::Limits).
    TrailersTooLong,
    /// The status line is not `version SP 3DIGIT SP [ reason ] CRLF` (RFC 9112 section 4).
    BadStatusLine,
    /// The status line is longer than [`Limits::request_line_bytes`](crate::Limits).
    StatusLineTooLong,
    /// An interim response that announces a body (RFC 9110 section 15.2).
    BodyInInterimResponse,
    /// The interim responses are more than [`Limits::interim_responses`](crate::Limits).
    TooManyInterimResponses,
}

impl DecodeError {
    /// The status code to answer a request with.
    pub const fn status(self) -> u16 {
        match self {
            Self::BodyTooLarge | Self::ChunkExtensionsTooLong => 413,
            Self::RequestLineTooLong => 414,
            Self::UnknownExpectation => 417,
            Self::HeadersTooLong | Self::TooManyHeaders | Self::TrailersTooLong => 431,
            Self::UnknownTransferCoding => 501,
            Self::VersionNotSupported => 505,
            _ => 400,
        }
    }

    /// One phrase for the log. It never quotes what the peer sent.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadRequestLine => "malformed request line",
            Self::BadMethod => "malformed method",
            Self::BadTarget => "malformed request target",
            Self::TargetFormNotAllowed => "form of the request target not allowed with this method",
            Self::BadVersion => "malformed or missing HTTP version",
            Self::VersionNotSupported => "HTTP version not supported",
            Self::RequestLineTooLong => "request line too long",
            Self::BareLf => "line ends in LF without CR",
            Self::BareCr => "CR without LF",
            Self::BadFieldName => "malformed header name",
            Self::BadFieldValue => "control character in a header value",
            Self::FoldedField => "header line begins with whitespace",
            Self::HeadersTooLong => "headers too long",
            Self::TooManyHeaders => "too many headers",
            Self::MissingHost => "no Host header",
            Self::RepeatedHost => "more than one Host header",
            Self::BadHost => "malformed host",
            Self::RepeatedContentLength => "more than one Content-Length",
            Self::BadContentLength => "malformed Content-Length",
            Self::LengthAndTransferEncoding => "both Content-Length and Transfer-Encoding",
            Self::BadTransferEncoding => "malformed Transfer-Encoding",
            Self::TransferEncodingInHttp10 => "Transfer-Encoding in an HTTP/1.0 message",
            Self::UnknownTransferCoding => "unknown transfer coding",
            Self::UnknownExpectation => "unknown expectation",
            Self::BodyTooLarge => "body too large",
            Self::BadChunkSize => "malformed chunk size",
            Self::BadChunkExtension => "malformed chunk extension",
            Self::ChunkExtensionsTooLong => "chunk extensions too long",
            Self::BadChunkEnd => "chunk data not followed by CRLF",
            Self::BadTrailer => "malformed trailer",
            Self::TrailersTooLong => "trailers too long",
            Self::BadStatusLine => "malformed status line",
            Self::StatusLineTooLong => "status line too long",
            Self::BodyInInterimResponse => "an interim response that announces a body",
            Self::TooManyInterimResponses => "too many interim responses",
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl Error for DecodeError {}
