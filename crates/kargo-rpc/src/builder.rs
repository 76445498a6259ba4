//! What a decoder tells: values as events.
//!
//! A decoder calls a [`Builder`] once per scalar and around each container, in the order of the text. The builder keeps
//! its values on a stack of its own: a container's end says how many of the topmost values belong to it, so that it can
//! be made at its exact size.
//!
//! An implementation may be left by something other than a return: PHP's engine unwinds with `longjmp` when memory runs
//! out. The decoders therefore own nothing on their frames that would have to be dropped; all their memory is in
//! structures the caller lends them, and each decoding starts by resetting those.

use core::convert::Infallible;

use crate::DateTime;

/// Receives one value, or many in a row, as events.
///
/// Strings and keys are valid UTF-8, already unescaped, and live only for the duration of the call. An error ends the
/// decoding and reaches the caller as [`DecodeError::Builder`](crate::DecodeError::Builder).
pub trait Builder {
    /// Why the builder can't go on.
    type Error;

    /// JSON `null`, XML-RPC `<nil/>`.
    fn null(&mut self) -> Result<(), Self::Error>;
    /// A boolean.
    fn bool(&mut self, value: bool) -> Result<(), Self::Error>;
    /// An integer. JSON integers outside the range of `i64` come as [`float`](Self::float), as `json_decode` has it.
    fn int(&mut self, value: i64) -> Result<(), Self::Error>;
    /// A finite number.
    fn float(&mut self, value: f64) -> Result<(), Self::Error>;
    /// Text in UTF-8.
    fn string(&mut self, utf8: &[u8]) -> Result<(), Self::Error>;
    /// Bytes without an encoding: XML-RPC `<base64>`. JSON has none.
    fn binary(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
    /// XML-RPC `<dateTime.iso8601>`. JSON has none.
    fn date_time(&mut self, value: &DateTime) -> Result<(), Self::Error>;
    /// An array begins; its elements follow.
    fn begin_array(&mut self) -> Result<(), Self::Error>;
    /// The innermost array is complete and has `len` elements.
    fn end_array(&mut self, len: usize) -> Result<(), Self::Error>;
    /// An object (XML-RPC: a struct) begins; `key` and one value alternate.
    fn begin_object(&mut self) -> Result<(), Self::Error>;
    /// The name of the value that follows. It may be empty, never begins with NUL in JSON, and may come more than once
    /// in one object: the last one wins, as in `json_decode`.
    fn key(&mut self, utf8: &[u8]) -> Result<(), Self::Error>;
    /// The name that the builder expects next, since records repeat their names: a reader that finds it in the text
    /// needn't look for its end, and calls [`take_likely_key`](Self::take_likely_key) in place of [`key`](Self::key).
    #[inline]
    fn likely_key(&self) -> LikelyKey {
        LikelyKey::NONE
    }
    /// The name of the value that follows is the [`likely_key`](Self::likely_key).
    #[inline]
    fn take_likely_key(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
    /// The innermost object is complete; it had `len` members in the text, repeated names counted each time.
    fn end_object(&mut self, len: usize) -> Result<(), Self::Error>;
}

/// A name as it stands in JSON, `"name":`, short enough to be compared at once.
#[derive(Clone, Copy, Debug)]
pub struct LikelyKey {
    text: u128,
    mask: u128,
    len: usize,
}

impl LikelyKey {
    /// No name: it is never found.
    pub const NONE: Self = Self {
        text: 1,
        mask: 0,
        len: 0,
    };

    /// The longest name that can be one.
    pub const MAX_BYTES: usize = 13;

    /// `key` in UTF-8; [`NONE`](Self::NONE) if it is longer than [`MAX_BYTES`](Self::MAX_BYTES) or would have to be escaped.
    #[must_use]
    pub fn of(key: &[u8]) -> Self {
        let (len, mut text) = (key.len() + 3, [0; 16]);
        let is_plain = !key.iter().any(|&byte| crate::json::is_special(byte));
        let (Some(mut place), true) = (text.get_mut(..len), is_plain) else {
            return Self::NONE;
        };
        for part in [b"\"", key, b"\":"] {
            let (head, rest) = place.split_at_mut(part.len());
            head.copy_from_slice(part);
            place = rest;
        }
        Self {
            text: u128::from_le_bytes(text),
            mask: u128::MAX >> (128 - 8 * len),
            len,
        }
    }

    /// The same for a key that is to be written, of which it is not known whether it is text; [`NONE`](Self::NONE) also
    /// where it isn't ASCII.
    #[must_use]
    pub fn of_ascii(key: &[u8]) -> Self {
        if key.is_ascii() {
            Self::of(key)
        } else {
            Self::NONE
        }
    }

    /// Whether it is no name.
    #[inline(always)]
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.len == 0
    }

    /// The bytes, and how many of them it is.
    #[inline(always)]
    pub(crate) fn written(&self) -> ([u8; 16], usize) {
        (self.text.to_le_bytes(), self.len)
    }

    /// How many of the bytes it is, if they begin with it; 0 if not.
    #[inline(always)]
    pub(crate) fn len_in(&self, text: &[u8; 16]) -> usize {
        if u128::from_le_bytes(*text) & self.mask == self.text {
            self.len
        } else {
            0
        }
    }
}

/// A [`Builder`] that is told which call the values are arguments of.
///
/// The method is known before the first argument: where the text has `params` before `method`, the decoder checks and
/// skips them and comes back for them. So each argument can be built in the shape its parameter wants (an object as an
/// object or as an associative array) in one pass.
///
/// One call is `begin_call`, then per argument `begin_argument` and one value, then `end_call`. A call that was begun
/// may be withdrawn before its end by `discard_call`. The builder keeps the values of all calls of a body, in order,
/// until the caller dispatches them.
pub trait CallBuilder: Builder {
    /// A call to `method` begins. What is returned is kept as [`Call::handle`](crate::Call::handle), so that the method
    /// is looked up once; an unknown method is the builder's to mark (its arguments still come and may be ignored).
    fn begin_call(&mut self, method: &[u8]) -> Result<u32, Self::Error>;
    /// The next value is this argument. Named arguments can repeat a name; the last one wins.
    fn begin_argument(&mut self, argument: Argument<'_>) -> Result<(), Self::Error>;
    /// The call is complete and had `len` arguments.
    fn end_call(&mut self, len: usize) -> Result<(), Self::Error>;
    /// The call that was begun and not ended turned out not to be one: drop what was built since its `begin_call`,
    /// which may include the beginnings of unfinished containers.
    fn discard_call(&mut self);
    /// The body turned out to have no calls (too many, in fact): drop everything.
    fn discard_all_calls(&mut self);
}

/// Which argument of a call the next value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    /// By position, counted from 0.
    Position(usize),
    /// By name, unescaped UTF-8.
    Name(&'a [u8]),
}

/// The builder that builds nothing: for checking and skipping.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl Builder for Discard {
    type Error = Infallible;

    #[inline]
    fn null(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn bool(&mut self, _value: bool) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn int(&mut self, _value: i64) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn float(&mut self, _value: f64) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn string(&mut self, _utf8: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn binary(&mut self, _bytes: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn date_time(&mut self, _value: &DateTime) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn begin_array(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn end_array(&mut self, _len: usize) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn begin_object(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn key(&mut self, _utf8: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn end_object(&mut self, _len: usize) -> Result<(), Infallible> {
        Ok(())
    }
}

impl CallBuilder for Discard {
    #[inline]
    fn begin_call(&mut self, _method: &[u8]) -> Result<u32, Infallible> {
        Ok(0)
    }
    #[inline]
    fn begin_argument(&mut self, _argument: Argument<'_>) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn end_call(&mut self, _len: usize) -> Result<(), Infallible> {
        Ok(())
    }
    #[inline]
    fn discard_call(&mut self) {}
    #[inline]
    fn discard_all_calls(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_likely_key_is_found_where_it_stands_with_quotes_and_colon() {
        let found = |key: &str, text: &str| {
            let mut bytes = [b' '; 16];
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            LikelyKey::of(key.as_bytes()).len_in(&bytes)
        };
        for key in ["", "a", "name", "\u{e9}t\u{e9}", "thirteen-long"] {
            let text = format!("\"{key}\":");
            assert_eq!(found(key, &text), text.len(), "{key}");
            assert_eq!(found(key, &format!("\"{key}\" ")), 0, "{key}");
        }
        for (key, text) in [
            ("name", "\"names\":1"),
            ("name", "\"nam\":1"),
            ("a", "a:"),
            ("a\"", "\"a\"\":"),
            ("a\\", "\"a\\\":"),
            ("a\n", "\"a\n\":"),
            ("a-fourteen-byte", "\"a-fourteen-byt"),
        ] {
            assert_eq!(found(key, text), 0, "{key}");
        }
        assert_eq!(LikelyKey::NONE.len_in(&[0; 16]), 0);
        assert_eq!(LikelyKey::NONE.len_in(&[1; 16]), 0);
    }
}
