//! The tokens of JSON.

use super::number;
use super::number::Number;
use super::scan;
use crate::BodyErrorKind;
use crate::LikelyKey;

/// A place in a text that is known to be UTF-8. White space is passed before a token, never behind it.
///
/// Small enough to be copied to where it is used, and its short paths are inlined there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    #[inline(always)]
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn rewind(&mut self, offset: usize) {
        self.at = offset;
    }

    /// The text from `start` to here.
    #[inline(always)]
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    /// Passes the one byte that was seen.
    #[inline(always)]
    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    #[inline(always)]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// The next byte that isn't white space, 0 at the end.
    #[inline(always)]
    pub(super) fn peek_token(&mut self) -> u8 {
        let byte = self.peek();
        if byte > b' ' {
            return byte;
        }
        self.at = behind_white_space(self.bytes, self.at);
        self.peek()
    }

    /// Takes `byte` if it is next.
    #[inline(always)]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek_token() == byte;
        if is_next {
            self.at += 1;
        }
        is_next
    }

    /// Takes `bytes` if they are next, without passing white space before them.
    #[inline(always)]
    pub(super) fn take_exactly(&mut self, bytes: &[u8]) -> bool {
        let end = self.at.wrapping_add(bytes.len());
        let is_next = self
            .bytes
            .get(self.at..end)
            .is_some_and(|next| next == bytes);
        if is_next {
            self.at = end;
        }
        is_next
    }

    /// Takes the name, with the colon behind it, if it is next.
    #[inline(always)]
    pub(super) fn take_likely(&mut self, key: LikelyKey) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = rest.first_chunk::<16>().map_or(0, |text| key.len_in(text));
        self.at = self.at.wrapping_add(len);
        len != 0
    }

    /// What is wrong with the next byte, if nothing that would be right is there.
    #[cold]
    pub(super) fn unexpected(self) -> BodyErrorKind {
        if self.at >= self.bytes.len() {
            BodyErrorKind::UnexpectedEnd
        } else {
            BodyErrorKind::Syntax
        }
    }

    /// The text must be over.
    pub(super) fn finish(&mut self) -> Result<(), BodyErrorKind> {
        if self.at != self.bytes.len() {
            self.peek_token();
        }
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(BodyErrorKind::TrailingBytes)
        }
    }

    /// Reads `word`, whose first byte was seen.
    #[inline(always)]
    pub(super) fn word(&mut self, word: &[u8]) -> Result<(), BodyErrorKind> {
        if self.take_exactly(word) {
            return Ok(());
        }
        let is_cut = self.bytes.len() - self.at < word.len();
        Err(if is_cut {
            BodyErrorKind::UnexpectedEnd
        } else {
            BodyErrorKind::Syntax
        })
    }

    /// Reads a number, whose first byte was seen.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Result<Number, BodyErrorKind> {
        let (number, len) = number::read(self.bytes.get(self.at..).unwrap_or_default())?;
        self.at += len;
        Ok(number)
    }

    /// Reads a member's name and the colon behind it.
    #[inline(always)]
    pub(super) fn name<'s>(&mut self, unescaped: &'s mut Vec<u8>) -> Result<&'s [u8], BodyErrorKind>
    where
        'a: 's,
    {
        if self.peek_token() != b'"' {
            return Err(self.unexpected());
        }
        let name = self.string(unescaped)?;
        // Only an escape can have made it NUL, a bare one having been refused.
        if name.first() == Some(&0) {
            return Err(BodyErrorKind::InvalidKey);
        }
        if !self.take(b':') {
            return Err(self.unexpected());
        }
        Ok(name)
    }

    /// Reads a string, whose opening quotation mark was seen: a part of the text, or `unescaped`.
    #[inline(always)]
    pub(super) fn string<'s>(
        &mut self,
        unescaped: &'s mut Vec<u8>,
    ) -> Result<&'s [u8], BodyErrorKind>
    where
        'a: 's,
    {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let len = scan::find_special(rest);
        if rest.get(len) == Some(&b'"') {
            self.at = self.at.wrapping_add(len + 2);
            return Ok(rest.get(..len).unwrap_or_default());
        }
        let mut slow = Escaped {
            bytes: self.bytes,
            at: self.at + 1,
            unescaped,
        };
        let result = slow.read(len);
        self.at = slow.at;
        result?;
        Ok(unescaped)
    }
}

/// Where the first byte at or after `at` is that isn't white space.
#[inline(never)]
fn behind_white_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let is_white_space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    at + rest.iter().take_while(|byte| is_white_space(byte)).count()
}

/// A string that has escapes in it, or is none. A type of its own, for the cursor can only live in registers as long as
/// nothing that isn't inlined gets a reference to it.
struct Escaped<'a, 's> {
    bytes: &'a [u8],
    at: usize,
    unescaped: &'s mut Vec<u8>,
}

impl Escaped<'_, '_> {
    /// Reads a string up to its end, whose first `plain_len` bytes are themselves.
    #[cold]
    #[inline(never)]
    fn read(&mut self, plain_len: usize) -> Result<(), BodyErrorKind> {
        self.unescaped.clear();
        let mut end = self.at + plain_len;
        loop {
            let plain = self.bytes.get(self.at..end).unwrap_or_default();
            self.unescaped.extend_from_slice(plain);
            self.at = end;
            match self.bytes.get(end) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(BodyErrorKind::ControlCharacter),
                None => return Err(BodyErrorKind::UnexpectedEnd),
            }
            end = self.at + scan::find_special(self.bytes.get(self.at..).unwrap_or_default());
        }
    }

    fn peek(&self) -> Result<u8, BodyErrorKind> {
        self.bytes
            .get(self.at)
            .copied()
            .ok_or(BodyErrorKind::UnexpectedEnd)
    }

    /// Reads one escape, the backslash being next.
    fn escape(&mut self) -> Result<(), BodyErrorKind> {
        self.at += 1;
        let byte = match self.peek()? {
            letter @ (b'"' | b'\\' | b'/') => letter,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(BodyErrorKind::Syntax),
        };
        self.at += 1;
        self.unescaped.push(byte);
        Ok(())
    }

    /// Reads `uXXXX`, and the `\uXXXX` that must follow the first half of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<(), BodyErrorKind> {
        let unit = self.hex_unit()?;
        let mut code_point = unit;
        if (0xd800..=0xdbff).contains(&unit) {
            if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
                return Err(BodyErrorKind::LoneSurrogate);
            }
            self.at += 1;
            let low = self.hex_unit()?;
            if !(0xdc00..=0xdfff).contains(&low) {
                return Err(BodyErrorKind::LoneSurrogate);
            }
            code_point = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        }
        let character = char::from_u32(code_point).ok_or(BodyErrorKind::LoneSurrogate)?;
        let mut buffer = [0; 4];
        self.unescaped
            .extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        Ok(())
    }

    /// Reads four hexadecimal digits behind the `u` that is next.
    fn hex_unit(&mut self) -> Result<u32, BodyErrorKind> {
        let mut unit = 0;
        for _ in 0..4 {
            self.at += 1;
            let digit = char::from(self.peek()?)
                .to_digit(16)
                .ok_or(BodyErrorKind::Syntax)?;
            unit = unit << 4 | digit;
        }
        self.at += 1;
        Ok(unit)
    }
}
