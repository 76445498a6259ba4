//! Whole answers whose head is prepared once per second: 200 with a type, and no headers of the handler's.

use super::header::validate_value;
use super::header::write_decimal;
use crate::HttpDate;
use crate::Version;

/// The fast path: appends a whole answer, 200 with `text/plain; charset=utf-8` and no headers of
/// the handler's.
#[inline]
pub fn encode_plain_text(
    out: &mut Vec<u8>,
    version: Version,
    is_head: bool,
    keep_alive: bool,
    date: &HttpDate,
    body: &[u8],
) {
    append(
        out,
        date.plain_text_head(),
        version,
        is_head,
        keep_alive,
        body,
    );
}

/// The begin of an answer 200 of one second with a Content-Type: for whoever sends the same type
/// again and again.
#[derive(Clone, Debug, Default)]
pub struct PreparedHead {
    bytes: Vec<u8>,
}

impl PreparedHead {
    /// Prepares it for another second, or another type. A type that can't be sent is left out.
    pub fn prepare(&mut self, date: &HttpDate, content_type: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(b"HTTP/1.1 200 OK\r\nDate: ");
        self.bytes.extend_from_slice(date.as_bytes());
        if validate_value(b"Content-Type", content_type).is_ok() {
            self.bytes.extend_from_slice(b"\r\nContent-Type: ");
            self.bytes.extend_from_slice(content_type);
        }
        self.bytes.extend_from_slice(b"\r\nContent-Length: ");
    }
}

/// As [`encode_plain_text`], with the type that was prepared.
#[inline]
pub fn encode_prepared(
    out: &mut Vec<u8>,
    head: &PreparedHead,
    version: Version,
    is_head: bool,
    keep_alive: bool,
    body: &[u8],
) {
    append(out, &head.bytes, version, is_head, keep_alive, body);
}

#[inline(always)]
fn append(
    out: &mut Vec<u8>,
    prepared: &[u8],
    version: Version,
    is_head: bool,
    keep_alive: bool,
    body: &[u8],
) {
    out.reserve(prepared.len() + 64 + body.len());
    out.extend_from_slice(prepared);
    write_decimal(out, body.len() as u64);
    out.extend_from_slice(match (keep_alive, version) {
        (true, Version::Http11) => b"\r\n\r\n",
        (true, Version::Http10) => b"\r\nConnection: keep-alive\r\n\r\n",
        (false, _) => b"\r\nConnection: close\r\n\r\n",
    });
    if !is_head {
        out.extend_from_slice(body);
    }
}
