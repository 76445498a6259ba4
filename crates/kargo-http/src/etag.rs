//! Entity tags in If-None-Match and If-Match (RFC 9110 sections 8.8.3.2, 13.1.1 and 13.1.2).
//!
//! ```
//! use kargo_http::etag::{is_listed, is_listed_strongly};
//!
//! assert!(is_listed(b"W/\"a\", \"b\"", b"\"a\""));
//! assert!(is_listed(b"*", b"\"a\""));
//! assert!(!is_listed_strongly(b"W/\"a\", \"b\"", b"\"a\""));
//! ```

use crate::chars::trim_ows;

/// Whether a list of entity tags has `tag`, which is given with its quotation marks, compared weakly; `*` has every tag. A
/// list that is malformed has what stands before the fault.
pub fn is_listed(list: &[u8], tag: &[u8]) -> bool {
    has(list, tag.strip_prefix(b"W/").unwrap_or(tag), false)
}

/// The same, compared strongly: neither may be weak.
pub fn is_listed_strongly(list: &[u8], tag: &[u8]) -> bool {
    has(list, tag, true)
}

fn has(list: &[u8], tag: &[u8], is_strong: bool) -> bool {
    let mut rest = trim_ows(list);
    if rest == b"*" {
        return true;
    }
    loop {
        while let Some(behind) = rest.strip_prefix(b",") {
            rest = trim_ows(behind);
        }
        let opaque = rest.strip_prefix(b"W/");
        let is_weak = opaque.is_some();
        rest = opaque.unwrap_or(rest);
        let Some(inside) = rest.strip_prefix(b"\"") else {
            return false;
        };
        let Some(len) = memchr::memchr(b'"', inside) else {
            return false;
        };
        let (found, behind) = rest.split_at_checked(len + 2).unwrap_or_default();
        if found == tag && !(is_strong && is_weak) {
            return true;
        }
        rest = trim_ows(behind);
        if !rest.starts_with(b",") {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_wherever_they_stand() {
        for list in [
            "\"a\"",
            "W/\"a\"",
            "\"b\",\"a\"",
            " \"b\" , W/\"a\" ,\"c\"",
            ",, \"a\"",
            "*",
            "\"b,c\", \"a\"",
        ] {
            assert!(is_listed(list.as_bytes(), b"\"a\""), "{list}");
        }
    }

    #[test]
    fn a_weak_tag_is_found_only_weakly() {
        assert!(is_listed(b"\"a\"", b"W/\"a\""));
        assert!(is_listed(b"W/\"a\"", b"W/\"a\""));
        assert!(!is_listed_strongly(b"\"a\"", b"W/\"a\""));
        assert!(!is_listed_strongly(b"W/\"a\"", b"\"a\""));
        assert!(!is_listed_strongly(b"W/\"a\"", b"W/\"a\""));
        assert!(is_listed_strongly(b"W/\"a\", \"a\"", b"\"a\""));
        assert!(is_listed_strongly(b"*", b"W/\"a\""));
    }

    #[test]
    fn other_tags_and_malformed_lists_are_none() {
        for list in [
            "",
            ",",
            "a",
            "\"a",
            "\"A\"",
            "\"b\" \"a\"",
            "w/\"a\"",
            "\"b\", *",
            "\"\\\"a\"",
            "\"b\",a\"",
        ] {
            assert!(!is_listed(list.as_bytes(), b"\"a\""), "{list}");
        }
    }
}
