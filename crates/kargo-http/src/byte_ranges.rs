//! The Range header in bytes, and the bodies that answer it (RFC 9110 section 14).
//!
//! ```
//! use kargo_http::byte_ranges::{ByteRange, Selection, select};
//!
//! let last_ten = ByteRange { start: 90, end: 100 };
//! assert_eq!(select(b"bytes=-10", 100), Selection::Parts(vec![last_ten]));
//! assert_eq!(select(b"bytes=100-", 100), Selection::Unsatisfiable);
//! assert_eq!(select(b"lines=1-2", 100), Selection::Whole);
//! ```

use crate::chars::trim_ows;
use crate::encoder::write_decimal;
use crate::query::split_at_byte;

/// Ranges that are looked at in one header; who asks for more gets everything.
pub const MOST_RANGES: usize = 64;

/// Ranges that are closer than this are sent as one: what lies between them is less than the head of another part.
const PART_OVERHEAD: u64 = 80;

/// Bytes of a representation, `start..end`, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
}

impl ByteRange {
    /// Number of bytes.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a range that was selected is never empty"
    )]
    pub const fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// The value of Content-Range: `bytes 0-99/200`.
    pub fn content_range(&self, size: u64) -> Vec<u8> {
        let mut out = b"bytes ".to_vec();
        write_decimal(&mut out, self.start);
        out.push(b'-');
        write_decimal(&mut out, self.end.saturating_sub(1));
        out.push(b'/');
        write_decimal(&mut out, size);
        out
    }
}

/// What a Range header selects of a representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Everything: the header is not one that can be followed, and is ignored as RFC 9110 wants it.
    Whole,
    /// Nothing: 416, with [`unsatisfied_range`].
    Unsatisfiable,
    /// These parts, at least one; more than one never overlap.
    Parts(Vec<ByteRange>),
}

/// Reads a Range header for a representation of `size` bytes.
///
/// Ranges that overlap, or that next to nothing lies between, become one; the answer is then never longer than the whole
/// by more than the heads of its parts. Ranges that don't are left in the order they were asked for.
pub fn select(value: &[u8], size: u64) -> Selection {
    let (unit, set) = split_at_byte(value, b'=');
    let Some(set) = set else {
        return Selection::Whole;
    };
    if !trim_ows(unit).eq_ignore_ascii_case(b"bytes") || size == 0 {
        return Selection::Whole;
    }
    let mut parts = Vec::new();
    let mut count = 0_usize;
    for spec in set.split(|byte| *byte == b',').map(trim_ows) {
        // An empty element of a list means nothing.
        if spec.is_empty() {
            continue;
        }
        count = count.saturating_add(1);
        let Some(range) = parse_spec(spec, size) else {
            return Selection::Whole;
        };
        if count > MOST_RANGES {
            return Selection::Whole;
        }
        parts.extend(range);
    }
    if count == 0 {
        return Selection::Whole;
    }
    if parts.is_empty() {
        return Selection::Unsatisfiable;
    }
    Selection::Parts(merged(parts))
}

/// The value of Content-Range where nothing was satisfiable: `bytes */200`.
pub fn unsatisfied_range(size: u64) -> Vec<u8> {
    let mut out = b"bytes */".to_vec();
    write_decimal(&mut out, size);
    out
}

/// One range. `None`: malformed. `Some(None)`: well-formed, and outside of the representation.
fn parse_spec(spec: &[u8], size: u64) -> Option<Option<ByteRange>> {
    let (first, last) = split_at_byte(spec, b'-');
    let last = last?;
    if first.is_empty() {
        let len = parse_number(last)?.min(size);
        let start = size.saturating_sub(len);
        return Some((len != 0).then_some(ByteRange { start, end: size }));
    }
    let start = parse_number(first)?;
    let end = match last {
        b"" => size,
        _ => {
            let last = parse_number(last)?;
            if last < start {
                return None;
            }
            last.saturating_add(1).min(size)
        }
    };
    Some((start < size).then_some(ByteRange { start, end }))
}

/// Digits; what no `u64` can hold is beyond every file.
fn parse_number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        digit.is_ascii_digit().then(|| {
            number
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        })
    })
}

fn merged(parts: Vec<ByteRange>) -> Vec<ByteRange> {
    let mut sorted = parts.clone();
    sorted.sort_by_key(|part| part.start);
    let mut apart: Vec<ByteRange> = Vec::with_capacity(sorted.len());
    for part in sorted {
        match apart.last_mut() {
            Some(before) if part.start <= before.end.saturating_add(PART_OVERHEAD) => {
                before.end = before.end.max(part.end);
            }
            _ => apart.push(part),
        }
    }
    if apart.len() == parts.len() {
        parts
    } else {
        apart
    }
}

/// The Content-Type of a body of several parts. `boundary` must be unpredictable, or a file could hold it.
pub fn multipart_type(boundary: &str) -> String {
    format!("multipart/byteranges; boundary={boundary}")
}

/// What comes before the bytes of a part.
pub fn part_head(boundary: &str, content_type: &[u8], range: ByteRange, size: u64) -> Vec<u8> {
    let mut head = format!("\r\n--{boundary}\r\nContent-Type: ").into_bytes();
    head.extend_from_slice(content_type);
    head.extend_from_slice(b"\r\nContent-Range: ");
    head.extend_from_slice(&range.content_range(size));
    head.extend_from_slice(b"\r\n\r\n");
    head
}

/// What comes behind the last part.
pub fn parts_end(boundary: &str) -> Vec<u8> {
    format!("\r\n--{boundary}--\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_parts(value: &str, size: u64, expected: &[(u64, u64)]) {
        let expected = expected
            .iter()
            .map(|&(start, end)| ByteRange { start, end })
            .collect();
        assert_eq!(
            select(value.as_bytes(), size),
            Selection::Parts(expected),
            "{value}"
        );
    }

    #[test]
    fn one_range() {
        assert_parts("bytes=0-0", 1000, &[(0, 1)]);
        assert_parts("bytes=0-499", 1000, &[(0, 500)]);
        assert_parts("bytes=500-", 1000, &[(500, 1000)]);
        assert_parts("bytes=999-", 1000, &[(999, 1000)]);
        assert_parts("bytes=-1", 1000, &[(999, 1000)]);
        assert_parts("bytes=-5000", 1000, &[(0, 1000)]);
        assert_parts("bytes=900-5000", 1000, &[(900, 1000)]);
        assert_parts("BYTES= 1-2 ", 1000, &[(1, 3)]);
        assert_parts("bytes=,, 1-2 ,", 1000, &[(1, 3)]);
        assert_parts("bytes=0-99999999999999999999999", 10, &[(0, 10)]);
        assert_parts("bytes=0-18446744073709551615", 10, &[(0, 10)]);
        assert_parts("bytes=5-", u64::MAX, &[(5, u64::MAX)]);
    }

    #[test]
    fn several_ranges_keep_their_order_unless_they_touch() {
        assert_parts("bytes=0-0,-1", 1000, &[(0, 1), (999, 1000)]);
        assert_parts("bytes=500-599, 0-99", 1000, &[(500, 600), (0, 100)]);
        assert_parts("bytes=0-99,200-", 1000, &[(0, 100), (200, 1000)]);
        assert_parts("bytes=0-99,100-199", 1000, &[(0, 200)]);
        assert_parts("bytes=500-599,0-99,50-149", 1000, &[(0, 150), (500, 600)]);
        assert_parts("bytes=0-99,179-199", 1000, &[(0, 200)]);
        assert_parts("bytes=0-99,181-199", 1000, &[(0, 100), (181, 200)]);
        assert_parts("bytes=0-,0-,0-,-1000", 1000, &[(0, 1000)]);
        assert_parts("bytes=2000-,0-9", 1000, &[(0, 10)]);
    }

    #[test]
    fn too_many_ranges_are_none() {
        let list = |count: u64| {
            let ranges: Vec<String> = (0..count)
                .map(|at| format!("{}-{}", at * 1000, at * 1000 + 1))
                .collect();
            format!("bytes={}", ranges.join(","))
        };
        let most = MOST_RANGES as u64;
        assert!(matches!(
            select(list(most).as_bytes(), 1 << 30),
            Selection::Parts(parts) if parts.len() == MOST_RANGES
        ));
        assert_eq!(select(list(most + 1).as_bytes(), 1 << 30), Selection::Whole);
    }

    #[test]
    fn what_is_malformed_is_ignored() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=a-b",
            "bytes=1",
            "bytes=5-4",
            "bytes=--1",
            "bytes=1-2-3",
            "bytes=+1-2",
            "bytes=1 -2",
            "bytes=0x1-2",
            "bytes=0-1,x",
            "bytes=0-1;2-3",
            "items=0-1",
            "bytes 0-1",
        ] {
            assert_eq!(select(value.as_bytes(), 1000), Selection::Whole, "{value}");
        }
        assert_eq!(select(b"bytes=0-", 0), Selection::Whole);
    }

    #[test]
    fn what_lies_outside_is_unsatisfiable() {
        for value in ["bytes=1000-", "bytes=1000-1001,5000-", "bytes=-0"] {
            assert_eq!(
                select(value.as_bytes(), 1000),
                Selection::Unsatisfiable,
                "{value}"
            );
        }
    }

    #[test]
    fn parts_are_written_as_multipart() {
        let range = ByteRange {
            start: 500,
            end: 600,
        };
        assert_eq!(
            part_head("X", b"text/plain", range, 1000),
            b"\r\n--X\r\nContent-Type: text/plain\r\nContent-Range: bytes 500-599/1000\r\n\r\n"
        );
        assert_eq!(parts_end("X"), b"\r\n--X--\r\n");
        assert_eq!(unsatisfied_range(0), b"bytes */0");
    }
}
