//! Checks on a percent-encoded path.

use super::PathError;
use crate::percent;
use crate::percent::Decoded;

/// Refuses what no path may hold; answers whether there are escapes.
pub(super) fn check_path(path: &[u8]) -> Result<bool, PathError> {
    // Most paths have none of these. No early end: paths are short, and this is the fastest then.
    let is_plain = path.iter().fold(true, |plain, &byte| {
        plain & !matches!(byte, b'%' | b'.' | 0)
    });
    if is_plain {
        return Ok(false);
    }
    if path.contains(&0) {
        return Err(PathError::Nul);
    }
    let has_escapes = percent::has_escapes(path);
    if has_escapes {
        check_escapes(path)?;
    }
    for segment in path.split(|&byte| byte == b'/') {
        let may_be = segment.len() <= 2 || (has_escapes && percent::has_escapes(segment));
        if may_be && has_dot_segment(segment) {
            return Err(PathError::DotSegment);
        }
    }
    Ok(has_escapes)
}

fn check_escapes(path: &[u8]) -> Result<(), PathError> {
    let mut rest = path;
    while let Some(at) = memchr::memchr(b'%', rest) {
        rest = rest.get(at..).unwrap_or_default();
        match percent::escape_at_start(rest) {
            None => return Err(PathError::BadEscape),
            Some(0) => return Err(PathError::Nul),
            Some(_) => rest = rest.get(3..).unwrap_or_default(),
        }
    }
    Ok(())
}

/// Whether a segment is `.` or `..` after decoding, or would have such a part where somebody takes its
/// decoded slashes or backslashes for borders: `..%2Fsecret` is a parameter that a handler may append
/// to a folder.
fn has_dot_segment(segment: &[u8]) -> bool {
    let (mut length, mut dots) = (0_usize, 0_usize);
    for byte in Decoded::new(segment) {
        if matches!(byte, b'/' | b'\\') {
            if is_dots(length, dots) {
                return true;
            }
            (length, dots) = (0, 0);
        } else {
            length += 1;
            dots += usize::from(byte == b'.');
        }
    }
    is_dots(length, dots)
}

const fn is_dots(length: usize, dots: usize) -> bool {
    length == dots && (dots == 1 || dots == 2)
}

/// Whether a segment is `literal` after decoding.
pub(super) fn segment_equals(segment: &[u8], literal: &[u8]) -> bool {
    Decoded::new(segment).eq(literal.iter().copied())
}
