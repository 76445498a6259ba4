//! The Accept header (RFC 9110 section 12.5.1).
//!
//! ```
//! use kargo_http::accept::accepts;
//!
//! assert!(accepts(b"text/html, application/*;q=0.5", "application", "json"));
//! assert!(!accepts(b"*/*, application/json;q=0", "application", "json"));
//! ```

use crate::chars::trim_ows;
use crate::query::split_at_byte;

/// Whether a sender of this Accept value takes the media type `main/sub`. The most specific range that matches decides. A
/// value without any range that can be read takes everything, as a header that is not there does.
pub fn accepts(value: &[u8], main: &str, sub: &str) -> bool {
    quality(value, main, sub) != 0
}

/// How much a sender of this Accept value likes the media type `main/sub`, in thousandths; 0: not at all.
pub fn quality(value: &[u8], main: &str, sub: &str) -> u16 {
    // How specific the best range so far is, and its quality.
    let mut best: Option<(u8, u16)> = None;
    let mut is_empty = true;
    let ranges = Ranges { rest: value };
    for range in ranges {
        let (essence, parameters) = split_at_byte(range, b';');
        let (range_main, range_sub) = split_at_byte(trim_ows(essence), b'/');
        let Some(range_sub) = range_sub else { continue };
        is_empty = false;
        let is = |part: &[u8], name: &str| part.eq_ignore_ascii_case(name.as_bytes());
        let specific = match (range_main, range_sub) {
            (b"*", b"*") => 0,
            (main_part, b"*") if is(main_part, main) => 1,
            (main_part, sub_part) if is(main_part, main) && is(sub_part, sub) => 2,
            _ => continue,
        };
        let quality = quality_of(parameters.unwrap_or_default());
        if best
            .is_none_or(|(other, liked)| specific > other || (specific == other && quality > liked))
        {
            best = Some((specific, quality));
        }
    }
    match best {
        Some((_, quality)) => quality,
        None if is_empty => 1000,
        None => 0,
    }
}

/// The `q` among parameters; 1000 without one, or with one that is malformed.
pub(crate) fn quality_of(parameters: &[u8]) -> u16 {
    parameters
        .split(|byte| *byte == b';')
        .find_map(|parameter| {
            let (name, value) = split_at_byte(parameter, b'=');
            trim_ows(name)
                .eq_ignore_ascii_case(b"q")
                .then(|| thousandths(trim_ows(value.unwrap_or_default())))
        })
        .unwrap_or(1000)
}

/// `0`, `0.5`, `0.123`, `1`, `1.000`.
fn thousandths(value: &[u8]) -> u16 {
    let (whole, fraction) = split_at_byte(value, b'.');
    if whole != b"0" {
        return 1000;
    }
    let mut digits = fraction.unwrap_or_default().iter();
    let mut sum = 0;
    for weight in [100, 10, 1] {
        match digits.next() {
            Some(digit @ b'0'..=b'9') => sum += u16::from(digit - b'0') * weight,
            Some(_) => return 1000,
            None => break,
        }
    }
    sum
}

/// The elements of a list; a comma in a quoted string parts nothing.
struct Ranges<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Ranges<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut is_quoted, mut is_escaped) = (false, false);
        let end = self.rest.iter().position(|&byte| {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_quoted => is_escaped = true,
                b'"' => is_quoted = !is_quoted,
                b',' if !is_quoted => return true,
                _ => {}
            }
            false
        });
        let end = end.unwrap_or(self.rest.len());
        let range = self.rest.get(..end)?;
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        Some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &str) -> u16 {
        quality(value.as_bytes(), "application", "json")
    }

    #[test]
    fn the_most_specific_range_decides() {
        for (value, expected) in [
            ("application/json", 1000),
            ("Application/JSON;q=0.5", 500),
            ("*/*", 1000),
            ("*/*;q=0.1, application/json;q=0.25", 250),
            ("application/json;q=0, */*", 0),
            ("application/*;q=0, */*", 0),
            ("text/html", 0),
            ("text/html, application/xml;q=0.9, */*;q=0.8", 800),
            ("text/*, application/xml", 0),
            ("application/json;q=0.001", 1),
            ("application/json;q=0.000", 0),
            ("application/json;q=0.0;q=1", 0),
            ("application/json ; charset=utf-8 ; Q=0.5", 500),
            ("application/json;q=nonsense", 1000),
            ("application/json;q=", 1000),
            ("application/json;q=0.5x", 1000),
            ("text/html;a=\"x,application/json\"", 0),
            ("text/html;a=\"\\\",application/json\"", 0),
            ("application/json;q=0.2, application/json;q=0.4", 400),
        ] {
            assert_eq!(json(value), expected, "{value}");
        }
    }

    #[test]
    fn a_value_without_ranges_takes_everything() {
        for value in ["", ",", " , ", "json", ";q=0", "\""] {
            assert_eq!(json(value), 1000, "{value}");
        }
    }
}
