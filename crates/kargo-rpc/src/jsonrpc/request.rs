//! From calls to a body.

use crate::EncodeError;
use crate::Encoder;
use crate::json::JsonEncoder;

/// Writes the calls of one body, one after the other, at the end of a buffer that may hold other things before.
///
/// It is two words that borrow nothing, as [`ResponseWriter`](super::ResponseWriter) is.
#[derive(Clone, Copy, Debug)]
#[must_use = "the body is complete only after `finish`"]
pub struct RequestWriter {
    is_batch: bool,
}

impl RequestWriter {
    /// Begins at the end of `out`; a body that is no batch has exactly one call.
    pub fn begin(out: &mut Vec<u8>, is_batch: bool) -> Self {
        if is_batch {
            out.push(b'[');
        }
        Self { is_batch }
    }

    /// Begins a call. Exactly one value, an array or an object, is then to be written with a [`JsonEncoder`] on `out`,
    /// followed by [`end_call`](Self::end_call).
    ///
    /// # Errors
    ///
    /// [`EncodeError::InvalidUtf8`] for the method's name; what `out` holds then is to be cut back by the caller.
    pub fn begin_call(out: &mut Vec<u8>, method: &[u8]) -> Result<(), EncodeError> {
        out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"method\":");
        JsonEncoder::new(out).string(method)?;
        out.extend_from_slice(b"\"params\":");
        Ok(())
    }

    /// Ends a call, which is a notification without `id`.
    pub fn end_call(out: &mut Vec<u8>, id: Option<u64>) {
        match id {
            Some(id) => {
                out.extend_from_slice(b"\"id\":");
                out.extend_from_slice(itoa::Buffer::new().format(id).as_bytes());
            }
            // The comma behind the parameters.
            None => drop(out.pop()),
        }
        out.extend_from_slice(b"},");
    }

    /// Completes the body.
    pub fn finish(self, out: &mut Vec<u8>) {
        out.pop();
        if self.is_batch {
            out.push(b']');
        }
    }
}
