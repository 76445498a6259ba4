//! Why a message cannot be encoded: the fault of whoever made it, not the peer's.

use std::error::Error;
use std::fmt;

/// A message that would not be what its maker meant, or not HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The status is neither 101 nor 200 to 599.
    BadStatus {
        /// The status.
        status: u16,
    },
    /// The reason phrase holds a control character.
    BadReason,
    /// The method of a request is not a token (RFC 9110 section 9.1).
    BadMethod,
    /// The target of a request is empty or holds other bytes than visible ASCII.
    BadTarget,
    /// A request without a Host.
    NoHost,
    /// More than one Host header.
    RepeatedHost,
    /// A header name is not a token (RFC 9110 section 5.6.2).
    BadHeaderName {
        /// The name, what is not printable escaped.
        name: String,
    },
    /// A header value holds CR, LF, NUL or another control character.
    BadHeaderValue {
        /// The name of the header, what is not printable escaped.
        name: String,
    },
    /// Content-Length differs from the length of the body.
    LengthMismatch {
        /// What the header says.
        declared: u64,
        /// How long the body is, or what another Content-Length says.
        actual: u64,
    },
    /// The body is longer than its Content-Length; the excess was not encoded.
    BodyTooLong,
    /// The body ended before its Content-Length; the connection must be closed.
    BodyTooShort {
        /// How many bytes are missing.
        missing: u64,
    },
    /// A body built in memory is longer than [`LengthSlot`](crate::LengthSlot) has digits for.
    LengthTooLarge {
        /// How long it is.
        length: u64,
    },
    /// A cookie or one of its attributes holds what RFC 6265 section 4.1.1 does not allow, or
    /// attributes contradict each other.
    BadCookie {
        /// The name of the cookie, what is not printable escaped.
        name: String,
        /// What is wrong.
        problem: &'static str,
    },
}

impl EncodeError {
    #[cold]
    pub(crate) fn bad_name(name: &[u8]) -> Self {
        Self::BadHeaderName {
            name: name.escape_ascii().to_string(),
        }
    }

    #[cold]
    pub(crate) fn bad_value(name: &[u8]) -> Self {
        Self::BadHeaderValue {
            name: name.escape_ascii().to_string(),
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadStatus { status } => {
                write!(
                    f,
                    "status {status} cannot be sent: it must be 101 or 200 to 599"
                )
            }
            Self::BadReason => f.write_str("the reason phrase holds a control character"),
            Self::BadMethod => f.write_str("the method is not a token such as GET"),
            Self::BadTarget => f.write_str(
                "the request target is empty or holds a byte that must be percent-encoded",
            ),
            Self::NoHost => f.write_str("the request names no host"),
            Self::RepeatedHost => f.write_str("more than one Host header"),
            Self::BadHeaderName { name } => write!(f, "\"{name}\" is not a valid header name"),
            Self::BadHeaderValue { name } => {
                write!(
                    f,
                    "the value of header {name} holds a control character or is malformed"
                )
            }
            Self::LengthMismatch { declared, actual } => {
                write!(
                    f,
                    "Content-Length is {declared}, but the length is {actual}"
                )
            }
            Self::BodyTooLong => f.write_str("the body is longer than its Content-Length"),
            Self::BodyTooShort { missing } => {
                write!(
                    f,
                    "the body is {missing} bytes shorter than its Content-Length"
                )
            }
            Self::LengthTooLarge { length } => {
                write!(
                    f,
                    "a body of {length} bytes is too long to be built in memory"
                )
            }
            Self::BadCookie { name, problem } => write!(f, "cookie \"{name}\": {problem}"),
        }
    }
}

impl Error for EncodeError {}
