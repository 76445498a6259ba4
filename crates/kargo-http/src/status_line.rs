//! The status line (RFC 9112 section 4).

use crate::DecodeError;
use crate::ResponseHead;
use crate::Span;
use crate::field_line::value_length;
use crate::request_line::version_named;

/// Whether a status line has begun. What cannot be one is not waited for, and no empty line may
/// come first: that is allowed before requests only (RFC 9112 section 2.2).
pub(crate) fn is_begun(bytes: &[u8]) -> Result<bool, DecodeError> {
    match bytes {
        [] => Ok(false),
        [b'H', ..] => Ok(true),
        _ => Err(DecodeError::BadStatusLine),
    }
}

/// Decodes the status line at the start of `bytes`; answers the offset behind its CRLF.
///
/// An incomplete line is an error too; the caller, who knows whether there is an LF, tells the
/// two apart.
pub(crate) fn decode_status_line(
    bytes: &[u8],
    head: &mut ResponseHead,
) -> Result<usize, DecodeError> {
    let Some((name, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(DecodeError::BadStatusLine);
    };
    head.version = match version_named(name) {
        Err(DecodeError::BadVersion) => return Err(DecodeError::BadStatusLine),
        version => version?,
    };
    let [b' ', code @ ..] = rest else {
        return Err(DecodeError::BadStatusLine);
    };
    let Some(([first @ b'1'..=b'9', second, third], rest)) = code.split_first_chunk::<3>() else {
        return Err(DecodeError::BadStatusLine);
    };
    if !second.is_ascii_digit() || !third.is_ascii_digit() {
        return Err(DecodeError::BadStatusLine);
    }
    let digit = |byte: &u8| u16::from(byte - b'0');
    head.status = digit(first) * 100 + digit(second) * 10 + digit(third);

    // The space before an absent phrase is often left out.
    let reason_start = bytes.len() - rest.len() + usize::from(rest.first() == Some(&b' '));
    let length = match rest {
        [b' ', reason @ ..] => value_length(reason),
        _ => 0,
    };
    let end = reason_start + length;
    head.reason = Span::new(reason_start, end);
    match bytes.get(end..).unwrap_or_default() {
        [b'\r', b'\n', ..] => Ok(end + 2),
        [b'\n', ..] => Err(DecodeError::BareLf),
        [b'\r', ..] => Err(DecodeError::BareCr),
        _ => Err(DecodeError::BadStatusLine),
    }
}
