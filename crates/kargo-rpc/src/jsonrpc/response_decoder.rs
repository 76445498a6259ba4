//! From an answer to results and faults.

use crate::BodyErrorKind;
use crate::Builder;
use crate::DecodeError;
use crate::Limits;
use crate::Response;
use crate::ResponseList;
use crate::call::Span;
use crate::error::Stop;
use crate::json::JsonScratch;
use crate::json::Mark;
use crate::json::Number;
use crate::json::Reader;

/// What was asked: the calls that want an answer, numbered on from `first_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The id of the first call.
    pub first_id: u64,
    /// How many calls there were, without the notifications.
    pub count: usize,
    /// Whether they were sent as a batch.
    pub is_batch: bool,
}

/// Decodes answers. One decoder serves many, one after the other, and allocates nothing once it is warm.
#[derive(Debug, Default)]
pub struct ResponseDecoder {
    scratch: JsonScratch,
}

impl ResponseDecoder {
    /// A decoder; allocates nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            scratch: JsonScratch::new(),
        }
    }

    /// Decodes one body: what became of each call into `responses`, the values into `builder`.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Body`] if the body is no answer to what was asked; [`DecodeError::Builder`] if the builder gave up. In
    /// both cases `responses` is empty and the caller drops what the builder holds.
    pub fn decode<B: Builder>(
        &mut self,
        body: &[u8],
        limits: &Limits,
        awaited: Awaited,
        builder: &mut B,
        responses: &mut ResponseList,
    ) -> Result<(), DecodeError<B::Error>> {
        responses.start(awaited.count);
        let reader = Reader::start(body, limits, &mut self.scratch).map_err(|error| {
            responses.clear();
            DecodeError::Body(error)
        })?;
        let mut decoding = Decoding {
            reader,
            builder,
            responses,
            awaited,
            built: 0,
            unassigned: None,
        };
        decoding.body().map_err(|stop| {
            decoding.responses.clear();
            stop.at(decoding.reader.offset())
        })
    }

    /// Gives back memory beyond about `max_bytes`, which one exceptionally large body had made necessary.
    pub fn shrink_to(&mut self, max_bytes: usize) {
        self.scratch.shrink_to(max_bytes);
    }
}

/// One body on its way. Plain references: may be left by a `longjmp` of the builder's.
struct Decoding<'a, B> {
    reader: Reader<'a>,
    builder: &'a mut B,
    responses: &'a mut ResponseList,
    awaited: Awaited,
    /// How many values the builder has.
    built: usize,
    /// A fault that names no call.
    unassigned: Option<Response>,
}

/// What one response's members have said so far.
#[derive(Default)]
struct Envelope {
    /// Which of the four members there were.
    seen: u8,
    is_version_2: bool,
    result: Member<usize>,
    error: Member<Mark>,
    id: Id,
}

/// A member that may be null where the other one counts.
#[derive(Clone, Copy, Default)]
enum Member<T> {
    #[default]
    Absent,
    Null,
    Is(T),
}

#[derive(Clone, Copy, Default)]
enum Id {
    /// Null or absent: the server could not tell which call it was.
    #[default]
    Unknown,
    Is(u64),
    /// What we never sent.
    Foreign,
}

const JSONRPC: u8 = 1;
const RESULT: u8 = 2;
const ERROR: u8 = 4;
const ID: u8 = 8;

const CODE: u8 = 1;
const MESSAGE: u8 = 2;
const DATA: u8 = 4;

const NOT_A_RESPONSE: BodyErrorKind = BodyErrorKind::NotAResponse;

impl<B: Builder> Decoding<'_, B> {
    fn body(&mut self) -> Result<(), Stop<B::Error>> {
        match self.reader.peek() {
            b'{' => {
                let is_assigned = self.response()?;
                // A batch as a whole may only be refused.
                if is_assigned && self.awaited.is_batch {
                    return Err(NOT_A_RESPONSE.into());
                }
            }
            b'[' if self.awaited.is_batch => self.batch()?,
            _ => {
                self.reader.skip()?;
                self.reader.finish()?;
                return Err(NOT_A_RESPONSE.into());
            }
        }
        self.reader.finish()?;
        if let Some(fault) = self.unassigned {
            self.responses.set_missing(fault);
        }
        Ok(())
    }

    fn batch(&mut self) -> Result<(), Stop<B::Error>> {
        self.reader.enter()?;
        if self.reader.peek() != b']' {
            loop {
                if self.reader.peek() != b'{' {
                    self.reader.skip()?;
                    return Err(NOT_A_RESPONSE.into());
                }
                self.response()?;
                if !self.reader.take(b',') {
                    break;
                }
            }
        }
        self.reader.leave(b']').map_err(Stop::Body)
    }

    /// One object, the opening brace being next. Returns whether it says which call it answers.
    fn response(&mut self) -> Result<bool, Stop<B::Error>> {
        let mut envelope = Envelope::default();
        self.reader.enter()?;
        if self.reader.peek() != b'}' {
            loop {
                self.member(&mut envelope)?;
                if !self.reader.take(b',') {
                    break;
                }
            }
        }
        self.reader.leave(b'}')?;
        let response = match (envelope.result, envelope.error) {
            (Member::Is(value), Member::Absent | Member::Null) => Response::result(value),
            (Member::Null, Member::Absent | Member::Null) => {
                self.builder.null().map_err(Stop::Builder)?;
                Response::result(self.count_value())
            }
            (Member::Absent | Member::Null, Member::Is(error)) => {
                let end = self.reader.mark();
                self.reader.rewind(error);
                let fault = self.fault(envelope.is_version_2, error)?;
                self.reader.rewind(end);
                fault
            }
            (Member::Is(_), Member::Is(_)) | (Member::Absent, _) => {
                return Err(NOT_A_RESPONSE.into());
            }
        };
        self.assign(envelope.id, response)
    }

    fn assign(&mut self, id: Id, response: Response) -> Result<bool, Stop<B::Error>> {
        let index = match id {
            Id::Unknown if response.is_fault() => {
                self.unassigned.get_or_insert(response);
                return Ok(false);
            }
            Id::Unknown | Id::Foreign => return Err(BodyErrorKind::UnknownId.into()),
            Id::Is(id) => id
                .checked_sub(self.awaited.first_id)
                .and_then(|index| usize::try_from(index).ok())
                .filter(|index| *index < self.awaited.count)
                .ok_or(BodyErrorKind::UnknownId)?,
        };
        if self.responses.set(index, response) {
            Ok(true)
        } else {
            Err(BodyErrorKind::RepeatedId.into())
        }
    }

    /// The builder has one more value; which one it is.
    fn count_value(&mut self) -> usize {
        self.built += 1;
        self.built - 1
    }

    /// One member of a response: its name is next.
    fn member(&mut self, envelope: &mut Envelope) -> Result<(), Stop<B::Error>> {
        let name = self.reader.name()?;
        let member = match name {
            b"result" => RESULT,
            b"error" => ERROR,
            b"id" => ID,
            b"jsonrpc" => JSONRPC,
            _ => return self.reader.skip().map_err(Stop::Body),
        };
        if envelope.seen & member != 0 {
            return Err(NOT_A_RESPONSE.into());
        }
        envelope.seen |= member;
        let is_null = self.reader.peek() == b'n';
        match member {
            RESULT if is_null => {
                self.reader.word(b"null")?;
                envelope.result = Member::Null;
            }
            RESULT => {
                self.reader.value(self.builder)?;
                envelope.result = Member::Is(self.count_value());
            }
            ERROR if is_null => {
                self.reader.word(b"null")?;
                envelope.error = Member::Null;
            }
            ERROR => {
                envelope.error = Member::Is(self.reader.mark());
                self.reader.skip()?;
            }
            ID => envelope.id = self.id()?,
            _ => {
                let is_version_2 = self.reader.peek() == b'"' && self.reader.string()? == b"2.0";
                if !is_version_2 {
                    return Err(NOT_A_RESPONSE.into());
                }
                envelope.is_version_2 = true;
            }
        }
        Ok(())
    }

    fn id(&mut self) -> Result<Id, Stop<B::Error>> {
        match self.reader.peek() {
            b'n' => {
                self.reader.word(b"null")?;
                Ok(Id::Unknown)
            }
            b'-' | b'0'..=b'9' => Ok(match self.reader.number()? {
                Number::Int(id) => u64::try_from(id).map_or(Id::Foreign, Id::Is),
                // Servers whose numbers are all floats may write `1.0`.
                Number::Float(id) if id.fract() == 0.0 && (0.0..MAX_EXACT).contains(&id) => {
                    Id::Is(id as u64)
                }
                Number::Float(_) => Id::Foreign,
            }),
            _ => {
                self.reader.skip()?;
                Ok(Id::Foreign)
            }
        }
    }

    /// The value of `error`, which is next and has been checked; `start` is its place.
    fn fault(&mut self, is_version_2: bool, start: Mark) -> Result<Response, Stop<B::Error>> {
        let mut error = ErrorObject::default();
        let first = self.reader.peek();
        if first == b'{' {
            self.error_object(&mut error)?;
        }
        if let (Some(code), Some(message), false) = (error.code, error.message, error.is_bad) {
            let data = match error.data {
                Some(data) => Some(self.value_at(data)?),
                None => None,
            };
            return Ok(Response::fault(code, message, data));
        }
        // In 1.0 it is "an object", and servers send whatever they have.
        if is_version_2 {
            return Err(NOT_A_RESPONSE.into());
        }
        if first == b'"' {
            let message = self.reader.string()?;
            let message = self.responses.keep(message);
            return Ok(Response::fault(0, message, None));
        }
        let message = error.message.unwrap_or(Span::EMPTY);
        let data = self.value_at(start)?;
        Ok(Response::fault(
            error.code.unwrap_or(0),
            message,
            Some(data),
        ))
    }

    /// Builds the value at a place.
    fn value_at(&mut self, place: Mark) -> Result<usize, Stop<B::Error>> {
        self.reader.rewind(place);
        self.reader.value(self.builder)?;
        Ok(self.count_value())
    }

    /// The members of an error, the opening brace being next.
    fn error_object(&mut self, error: &mut ErrorObject) -> Result<(), Stop<B::Error>> {
        self.reader.enter()?;
        if self.reader.peek() != b'}' {
            loop {
                let name = self.reader.name()?;
                let member = match name {
                    b"code" => CODE,
                    b"message" => MESSAGE,
                    b"data" => DATA,
                    _ => 0,
                };
                error.is_bad |= error.seen & member != 0;
                error.seen |= member;
                match (member, self.reader.peek()) {
                    (CODE, b'-' | b'0'..=b'9') => {
                        if let Number::Int(code) = self.reader.number()? {
                            error.code = Some(code);
                        }
                    }
                    (MESSAGE, b'"') => {
                        let message = self.reader.string()?;
                        error.message = Some(self.responses.keep(message));
                    }
                    _ => {
                        if member == DATA {
                            error.data = Some(self.reader.mark());
                        }
                        self.reader.skip()?;
                    }
                }
                if !self.reader.take(b',') {
                    break;
                }
            }
        }
        self.reader.leave(b'}').map_err(Stop::Body)
    }
}

/// What an error's members have said so far.
#[derive(Default)]
struct ErrorObject {
    seen: u8,
    /// A member came twice.
    is_bad: bool,
    code: Option<i64>,
    message: Option<Span>,
    data: Option<Mark>,
}

/// 2^53: below, a float is the integer it looks like.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
