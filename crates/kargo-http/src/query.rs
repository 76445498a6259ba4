//! Queries and `application/x-www-form-urlencoded` bodies, pair by pair.
//!
//! ```
//! let mut pairs = kargo_http::query::pairs(b"q=a+b&tag%5B%5D=x&flag");
//! let first = pairs.next().unwrap();
//! assert_eq!((&*first.name(), &*first.value()), (&b"q"[..], &b"a b"[..]));
//! assert_eq!(&*pairs.next().unwrap().name(), b"tag[]");
//! assert_eq!(&*pairs.next().unwrap().value(), b"");
//! ```

use std::borrow::Cow;

use memchr::memchr;

use crate::percent::decode_form;

/// One `name=value`, still encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The bytes before the first `=`.
    pub raw_name: &'a [u8],
    /// The bytes behind the first `=`; `None` if there is no `=`.
    pub raw_value: Option<&'a [u8]>,
}

/// The pairs of a query or a form. See [`pairs`].
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    rest: &'a [u8],
}

/// Splits a query, or a form, at `&` and each piece at its first `=`. Empty pieces are left out,
/// as PHP does; names with brackets are for PHP to nest. Nothing is decoded before it is asked
/// for, nothing is refused: bad escapes stay as they are.
///
/// The number of pairs is bounded by the limits on request line and body only; take as many as
/// are wanted.
pub const fn pairs(input: &[u8]) -> Pairs<'_> {
    Pairs { rest: input }
}

/// The decoded value of the last pair named `name`: later ones win, as in PHP.
pub fn last_value<'a>(input: &'a [u8], name: &[u8]) -> Option<Cow<'a, [u8]>> {
    pairs(input)
        .filter(|pair| *pair.name() == *name)
        .last()
        .map(Pair::value)
}

impl<'a> Pair<'a> {
    /// The name, decoded.
    pub fn name(self) -> Cow<'a, [u8]> {
        decode_form(self.raw_name)
    }

    /// The value, decoded; empty if there is no `=`.
    pub fn value(self) -> Cow<'a, [u8]> {
        decode_form(self.raw_value.unwrap_or_default())
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let (piece, rest) = split_at_byte(self.rest, b'&');
            self.rest = rest.unwrap_or_default();
            if !piece.is_empty() {
                let (raw_name, raw_value) = split_at_byte(piece, b'=');
                return Some(Pair {
                    raw_name,
                    raw_value,
                });
            }
        }
    }
}

/// What is before the first `byte` and, if there is one, what is behind it.
pub(crate) fn split_at_byte(bytes: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match memchr(byte, bytes) {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..)),
        None => (bytes, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(input: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        pairs(input)
            .map(|pair| (pair.name().into_owned(), pair.value().into_owned()))
            .collect()
    }

    #[test]
    fn pairs_are_split_like_php_splits_them() {
        let expected: Vec<(Vec<u8>, Vec<u8>)> = [
            (&b"a"[..], &b"1"[..]),
            (b"b", b""),
            (b"c", b""),
            (b"", b"d"),
            (b"e[x][]", b"a=b"),
            (b"f g", b"1 2+3"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect();
        assert_eq!(
            decoded(b"&a=1&&b=&c&=d&e%5Bx%5D[]=a=b&f+g=1+2%2B3&"),
            expected
        );
    }

    #[test]
    fn bad_escapes_stay() {
        assert_eq!(
            decoded(b"a=%&b=%4&c=%zz&d=%%41"),
            [
                (b"a".to_vec(), b"%".to_vec()),
                (b"b".to_vec(), b"%4".to_vec()),
                (b"c".to_vec(), b"%zz".to_vec()),
                (b"d".to_vec(), b"%A".to_vec()),
            ]
        );
    }

    #[test]
    fn the_last_of_several_values_wins() {
        assert_eq!(
            last_value(b"a=1&b=2&%61=3", b"a").as_deref(),
            Some(&b"3"[..])
        );
        assert_eq!(last_value(b"a=1", b"A"), None);
    }

    #[test]
    fn values_without_escapes_are_not_copied() {
        let pair = pairs(b"name=value").next().unwrap();
        assert!(matches!(pair.value(), Cow::Borrowed(b"value")));
    }
}
