//! From a call to a body.

use crate::EncodeError;
use crate::xml;

/// Writes one call, at the end of a buffer that may hold other things before; a multicall is one whose parameter is an
/// array of calls.
///
/// Values are written with an [`XmlRpcEncoder`](super::XmlRpcEncoder) on the same buffer, between [`begin_param`](Self::begin_param) and
/// [`end_param`](Self::end_param), or, in a multicall, between [`begin_call`](Self::begin_call) and
/// [`end_call`](Self::end_call).
#[derive(Clone, Copy, Debug)]
#[must_use = "the body is complete only after `finish`"]
pub struct RequestWriter {
    is_multicall: bool,
}

impl RequestWriter {
    /// Begins a call at the end of `out`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::InvalidCharacter`] for a name that XML can't hold; what `out` holds then is to be cut back by the
    /// caller, here and below.
    pub fn begin(out: &mut Vec<u8>, method: &[u8]) -> Result<Self, EncodeError> {
        out.extend_from_slice(HEAD);
        write_name(out, method)?;
        out.extend_from_slice(b"</methodName><params>");
        Ok(Self {
            is_multicall: false,
        })
    }

    /// Begins a `system.multicall`.
    pub fn begin_multicall(out: &mut Vec<u8>) -> Self {
        out.extend_from_slice(HEAD);
        out.extend_from_slice(super::MULTICALL);
        out.extend_from_slice(b"</methodName><params><param><value><array><data>");
        Self { is_multicall: true }
    }

    /// A parameter begins: one value is next.
    #[inline]
    pub fn begin_param(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<param>");
    }

    /// Ends a parameter.
    #[inline]
    pub fn end_param(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"</param>");
    }

    /// A call of a multicall begins: its parameters are next, one value each.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub fn begin_call(out: &mut Vec<u8>, method: &[u8]) -> Result<(), EncodeError> {
        out.extend_from_slice(b"<value><struct><member><name>methodName</name><value><string>");
        write_name(out, method)?;
        out.extend_from_slice(
            b"</string></value></member><member><name>params</name><value><array><data>",
        );
        Ok(())
    }

    /// Ends a call of a multicall.
    pub fn end_call(out: &mut Vec<u8>) {
        out.extend_from_slice(b"</data></array></value></member></struct></value>");
    }

    /// Completes the body.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.is_multicall {
            out.extend_from_slice(b"</data></array></value></param>");
        }
        out.extend_from_slice(b"</params></methodCall>\n");
    }
}

const HEAD: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodCall><methodName>";

fn write_name(out: &mut Vec<u8>, name: &[u8]) -> Result<(), EncodeError> {
    if xml::write_text(out, name) {
        Ok(())
    } else {
        Err(EncodeError::InvalidCharacter)
    }
}
