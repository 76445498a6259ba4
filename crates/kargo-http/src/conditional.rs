//! Conditional requests (RFC 9110 section 13), for what is read and not changed.
//!
//! ```
//! use kargo_http::conditional::{Preconditions, Validators, Verdict};
//! use kargo_http::{HeadDecoder, Limits, RequestHead};
//!
//! let bytes = b"GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"v1\"\r\n\r\n";
//! let mut head = RequestHead::new();
//! HeadDecoder::new().decode(bytes, &Limits::default(), &mut head)?;
//!
//! let stored = Validators { tag: b"\"v1\"", modified: 784_111_777, now: 800_000_000 };
//! assert_eq!(Preconditions::of(&head, bytes).judge(&stored), Verdict::NotModified);
//! # Ok::<(), kargo_http::DecodeError>(())
//! ```

use std::borrow::Cow;

use crate::RequestHead;
use crate::date;
use crate::etag;

/// What is known of the stored representation.
#[derive(Clone, Copy, Debug)]
pub struct Validators<'a> {
    /// Its entity tag, with quotation marks, and with `W/` if it is weak.
    pub tag: &'a [u8],
    /// When it was last changed, in seconds since 1970.
    pub modified: u64,
    /// The time of the answer, in seconds since 1970.
    pub now: u64,
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Answer as without conditions.
    Proceed,
    /// 304: the client has it.
    NotModified,
    /// 412: it is not what the client takes it for.
    Failed,
}

/// Seconds that must lie between a change and an answer so that a date tells one state from all others.
const STRONG_DATE_SECONDS: u64 = 2;

/// The conditions of a GET or HEAD request.
#[derive(Clone, Debug, Default)]
pub struct Preconditions<'a> {
    if_match: Option<Cow<'a, [u8]>>,
    if_unmodified_since: Option<u64>,
    if_none_match: Option<Cow<'a, [u8]>>,
    if_modified_since: Option<u64>,
    if_range: Option<&'a [u8]>,
}

impl<'a> Preconditions<'a> {
    /// Those that the head has. Dates that can't be read are none.
    pub fn of(head: &RequestHead, bytes: &'a [u8]) -> Self {
        let mut conditions = Self::default();
        for (name, value) in head.headers(bytes) {
            // Most headers are told apart by their beginning.
            let Some((b"if-" | b"If-" | b"IF-" | b"iF-", rest)) = name.split_at_checked(3) else {
                continue;
            };
            let is = |known: &str| rest.eq_ignore_ascii_case(known.as_bytes());
            if is("none-match") {
                append(&mut conditions.if_none_match, value);
            } else if is("modified-since") {
                conditions.if_modified_since = date::parse(value);
            } else if is("range") {
                conditions.if_range = Some(value);
            } else if is("match") {
                append(&mut conditions.if_match, value);
            } else if is("unmodified-since") {
                conditions.if_unmodified_since = date::parse(value);
            }
        }
        conditions
    }

    /// Weighs the conditions in the order of section 13.2.2.
    pub fn judge(&self, stored: &Validators<'_>) -> Verdict {
        let holds = match (&self.if_match, self.if_unmodified_since) {
            (Some(list), _) => etag::is_listed_strongly(list, stored.tag),
            (None, Some(date)) => stored.modified <= date,
            (None, None) => true,
        };
        if !holds {
            return Verdict::Failed;
        }
        let is_known = match (&self.if_none_match, self.if_modified_since) {
            (Some(list), _) => etag::is_listed(list, stored.tag),
            (None, Some(date)) => stored.modified <= date,
            (None, None) => false,
        };
        if is_known {
            Verdict::NotModified
        } else {
            Verdict::Proceed
        }
    }

    /// Whether a Range header is to be followed: If-Range names the stored representation, or is not there (section
    /// 13.1.5). Both kinds of validators must be strong, or parts of two states would be put together.
    pub fn lets_range_pass(&self, stored: &Validators<'_>) -> bool {
        let Some(validator) = self.if_range else {
            return true;
        };
        if validator.ends_with(b"\"") {
            return !stored.tag.starts_with(b"W/") && validator == stored.tag;
        }
        date::parse(validator) == Some(stored.modified)
            && stored.modified.saturating_add(STRONG_DATE_SECONDS) <= stored.now
    }
}

/// Several header lines are one list.
fn append<'a>(list: &mut Option<Cow<'a, [u8]>>, value: &'a [u8]) {
    match list {
        None => *list = Some(Cow::Borrowed(value)),
        Some(before) => {
            let before = before.to_mut();
            before.extend_from_slice(b", ");
            before.extend_from_slice(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::Failed;
    use super::Verdict::NotModified;
    use super::Verdict::Proceed;
    use super::*;
    use crate::HeadDecoder;
    use crate::Limits;

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";
    const STORED: Validators<'_> = Validators {
        tag: b"\"b\"",
        modified: 784_111_777,
        now: 800_000_000,
    };

    fn with<T>(lines: &[&str], ask: impl FnOnce(Preconditions<'_>) -> T) -> T {
        let lines = lines.iter().map(|line| format!("{line}\r\n"));
        let text = format!(
            "GET / HTTP/1.1\r\nHost: a\r\n{}\r\n",
            lines.collect::<String>()
        );
        let mut head = RequestHead::new();
        let decoded = HeadDecoder::new().decode(text.as_bytes(), &Limits::default(), &mut head);
        assert_eq!(decoded, Ok(Some(text.len())));
        ask(Preconditions::of(&head, text.as_bytes()))
    }

    #[track_caller]
    fn assert_verdict(lines: &[&str], expected: Verdict) {
        let verdict = with(lines, |conditions| conditions.judge(&STORED));
        assert_eq!(verdict, expected, "{lines:?}");
    }

    #[test]
    fn each_condition_alone() {
        assert_verdict(&[], Proceed);
        assert_verdict(&["If-Match: \"b\""], Proceed);
        assert_verdict(&["If-Match: \"a\", \"b\""], Proceed);
        assert_verdict(&["If-Match: *"], Proceed);
        assert_verdict(&["If-Match: \"a\""], Failed);
        assert_verdict(&["If-Match: W/\"b\""], Failed);
        assert_verdict(&["IF-NONE-MATCH: \"b\""], NotModified);
        assert_verdict(&["if-none-match: W/\"b\""], NotModified);
        assert_verdict(&["If-None-Match: *"], NotModified);
        assert_verdict(&["If-None-Match: \"a\""], Proceed);
        assert_verdict(
            &["If-None-Match: \"a\"", "If-None-Match: \"b\""],
            NotModified,
        );
        assert_verdict(&[&format!("If-Modified-Since: {BEFORE}")], Proceed);
        assert_verdict(&[&format!("If-Modified-Since: {SAME}")], NotModified);
        assert_verdict(&[&format!("If-Modified-Since: {AFTER}")], NotModified);
        assert_verdict(&["If-Modified-Since: yesterday"], Proceed);
        assert_verdict(&[&format!("If-Unmodified-Since: {BEFORE}")], Failed);
        assert_verdict(&[&format!("If-Unmodified-Since: {SAME}")], Proceed);
        assert_verdict(&["If-Unmodified-Since: yesterday"], Proceed);
    }

    #[test]
    fn tags_go_before_dates_and_failing_before_knowing() {
        let since = |name: &str, date: &str| format!("{name}: {date}");
        let (unmodified, modified) = ("If-Unmodified-Since", "If-Modified-Since");
        assert_verdict(&["If-Match: \"b\"", &since(unmodified, BEFORE)], Proceed);
        assert_verdict(&["If-None-Match: \"a\"", &since(modified, SAME)], Proceed);
        assert_verdict(
            &["If-None-Match: \"b\"", &since(modified, BEFORE)],
            NotModified,
        );
        assert_verdict(&["If-Match: \"a\"", "If-None-Match: \"b\""], Failed);
        assert_verdict(&["If-Match: \"b\"", "If-None-Match: \"b\""], NotModified);
        assert_verdict(
            &[&since(unmodified, SAME), &since(modified, SAME)],
            NotModified,
        );
    }

    #[test]
    fn ranges_need_strong_validators() {
        let passes = |line: &str, stored: &Validators<'_>| {
            with(&[line], |conditions| conditions.lets_range_pass(stored))
        };
        assert!(with(&[], |conditions| conditions.lets_range_pass(&STORED)));
        assert!(passes("If-Range: \"b\"", &STORED));
        assert!(!passes("If-Range: \"a\"", &STORED));
        assert!(!passes("If-Range: W/\"b\"", &STORED));
        assert!(!passes("If-Range: *", &STORED));
        assert!(!passes("If-Range:", &STORED));
        assert!(passes(&format!("If-Range: {SAME}"), &STORED));
        assert!(!passes(&format!("If-Range: {BEFORE}"), &STORED));
        assert!(!passes(&format!("If-Range: {AFTER}"), &STORED));
        let weak = Validators {
            tag: b"W/\"b\"",
            ..STORED
        };
        assert!(!passes("If-Range: W/\"b\"", &weak));
        assert!(!passes("If-Range: \"b\"", &weak));
        let fresh = Validators {
            now: STORED.modified + 1,
            ..STORED
        };
        assert!(!passes(&format!("If-Range: {SAME}"), &fresh));
        let settled = Validators {
            now: STORED.modified + 2,
            ..STORED
        };
        assert!(passes(&format!("If-Range: {SAME}"), &settled));
    }
}
