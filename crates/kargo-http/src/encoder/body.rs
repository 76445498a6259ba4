//! Bodies, coded as their head promised.

use super::EncodeError;

/// Encodes one body in pieces. Made by [`encode_head`](crate::encode_head) and
/// [`encode_request`](crate::encode_request).
///
/// A body that is left out (HEAD, 204, 304) may be given all the same; it is swallowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyEncoder {
    coding: Coding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Omitted,
    Length {
        remaining: u64,
    },
    /// The length is filled in afterwards, from what was appended.
    Unchecked,
    Chunked,
    UntilClose,
}

impl BodyEncoder {
    pub(super) const fn omitted() -> Self {
        Self {
            coding: Coding::Omitted,
        }
    }

    pub(super) const fn of_length(length: u64) -> Self {
        Self {
            coding: Coding::Length { remaining: length },
        }
    }

    pub(super) const fn unchecked() -> Self {
        Self {
            coding: Coding::Unchecked,
        }
    }

    pub(super) const fn chunked() -> Self {
        Self {
            coding: Coding::Chunked,
        }
    }

    pub(super) const fn until_close() -> Self {
        Self {
            coding: Coding::UntilClose,
        }
    }

    /// Whether nothing of the body may be sent.
    pub const fn is_omitted(&self) -> bool {
        matches!(self.coding, Coding::Omitted)
    }

    /// Whether the body is sent in chunks.
    pub const fn is_chunked(&self) -> bool {
        matches!(self.coding, Coding::Chunked)
    }

    /// Whether the body ends with the connection, for HTTP/1.0 peers.
    pub const fn is_until_close(&self) -> bool {
        matches!(self.coding, Coding::UntilClose)
    }

    /// Bytes that are still owed, where the length was announced.
    pub const fn remaining(&self) -> Option<u64> {
        match self.coding {
            Coding::Length { remaining } => Some(remaining),
            _ => None,
        }
    }

    /// Notes that `length` bytes of the body go to the peer by another way than `out`, such as
    /// `sendfile`. Only where [`BodyEncoder::remaining`] is known.
    pub const fn skip(&mut self, length: u64) -> Result<(), EncodeError> {
        match &mut self.coding {
            Coding::Length { remaining } => match remaining.checked_sub(length) {
                Some(left) => {
                    *remaining = left;
                    Ok(())
                }
                None => Err(EncodeError::BodyTooLong),
            },
            _ => Ok(()),
        }
    }

    /// Appends a piece of the body. Nothing is appended if it exceeds the announced length.
    #[inline]
    pub fn encode(&mut self, out: &mut Vec<u8>, data: &[u8]) -> Result<(), EncodeError> {
        match self.coding {
            Coding::Omitted => {}
            Coding::Length { .. } => {
                self.skip(data.len() as u64)?;
                out.extend_from_slice(data);
            }
            Coding::Unchecked | Coding::UntilClose => out.extend_from_slice(data),
            Coding::Chunked => encode_chunk(out, data),
        }
        Ok(())
    }

    /// Ends the body. If it is shorter than announced the connection must be closed at once, so
    /// that the peer does not take the next answer for the rest of this one.
    #[inline]
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self.coding {
            Coding::Length { remaining } if remaining > 0 => {
                Err(EncodeError::BodyTooShort { missing: remaining })
            }
            Coding::Chunked => {
                encode_last_chunk(out);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Appends one chunk (RFC 9112 section 7.1). Nothing for empty `data`: a chunk without data would
/// end the body.
pub fn encode_chunk(out: &mut Vec<u8>, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    let mut digits = [0_u8; 16];
    let mut rest = data.len() as u64;
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = match (rest & 15) as u8 {
            value @ 0..=9 => b'0' + value,
            value => b'a' + value - 10,
        };
        rest >>= 4;
        start -= 1;
        if rest == 0 {
            break;
        }
    }
    out.reserve(digits.len() + data.len() + 4);
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// Appends the last chunk and an empty trailer section.
pub fn encode_last_chunk(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n\r\n");
}
