//! What a request wants of a stored file.

use crate::HttpDate;
use crate::accept_encoding::AcceptEncoding;
use crate::byte_ranges::MOST_RANGES;
use crate::byte_ranges::Selection;
use crate::byte_ranges::select;
use crate::date;
use crate::etag;
use crate::file_path::FilePath;

/// Paths, ranges, codings, tags and dates of any bytes are read without a panic, and what comes out can be relied on: no
/// path leads out of its directory, no range out of its file, and no body is much longer than its file.
///
/// The first eight bytes are the size of the file.
pub fn stored(data: &[u8]) {
    let Some((size, text)) = data.split_first_chunk::<8>() else {
        return;
    };
    path(text);
    ranges(text, u64::from_le_bytes(*size));
    let accepted = AcceptEncoding::parse(Some(text));
    let codings: Vec<_> = accepted.codings().collect();
    for (at, coding) in codings.iter().enumerate() {
        assert!(!codings.iter().skip(at + 1).any(|other| other == coding));
    }
    let tag = [b"\"", text, b"\""].concat();
    if etag::is_listed_strongly(text, &tag) {
        assert!(etag::is_listed(text, &tag), "strong is weak too");
    }
    if !text.contains(&b'"') {
        assert!(etag::is_listed_strongly(&tag, &tag));
        assert!(!etag::is_listed_strongly(&[b"W/", &tag[..]].concat(), &tag));
    }
    if let Some(seconds) = date::parse(text) {
        let written = HttpDate::from_unix_seconds(seconds);
        assert_eq!(date::parse(written.as_bytes()), Some(seconds));
    }
}

fn path(text: &[u8]) {
    let Some(path) = FilePath::decode(text) else {
        return;
    };
    if path.name().is_empty() {
        assert!(matches!(text, b"" | b"/"));
        return;
    }
    for segment in path.name().split('/') {
        assert!(!matches!(segment, "" | "." | ".."), "leads elsewhere");
        assert!(!segment.contains(['\\', '\0', '\n', '\r']));
        if segment.starts_with('.') {
            assert!(path.is_hidden() || path.name().starts_with(".well-known"));
        }
    }
    let slashes = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'/').count();
    let around = 1 + usize::from(path.is_directory());
    assert_eq!(slashes(path.name().as_bytes()) + around, slashes(text));
}

fn ranges(text: &[u8], size: u64) {
    let Selection::Parts(mut parts) = select(text, size) else {
        return;
    };
    assert!(!parts.is_empty() && parts.len() <= MOST_RANGES);
    parts.sort_by_key(|part| part.start);
    let mut before = None;
    for part in parts {
        assert!(part.start < part.end && part.end <= size);
        assert!(before.is_none_or(|end| end < part.start), "parts overlap");
        before = Some(part.end);
    }
}
