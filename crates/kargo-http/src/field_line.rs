//! One field line (RFC 9112 section 5).

use crate::DecodeError;
use crate::Span;
use crate::chars;
use crate::chars::TOKEN;
use crate::fields::FieldSpans;

/// Decodes the field line that begins at `start`; answers it and the offset behind its CRLF, or
/// `None` for the empty line at the end of the head.
///
/// An incomplete line is an error too; the caller, who knows whether there is an LF, tells the
/// two apart.
#[inline]
pub(crate) fn decode_field_line(
    bytes: &[u8],
    start: usize,
) -> Result<Option<(FieldSpans, usize)>, DecodeError> {
    let Some(line) = bytes.get(start..) else {
        return Err(DecodeError::BadFieldName);
    };
    if let [b'\r', b'\n', ..] = line {
        return Ok(None);
    }
    let name_length = chars::prefix_length(line, TOKEN);
    let Some([b':', rest @ ..]) = line.get(name_length..) else {
        return Err(name_fault(line, name_length));
    };
    if name_length == 0 {
        return Err(DecodeError::BadFieldName);
    }

    let value = match rest {
        [b' ', value @ ..] if value.first().is_some_and(|&byte| byte > b' ') => value,
        _ => skip_whitespace(rest),
    };
    // `value` is the end of `bytes`, and a shorter one than from `start` on.
    let value_start = bytes.len().wrapping_sub(value.len());
    let length = value_length(value);
    let (Some(mut trimmed), Some([b'\r', b'\n', ..])) = (value.get(..length), value.get(length..))
    else {
        return Err(value_fault(value, length));
    };
    while let [rest @ .., b' ' | b'\t'] = trimmed {
        trimmed = rest;
    }
    let field = FieldSpans {
        name: Span::new(start, start.wrapping_add(name_length)),
        value: Span::new(value_start, value_start.wrapping_add(trimmed.len())),
    };
    Ok(Some((
        field,
        value_start.wrapping_add(length).wrapping_add(2),
    )))
}

#[cold]
fn skip_whitespace(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// How many bytes come before the first control character that is not HTAB.
///
/// Eight bytes at a time: the sign bit of each byte of `below` says that it is less than SP, of
/// `delete` that it is DEL. A borrow can only spoil bytes behind the first that was found.
#[inline(always)]
pub(crate) fn value_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const SIGNS: u64 = ONES << 7;
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let below = word.wrapping_sub(ONES * 0x20) & !word;
        let not_delete = word ^ (ONES * 0x7f);
        let delete = not_delete.wrapping_sub(ONES) & !not_delete;
        let found = (below | delete) & SIGNS;
        if found == 0 {
            rest = behind;
            continue;
        }
        let offset = (found.trailing_zeros() / 8) as usize;
        match rest.get(offset..) {
            Some([b'\t', behind @ ..]) => rest = behind,
            _ => return bytes.len().wrapping_sub(rest.len()).wrapping_add(offset),
        }
    }
    let valid = rest
        .iter()
        .position(|&byte| !chars::is_field_value_byte(byte));
    bytes.len() - rest.len() + valid.unwrap_or(rest.len())
}

/// What is wrong with a line whose name ends after `length` bytes without a colon.
#[cold]
fn name_fault(line: &[u8], length: usize) -> DecodeError {
    match line.get(length..).unwrap_or_default() {
        [b' ' | b'\t', ..] if length == 0 => DecodeError::FoldedField,
        [b'\n', ..] => DecodeError::BareLf,
        [b'\r', b'\n', ..] => DecodeError::BadFieldName,
        [b'\r', ..] => DecodeError::BareCr,
        _ => DecodeError::BadFieldName,
    }
}

/// What is wrong with a value that ends after `length` bytes without CRLF.
#[cold]
fn value_fault(value: &[u8], length: usize) -> DecodeError {
    match value.get(length) {
        Some(b'\r') => DecodeError::BareCr,
        Some(b'\n') => DecodeError::BareLf,
        _ => DecodeError::BadFieldValue,
    }
}
