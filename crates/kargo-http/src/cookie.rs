//! Cookies: the Cookie header pair by pair, and Set-Cookie (RFC 6265).

use std::borrow::Cow;

use crate::EncodeError;
use crate::HttpDate;
use crate::chars;
use crate::chars::COOKIE;
use crate::encoder::write_decimal;
use crate::percent;
use crate::query::split_at_byte;

/// One cookie of a request, as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie<'a> {
    /// The name, without the whitespace around it; never empty.
    pub name: &'a [u8],
    /// The value, without the whitespace around it. Quotes are part of it.
    pub value: &'a [u8],
}

impl<'a> Cookie<'a> {
    /// The value percent-decoded, with `+` for space: what PHP's `setcookie` encoded.
    pub fn decoded_value(self) -> Cow<'a, [u8]> {
        percent::decode_form(self.value)
    }
}

/// The cookies of one Cookie header, in order. A piece without `=` has an empty value; one
/// without a name is left out.
pub fn cookies(header: &[u8]) -> impl Iterator<Item = Cookie<'_>> {
    header.split(|&byte| byte == b';').filter_map(|piece| {
        let (name, value) = split_at_byte(piece, b'=');
        let name = chars::trim_ows(name);
        let value = chars::trim_ows(value.unwrap_or_default());
        (!name.is_empty()).then_some(Cookie { name, value })
    })
}

/// The value of the first cookie named `name`; names are case-sensitive. Of several, clients send
/// that with the longest path first.
pub fn first_value<'a>(header: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    cookies(header)
        .find(|cookie| cookie.name == name)
        .map(|cookie| cookie.value)
}

/// When a cookie is sent with requests that other sites cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// When the user follows a link.
    Lax,
    /// Always; the cookie must be `secure`.
    None,
}

/// A cookie to set (RFC 6265 section 4.1, RFC 6265bis for SameSite and the name prefixes).
#[derive(Clone, Copy, Debug)]
pub struct SetCookie<'a> {
    /// The name, a token.
    pub name: &'a [u8],
    /// The value, without whitespace, quotes, comma, semicolon and backslash;
    /// [`percent::encode`] makes any bytes fit.
    pub value: &'a [u8],
    /// The path it is for; without it, the directory of the request's.
    pub path: Option<&'a [u8]>,
    /// The domain it is for; without it, the very host.
    pub domain: Option<&'a [u8]>,
    /// Seconds until it expires; 0 or less removes it. Wins over `expires`.
    pub max_age_seconds: Option<i64>,
    /// When it expires, in seconds since 1970. Without both it ends with the browser's session.
    pub expires: Option<u64>,
    /// Only over TLS.
    pub secure: bool,
    /// Not for scripts.
    pub http_only: bool,
    /// With requests from other sites.
    pub same_site: Option<SameSite>,
}

impl<'a> SetCookie<'a> {
    /// A cookie with defaults that are safe: for the whole site, not for scripts, `SameSite=Lax`.
    pub const fn new(name: &'a [u8], value: &'a [u8]) -> Self {
        Self {
            name,
            value,
            path: Some(b"/"),
            domain: None,
            max_age_seconds: None,
            expires: None,
            secure: false,
            http_only: true,
            same_site: Some(SameSite::Lax),
        }
    }

    /// Appends the value of a Set-Cookie header. Nothing is appended on an error.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(problem) = self.problem() {
            let name = self.name.escape_ascii().to_string();
            return Err(EncodeError::BadCookie { name, problem });
        }
        out.extend_from_slice(self.name);
        out.push(b'=');
        out.extend_from_slice(self.value);
        if let Some(path) = self.path {
            out.extend_from_slice(b"; Path=");
            out.extend_from_slice(path);
        }
        if let Some(domain) = self.domain {
            out.extend_from_slice(b"; Domain=");
            out.extend_from_slice(domain);
        }
        if let Some(seconds) = self.max_age_seconds {
            out.extend_from_slice(b"; Max-Age=");
            if seconds < 0 {
                out.push(b'-');
            }
            write_decimal(out, seconds.unsigned_abs());
        }
        if let Some(seconds) = self.expires {
            out.extend_from_slice(b"; Expires=");
            out.extend_from_slice(HttpDate::from_unix_seconds(seconds).as_bytes());
        }
        if self.secure {
            out.extend_from_slice(b"; Secure");
        }
        if self.http_only {
            out.extend_from_slice(b"; HttpOnly");
        }
        out.extend_from_slice(match self.same_site {
            Some(SameSite::Strict) => b"; SameSite=Strict",
            Some(SameSite::Lax) => b"; SameSite=Lax",
            Some(SameSite::None) => b"; SameSite=None",
            None => b"",
        });
        Ok(())
    }

    fn problem(&self) -> Option<&'static str> {
        let is_attribute = |value: &[u8]| {
            value
                .iter()
                .all(|&byte| (b' '..=b'~').contains(&byte) && byte != b';')
        };
        let has_prefix = |prefix: &[u8]| {
            self.name
                .get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if !chars::is_token(self.name) {
            return Some("the name is not a token");
        }
        if !chars::all(self.value, COOKIE) {
            return Some("the value must be encoded: it holds a character cookies do not allow");
        }
        if !self
            .path
            .is_none_or(|path| path.starts_with(b"/") && is_attribute(path))
        {
            return Some("the path does not begin with a slash or holds a forbidden character");
        }
        if !self.domain.is_none_or(|domain| {
            !domain.is_empty()
                && domain
                    .iter()
                    .all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        }) {
            return Some("the domain is not a host name");
        }
        if self.same_site == Some(SameSite::None) && !self.secure {
            return Some("SameSite=None needs secure");
        }
        if (has_prefix(b"__Secure-") || has_prefix(b"__Host-")) && !self.secure {
            return Some("a name with this prefix needs secure");
        }
        if has_prefix(b"__Host-") && (self.domain.is_some() || self.path != Some(b"/")) {
            return Some("the __Host- prefix needs path / and no domain");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_header_is_read_pair_by_pair() {
        let header = b"a=1; b = x y ;c;=d; ;e=\"q\"; a=2; f=g=h";
        let pairs: Vec<_> = cookies(header)
            .map(|cookie| (cookie.name, cookie.value))
            .collect();
        let expected: [(&[u8], &[u8]); 6] = [
            (b"a", b"1"),
            (b"b", b"x y"),
            (b"c", b""),
            (b"e", b"\"q\""),
            (b"a", b"2"),
            (b"f", b"g=h"),
        ];
        assert_eq!(pairs, expected);
        assert_eq!(first_value(header, b"a"), Some(&b"1"[..]));
        assert_eq!(first_value(header, b"A"), None);
    }

    #[test]
    fn values_are_decoded_on_demand() {
        let cookie = cookies(b"a=x%20y+z%3B").next().unwrap();
        assert_eq!(&*cookie.decoded_value(), b"x y z;");
    }

    fn written(cookie: SetCookie<'_>) -> Result<String, EncodeError> {
        let mut out = Vec::new();
        let result = cookie.write(&mut out);
        assert!(result.is_ok() || out.is_empty());
        result.map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn all_attributes_are_written() {
        let cookie = SetCookie {
            domain: Some(b"example.org"),
            max_age_seconds: Some(-5),
            expires: Some(784_111_777),
            secure: true,
            same_site: Some(SameSite::None),
            ..SetCookie::new(b"id", b"a%20b")
        };
        assert_eq!(
            written(cookie).unwrap(),
            "id=a%20b; Path=/; Domain=example.org; Max-Age=-5; \
             Expires=Sun, 06 Nov 1994 08:49:37 GMT; Secure; HttpOnly; SameSite=None"
        );
        assert_eq!(
            written(SetCookie::new(b"id", b"")).unwrap(),
            "id=; Path=/; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn what_would_break_the_header_is_refused() {
        let plain = SetCookie::new(b"id", b"1");
        let bad = [
            SetCookie { name: b"", ..plain },
            SetCookie {
                name: b"a=b",
                ..plain
            },
            SetCookie {
                value: b"a;b",
                ..plain
            },
            SetCookie {
                value: b"a b",
                ..plain
            },
            SetCookie {
                value: b"a\r\nb",
                ..plain
            },
            SetCookie {
                value: b"a\0",
                ..plain
            },
            SetCookie {
                path: Some(b"x"),
                ..plain
            },
            SetCookie {
                path: Some(b"/;"),
                ..plain
            },
            SetCookie {
                path: Some(b"/\n"),
                ..plain
            },
            SetCookie {
                domain: Some(b"a;b"),
                ..plain
            },
            SetCookie {
                domain: Some(b""),
                ..plain
            },
            SetCookie {
                same_site: Some(SameSite::None),
                ..plain
            },
            SetCookie {
                name: b"__Secure-id",
                ..plain
            },
            SetCookie {
                name: b"__host-id",
                secure: true,
                path: Some(b"/x"),
                ..plain
            },
            SetCookie {
                name: b"__Host-id",
                secure: true,
                domain: Some(b"a.b"),
                ..plain
            },
        ];
        for cookie in bad {
            assert!(written(cookie).is_err(), "{cookie:?}");
        }
    }
}
