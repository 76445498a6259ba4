//! One field line (RFC 9112 section 5).

use crate::DecodeError;
use crate::Span;
use crate::chars;
use crate::chars::TOKEN;
use crate::request_head::FieldSpans;

/// Decodes the field line that begins at `start`; answers it and the offset behind its CRLF.
///
/// An incomplete line is an error too; the caller, who knows whether there is an LF, tells the
/// two apart.
#[inline]
pub(crate) fn decode_field_line(
    bytes: &[u8],
    start: usize,
) -> Result<(FieldSpans, usize), DecodeError> {
    let line = bytes.get(start..).ok_or(DecodeError::BadFieldName)?;
    let name_length = line
        .iter()
        .position(|&byte| !chars::is(byte, TOKEN))
        .ok_or(DecodeError::BadFieldName)?;
    let name_end = start + name_length;
    if name_length == 0 || bytes.get(name_end) != Some(&b':') {
        return Err(name_fault(line, name_length));
    }

    let mut value_start = name_end + 1;
    while let Some(b' ' | b'\t') = bytes.get(value_start) {
        value_start += 1;
    }
    let line_end = find_control(bytes, value_start).ok_or(DecodeError::BadFieldValue)?;
    match bytes.get(line_end..line_end + 2) {
        Some(b"\r\n") => {}
        Some([b'\r', _]) => return Err(DecodeError::BareCr),
        Some([b'\n', _]) | None => return Err(DecodeError::BareLf),
        _ => return Err(DecodeError::BadFieldValue),
    }
    let mut value_end = line_end;
    while value_end > value_start && matches!(bytes.get(value_end - 1), Some(b' ' | b'\t')) {
        value_end -= 1;
    }
    let field = FieldSpans {
        name: Span::new(start, name_end),
        value: Span::new(value_start, value_end),
    };
    Ok((field, line_end + 2))
}

/// The offset of the first control character but HTAB at or behind `at`.
///
/// Eight bytes at a time: the sign bit of each byte of `below` says that it is less than SP, of
/// `delete` that it is DEL. A borrow can only spoil bytes behind the first that was found.
#[inline]
fn find_control(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const SIGNS: u64 = ONES << 7;
    let mut rest = bytes.get(at..)?;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let below = word.wrapping_sub(ONES * 0x20) & !word;
        let not_delete = word ^ (ONES * 0x7f);
        let delete = not_delete.wrapping_sub(ONES) & !not_delete;
        let found = (below | delete) & SIGNS;
        if found != 0 {
            let offset = (found.trailing_zeros() / 8) as usize;
            at += offset;
            if bytes.get(at) != Some(&b'\t') {
                return Some(at);
            }
            at += 1;
            rest = rest.get(offset + 1..)?;
            continue;
        }
        at += 8;
        rest = behind;
    }
    rest.iter()
        .position(|&byte| !chars::is_field_value_byte(byte))
        .map(|offset| at + offset)
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
