//! A value between protocols: bytes that any [`Encoder`]'s caller can write and any [`Builder`] can be told.
//!
//! What one protocol's call came to is kept as a tape, and answers another one's. Equal values have equal tapes, so a
//! tape is also what arguments are compared by.

use crate::Builder;
use crate::DateTime;
use crate::EncodeError;
use crate::Encoder;

const NULL: u8 = b'n';
const FALSE: u8 = b'f';
const TRUE: u8 = b't';
const INT: u8 = b'i';
const FLOAT: u8 = b'd';
const STRING: u8 = b's';
const BINARY: u8 = b'b';
const DATE: u8 = b'@';
const BEGIN_ARRAY: u8 = b'[';
const END_ARRAY: u8 = b']';
const BEGIN_OBJECT: u8 = b'{';
const KEY: u8 = b'k';
const END_OBJECT: u8 = b'}';

/// Containers in one another, as in the other encoders.
const DEEPEST: usize = 512;

/// Writes tapes.
#[derive(Debug)]
pub struct TapeEncoder<'a> {
    out: &'a mut Vec<u8>,
    depth: usize,
    takes_any_bytes: bool,
}

impl<'a> TapeEncoder<'a> {
    /// Writes at the end of `out`. `takes_any_bytes`: strings need not be UTF-8.
    pub fn new(out: &'a mut Vec<u8>, takes_any_bytes: bool) -> Self {
        Self {
            out,
            depth: 0,
            takes_any_bytes,
        }
    }

    fn bytes(&mut self, tag: u8, bytes: &[u8]) -> Result<(), EncodeError> {
        let length = u32::try_from(bytes.len()).map_err(|_| EncodeError::Unsupported)?;
        self.out.push(tag);
        self.out.extend_from_slice(&length.to_le_bytes());
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn text(&mut self, tag: u8, bytes: &[u8]) -> Result<(), EncodeError> {
        if !self.takes_any_bytes && core::str::from_utf8(bytes).is_err() {
            return Err(EncodeError::InvalidUtf8);
        }
        self.bytes(tag, bytes)
    }

    fn begin(&mut self, tag: u8) -> Result<(), EncodeError> {
        if self.depth >= DEEPEST {
            return Err(EncodeError::TooDeep);
        }
        self.depth += 1;
        self.out.push(tag);
        Ok(())
    }

    fn end(&mut self, tag: u8) {
        self.depth = self.depth.saturating_sub(1);
        self.out.push(tag);
    }
}

impl Encoder for TapeEncoder<'_> {
    fn null(&mut self) -> Result<(), EncodeError> {
        self.out.push(NULL);
        Ok(())
    }

    fn bool(&mut self, value: bool) -> Result<(), EncodeError> {
        self.out.push(if value { TRUE } else { FALSE });
        Ok(())
    }

    fn int(&mut self, value: i64) -> Result<(), EncodeError> {
        self.out.push(INT);
        self.out.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<(), EncodeError> {
        if !value.is_finite() {
            return Err(EncodeError::NotFinite);
        }
        self.out.push(FLOAT);
        self.out.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn string(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.text(STRING, utf8)
    }

    fn binary(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.bytes(BINARY, bytes)
    }

    fn date_time(&mut self, value: &DateTime) -> Result<(), EncodeError> {
        let mut text = Vec::with_capacity(40);
        value.write_rfc3339_to(&mut text);
        self.bytes(DATE, &text)
    }

    fn begin_array(&mut self) -> Result<(), EncodeError> {
        self.begin(BEGIN_ARRAY)
    }

    fn end_array(&mut self) -> Result<(), EncodeError> {
        self.end(END_ARRAY);
        Ok(())
    }

    fn begin_object(&mut self) -> Result<(), EncodeError> {
        self.begin(BEGIN_OBJECT)
    }

    fn key(&mut self, utf8: &[u8]) -> Result<(), EncodeError> {
        self.text(KEY, utf8)
    }

    fn int_key(&mut self, key: i64) -> Result<(), EncodeError> {
        self.bytes(KEY, itoa::Buffer::new().format(key).as_bytes())
    }

    fn end_object(&mut self) -> Result<(), EncodeError> {
        self.end(END_OBJECT);
        Ok(())
    }
}

/// Why a tape could not be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapeError<E> {
    /// It is none. The builder may hold a part of a value.
    Damaged,
    /// The builder gave up.
    Builder(E),
}

/// Tells `builder` the one value on `tape`.
///
/// # Errors
/// [`TapeError`]
pub fn play<B: Builder>(tape: &[u8], builder: &mut B) -> Result<(), TapeError<B::Error>> {
    let mut player = Player {
        rest: tape,
        open: Vec::new(),
    };
    loop {
        player.step(builder)?;
        if player.open.is_empty() {
            break;
        }
    }
    if player.rest.is_empty() {
        Ok(())
    } else {
        Err(TapeError::Damaged)
    }
}

/// A container that has not ended.
struct Open {
    is_object: bool,
    len: usize,
    /// A key came, and its value has not.
    wants_value: bool,
}

struct Player<'a> {
    rest: &'a [u8],
    open: Vec<Open>,
}

impl<'a> Player<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*first)
    }

    fn take_bytes(&mut self) -> Option<&'a [u8]> {
        let length = u32::from_le_bytes(self.take()?);
        let (bytes, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(bytes)
    }

    /// Takes one event off the tape.
    fn step<B: Builder>(&mut self, builder: &mut B) -> Result<(), TapeError<B::Error>> {
        let [tag] = self.take().ok_or(TapeError::Damaged)?;
        match tag {
            END_ARRAY | END_OBJECT => return self.end(tag == END_OBJECT, builder),
            KEY => {
                let key = self.take_bytes().ok_or(TapeError::Damaged)?;
                return match self.open.last_mut() {
                    Some(open) if open.is_object && !open.wants_value => {
                        open.wants_value = true;
                        builder.key(key).map_err(TapeError::Builder)
                    }
                    _ => Err(TapeError::Damaged),
                };
            }
            _ => {}
        }
        if let Some(open) = self.open.last_mut() {
            if open.is_object && !open.wants_value {
                return Err(TapeError::Damaged);
            }
            open.wants_value = false;
            open.len += 1;
        }
        let told = match tag {
            NULL => builder.null(),
            FALSE => builder.bool(false),
            TRUE => builder.bool(true),
            INT => builder.int(i64::from_le_bytes(self.take().ok_or(TapeError::Damaged)?)),
            FLOAT => {
                let value = f64::from_le_bytes(self.take().ok_or(TapeError::Damaged)?);
                if !value.is_finite() {
                    return Err(TapeError::Damaged);
                }
                builder.float(value)
            }
            STRING => builder.string(self.take_bytes().ok_or(TapeError::Damaged)?),
            BINARY => builder.binary(self.take_bytes().ok_or(TapeError::Damaged)?),
            DATE => {
                let text = self.take_bytes().ok_or(TapeError::Damaged)?;
                builder.date_time(&DateTime::parse(text).ok_or(TapeError::Damaged)?)
            }
            BEGIN_ARRAY | BEGIN_OBJECT => {
                if self.open.len() >= DEEPEST {
                    return Err(TapeError::Damaged);
                }
                let is_object = tag == BEGIN_OBJECT;
                self.open.push(Open {
                    is_object,
                    len: 0,
                    wants_value: false,
                });
                if is_object {
                    builder.begin_object()
                } else {
                    builder.begin_array()
                }
            }
            _ => return Err(TapeError::Damaged),
        };
        told.map_err(TapeError::Builder)
    }

    fn end<B: Builder>(
        &mut self,
        is_object: bool,
        builder: &mut B,
    ) -> Result<(), TapeError<B::Error>> {
        let ended = self
            .open
            .pop_if(|open| open.is_object == is_object && !open.wants_value);
        let told = match ended {
            None => return Err(TapeError::Damaged),
            Some(open) if is_object => builder.end_object(open.len),
            Some(open) => builder.end_array(open.len),
        };
        told.map_err(TapeError::Builder)
    }
}

#[cfg(test)]
mod tests;
