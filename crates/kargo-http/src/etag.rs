//! Entity tags in If-None-Match (RFC 9110 section 13.1.2).
//!
//! ```
//! use kargo_http::etag::is_listed;
//!
//! assert!(is_listed(b"W/\"a\", \"b\"", b"\"a\""));
//! assert!(is_listed(b"*", b"\"a\""));
//! ```

use crate::chars::trim_ows;

/// Whether a list of entity tags has `tag`, which is given with its quotation marks, compared weakly; `*` has every tag. A
/// list that is malformed has what stands before the fault.
pub fn is_listed(list: &[u8], tag: &[u8]) -> bool {
    let mut rest = trim_ows(list);
    if rest == b"*" {
        return true;
    }
    loop {
        while let Some(behind) = rest.strip_prefix(b",") {
            rest = trim_ows(behind);
        }
        rest = rest.strip_prefix(b"W/").unwrap_or(rest);
        let Some(inside) = rest.strip_prefix(b"\"") else {
            return false;
        };
        let Some(len) = memchr::memchr(b'"', inside) else {
            return false;
        };
        let (found, behind) = rest.split_at_checked(len + 2).unwrap_or_default();
        if found == tag {
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
