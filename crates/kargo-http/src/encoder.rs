//! Answers: status line, headers, framing and body, appended to a `Vec<u8>`. Requests: see
//! [`encode_request`].
//!
//! ```
//! use kargo_http::{BodyLength, HttpDate, OutgoingResponse, Version, encode_head};
//!
//! let date = HttpDate::from_unix_seconds(784_111_777);
//! let head = OutgoingResponse {
//!     status: 404,
//!     reason: None,
//!     version: Version::Http11,
//!     echo_version: false,
//!     is_head: false,
//!     keep_alive: true,
//!     date: &date,
//!     content_type: Some(b"text/plain"),
//!     body: BodyLength::Known(5),
//! };
//! let mut out = Vec::new();
//! let mut encoded = encode_head(&mut out, &head, [(&b"X-Id"[..], &b"7"[..])])?;
//! encoded.body.encode(&mut out, b"Nope\n")?;
//! encoded.body.finish(&mut out)?;
//!
//! assert_eq!(
//!     std::str::from_utf8(&out).unwrap(),
//!     "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Id: 7\r\n\
//!      Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nNope\n"
//! );
//! # Ok::<(), kargo_http::EncodeError>(())
//! ```

mod body;
mod error;
mod header;
mod prepared;
mod request;

pub use body::BodyEncoder;
pub use body::encode_chunk;
pub use body::encode_last_chunk;
pub use error::EncodeError;
pub use header::check_header;
use header::decimal;
pub(crate) use header::write_decimal;
pub use prepared::PreparedHead;
pub use prepared::encode_plain_text;
pub use prepared::encode_prepared;
pub use request::EncodedRequest;
pub use request::OutgoingRequest;
pub use request::encode_request;

use crate::HttpDate;
use crate::Version;
use crate::status::reason_phrase;
use header::Headers;
use header::validate_value;

/// What the head of an answer depends on besides the headers.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingResponse<'a> {
    /// 101 or 200 to 599. Interim answers other than 101 are not made here: see
    /// [`encode_continue`].
    pub status: u16,
    /// The reason phrase, if not the usual one of the status.
    pub reason: Option<&'a [u8]>,
    /// The version of the request; the answer itself says HTTP/1.1 (RFC 9110 section 6.2).
    pub version: Version,
    /// Whether the answer says the version of the request instead, for peers of old that take
    /// nothing newer than their own.
    pub echo_version: bool,
    /// Whether the request was HEAD: the head is that of GET, the body is left out.
    pub is_head: bool,
    /// Whether the connection may stay open.
    pub keep_alive: bool,
    /// Now. A Date header of the handler's replaces it.
    pub date: &'a HttpDate,
    /// The Content-Type if the headers have none.
    pub content_type: Option<&'a [u8]>,
    /// What is known of the body's length.
    pub body: BodyLength,
}

/// What is known of a body's length when its head is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLength {
    /// The body has that many bytes.
    Known(u64),
    /// The body is appended to the same buffer, and its length is filled in afterwards:
    /// [`EncodedHead::length`]. If it has as many digits as `likely`, nothing has to be moved.
    Deferred {
        /// The length that it will probably have.
        likely: u64,
    },
    /// The body comes in pieces: chunked, or up to the close for an HTTP/1.0 peer. If the headers
    /// have a Content-Length, the body is sent unchunked and must have that length.
    Streamed,
}

/// How an answer goes on after its head.
#[derive(Debug)]
#[must_use = "the connection's fate and the body's coding are in it"]
pub struct EncodedHead {
    /// Whether the connection stays open after this answer. `false` although
    /// [`OutgoingResponse::keep_alive`] was true if the handler asked for `Connection: close`, or if
    /// the close is what ends the body.
    pub keep_alive: bool,
    /// Encodes the body, or leaves it out where there must be none.
    pub body: BodyEncoder,
    /// Where the length of a [`BodyLength::Deferred`] body is filled in; `None` where the answer
    /// has no Content-Length.
    pub length: Option<LengthSlot>,
}

/// The place of a Content-Length that is not known yet.
#[derive(Debug)]
#[must_use = "an answer whose length was not filled in cannot be read by the peer"]
pub struct LengthSlot {
    /// Offset of the first digit.
    at: usize,
    /// How many digits there is room for.
    width: usize,
}

/// Appends the head of an answer to `out`.
///
/// `headers` are the handler's. Names must be tokens and values free of control characters; else
/// nothing is appended and the error names the header. Those which frame the message are ours:
/// Transfer-Encoding is left out, Connection is looked into for `close` and `upgrade`, and
/// Content-Length must agree with the body: it stands for the length where the body is not sent
/// (HEAD, 304) or is [`BodyLength::Streamed`].
pub fn encode_head<'h>(
    out: &mut Vec<u8>,
    head: &OutgoingResponse<'_>,
    headers: impl IntoIterator<Item = (&'h [u8], &'h [u8])>,
) -> Result<EncodedHead, EncodeError> {
    let start = out.len();
    let encoded = append_head(out, head, headers);
    if encoded.is_err() {
        out.truncate(start);
    }
    encoded
}

fn append_head<'h>(
    out: &mut Vec<u8>,
    head: &OutgoingResponse<'_>,
    headers: impl IntoIterator<Item = (&'h [u8], &'h [u8])>,
) -> Result<EncodedHead, EncodeError> {
    out.reserve(256);
    append_status_line(out, head)?;
    let date_at = out.len();
    out.extend_from_slice(b"Date: ");
    out.extend_from_slice(head.date.as_bytes());
    out.extend_from_slice(b"\r\n");

    let mut seen = Headers::default();
    for (name, value) in headers {
        seen.append(out, name, value)?;
    }
    if seen.has_date {
        out.drain(date_at..date_at + b"Date: \r\n".len() + head.date.as_bytes().len());
    }
    if let (Some(content_type), false) = (head.content_type, seen.has_content_type) {
        validate_value(b"Content-Type", content_type)?;
        out.extend_from_slice(b"Content-Type: ");
        out.extend_from_slice(content_type);
        out.extend_from_slice(b"\r\n");
    }
    let (body, length) = append_framing(out, head, seen.content_length)?;
    let keep_alive = append_connection(out, head, &seen, &body);
    out.extend_from_slice(b"\r\n");
    Ok(EncodedHead {
        keep_alive,
        body,
        length,
    })
}

fn append_status_line(out: &mut Vec<u8>, head: &OutgoingResponse<'_>) -> Result<(), EncodeError> {
    let is_old = head.echo_version && head.version == Version::Http10;
    if head.status == 200 && head.reason.is_none() && !is_old {
        out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        return Ok(());
    }
    if head.status != 101 && !(200..=599).contains(&head.status) {
        return Err(EncodeError::BadStatus {
            status: head.status,
        });
    }
    out.extend_from_slice(if is_old { b"HTTP/1.0 " } else { b"HTTP/1.1 " });
    write_decimal(out, u64::from(head.status));
    // The space stays, whatever follows (RFC 9112 section 4).
    out.push(b' ');
    match head.reason {
        Some(reason) => {
            validate_value(b"", reason).map_err(|_| EncodeError::BadReason)?;
            out.extend_from_slice(reason);
        }
        None => out.extend_from_slice(reason_phrase(head.status).as_bytes()),
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Content-Length or Transfer-Encoding (RFC 9110 section 8.6, RFC 9112 section 6).
fn append_framing(
    out: &mut Vec<u8>,
    head: &OutgoingResponse<'_>,
    declared: Option<u64>,
) -> Result<(BodyEncoder, Option<LengthSlot>), EncodeError> {
    match head.status {
        101 | 204 => return Ok((BodyEncoder::omitted(), None)),
        304 => {
            if let Some(length) = declared {
                append_length(out, length);
            }
            return Ok((BodyEncoder::omitted(), None));
        }
        // No content, and said so (RFC 9110 section 15.3.6).
        205 => {
            append_length(out, 0);
            return Ok((BodyEncoder::omitted(), None));
        }
        _ => {}
    }
    let (body, slot) = match (head.body, declared) {
        (BodyLength::Known(_) | BodyLength::Streamed, Some(length)) if head.is_head => {
            append_length(out, length);
            (BodyEncoder::omitted(), None)
        }
        (BodyLength::Known(length), Some(declared)) if length != declared => {
            return Err(EncodeError::LengthMismatch {
                declared,
                actual: length,
            });
        }
        (BodyLength::Known(length), _) | (BodyLength::Streamed, Some(length)) => {
            append_length(out, length);
            (BodyEncoder::of_length(length), None)
        }
        (BodyLength::Deferred { likely }, _) => {
            let at = out.len() + b"Content-Length: ".len();
            let width = likely.checked_ilog10().map_or(1, |log| log as usize + 1);
            let width = width.min(LengthSlot::MAX_WIDTH);
            out.extend_from_slice(b"Content-Length: ");
            out.resize(at + width, b'0');
            out.extend_from_slice(b"\r\n");
            let slot = LengthSlot { at, width };
            (BodyEncoder::unchecked(), Some(slot))
        }
        (BodyLength::Streamed, None) if head.version == Version::Http11 => {
            out.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
            (BodyEncoder::chunked(), None)
        }
        (BodyLength::Streamed, None) => (BodyEncoder::until_close(), None),
    };
    Ok((
        if head.is_head {
            BodyEncoder::omitted()
        } else {
            body
        },
        slot,
    ))
}

fn append_length(out: &mut Vec<u8>, length: u64) {
    out.extend_from_slice(b"Content-Length: ");
    write_decimal(out, length);
    out.extend_from_slice(b"\r\n");
}

/// RFC 9112 section 9.3 and 9.6; answers whether the connection stays open.
fn append_connection(
    out: &mut Vec<u8>,
    head: &OutgoingResponse<'_>,
    seen: &Headers,
    body: &BodyEncoder,
) -> bool {
    let keep_alive = head.keep_alive && !seen.wants_close && !body.is_until_close();
    let line: &[u8] = match (
        seen.wants_upgrade || head.status == 101,
        keep_alive,
        head.version,
    ) {
        (true, true, _) => b"Connection: upgrade\r\n",
        (true, false, _) if head.status == 101 => b"Connection: upgrade\r\n",
        (true, false, _) => b"Connection: upgrade, close\r\n",
        (false, false, _) => b"Connection: close\r\n",
        (false, true, Version::Http10) => b"Connection: keep-alive\r\n",
        (false, true, Version::Http11) => b"",
    };
    out.extend_from_slice(line);
    keep_alive
}

impl LengthSlot {
    /// Digits of the longest length: bodies that are built in memory are below 10 GB.
    pub const MAX_WIDTH: usize = 10;

    /// Writes the length of the body into the head at its place in `out`, the buffer it was
    /// encoded into, from which nothing may have been taken since. What follows moves if there
    /// was room for more digits, or for less: padding would be legal (RFC 9112 section 5), but
    /// not every client can read it. Gives the number of bytes it moved by, towards the end.
    pub fn fill(self, out: &mut Vec<u8>, length: u64) -> Result<isize, EncodeError> {
        let mut buffer = [0; 20];
        let digits = decimal(length, &mut buffer);
        if digits.len() > Self::MAX_WIDTH {
            return Err(EncodeError::LengthTooLarge { length });
        }
        let (digits_end, place_end) = (self.at + digits.len(), self.at + self.width);
        let len = out.len();
        if len < place_end {
            return Ok(0);
        }
        if digits_end > place_end {
            out.resize(len + (digits_end - place_end), 0);
        }
        if digits_end != place_end {
            out.copy_within(place_end..len, digits_end);
            out.truncate(len - place_end + digits_end);
        }
        if let Some(place) = out.get_mut(self.at..digits_end) {
            place.copy_from_slice(digits);
        }
        Ok(digits.len().cast_signed() - self.width.cast_signed())
    }
}

/// Appends `100 Continue` (RFC 9110 section 15.2.1).
pub fn encode_continue(out: &mut Vec<u8>) {
    out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
}

/// Appends a whole answer for a request that failed before any handler saw it: the status and
/// its phrase as text, and `Connection: close`.
pub fn encode_error(out: &mut Vec<u8>, status: u16, is_head: bool, date: &HttpDate) {
    let reason = reason_phrase(status);
    let length = b"400 ".len() + reason.len() + b"\n".len();
    out.extend_from_slice(b"HTTP/1.1 ");
    write_decimal(out, u64::from(status));
    out.push(b' ');
    out.extend_from_slice(reason.as_bytes());
    out.extend_from_slice(b"\r\nDate: ");
    out.extend_from_slice(date.as_bytes());
    out.extend_from_slice(b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ");
    write_decimal(out, length as u64);
    out.extend_from_slice(b"\r\nConnection: close\r\n\r\n");
    if !is_head {
        write_decimal(out, u64::from(status));
        out.push(b' ');
        out.extend_from_slice(reason.as_bytes());
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests;
