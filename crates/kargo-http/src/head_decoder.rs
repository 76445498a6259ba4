//! Heads, decoded line by line from a slice that grows: those of requests and of responses differ
//! in their first line and in what their fields mean together.

use memchr::memchr;

use crate::DecodeError;
use crate::Limits;
use crate::RequestHead;
use crate::ResponseHead;
use crate::chars;
use crate::chars::TOKEN;
use crate::field_line::decode_field_line;
use crate::fields::Fields;
use crate::framing::FramingFields;
use crate::request_line::decode_request_line;
use crate::status_line::decode_status_line;
use crate::status_line::is_begun;

/// Decodes request heads. For those of responses see [`ResponseDecoder`](crate::ResponseDecoder).
///
/// It is given all bytes from the message's start at each call and remembers which lines are
/// already known to be good and how far it looked for the end of the next, so that a head that
/// comes byte by byte is not read again and again. A bad line is refused as soon as it is
/// complete, an over-long one as soon as it is over-long.
///
/// The decoder keeps nothing of the head itself, so the head given to one call need not be the
/// one given to the next.
#[derive(Clone, Debug, Default)]
pub struct HeadDecoder {
    /// The first line that is not known to be good.
    place: Place,
    /// There is no LF between the start of that line and here. 0 if nothing was seen yet.
    scanned: usize,
}

/// Where in the head a line is.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    line: Line,
    start: usize,
    /// Where the line must end at the latest, LF included.
    limit: usize,
    /// Number of field lines before.
    field_count: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    /// Nothing was seen yet; an empty line may come first.
    #[default]
    Start,
    First,
    Field,
}

/// What the two kinds of head do not share.
trait Head {
    /// The first line is longer than the limit.
    const TOO_LONG: DecodeError;

    /// Where the first line begins; `None` if there is no byte of it yet.
    fn first_line_start(bytes: &[u8]) -> Result<Option<usize>, DecodeError>;

    /// Decodes the first line that begins at `start`; answers the offset behind its CRLF. An
    /// incomplete line is an error too.
    fn decode_first_line(&mut self, bytes: &[u8], start: usize) -> Result<usize, DecodeError>;

    fn fields(&mut self) -> &mut Fields;

    /// All lines are there: what they mean together.
    fn complete(
        &mut self,
        framing: &FramingFields,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<(), DecodeError>;
}

impl HeadDecoder {
    /// A decoder at the start of a message.
    pub const fn new() -> Self {
        Self {
            place: Place::START,
            scanned: 0,
        }
    }

    /// Back to the start of a message. Needed only after an error or an abandoned head: a
    /// complete head resets the decoder by itself.
    pub const fn reset(&mut self) {
        *self = Self::new();
    }

    /// Whether a part of a head was seen: what an idle connection has not.
    pub const fn is_started(&self) -> bool {
        self.scanned > 0
    }

    /// Decodes the head at the start of `bytes` into `head`.
    ///
    /// `Ok(Some(n))`: it is complete and takes the first `n` bytes, among them an empty line that
    /// may precede it (RFC 9112 section 2.2). `Ok(None)`: call again with the same bytes and more.
    /// What `head` holds after anything but `Some` is of no use.
    #[inline]
    pub fn decode(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        head: &mut RequestHead,
    ) -> Result<Option<usize>, DecodeError> {
        self.decode_head(bytes, limits, head)
    }

    /// The same for a response, whose request's method `head` has been told.
    pub(crate) fn decode_response(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        head: &mut ResponseHead,
    ) -> Result<Option<usize>, DecodeError> {
        self.decode_head(bytes, limits, head)
    }

    #[inline(always)]
    fn decode_head<H: Head>(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        head: &mut H,
    ) -> Result<Option<usize>, DecodeError> {
        match bytes.get(self.scanned..) {
            _ if self.scanned == 0 => self.decode_lines(bytes, limits, head),
            // One new byte inside a line: the case that must cost next to nothing.
            Some([byte]) if *byte != b'\n' && bytes.len() < self.place.limit => {
                self.scanned = bytes.len();
                Ok(None)
            }
            _ => self.resume(bytes, limits, head),
        }
    }

    #[inline(never)]
    fn resume<H: Head>(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        head: &mut H,
    ) -> Result<Option<usize>, DecodeError> {
        let unseen = bytes.get(self.scanned..).unwrap_or_default();
        if memchr(b'\n', unseen).is_none() {
            self.scanned = bytes.len();
            if bytes.len() < self.place.limit {
                return Ok(None);
            }
            return self.await_line_end::<H>(bytes);
        }
        // The lines known to be good are decoded once more when the last one is there, so that
        // the facts of all lines are gathered by one call, into one head.
        if self.decode_lines(bytes, limits, head)?.is_none() {
            return Ok(None);
        }
        self.reset();
        self.decode_lines(bytes, limits, head)
    }

    /// Decodes all complete lines from `line_start` on. What the fields mean together is looked
    /// at only when all lines were decoded by this very call.
    #[inline(never)]
    fn decode_lines<H: Head>(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        head: &mut H,
    ) -> Result<Option<usize>, DecodeError> {
        // A copy, written back only if the head is not complete.
        let mut place = self.place;
        let is_whole = place.line == Line::Start;
        if is_whole {
            let Some(start) = H::first_line_start(bytes)? else {
                return Ok(None);
            };
            place.line = Line::First;
            place.start = start;
            place.limit = limit(start + 2, limits.request_line_bytes);
        }
        if place.line == Line::First {
            match head.decode_first_line(bytes, place.start) {
                Ok(end) if end <= place.limit => place.start = end,
                Ok(_) => return Err(H::TOO_LONG),
                Err(error) => return self.refuse_if_complete::<H>(bytes, place, error),
            }
            place.line = Line::Field;
            place.limit = limit(place.start, limits.header_bytes);
            place.field_count = 0;
        }

        let mut framing = FramingFields::default();
        let fields = head.fields();
        fields.clear();
        loop {
            match decode_field_line(bytes, place.start) {
                Ok(Some((field, end))) => {
                    if end > place.limit {
                        return Err(DecodeError::HeadersTooLong);
                    }
                    if place.field_count >= limits.header_count {
                        return Err(DecodeError::TooManyHeaders);
                    }
                    place.field_count += 1;
                    framing.note(bytes, field);
                    fields.push(field);
                    place.start = end;
                }
                Ok(None) => break,
                Err(error) => return self.refuse_if_complete::<H>(bytes, place, error),
            }
        }
        if is_whole {
            head.complete(&framing, bytes, limits)?;
        }
        Ok(Some(place.start + 2))
    }

    /// The line at `place` is bad, or is not complete yet.
    #[cold]
    fn refuse_if_complete<H: Head>(
        &mut self,
        bytes: &[u8],
        place: Place,
        error: DecodeError,
    ) -> Result<Option<usize>, DecodeError> {
        self.place = place;
        match memchr(b'\n', bytes.get(place.start..).unwrap_or_default()) {
            Some(offset) if place.start + offset < place.limit => Err(error),
            Some(_) => Err(place.too_long::<H>()),
            None => {
                self.scanned = bytes.len();
                self.await_line_end::<H>(bytes)
            }
        }
    }

    /// The line at `place` has no LF: waits for it, unless it would come too late.
    #[cold]
    fn await_line_end<H: Head>(&self, bytes: &[u8]) -> Result<Option<usize>, DecodeError> {
        let line = bytes.get(self.place.start..).unwrap_or_default();
        // The empty line at the end of the head does not count.
        let may_be_empty_line = self.place.line == Line::Field && matches!(line, [] | [b'\r']);
        if bytes.len() < self.place.limit || may_be_empty_line {
            Ok(None)
        } else {
            Err(self.place.too_long::<H>())
        }
    }
}

impl Place {
    const START: Self = Self {
        line: Line::Start,
        start: 0,
        limit: 0,
        field_count: 0,
    };

    const fn too_long<H: Head>(self) -> DecodeError {
        match self.line {
            Line::Start | Line::First => H::TOO_LONG,
            Line::Field => DecodeError::HeadersTooLong,
        }
    }
}

impl Head for RequestHead {
    const TOO_LONG: DecodeError = DecodeError::RequestLineTooLong;

    #[inline(always)]
    fn first_line_start(bytes: &[u8]) -> Result<Option<usize>, DecodeError> {
        request_line_start(bytes)
    }

    #[inline(always)]
    fn decode_first_line(&mut self, bytes: &[u8], start: usize) -> Result<usize, DecodeError> {
        decode_request_line(bytes, start, self)
    }

    #[inline(always)]
    fn fields(&mut self) -> &mut Fields {
        &mut self.fields
    }

    #[inline(always)]
    fn complete(
        &mut self,
        framing: &FramingFields,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<(), DecodeError> {
        framing.complete(bytes, limits, self)
    }
}

impl Head for ResponseHead {
    const TOO_LONG: DecodeError = DecodeError::StatusLineTooLong;

    fn first_line_start(bytes: &[u8]) -> Result<Option<usize>, DecodeError> {
        Ok(is_begun(bytes)?.then_some(0))
    }

    fn decode_first_line(&mut self, bytes: &[u8], _start: usize) -> Result<usize, DecodeError> {
        decode_status_line(bytes, self)
    }

    fn fields(&mut self) -> &mut Fields {
        &mut self.fields
    }

    fn complete(
        &mut self,
        framing: &FramingFields,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<(), DecodeError> {
        framing.complete_response(bytes, limits, self)
    }
}

/// Where what begins at `start` and takes at most `bytes` must end. Half of what a
/// [`Span`](crate::Span) can say is left to the request line, half to the fields.
#[inline]
fn limit(start: usize, bytes: usize) -> usize {
    start + bytes.min(i32::MAX as usize - 4)
}

/// Where the request line begins, behind an empty line if one precedes it (RFC 9112 section 2.2).
/// `None`: there is no byte of it yet.
#[inline]
fn request_line_start(bytes: &[u8]) -> Result<Option<usize>, DecodeError> {
    // What cannot be HTTP, such as a TLS handshake, is not waited for.
    match bytes {
        [first, ..] if chars::is(*first, TOKEN) => Ok(Some(0)),
        [] | [b'\r'] | [b'\r', b'\n'] => Ok(None),
        [b'\r', b'\n', first, ..] if chars::is(*first, TOKEN) => Ok(Some(2)),
        [b'\n', ..] | [b'\r', b'\n', b'\n', ..] => Err(DecodeError::BareLf),
        [b'\r', b'\n', b'\r', ..] => Err(DecodeError::BadRequestLine),
        [b'\r', second, ..] if *second != b'\n' => Err(DecodeError::BareCr),
        _ => Err(DecodeError::BadMethod),
    }
}

#[cfg(test)]
mod tests;
