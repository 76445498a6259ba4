//! A strict reader of JSON values: no recursion, no allocation of its own, events into a [`Builder`].

use super::cursor::Cursor;
use super::number::Number;
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
    cursor: Cursor<'a>,
    scratch: &'a mut JsonScratch,
    /// Containers that may still be opened.
    depth_left: usize,
}

/// A place in a text to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    offset: usize,
    depth_left: usize,
}

impl<'a> Reader<'a> {
    /// Begins to read `bytes`.
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
        Ok(Self {
            cursor: Cursor::new(bytes),
            scratch,
            depth_left,
        })
    }

    /// Where the reader is.
    pub(crate) fn offset(&self) -> usize {
        self.cursor.offset()
    }

    /// A place to come back to; not inside of [`value`](Self::value).
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            offset: self.cursor.offset(),
            depth_left: self.depth_left,
        }
    }

    /// Goes to where it has been before, and forgets the containers opened since.
    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.cursor.rewind(mark.offset);
        self.depth_left = mark.depth_left;
        self.scratch.outer.clear();
    }

    /// The text from `start` to here.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.cursor.since(start)
    }

    /// The next byte that isn't white space, 0 at the end (where NUL can't stand in JSON anyway).
    #[inline]
    pub(crate) fn peek(&mut self) -> u8 {
        self.cursor.peek_token()
    }

    /// Takes `byte` if it is next.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        self.cursor.take(byte)
    }

    /// Takes `bytes` if they are next, without passing white space before them.
    #[inline]
    pub(crate) fn take_exactly(&mut self, bytes: &[u8]) -> bool {
        self.cursor.take_exactly(bytes)
    }

    /// The text must be over.
    pub(crate) fn finish(&mut self) -> Result<(), BodyErrorKind> {
        self.cursor.finish()
    }

    /// Enters a container whose opening byte was seen; to be closed with [`leave`](Self::leave).
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<(), BodyErrorKind> {
        self.depth_left = self
            .depth_left
            .checked_sub(1)
            .ok_or(BodyErrorKind::TooDeep)?;
        self.cursor.advance();
        Ok(())
    }

    /// Leaves a container, whose closing byte must be next.
    #[inline]
    pub(crate) fn leave(&mut self, closing: u8) -> Result<(), BodyErrorKind> {
        if !self.cursor.take(closing) {
            return Err(self.cursor.unexpected());
        }
        self.depth_left += 1;
        Ok(())
    }

    /// Reads a string whose opening quotation mark was seen. Without escapes it is a part of the text.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<&[u8], BodyErrorKind> {
        self.cursor.string(&mut self.scratch.unescaped)
    }

    /// Reads a member's name and the colon.
    #[inline]
    pub(crate) fn name(&mut self) -> Result<&[u8], BodyErrorKind> {
        self.cursor.name(&mut self.scratch.unescaped)
    }

    /// Reads a number.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<Number, BodyErrorKind> {
        self.cursor.number()
    }

    /// Reads `word`.
    #[inline]
    pub(crate) fn word(&mut self, word: &[u8]) -> Result<(), BodyErrorKind> {
        self.cursor.word(word)
    }

    /// Reads one value.
    #[inline]
    pub(crate) fn value<B: Builder>(&mut self, builder: &mut B) -> Result<(), Stop<B::Error>> {
        self.any_value(builder, false)
    }

    /// Checks and passes one value.
    #[cold]
    pub(crate) fn skip(&mut self) -> Result<(), BodyErrorKind> {
        self.any_value(&mut Discard, true)
            .map_err(|stop| match stop {
                Stop::Body(kind) => kind,
                Stop::Builder(never) => match never {},
            })
    }

    fn any_value<B: Builder>(
        &mut self,
        builder: &mut B,
        allows_infinity: bool,
    ) -> Result<(), Stop<B::Error>> {
        // A copy on the frame can live in registers.
        let mut cursor = self.cursor;
        let result = read_value(
            &mut cursor,
            self.scratch,
            &mut self.depth_left,
            builder,
            allows_infinity,
        );
        self.cursor = cursor;
        result
    }
}

/// Reads one value, however deep, without recursion.
#[inline(always)]
fn read_value<B: Builder>(
    cursor: &mut Cursor<'_>,
    scratch: &mut JsonScratch,
    depth_left: &mut usize,
    builder: &mut B,
    allows_infinity: bool,
) -> Result<(), Stop<B::Error>> {
    let depth_around = *depth_left;
    // The container we are in, if any: how many items it has so far, and its kind.
    let (mut count, mut is_object) = (0usize, false);
    'value: loop {
        match cursor.peek_token() {
            b'"' => {
                let text = cursor.string(&mut scratch.unescaped)?;
                builder.string(text).map_err(Stop::Builder)?;
            }
            b'-' | b'0'..=b'9' => match cursor.number()? {
                Number::Int(value) => builder.int(value).map_err(Stop::Builder)?,
                Number::Float(value) => {
                    if !value.is_finite() && !allows_infinity {
                        return Err(BodyErrorKind::NumberRange.into());
                    }
                    builder.float(value).map_err(Stop::Builder)?;
                }
            },
            open @ (b'[' | b'{') => {
                *depth_left = depth_left.checked_sub(1).ok_or(BodyErrorKind::TooDeep)?;
                cursor.advance();
                scratch.outer.push(count << 1 | usize::from(is_object));
                count = 0;
                is_object = open == b'{';
                if is_object {
                    builder.begin_object().map_err(Stop::Builder)?;
                    if cursor.take_likely(builder.likely_key()) {
                        builder.take_likely_key().map_err(Stop::Builder)?;
                        continue 'value;
                    }
                    if cursor.peek_token() != b'}' {
                        let name = cursor.name(&mut scratch.unescaped)?;
                        builder.key(name).map_err(Stop::Builder)?;
                        continue 'value;
                    }
                } else {
                    builder.begin_array().map_err(Stop::Builder)?;
                    if cursor.peek_token() != b']' {
                        continue 'value;
                    }
                }
                // Empty: no item was completed, so the one counted below is taken back beforehand.
                count = usize::MAX;
            }
            b't' => {
                cursor.word(b"true")?;
                builder.bool(true).map_err(Stop::Builder)?;
            }
            b'f' => {
                cursor.word(b"false")?;
                builder.bool(false).map_err(Stop::Builder)?;
            }
            b'n' => {
                cursor.word(b"null")?;
                builder.null().map_err(Stop::Builder)?;
            }
            _ => return Err(cursor.unexpected().into()),
        }
        // A value is complete: what follows belongs to the container around it.
        while *depth_left != depth_around {
            count = count.wrapping_add(1);
            if cursor.take(b',') {
                if is_object {
                    if cursor.take_likely(builder.likely_key()) {
                        builder.take_likely_key().map_err(Stop::Builder)?;
                        continue 'value;
                    }
                    let name = cursor.name(&mut scratch.unescaped)?;
                    builder.key(name).map_err(Stop::Builder)?;
                }
                continue 'value;
            }
            if !cursor.take(if is_object { b'}' } else { b']' }) {
                return Err(cursor.unexpected().into());
            }
            if is_object {
                builder.end_object(count).map_err(Stop::Builder)?;
            } else {
                builder.end_array(count).map_err(Stop::Builder)?;
            }
            *depth_left += 1;
            let outer = scratch.outer.pop().unwrap_or_default();
            (count, is_object) = (outer >> 1, outer & 1 == 1);
        }
        return Ok(());
    }
}
