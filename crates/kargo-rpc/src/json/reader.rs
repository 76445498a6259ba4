//! A strict reader of JSON values: no recursion, no allocation of its own, events into a [`Builder`].

use super::number;
use super::number::Number;
use super::scan;
use crate::BodyError;
use crate::BodyErrorKind;
use crate::Builder;
use crate::Discard;
use crate::Limits;
use crate::error::Stop;
use crate::utf8;

/// Memory that a reader needs and that is worth keeping from one text to the next.
#[derive(Debug, Default)]
pub struct JsonScratch {
    /// The latest string that had escapes, without them.
    unescaped: Vec<u8>,
    /// The containers around the current one: item count times two, plus one for an object.
    outer: Vec<usize>,
}

impl JsonScratch {
    /// Empty; allocates nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            unescaped: Vec::new(),
            outer: Vec::new(),
        }
    }

    /// Gives back memory beyond about `max_bytes`, which one exceptionally large text had made necessary.
    pub fn shrink_to(&mut self, max_bytes: usize) {
        self.unescaped.clear();
        self.unescaped.shrink_to(max_bytes);
        self.outer.clear();
        self.outer.shrink_to(max_bytes / size_of::<usize>());
    }
}

/// Reads one text. The bytes are known to be UTF-8 from the start.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    scratch: &'a mut JsonScratch,
    /// Containers that may still be opened.
    depth_left: usize,
}

/// Where the bytes of a string are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    /// In the text itself: it had no escapes.
    Verbatim { start: usize, end: usize },
    /// In the scratch, until the next string is read.
    Unescaped,
}

impl<'a> Reader<'a> {
    /// Begins to read `bytes`, at the first byte that isn't white space.
    pub(crate) fn start(
        bytes: &'a [u8],
        limits: &Limits,
        scratch: &'a mut JsonScratch,
    ) -> Result<Self, BodyError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(BodyError {
                kind: BodyErrorKind::TooLarge,
                offset: 0,
            });
        }
        utf8::check(bytes).map_err(|offset| BodyError {
            kind: BodyErrorKind::InvalidUtf8,
            offset,
        })?;
        scratch.outer.clear();
        let depth_left = limits.max_depth.saturating_sub(1);
        let mut reader = Self {
            bytes,
            at: 0,
            scratch,
            depth_left,
        };
        reader.skip_white_space();
        Ok(reader)
    }

    /// Where the reader is.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Goes back to where it has been before, `open` containers deeper than now being forgotten.
    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.at = mark.at;
        self.depth_left = mark.depth_left;
        self.scratch.outer.clear();
    }

    /// A place to come back to; only outside of [`value`](Self::value).
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            at: self.at,
            depth_left: self.depth_left,
        }
    }

    /// The text from `start` to here.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    /// The next byte, 0 at the end (where NUL can't stand in JSON anyway).
    #[inline]
    pub(crate) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Takes `byte` if it is next, and the white space behind it.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        if is_next {
            self.at += 1;
            self.skip_white_space();
        }
        is_next
    }

    /// What is wrong with the next byte, if nothing that would be right is there.
    #[cold]
    pub(crate) fn unexpected(&self) -> BodyErrorKind {
        if self.at >= self.bytes.len() {
            BodyErrorKind::UnexpectedEnd
        } else {
            BodyErrorKind::Syntax
        }
    }

    /// The text must be over.
    pub(crate) fn finish(&self) -> Result<(), BodyErrorKind> {
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(BodyErrorKind::TrailingBytes)
        }
    }

    /// Enters a container whose opening byte was seen; to be closed with [`leave`](Self::leave).
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<(), BodyErrorKind> {
        self.depth_left = self
            .depth_left
            .checked_sub(1)
            .ok_or(BodyErrorKind::TooDeep)?;
        self.at += 1;
        self.skip_white_space();
        Ok(())
    }

    /// Leaves a container by its closing byte.
    #[inline]
    pub(crate) fn leave(&mut self) {
        self.depth_left += 1;
        self.at += 1;
        self.skip_white_space();
    }

    /// Checks and passes one value.
    pub(crate) fn skip(&mut self) -> Result<(), BodyErrorKind> {
        self.any_value(&mut Discard, true)
            .map_err(|stop| match stop {
                Stop::Body(kind) => kind,
                Stop::Builder(never) => match never {},
            })
    }

    /// Reads one value and the white space behind it.
    #[inline]
    pub(crate) fn value<B: Builder>(&mut self, builder: &mut B) -> Result<(), Stop<B::Error>> {
        self.any_value(builder, false)
    }

    fn any_value<B: Builder>(
        &mut self,
        builder: &mut B,
        allows_infinity: bool,
    ) -> Result<(), Stop<B::Error>> {
        let base = self.scratch.outer.len();
        // The container we are in: `count` items so far.
        let (mut count, mut is_object) = (0usize, false);
        let mut is_nested = false;
        'value: loop {
            match self.peek() {
                b'"' => {
                    let text = self.string()?;
                    builder.string(self.text(text)).map_err(Stop::Builder)?;
                }
                b'-' | b'0'..=b'9' => match self.number()? {
                    Number::Int(value) => builder.int(value).map_err(Stop::Builder)?,
                    Number::Float(value) if value.is_finite() || allows_infinity => {
                        builder.float(value).map_err(Stop::Builder)?;
                    }
                    Number::Float(_) => return Err(BodyErrorKind::NumberRange.into()),
                },
                open @ (b'[' | b'{') => {
                    self.enter()?;
                    if is_nested {
                        self.scratch.outer.push(count << 1 | usize::from(is_object));
                    }
                    is_nested = true;
                    count = 0;
                    is_object = open == b'{';
                    if is_object {
                        builder.begin_object().map_err(Stop::Builder)?;
                        if self.peek() != b'}' {
                            self.key(builder)?;
                            continue 'value;
                        }
                    } else {
                        builder.begin_array().map_err(Stop::Builder)?;
                        if self.peek() != b']' {
                            continue 'value;
                        }
                    }
                    // Empty: the loop below closes it, and its count is brought to 0 by the wrap.
                    count = usize::MAX;
                }
                b't' => {
                    self.word(b"true")?;
                    builder.bool(true).map_err(Stop::Builder)?;
                }
                b'f' => {
                    self.word(b"false")?;
                    builder.bool(false).map_err(Stop::Builder)?;
                }
                b'n' => {
                    self.word(b"null")?;
                    builder.null().map_err(Stop::Builder)?;
                }
                _ => return Err(self.unexpected().into()),
            }
            // A value is complete: what follows belongs to the container around it.
            while is_nested {
                count = count.wrapping_add(1);
                if is_object {
                    match self.peek() {
                        b',' => {
                            self.at += 1;
                            self.skip_white_space();
                            self.key(builder)?;
                            continue 'value;
                        }
                        b'}' => {
                            self.leave();
                            builder.end_object(count).map_err(Stop::Builder)?;
                        }
                        _ => return Err(self.unexpected().into()),
                    }
                } else {
                    match self.peek() {
                        b',' => {
                            self.at += 1;
                            self.skip_white_space();
                            continue 'value;
                        }
                        b']' => {
                            self.leave();
                            builder.end_array(count).map_err(Stop::Builder)?;
                        }
                        _ => return Err(self.unexpected().into()),
                    }
                }
                if self.scratch.outer.len() == base {
                    is_nested = false;
                } else {
                    let outer = self.scratch.outer.pop().unwrap_or_default();
                    (count, is_object) = (outer >> 1, outer & 1 == 1);
                }
            }
            return Ok(());
        }
    }

    /// A member's name, the colon and the white space around it.
    #[inline]
    fn key<B: Builder>(&mut self, builder: &mut B) -> Result<(), Stop<B::Error>> {
        let name = self.name()?;
        builder.key(self.text(name)).map_err(Stop::Builder)
    }

    /// The same for the caller to look at.
    #[inline]
    pub(crate) fn name(&mut self) -> Result<Text, BodyErrorKind> {
        if self.peek() != b'"' {
            return Err(self.unexpected());
        }
        let name = self.string()?;
        if matches!(name, Text::Unescaped) && self.scratch.unescaped.first() == Some(&0) {
            return Err(BodyErrorKind::InvalidKey);
        }
        if !self.take(b':') {
            return Err(self.unexpected());
        }
        Ok(name)
    }

    /// The bytes of the string that was read last.
    #[inline]
    pub(crate) fn text(&self, text: Text) -> &[u8] {
        match text {
            Text::Verbatim { start, end } => self.bytes.get(start..end).unwrap_or_default(),
            Text::Unescaped => &self.scratch.unescaped,
        }
    }

    /// Reads a string whose opening quotation mark is next, and the white space behind it.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Text, BodyErrorKind> {
        let start = self.at + 1;
        let end = scan::find_special(self.bytes, start);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            self.skip_white_space();
            return Ok(Text::Verbatim { start, end });
        }
        self.escaped_string(start, end)
    }

    /// The rest of a string from its first byte at `plain_end` on that isn't itself.
    #[cold]
    fn escaped_string(&mut self, start: usize, plain_end: usize) -> Result<Text, BodyErrorKind> {
        self.scratch.unescaped.clear();
        let (mut start, mut end) = (start, plain_end);
        loop {
            let plain = self.bytes.get(start..end).unwrap_or_default();
            self.scratch.unescaped.extend_from_slice(plain);
            self.at = end;
            match self.bytes.get(end) {
                Some(b'"') => {
                    self.at += 1;
                    self.skip_white_space();
                    return Ok(Text::Unescaped);
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(BodyErrorKind::ControlCharacter),
                None => return Err(BodyErrorKind::UnexpectedEnd),
            }
            start = self.at;
            end = scan::find_special(self.bytes, start);
        }
    }

    /// Reads one escape, the backslash being next.
    fn escape(&mut self) -> Result<(), BodyErrorKind> {
        self.at += 1;
        let byte = match self.peek() {
            letter @ (b'"' | b'\\' | b'/') => letter,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        self.scratch.unescaped.push(byte);
        Ok(())
    }

    /// Reads `uXXXX`, and the `\uXXXX` that must follow the first half of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<(), BodyErrorKind> {
        let unit = self.hex_unit()?;
        let code_point = match unit {
            0xd800..=0xdbff => {
                if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
                    return Err(BodyErrorKind::LoneSurrogate);
                }
                self.at += 1;
                let low = self.hex_unit()?;
                if !(0xdc00..=0xdfff).contains(&low) {
                    return Err(BodyErrorKind::LoneSurrogate);
                }
                0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
            }
            _ => unit,
        };
        let character = char::from_u32(code_point).ok_or(BodyErrorKind::LoneSurrogate)?;
        let mut buffer = [0; 4];
        self.scratch
            .unescaped
            .extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        Ok(())
    }

    /// Reads four hexadecimal digits behind the `u` that is next.
    fn hex_unit(&mut self) -> Result<u32, BodyErrorKind> {
        let mut unit = 0;
        for _ in 0..4 {
            self.at += 1;
            let digit = char::from(self.peek())
                .to_digit(16)
                .ok_or_else(|| self.unexpected())?;
            unit = unit << 4 | digit;
        }
        self.at += 1;
        Ok(unit)
    }

    /// Reads a number, and the white space behind it.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<Number, BodyErrorKind> {
        let (number, len) = number::read(self.bytes.get(self.at..).unwrap_or_default())?;
        self.at += len;
        self.skip_white_space();
        Ok(number)
    }

    /// Reads `word`, and the white space behind it.
    #[inline]
    pub(crate) fn word(&mut self, word: &[u8]) -> Result<(), BodyErrorKind> {
        let end = self.at + word.len();
        match self.bytes.get(self.at..end) {
            Some(bytes) if bytes == word => {
                self.at = end;
                self.skip_white_space();
                Ok(())
            }
            Some(_) => Err(BodyErrorKind::Syntax),
            None => Err(BodyErrorKind::UnexpectedEnd),
        }
    }

    #[inline]
    pub(crate) fn skip_white_space(&mut self) {
        while let b' ' | b'\n' | b'\r' | b'\t' = self.peek() {
            self.at += 1;
        }
    }
}

/// A place in a text to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    at: usize,
    depth_left: usize,
}
