//! Percent-encoding (RFC 3986 section 2.1).

use std::borrow::Cow;

use crate::chars::hex_value;

/// Whether there is a `%`.
#[inline]
pub fn has_escapes(bytes: &[u8]) -> bool {
    memchr::memchr(b'%', bytes).is_some()
}

/// Decodes escapes; `%` without two hexadecimal digits behind it stays as it is. Copies only if
/// there is an escape.
pub fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    if has_escapes(bytes) {
        Cow::Owned(Decoded::new(bytes).collect())
    } else {
        Cow::Borrowed(bytes)
    }
}

/// Decodes a value of a query or a form (WHATWG URL, application/x-www-form-urlencoded): as
/// [`decode`], and `+` is a space. Copies only if there is something to decode.
pub fn decode_form(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'%', b'+', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => match escaped(behind) {
                Some(value) => {
                    rest = behind.get(2..).unwrap_or_default();
                    value
                }
                None => b'%',
            },
            _ => byte,
        });
    }
    Cow::Owned(decoded)
}

/// As [`decode`], but an encoded slash stays `%2F` (in this spelling), so that the slashes of the
/// result are those of the input: no segment can grow a border.
pub fn decode_keeping_slashes(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !has_escapes(bytes) {
        return Cow::Borrowed(bytes);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match escape_at(byte, behind) {
            Some(value) => {
                if value == b'/' {
                    decoded.extend_from_slice(b"%2F");
                } else {
                    decoded.push(value);
                }
                rest = behind.get(2..).unwrap_or_default();
            }
            None => decoded.push(byte),
        }
    }
    Cow::Owned(decoded)
}

/// Appends `bytes` with all but the unreserved characters of RFC 3986 section 2.3 escaped.
pub fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: [u8; 16] = *b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value & 15)).copied().unwrap_or(b'0');
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte);
        } else {
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte)]);
        }
    }
}

/// The decoded bytes of a slice, without a copy; bad escapes stay as they are.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    rest: &'a [u8],
}

impl<'a> Decoded<'a> {
    /// Decodes `bytes`.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        let (&byte, behind) = self.rest.split_first()?;
        self.rest = behind;
        if let Some(value) = escape_at(byte, behind) {
            self.rest = behind.get(2..).unwrap_or_default();
            return Some(value);
        }
        Some(byte)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.len() / 3, Some(self.rest.len()))
    }
}

/// The byte that the escape at the start of `bytes` stands for.
pub(crate) fn escape_at_start(bytes: &[u8]) -> Option<u8> {
    let (&byte, behind) = bytes.split_first()?;
    escape_at(byte, behind)
}

#[inline]
fn escape_at(byte: u8, behind: &[u8]) -> Option<u8> {
    if byte == b'%' { escaped(behind) } else { None }
}

#[inline]
fn escaped(digits: &[u8]) -> Option<u8> {
    match digits {
        [high, low, ..] => Some(hex_value(*high)? << 4 | hex_value(*low)?),
        _ => None,
    }
}
