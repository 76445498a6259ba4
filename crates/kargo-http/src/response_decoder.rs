//! Responses: the heads of one request's answers, interim ones first.

use crate::DecodeError;
use crate::HeadDecoder;
use crate::Limits;
use crate::Method;
use crate::ResponseHead;

/// Decodes response heads, by the same rules and with the same memory as a [`HeadDecoder`].
///
/// A server may send any number of interim responses first (100, 102, 103: RFC 9110
/// section 15.2). Each is handed out like the final one and told by
/// [`ResponseHead::is_interim`]; more than [`Limits::interim_responses`] are refused.
///
/// ```
/// use kargo_http::{Limits, Method, ResponseDecoder, ResponseHead};
///
/// let bytes = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi";
/// let limits = Limits::default();
/// let mut decoder = ResponseDecoder::new();
/// let mut head = ResponseHead::new();
///
/// assert_eq!(decoder.decode(bytes, &limits, Method::Get, &mut head), Ok(Some(28)));
/// assert!(head.is_interim());
/// let rest = &bytes[28..];
/// assert_eq!(decoder.decode(rest, &limits, Method::Get, &mut head), Ok(Some(38)));
/// assert_eq!((head.status(), head.header(rest, "content-length")), (200, Some(&b"2"[..])));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ResponseDecoder {
    heads: HeadDecoder,
    interim: usize,
}

impl ResponseDecoder {
    /// A decoder that has seen nothing of the answer to a request.
    pub const fn new() -> Self {
        Self {
            heads: HeadDecoder::new(),
            interim: 0,
        }
    }

    /// Whether a part of a head was seen, or an interim response.
    pub const fn is_started(&self) -> bool {
        self.interim > 0 || self.heads.is_started()
    }

    /// Decodes the head at the start of `bytes` into `head`.
    ///
    /// `method` is that of the request: what it was decides whether the response has a body (RFC
    /// 9112 section 6.3). `Ok(Some(n))`: the head is complete and takes the first `n` bytes; if it
    /// is an interim one, the next head begins behind it. `Ok(None)`: call again with the same
    /// bytes and more. After an error the connection is of no use.
    pub fn decode(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        method: Method,
        head: &mut ResponseHead,
    ) -> Result<Option<usize>, DecodeError> {
        head.request_method = method;
        let taken = self.heads.decode_response(bytes, limits, head)?;
        if taken.is_none() {
            return Ok(None);
        }
        if !head.is_interim() {
            self.interim = 0;
            return Ok(taken);
        }
        self.interim += 1;
        if self.interim > limits.interim_responses {
            return Err(DecodeError::TooManyInterimResponses);
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests;
