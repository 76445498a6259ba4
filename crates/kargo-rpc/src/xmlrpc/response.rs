//! From results to a body.

use super::writer::Options;
use super::writer::XmlRpcEncoder;
use crate::BodyError;
use crate::Fault;
use crate::xml;

/// Writes the answer to one body, at the end of a buffer that may hold other things before.
///
/// It is a few words that borrow nothing: whoever is suspended between two calls of a multicall just keeps it. A
/// multicall's results are each wrapped in an array of one; its faults are structs in their places. HTTP's status is
/// 200 for all of them.
#[derive(Clone, Copy, Debug)]
#[must_use = "the body is complete only after `finish`"]
pub struct ResponseWriter {
    options: Options,
    is_batch: bool,
}

impl ResponseWriter {
    /// Begins at the end of `out`. `is_batch` is what [`CallList::is_batch`](crate::CallList::is_batch) says.
    pub fn begin(out: &mut Vec<u8>, is_batch: bool, options: Options) -> Self {
        out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodResponse>");
        if is_batch {
            out.extend_from_slice(b"<params><param><value><array><data>");
        }
        Self { options, is_batch }
    }

    /// Appends a result, written by `encode`.
    ///
    /// # Errors
    ///
    /// Whatever `encode` says; nothing is appended then, and the caller answers a [`fault`](Self::fault) instead.
    #[inline]
    pub fn result<E>(
        &self,
        out: &mut Vec<u8>,
        encode: impl FnOnce(&mut XmlRpcEncoder<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.begin_result(out);
        let encoded = encode(&mut XmlRpcEncoder::new(out, self.options));
        match encoded {
            Ok(()) => self.end_result(out),
            Err(_) => out.truncate(start),
        }
        encoded
    }

    /// The first half of [`result`](Self::result), for a caller that can't lend a closure: exactly one value is then to be
    /// written with an [`XmlRpcEncoder`] on `out`, followed by [`end_result`](Self::end_result). To give up, truncate `out` to the
    /// length that is returned.
    #[inline]
    pub fn begin_result(&self, out: &mut Vec<u8>) -> usize {
        let start = out.len();
        out.extend_from_slice(if self.is_batch {
            b"<value><array><data>"
        } else {
            b"<params><param>"
        });
        start
    }

    /// The second half of [`result`](Self::result).
    #[inline]
    pub fn end_result(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.is_batch {
            b"</data></array></value>"
        } else {
            b"</param></params>"
        });
    }

    /// Appends `fault`, with its two members; it has no third for `data`.
    pub fn fault(&self, out: &mut Vec<u8>, fault: &Fault<'_>) {
        if !self.is_batch {
            out.extend_from_slice(b"<fault>");
        }
        out.extend_from_slice(b"<value><struct><member><name>faultCode</name><value><int>");
        out.extend_from_slice(itoa::Buffer::new().format(fault.code).as_bytes());
        out.extend_from_slice(
            b"</int></value></member><member><name>faultString</name><value><string>",
        );
        xml::write_text_lossy(out, fault.message);
        out.extend_from_slice(b"</string></value></member></struct></value>");
        if !self.is_batch {
            out.extend_from_slice(b"</fault>");
        }
    }

    /// Completes the body.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.is_batch {
            out.extend_from_slice(b"</data></array></value></param></params>");
        }
        out.extend_from_slice(b"</methodResponse>\n");
    }

    /// Appends the whole answer to a body that could not be decoded.
    pub fn body_fault(out: &mut Vec<u8>, error: &BodyError) {
        let response = Self::begin(out, false, Options::default());
        response.fault(out, &error.fault());
        response.finish(out);
    }
}
