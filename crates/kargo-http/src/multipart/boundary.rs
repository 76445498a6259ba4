//! The boundary, out of a Content-Type.

use super::MultipartError;
use crate::chars;
use crate::query::split_at_byte;

/// RFC 2046 section 5.1.1.
const LONGEST: usize = 70;

/// Whether a Content-Type is `multipart/form-data`, be its parameters as they may.
pub fn is_form_data(content_type: &[u8]) -> bool {
    let (essence, _) = split_at_byte(content_type, b';');
    chars::trim_ows(essence).eq_ignore_ascii_case(b"multipart/form-data")
}

/// The boundary of a Content-Type; `None` if it is not `multipart/form-data`.
///
/// Without quotes it may have any character that a boundary can have, though HTTP wants a token: clients have always
/// written `boundary=----=_Part_1`.
pub fn boundary(content_type: &[u8]) -> Option<Result<&[u8], MultipartError>> {
    if !is_form_data(content_type) {
        return None;
    }
    let (_, parameters) = split_at_byte(content_type, b';');
    Some(find(parameters.unwrap_or_default()))
}

fn find(parameters: &[u8]) -> Result<&[u8], MultipartError> {
    let mut rest = parameters;
    let mut found = None;
    loop {
        rest = chars::trim_ows(rest);
        if let [b';', behind @ ..] = rest {
            rest = behind;
            continue;
        }
        if rest.is_empty() {
            return found.ok_or(MultipartError::BadBoundary);
        }
        let end = rest.iter().position(|byte| matches!(byte, b'=' | b';'));
        let (name, behind) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or((rest, &[]));
        let Some(behind) = behind.strip_prefix(b"=") else {
            return Err(MultipartError::BadBoundary);
        };
        let (value, behind) = split_value(behind)?;
        rest = behind;
        if name.eq_ignore_ascii_case(b"boundary") {
            if found.is_some() || !is_boundary(value) {
                return Err(MultipartError::BadBoundary);
            }
            found = Some(value);
        }
    }
}

/// A value, without its quotes, and what is behind it.
fn split_value(bytes: &[u8]) -> Result<(&[u8], &[u8]), MultipartError> {
    let Some(quoted) = bytes.strip_prefix(b"\"") else {
        let end = bytes.iter().position(|&byte| byte == b';');
        let (value, rest) = bytes
            .split_at_checked(end.unwrap_or(bytes.len()))
            .unwrap_or((bytes, &[]));
        return Ok((chars::trim_ows(value), rest));
    };
    // A boundary can't hold a backslash or a quote, so that nothing has to be unescaped in it.
    let mut at = 0;
    let end = loop {
        match quoted.get(at) {
            Some(b'"') => break at,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return Err(MultipartError::BadBoundary),
        }
    };
    let value = quoted.get(..end).unwrap_or_default();
    let rest = chars::trim_ows(quoted.get(end + 1..).unwrap_or_default());
    if matches!(rest, [] | [b';', ..]) {
        Ok((value, rest))
    } else {
        Err(MultipartError::BadBoundary)
    }
}

/// `boundary` of RFC 2046 section 5.1.1: 1 to 70 `bchars`, the last no space.
fn is_boundary(bytes: &[u8]) -> bool {
    (1..=LONGEST).contains(&bytes.len())
        && bytes.last() != Some(&b' ')
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_found_as_clients_write_them() {
        for (value, wanted) in [
            (&b"multipart/form-data; boundary=abc"[..], &b"abc"[..]),
            (
                b"Multipart/Form-Data;BOUNDARY=\"a b:c\"; charset=utf-8",
                b"a b:c",
            ),
            (
                b"multipart/form-data; charset=\"x;boundary=y\"; boundary=z",
                b"z",
            ),
            (
                b"multipart/form-data; boundary=----=_Part_1.2",
                b"----=_Part_1.2",
            ),
            (b"multipart/form-data ; boundary=a;", b"a"),
        ] {
            assert_eq!(
                boundary(value),
                Some(Ok(wanted)),
                "{}",
                value.escape_ascii()
            );
        }
        let longest = [&b"multipart/form-data; boundary="[..], &[b'x'; 70]].concat();
        assert!(boundary(&longest).unwrap().is_ok());
    }

    #[test]
    fn what_can_be_no_boundary_is_refused() {
        let longer = [&b"multipart/form-data; boundary="[..], &[b'x'; 71]].concat();
        for value in [
            &b"multipart/form-data"[..],
            b"multipart/form-data;",
            b"multipart/form-data; boundary=",
            b"multipart/form-data; boundary=\"\"",
            b"multipart/form-data; boundary=\"a",
            b"multipart/form-data; boundary=\"a\"b",
            b"multipart/form-data; boundary=\"a \"",
            b"multipart/form-data; boundary=a; boundary=a",
            b"multipart/form-data; boundary=a, multipart/form-data; boundary=b",
            b"multipart/form-data; boundary=a<b",
            b"multipart/form-data; boundary=\xc3\xbc",
            b"multipart/form-data; boundary",
            &longer,
        ] {
            assert_eq!(
                boundary(value),
                Some(Err(MultipartError::BadBoundary)),
                "{}",
                value.escape_ascii()
            );
        }
    }

    #[test]
    fn other_types_have_none() {
        for value in [
            &b"multipart/mixed; boundary=a"[..],
            b"application/x-www-form-urlencoded",
            b"multipart/form-data-x; boundary=a",
            b"",
        ] {
            assert_eq!(boundary(value), None);
        }
    }
}
