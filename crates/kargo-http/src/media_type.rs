//! Media types (RFC 9110 section 8.3.1), for checks on Content-Type.
//!
//! ```
//! use kargo_http::media_type::MediaType;
//!
//! let media_type = MediaType::parse(b"Application/JSON; charset=\"UTF-8\"").unwrap();
//! assert!(media_type.is("application", "json"));
//! assert_eq!(media_type.charset().as_deref(), Some(&b"UTF-8"[..]));
//! ```

use std::borrow::Cow;

use crate::chars;
use crate::chars::TOKEN;
use crate::query::split_at_byte;

/// A media type that was found well-formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType<'a> {
    main: &'a [u8],
    sub: &'a [u8],
    parameters: &'a [u8],
}

impl<'a> MediaType<'a> {
    /// Parses a Content-Type value; `None` if any part of it is malformed.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let value = chars::trim_ows(value);
        let (essence, parameters) = split_at_byte(value, b';');
        let (main, sub) = split_at_byte(chars::trim_ows(essence), b'/');
        let sub = sub?;
        let media_type = Self {
            main,
            sub,
            parameters: parameters.unwrap_or_default(),
        };
        (chars::is_token(main)
            && chars::is_token(sub)
            && media_type.parameters().all(|part| part.is_some()))
        .then_some(media_type)
    }

    /// The type: `text` of `text/html`, in the case it was sent.
    pub const fn main(self) -> &'a [u8] {
        self.main
    }

    /// The subtype: `html` of `text/html`, in the case it was sent.
    pub const fn sub(self) -> &'a [u8] {
        self.sub
    }

    /// Whether it is `main/sub`, in any case, with whatever parameters.
    pub fn is(self, main: &str, sub: &str) -> bool {
        self.main.eq_ignore_ascii_case(main.as_bytes())
            && self.sub.eq_ignore_ascii_case(sub.as_bytes())
    }

    /// Whether the subtype is `name` or ends in `+name`, as in `application/problem+json`
    /// (RFC 6838 section 4.2.8).
    pub fn is_or_has_suffix(self, name: &str) -> bool {
        let name = name.as_bytes();
        let Some(before) = self.sub.len().checked_sub(name.len()) else {
            return false;
        };
        let (start, end) = self.sub.split_at_checked(before).unwrap_or_default();
        end.eq_ignore_ascii_case(name) && matches!(start, [] | [.., b'+'])
    }

    /// The value of the first parameter named `name`, in any case, without its quotes.
    pub fn parameter(self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.parameters()
            .flatten()
            .find(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| unquote(value))
    }

    /// The charset parameter. Compare without regard to case.
    pub fn charset(self) -> Option<Cow<'a, [u8]>> {
        self.parameter("charset")
    }

    /// Names and values, the latter still quoted; a `None` ends a malformed list.
    fn parameters(self) -> Parameters<'a> {
        Parameters {
            rest: self.parameters,
        }
    }
}

/// `parameters = *( OWS ";" OWS [ parameter ] )`, behind the first semicolon.
struct Parameters<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Option<(&'a [u8], &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = chars::trim_ows(self.rest);
            if rest.is_empty() {
                return None;
            }
            if let Some((b';', behind)) = rest.split_first() {
                self.rest = behind;
                continue;
            }
            let parameter = split_parameter(rest);
            self.rest = parameter.map_or(&[][..], |(_, behind)| behind);
            return Some(parameter.map(|(pair, _)| pair));
        }
    }
}

/// A name and its value, and what is behind them.
type Parameter<'a> = ((&'a [u8], &'a [u8]), &'a [u8]);

/// `token "=" ( token / quoted-string )`, followed by nothing or a semicolon.
fn split_parameter(bytes: &[u8]) -> Option<Parameter<'_>> {
    let name_length = bytes.iter().position(|&byte| !chars::is(byte, TOKEN))?;
    let (name, behind) = bytes.split_at_checked(name_length)?;
    let value_and_rest = behind.strip_prefix(b"=")?;
    let value_length = match value_and_rest.first()? {
        b'"' => quoted_length(value_and_rest)?,
        _ => value_and_rest
            .iter()
            .position(|&byte| !chars::is(byte, TOKEN))
            .unwrap_or(value_and_rest.len()),
    };
    let (value, rest) = value_and_rest.split_at_checked(value_length)?;
    let is_end = matches!(chars::trim_ows(rest), [] | [b';', ..]);
    (name_length > 0 && value_length > 0 && is_end).then_some(((name, value), rest))
}

/// The length of the quoted string at the start, quotes included (RFC 9110 section 5.6.4).
fn quoted_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\'
                if bytes
                    .get(at + 1)
                    .is_some_and(|&byte| chars::is_field_value_byte(byte)) =>
            {
                at += 2;
            }
            &byte if chars::is_quoted_text(byte) => at += 1,
            _ => return None,
        }
    }
}

fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    let inside = value
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    let Some(inside) = inside else {
        return Cow::Borrowed(value);
    };
    if !inside.contains(&b'\\') {
        return Cow::Borrowed(inside);
    }
    let mut text = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter();
    while let Some(&byte) = bytes.next() {
        text.push(if byte == b'\\' {
            bytes.next().copied().unwrap_or(byte)
        } else {
            byte
        });
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_compared_without_regard_to_case() {
        let media_type = MediaType::parse(b" Text/HTML ;Charset=utf-8").unwrap();
        assert!(media_type.is("text", "html"));
        assert!(!media_type.is("text", "xml"));
        assert_eq!(
            (media_type.main(), media_type.sub()),
            (&b"Text"[..], &b"HTML"[..])
        );
        assert_eq!(media_type.charset().as_deref(), Some(&b"utf-8"[..]));
    }

    #[test]
    fn suffixes_are_recognised_behind_a_plus_only() {
        let is_json = |value: &'static [u8]| {
            MediaType::parse(value).is_some_and(|media_type| media_type.is_or_has_suffix("json"))
        };
        assert!(is_json(b"application/json"));
        assert!(is_json(b"application/problem+JSON"));
        assert!(!is_json(b"application/notjson"));
        assert!(!is_json(b"application/js"));
    }

    #[test]
    fn parameters_may_be_quoted() {
        let value = b"multipart/form-data; a=1;; boundary=\"x;\\\"y\" ; b=2 ;";
        let media_type = MediaType::parse(value).unwrap();
        assert_eq!(
            media_type.parameter("BOUNDARY").as_deref(),
            Some(&b"x;\"y"[..])
        );
        assert_eq!(media_type.parameter("b").as_deref(), Some(&b"2"[..]));
        assert_eq!(media_type.parameter("c"), None);
    }

    #[test]
    fn malformed_types_are_none() {
        for value in [
            &b""[..],
            b"text",
            b"text/",
            b"/html",
            b"te xt/html",
            b"text/html; charset",
            b"text/html; charset=",
            b"text/html; charset =utf-8",
            b"text/html; charset=\"utf-8",
            b"text/html; charset=utf-8 x",
            b"text/html, text/plain",
            b"text/html; =x",
            b"text/html; a=\"\x01\"",
        ] {
            assert_eq!(MediaType::parse(value), None, "{}", value.escape_ascii());
        }
    }
}
