//! Parts out of pieces of a body.

use memchr::memchr;
use memchr::memmem;

use super::Limits;
use super::MultipartError;
use super::PartHead;

/// Spaces and tabs behind a boundary that are taken for padding (RFC 2046 section 5.1.1). More make it no boundary.
const PADDING: usize = 16;

/// What the bytes given to [`Decoder::decode`] hold first.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A part begins. The next call begins `consumed` bytes further on, here and below.
    Begin {
        /// How many of the bytes are done with.
        consumed: usize,
        /// Its head.
        head: &'a PartHead,
    },
    /// Data of the part, never empty.
    Data {
        /// How many of the bytes are done with.
        consumed: usize,
        /// The data: of the bytes, or of bytes that came before and looked like a boundary.
        data: &'a [u8],
    },
    /// The part is complete.
    End {
        /// How many of the bytes are done with.
        consumed: usize,
    },
    /// All bytes are done with: call again when there are more, or [`Decoder::finish`].
    More,
}

/// Decodes one body.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    /// CRLF, two hyphens and the boundary.
    delimiter: Box<[u8]>,
    finder: memmem::Finder<'static>,
    state: State,
    /// What came behind a delimiter and does not say yet whether it is one.
    behind: Vec<u8>,
    head_bytes: Vec<u8>,
    head: PartHead,
    /// Bytes that the body may still have.
    left: u64,
    parts: usize,
    files: usize,
    fields: u64,
    /// Data bytes of this part.
    part: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first boundary, or in a part: so many bytes of the delimiter have come.
    Content { matched: usize, is_part: bool },
    /// The delimiter has come; whether it is one is in what follows it.
    Behind { is_part: bool },
    /// It was none: it is data of the part, and then what follows it is.
    NoDelimiter { is_delimiter_given: bool },
    /// A part has ended, and this tells it.
    Ended { is_last: bool },
    /// In the head of a part.
    Head,
    /// Behind the last boundary.
    Epilogue,
}

impl Decoder {
    /// A decoder for the body with this boundary, which is one that [`boundary`](super::boundary()) gave.
    pub fn new(boundary: &[u8], limits: &Limits) -> Self {
        let delimiter = [b"\r\n--", boundary].concat().into_boxed_slice();
        Self {
            limits: limits.clone(),
            finder: memmem::Finder::new(&delimiter).into_owned(),
            delimiter,
            // The first boundary may be at the very start, as if an end of line had come before it.
            state: State::Content {
                matched: 2,
                is_part: false,
            },
            behind: Vec::new(),
            head_bytes: Vec::new(),
            head: PartHead::default(),
            left: limits.total_bytes,
            parts: 0,
            files: 0,
            fields: 0,
            part: 0,
        }
    }

    /// Whether the last boundary has come. What follows it is not looked at.
    pub const fn is_complete(&self) -> bool {
        matches!(self.state, State::Epilogue)
    }

    /// To be called when the body is at its end.
    pub const fn finish(&self) -> Result<(), MultipartError> {
        match self.state {
            State::Epilogue => Ok(()),
            State::Content { is_part: false, .. } | State::Behind { is_part: false } => {
                Err(MultipartError::BoundaryNotFound)
            }
            _ => Err(MultipartError::MissingEnd),
        }
    }

    /// The next event. `bytes` begins behind what earlier calls consumed; it may be empty.
    ///
    /// After an error the decoder is of no use.
    pub fn decode<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Event<'a>, MultipartError> {
        let mut at = 0;
        loop {
            // What is wrong before the limit is found before it, however the bytes were cut.
            let rest = bytes.get(at..).unwrap_or_default();
            let is_beyond = rest.len() as u64 > self.left;
            let rest = if is_beyond {
                let left = usize::try_from(self.left).unwrap_or(usize::MAX);
                rest.get(..left).unwrap_or(rest)
            } else {
                rest
            };
            match self.state {
                State::Ended { is_last } => {
                    self.state = if is_last {
                        State::Epilogue
                    } else {
                        State::Head
                    };
                    return Ok(Event::End { consumed: at });
                }
                State::NoDelimiter { is_delimiter_given } => {
                    if !is_delimiter_given {
                        self.state = State::NoDelimiter {
                            is_delimiter_given: true,
                        };
                        return Ok(Event::Data {
                            consumed: at,
                            data: &self.delimiter,
                        });
                    }
                    self.state = State::Content {
                        matched: 0,
                        is_part: true,
                    };
                    if !self.behind.is_empty() {
                        return Ok(Event::Data {
                            consumed: at,
                            data: &self.behind,
                        });
                    }
                }
                _ if rest.is_empty() && is_beyond => return Err(MultipartError::TotalTooLarge),
                _ if rest.is_empty() => return Ok(Event::More),
                State::Content { matched, is_part } => {
                    let step = self.content(rest, matched, is_part);
                    self.left -= step.taken as u64;
                    at += step.taken;
                    if is_part && step.given + step.held > 0 {
                        self.count_data(step.given + step.held)?;
                        return Ok(Event::Data {
                            consumed: at,
                            data: if step.held > 0 {
                                self.delimiter.get(..step.held).unwrap_or_default()
                            } else {
                                rest.get(..step.given).unwrap_or_default()
                            },
                        });
                    }
                }
                State::Behind { is_part } => {
                    let Some((&byte, _)) = rest.split_first() else {
                        return Ok(Event::More);
                    };
                    if self.is_no_boundary(byte) {
                        self.give_delimiter_back(is_part)?;
                    } else {
                        self.left -= 1;
                        at += 1;
                    }
                }
                State::Head => {
                    let end = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                    let piece = rest.get(..end).unwrap_or_default();
                    at += end;
                    self.left -= end as u64;
                    if self.head_bytes.len() + end > self.limits.head_bytes + 2 {
                        return Err(MultipartError::PartHeadTooLong);
                    }
                    self.head_bytes.extend_from_slice(piece);
                    if self.has_whole_head()? {
                        self.begin_part()?;
                        return Ok(Event::Begin {
                            consumed: at,
                            head: &self.head,
                        });
                    }
                }
                State::Epilogue => {
                    self.left -= rest.len() as u64;
                    at += rest.len();
                }
            }
        }
    }

    fn count_data(&mut self, bytes: usize) -> Result<(), MultipartError> {
        let before = self.part;
        self.part += bytes as u64;
        if self.head.is_file() {
            if self.part > self.limits.file_bytes {
                return Err(MultipartError::FileTooLarge);
            }
            return Ok(());
        }
        // The limit that is reached first, however the bytes were cut.
        let field = self.limits.field_bytes.saturating_sub(before);
        let fields = self.limits.fields_bytes.saturating_sub(self.fields);
        if field <= fields && self.part > self.limits.field_bytes {
            return Err(MultipartError::FieldTooLarge);
        }
        self.count_fields(bytes)
    }

    const fn count_fields(&mut self, bytes: usize) -> Result<(), MultipartError> {
        self.fields += bytes as u64;
        if self.fields > self.limits.fields_bytes {
            return Err(MultipartError::FieldsTooLarge);
        }
        Ok(())
    }

    /// Looks for the delimiter, of which `matched` bytes have come.
    fn content(&mut self, bytes: &[u8], matched: usize, is_part: bool) -> Step {
        if matched > 0 {
            return self.go_on_matching(bytes, matched, is_part);
        }
        if let Some(found) = self.finder.find(bytes) {
            self.behind.clear();
            self.state = State::Behind { is_part };
            return Step {
                taken: found + self.delimiter.len(),
                given: found,
                held: 0,
            };
        }
        // What may be the beginning of the delimiter is kept back: CR is in it at its start only.
        let earliest = bytes.len().saturating_sub(self.delimiter.len() - 1);
        let tail = bytes.get(earliest..).unwrap_or_default();
        let start = tail
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\r')
            .map(|(at, _)| at)
            .find(|at| {
                tail.get(*at..)
                    .is_some_and(|end| self.delimiter.starts_with(end))
            });
        let given = start.map_or(bytes.len(), |start| earliest + start);
        self.state = State::Content {
            matched: bytes.len() - given,
            is_part,
        };
        Step {
            taken: bytes.len(),
            given,
            held: 0,
        }
    }

    /// Compares what comes with the rest of the delimiter.
    fn go_on_matching(&mut self, bytes: &[u8], matched: usize, is_part: bool) -> Step {
        let wanted = self.delimiter.get(matched..).unwrap_or_default();
        let same = bytes
            .iter()
            .zip(wanted)
            .take_while(|(byte, wanted)| byte == wanted)
            .count();
        if same == wanted.len() {
            self.behind.clear();
            self.state = State::Behind { is_part };
        } else if same == bytes.len() {
            self.state = State::Content {
                matched: matched + same,
                is_part,
            };
        } else {
            // No part of what was held can be the beginning of another delimiter: CR is in it at its start only.
            self.state = State::Content {
                matched: 0,
                is_part,
            };
            return Step {
                taken: same,
                given: 0,
                held: matched + same,
            };
        }
        Step {
            taken: same,
            given: 0,
            held: 0,
        }
    }

    /// Takes a byte behind the delimiter: two hyphens make it the last, padding and an end of line one before a part. The
    /// byte is not taken if it says that the delimiter was none.
    fn is_no_boundary(&mut self, byte: u8) -> bool {
        match (self.behind.last(), byte) {
            (Some(b'-'), b'-') => self.end_part(true),
            (Some(b'\r'), b'\n') => self.end_part(false),
            (None, b'-') => self.behind.push(byte),
            (None | Some(b' ' | b'\t'), b'\r') => self.behind.push(byte),
            (None | Some(b' ' | b'\t'), b' ' | b'\t') if self.behind.len() < PADDING => {
                self.behind.push(byte);
            }
            _ => return true,
        }
        false
    }

    fn end_part(&mut self, is_last: bool) {
        let is_part = matches!(self.state, State::Behind { is_part: true });
        self.head_bytes.clear();
        self.state = match (is_part, is_last) {
            (true, is_last) => State::Ended { is_last },
            (false, true) => State::Epilogue,
            (false, false) => State::Head,
        };
    }

    /// What looked like a delimiter was data.
    fn give_delimiter_back(&mut self, is_part: bool) -> Result<(), MultipartError> {
        if !is_part {
            self.state = State::Content {
                matched: 0,
                is_part,
            };
            return Ok(());
        }
        self.state = State::NoDelimiter {
            is_delimiter_given: false,
        };
        self.count_data(self.delimiter.len() + self.behind.len())
    }

    /// Whether the empty line behind a head has come.
    fn has_whole_head(&self) -> Result<bool, MultipartError> {
        match self.head_bytes.as_slice() {
            [b'\r', b'\n'] | [.., b'\r', b'\n', b'\r', b'\n'] => Ok(true),
            [.., b'\r', b'\n'] => Ok(false),
            [.., b'\n'] => Err(MultipartError::BadPartHead),
            _ => Ok(false),
        }
    }

    fn begin_part(&mut self) -> Result<(), MultipartError> {
        self.parts += 1;
        if self.parts > self.limits.parts {
            return Err(MultipartError::TooManyParts);
        }
        let lines = self
            .head_bytes
            .strip_suffix(b"\r\n")
            .unwrap_or(&self.head_bytes);
        self.head.read(lines, &self.limits)?;
        self.head_bytes.clear();
        self.part = 0;
        // No file was chosen in a form's input where its name is empty: that is none.
        if self
            .head
            .file_name
            .as_ref()
            .is_some_and(|name| !name.is_empty())
        {
            self.files += 1;
            if self.files > self.limits.files {
                return Err(MultipartError::TooManyFiles);
            }
        }
        if !self.head.is_file() {
            self.count_fields(self.head.name.len())?;
        }
        self.state = State::Content {
            matched: 0,
            is_part: true,
        };
        Ok(())
    }
}

/// What became of bytes.
struct Step {
    /// So many are done with.
    taken: usize,
    /// So many of them, from the first on, are data.
    given: usize,
    /// So many bytes of the delimiter, which had been held back, are data. Then none are `given`.
    held: usize,
}
