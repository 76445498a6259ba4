//! From results to a body.

use crate::BodyError;
use crate::Fault;
use crate::Version;
use crate::json;
use crate::json::JsonEncoder;

/// Writes the answers to one body, one after the other, at the end of a buffer that may hold other things before.
///
/// It is two words that borrow nothing: whoever is suspended between two calls just keeps it. Each answer has exactly
/// one of `result` and `error`, members in the order `result`, `id`, `jsonrpc`.
#[derive(Clone, Copy, Debug)]
#[must_use = "the body is complete only after `finish`"]
pub struct ResponseWriter {
    start: usize,
    is_batch: bool,
}

impl ResponseWriter {
    /// Begins at the end of `out`. `is_batch` is what [`CallList::is_batch`](crate::CallList::is_batch) says.
    pub fn begin(out: &mut Vec<u8>, is_batch: bool) -> Self {
        let start = out.len();
        if is_batch {
            out.push(b'[');
        }
        Self { start, is_batch }
    }

    /// Appends the answer to the call with `id`, its result written by `encode`.
    ///
    /// # Errors
    ///
    /// Whatever `encode` says; nothing is appended then, and the caller answers a [`fault`](Self::fault) instead.
    #[inline]
    pub fn result<E>(
        &self,
        out: &mut Vec<u8>,
        version: Version,
        id: &[u8],
        encode: impl FnOnce(&mut JsonEncoder<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.begin_result(out);
        let encoded = encode(&mut JsonEncoder::new(out));
        match encoded {
            Ok(()) => self.end_result(out, version, id),
            Err(_) => out.truncate(start),
        }
        encoded
    }

    /// The first half of [`result`](Self::result), for a caller that can't lend a closure: exactly one value is then to be
    /// written with a [`JsonEncoder`] on `out`, followed by [`end_result`](Self::end_result). To give up, truncate `out` to the
    /// length that is returned.
    #[inline]
    pub fn begin_result(&self, out: &mut Vec<u8>) -> usize {
        let start = out.len();
        out.extend_from_slice(b"{\"result\":");
        start
    }

    /// The second half of [`result`](Self::result).
    #[inline]
    pub fn end_result(&self, out: &mut Vec<u8>, version: Version, id: &[u8]) {
        write_end(out, version, id);
    }

    /// Appends the answer to the call with `id`: `fault`.
    pub fn fault(&self, out: &mut Vec<u8>, version: Version, id: &[u8], fault: &Fault<'_>) {
        out.extend_from_slice(b"{\"error\":{\"code\":");
        out.extend_from_slice(itoa::Buffer::new().format(fault.code).as_bytes());
        out.extend_from_slice(b",\"message\":");
        json::write_string_lossy(out, fault.message);
        if let Some(data) = fault.data {
            out.extend_from_slice(b",\"data\":");
            out.extend_from_slice(data);
        }
        out.extend_from_slice(b"},");
        write_end(out, version, id);
    }

    /// Completes the body. `false`: there is nothing to answer, and nothing of this body is left in `out`.
    pub fn finish(self, out: &mut Vec<u8>) -> bool {
        let body_start = self.start + usize::from(self.is_batch);
        if out.len() <= body_start {
            out.truncate(self.start);
            return false;
        }
        out.pop();
        if self.is_batch {
            out.push(b']');
        }
        true
    }

    /// Appends the whole answer to a body that could not be decoded.
    pub fn body_fault(out: &mut Vec<u8>, error: &BodyError) {
        let responses = Self::begin(out, false);
        responses.fault(out, Version::JsonRpc2, b"null", &error.fault());
        responses.finish(out);
    }
}

/// Appends what follows the result or the error, and a comma that [`ResponseWriter::finish`] replaces.
#[inline]
fn write_end(out: &mut Vec<u8>, version: Version, id: &[u8]) {
    out.extend_from_slice(b"\"id\":");
    out.extend_from_slice(id);
    out.extend_from_slice(match version {
        Version::JsonRpc2 => b",\"jsonrpc\":\"2.0\"},",
        Version::JsonRpc1 | Version::XmlRpc | Version::Soap => b"},",
    });
}
