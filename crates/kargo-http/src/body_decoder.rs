//! Message bodies as events (RFC 9112 sections 6 and 7).
//!
//! Every byte is looked at once: nothing has to be shown to the decoder a second time.

use std::ops::Range;

use crate::BodyFraming;
use crate::DecodeError;
use crate::Limits;
use crate::chars;
use crate::chars::TOKEN;

/// What the bytes given to [`BodyDecoder::decode`] hold first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyEvent {
    /// Body data. The next call begins `consumed` bytes further on.
    Data {
        /// How many of the bytes are done with, framing and data.
        consumed: usize,
        /// Which of the bytes are data; never empty.
        data: Range<usize>,
    },
    /// All bytes are done with and the body goes on: call again when there are more.
    More {
        /// How many of the bytes are done with: all.
        consumed: usize,
    },
    /// The body is complete. What follows is the next message.
    End {
        /// How many of the bytes are done with.
        consumed: usize,
    },
}

/// Decodes one body.
#[derive(Clone, Debug)]
pub struct BodyDecoder {
    state: State,
    /// Data bytes still to come, of the body or of the chunk.
    remaining: u64,
    /// Data bytes the limit leaves for further chunks.
    allowance: u64,
    extension_allowance: usize,
    trailer_allowance: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Done,
    TooLarge,
    Length,
    /// All bytes until the connection ends; `remaining` of them are allowed.
    UntilClose,
    /// `digits` hexadecimal digits were read.
    Size {
        digits: u8,
    },
    Extension(Extension),
    SizeLf,
    Data,
    DataCr,
    DataLf,
    Trailer(Trailer),
}

/// Where in `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extension {
    /// Whitespace after the size or a value: only `;` may follow.
    BeforeSemicolon,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Value,
    Quoted,
    Escaped,
    AfterQuoted,
}

/// Where in the trailer section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trailer {
    LineStart,
    Name,
    Value,
    LineLf,
    LastLf,
}

impl BodyDecoder {
    /// A decoder for the body that follows a head. What is longer than
    /// [`Limits::body_bytes`] fails at the first call, or with the chunk that exceeds it.
    pub const fn new(framing: BodyFraming, limits: &Limits) -> Self {
        let (state, remaining) = match framing {
            BodyFraming::None | BodyFraming::Length(0) => (State::Done, 0),
            BodyFraming::Length(length) if length > limits.body_bytes => (State::TooLarge, 0),
            BodyFraming::Length(length) => (State::Length, length),
            BodyFraming::Chunked => (State::Size { digits: 0 }, 0),
        };
        Self {
            state,
            remaining,
            allowance: limits.body_bytes,
            extension_allowance: limits.chunk_extension_bytes,
            trailer_allowance: limits.trailer_bytes,
        }
    }

    /// A decoder for a body that ends with the connection, as only responses can have. What
    /// exceeds [`Limits::body_bytes`] fails when it comes. Such a body has no
    /// [`BodyEvent::End`]; see [`BodyDecoder::ends_with_connection`].
    pub const fn until_close(limits: &Limits) -> Self {
        Self {
            state: State::UntilClose,
            remaining: limits.body_bytes,
            allowance: 0,
            extension_allowance: 0,
            trailer_allowance: 0,
        }
    }

    /// Whether the end of the connection is the end of the body. Where it is not, a connection
    /// that ends before the body is complete has cut it off (RFC 9112 section 8).
    #[inline]
    pub const fn ends_with_connection(&self) -> bool {
        matches!(self.state, State::UntilClose)
    }

    /// Whether the body is complete.
    #[inline]
    pub const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// The next event. `bytes` begins behind what earlier calls consumed; it may be empty.
    ///
    /// After [`BodyEvent::End`] every call answers `End { consumed: 0 }`; after an error the
    /// decoder is of no use.
    #[inline]
    pub fn decode(&mut self, bytes: &[u8]) -> Result<BodyEvent, DecodeError> {
        match self.state {
            State::Done => Ok(BodyEvent::End { consumed: 0 }),
            State::TooLarge => Err(DecodeError::BodyTooLarge),
            State::Length if bytes.is_empty() => Ok(BodyEvent::More { consumed: 0 }),
            State::Length => Ok(self.take_data(bytes, 0, State::Done)),
            State::UntilClose if bytes.is_empty() => Ok(BodyEvent::More { consumed: 0 }),
            State::UntilClose if self.remaining == 0 => Err(DecodeError::BodyTooLarge),
            State::UntilClose => Ok(self.take_data(bytes, 0, State::UntilClose)),
            _ => self.decode_chunked(bytes),
        }
    }

    /// The data that begins at `start`; there is at least one byte, and one is wanted.
    #[inline]
    fn take_data(&mut self, bytes: &[u8], start: usize, then: State) -> BodyEvent {
        let available = bytes.len() - start;
        let taken = usize::try_from(self.remaining).map_or(available, |left| left.min(available));
        self.remaining -= taken as u64;
        if self.remaining == 0 {
            self.state = then;
        }
        BodyEvent::Data {
            consumed: start + taken,
            data: start..start + taken,
        }
    }

    fn decode_chunked(&mut self, bytes: &[u8]) -> Result<BodyEvent, DecodeError> {
        for (at, &byte) in bytes.iter().enumerate() {
            self.state = match self.state {
                State::Data => return Ok(self.take_data(bytes, at, State::DataCr)),
                State::Done => return Ok(BodyEvent::End { consumed: at }),
                State::Size { digits } => self.after_size_byte(byte, digits)?,
                State::Extension(part) => self.after_extension_byte(byte, part)?,
                State::SizeLf => match byte {
                    b'\n' => self.begin_chunk()?,
                    _ => return Err(DecodeError::BareCr),
                },
                State::DataCr if byte == b'\r' => State::DataLf,
                State::DataLf if byte == b'\n' => State::Size { digits: 0 },
                State::Trailer(part) => self.after_trailer_byte(byte, part)?,
                State::DataCr
                | State::DataLf
                | State::Length
                | State::UntilClose
                | State::TooLarge => {
                    return Err(DecodeError::BadChunkEnd);
                }
            };
        }
        let consumed = bytes.len();
        Ok(match self.state {
            State::Done => BodyEvent::End { consumed },
            _ => BodyEvent::More { consumed },
        })
    }

    fn after_size_byte(&mut self, byte: u8, digits: u8) -> Result<State, DecodeError> {
        if let Some(value) = chars::hex_value(byte) {
            if digits == 16 {
                return Err(DecodeError::BadChunkSize);
            }
            self.remaining = self.remaining << 4 | u64::from(value);
            return Ok(State::Size { digits: digits + 1 });
        }
        match byte {
            _ if digits == 0 => Err(DecodeError::BadChunkSize),
            b'\r' => Ok(State::SizeLf),
            b';' | b' ' | b'\t' => self.after_extension_byte(byte, Extension::BeforeSemicolon),
            b'\n' => Err(DecodeError::BareLf),
            _ => Err(DecodeError::BadChunkSize),
        }
    }

    /// Extensions are checked and dropped (RFC 9112 section 7.1.1).
    fn after_extension_byte(&mut self, byte: u8, part: Extension) -> Result<State, DecodeError> {
        use Extension::*;
        let is_token = chars::is(byte, TOKEN);
        let next = match (part, byte) {
            (Name | Value | AfterQuoted, b'\r') => return Ok(State::SizeLf),
            (Escaped, _) if chars::is_field_value_byte(byte) => Quoted,
            (Quoted, b'\\') => Escaped,
            (Quoted, b'"') => AfterQuoted,
            (Quoted, _) if chars::is_quoted_text(byte) => Quoted,
            (BeforeSemicolon | Name | AfterName | Value | AfterQuoted, b';') => BeforeName,
            (Name | AfterName, b'=') => BeforeValue,
            (BeforeValue, b'"') => Quoted,
            (BeforeSemicolon | Value | AfterQuoted, b' ' | b'\t') => BeforeSemicolon,
            (Name | AfterName, b' ' | b'\t') => AfterName,
            (BeforeName | BeforeValue, b' ' | b'\t') => part,
            (BeforeName | Name, _) if is_token => Name,
            (BeforeValue | Value, _) if is_token => Value,
            (_, b'\n') => return Err(DecodeError::BareLf),
            _ => return Err(DecodeError::BadChunkExtension),
        };
        self.extension_allowance = self
            .extension_allowance
            .checked_sub(1)
            .ok_or(DecodeError::ChunkExtensionsTooLong)?;
        Ok(State::Extension(next))
    }

    /// The size line is complete: data, or the trailer section after the last chunk.
    fn begin_chunk(&mut self) -> Result<State, DecodeError> {
        self.allowance = self
            .allowance
            .checked_sub(self.remaining)
            .ok_or(DecodeError::BodyTooLarge)?;
        Ok(if self.remaining == 0 {
            State::Trailer(Trailer::LineStart)
        } else {
            State::Data
        })
    }

    /// Trailers are checked like header lines and dropped: they must never be taken for headers
    /// (RFC 9110 section 6.5.1).
    fn after_trailer_byte(&mut self, byte: u8, part: Trailer) -> Result<State, DecodeError> {
        let next = match (part, byte) {
            (Trailer::LineStart, b'\r') => return Ok(State::Trailer(Trailer::LastLf)),
            (Trailer::LastLf, b'\n') => return Ok(State::Done),
            (Trailer::LineLf, b'\n') => Trailer::LineStart,
            (Trailer::LastLf | Trailer::LineLf, _) => return Err(DecodeError::BareCr),
            (Trailer::LineStart | Trailer::Name, _) if chars::is(byte, TOKEN) => Trailer::Name,
            (Trailer::Name, b':') => Trailer::Value,
            (Trailer::Value, b'\r') => Trailer::LineLf,
            (Trailer::Value, _) if chars::is_field_value_byte(byte) => Trailer::Value,
            (_, b'\n') => return Err(DecodeError::BareLf),
            _ => return Err(DecodeError::BadTrailer),
        };
        self.trailer_allowance = self
            .trailer_allowance
            .checked_sub(1)
            .ok_or(DecodeError::TrailersTooLong)?;
        Ok(State::Trailer(next))
    }
}
