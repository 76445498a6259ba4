//! From an answer to results and faults.

use core::convert::Infallible;

use super::value;
use crate::BodyErrorKind;
use crate::Builder;
use crate::DateTime;
use crate::DecodeError;
use crate::Limits;
use crate::Response;
use crate::ResponseList;
use crate::call::Span;
use crate::error::Stop;
use crate::xml;
use crate::xml::Content;
use crate::xml::Reader;

/// Decodes answers. One decoder serves many, one after the other, and allocates nothing once it is warm.
#[derive(Debug, Default)]
pub struct ResponseDecoder {
    transcoded: Vec<u8>,
    xml: xml::Scratch,
    values: value::Scratch,
}

impl ResponseDecoder {
    /// A decoder; allocates nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            transcoded: Vec::new(),
            xml: xml::Scratch::new(),
            values: value::Scratch::new(),
        }
    }

    /// Decodes one body: what became of the call into `responses`, its value into `builder`. `charset` is the
    /// Content-Type header's, if it has one. For a multicall, `multicall` is how many calls it had, and there is one
    /// record for each; a fault of the whole is that of each call.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Body`] if the body is no answer to what was asked; [`DecodeError::Builder`] if the builder gave up. In
    /// both cases `responses` is empty and the caller drops what the builder holds.
    pub fn decode<B: Builder>(
        &mut self,
        body: &[u8],
        charset: Option<&[u8]>,
        limits: &Limits,
        multicall: Option<usize>,
        builder: &mut B,
        responses: &mut ResponseList,
    ) -> Result<(), DecodeError<B::Error>> {
        responses.clear();
        let encoding = super::decoder::encoding(charset).map_err(DecodeError::Body)?;
        let document =
            xml::to_utf8(body, encoding, &mut self.transcoded).map_err(DecodeError::Body)?;
        responses.start(multicall.unwrap_or(1));
        let mut decoding = Decoding {
            reader: Reader::start(document.text, document.start, limits, &mut self.xml),
            values: &mut self.values,
            builder,
            responses,
            max_depth: limits.max_depth,
        };
        decoding.method_response(multicall).map_err(|stop| {
            decoding.responses.clear();
            let stop = match stop {
                Stop::Body(BodyErrorKind::NotACall) => Stop::Body(BodyErrorKind::NotAResponse),
                stop => stop,
            };
            stop.at(decoding.reader.offset())
        })
    }

    /// Gives back memory beyond about `max_bytes`, which one exceptionally large body had made necessary.
    pub fn shrink_to(&mut self, max_bytes: usize) {
        self.transcoded.clear();
        self.transcoded.shrink_to(max_bytes);
        self.xml.shrink_to(max_bytes);
        self.values.shrink_to(max_bytes);
    }
}

/// One body on its way. Plain references: may be left by a `longjmp` of the builder's.
struct Decoding<'a, B> {
    reader: Reader<'a>,
    values: &'a mut value::Scratch,
    builder: &'a mut B,
    responses: &'a mut ResponseList,
    max_depth: usize,
}

/// What the reader says of an element that should not be there.
const UNEXPECTED: BodyErrorKind = BodyErrorKind::NotACall;

impl<B: Builder> Decoding<'_, B> {
    fn method_response(&mut self, multicall: Option<usize>) -> Result<(), Stop<B::Error>> {
        self.expect(b"methodResponse")?;
        match self.reader.child()? {
            Some(b"params") => {
                self.expect(b"param")?;
                self.expect(b"value")?;
                match multicall {
                    Some(count) => self.results(count)?,
                    None => {
                        self.value()?;
                        self.responses.set(0, Response::result(0));
                    }
                }
                self.reader.close()?;
            }
            Some(b"fault") => {
                self.expect(b"value")?;
                let fault = self.fault()?;
                self.responses.set_missing(fault);
            }
            _ => return Err(UNEXPECTED.into()),
        }
        // `params` or `fault`, and `methodResponse`.
        self.reader.close()?;
        self.reader.close()?;
        self.reader.finish().map_err(Stop::Body)
    }

    /// The next child must be `name`.
    fn expect(&mut self, name: &[u8]) -> Result<(), BodyErrorKind> {
        if self.reader.child()? == Some(name) {
            Ok(())
        } else {
            Err(UNEXPECTED)
        }
    }

    /// The value whose `value` is open, which is closed then.
    fn value(&mut self) -> Result<(), Stop<B::Error>> {
        value::read(&mut self.reader, self.values, self.builder, self.max_depth)
    }

    /// The results of a multicall, their `value` being open. It is closed then.
    fn results(&mut self, count: usize) -> Result<(), Stop<B::Error>> {
        if !matches!(self.reader.content()?, Content::Element(b"array")) {
            return Err(UNEXPECTED.into());
        }
        self.expect(b"data")?;
        let (mut index, mut built) = (0, 0);
        while let Some(child) = self.reader.child()? {
            if child != b"value" || index == count {
                return Err(UNEXPECTED.into());
            }
            let place = self.reader.place();
            let response = match self.reader.content()? {
                Content::Element(b"array") => {
                    self.expect(b"data")?;
                    self.expect(b"value")?;
                    self.value()?;
                    // `data`, `array`, `value`.
                    self.reader.close()?;
                    self.reader.close()?;
                    self.reader.close()?;
                    built += 1;
                    Response::result(built - 1)
                }
                Content::Element(b"struct") => {
                    self.reader.go_to(place);
                    self.fault()?
                }
                _ => return Err(UNEXPECTED.into()),
            };
            self.responses.set(index, response);
            index += 1;
        }
        // Without one for each it is not known whose they are.
        if index != count {
            return Err(UNEXPECTED.into());
        }
        self.reader.close()?;
        self.reader.close().map_err(Stop::Body)
    }

    /// The fault whose `value` is open, which is closed then.
    fn fault(&mut self) -> Result<Response, Stop<B::Error>> {
        let mut parts = FaultParts {
            responses: self.responses,
            depth: 0,
            member: Member::Other,
            code: None,
            message: None,
        };
        let read = value::read(&mut self.reader, self.values, &mut parts, self.max_depth);
        let (code, message) = (parts.code, parts.message);
        match (read, code, message) {
            (Ok(()), Some(code), Some(message)) => Ok(Response::fault(code, message, None)),
            (Ok(()), _, _) => Err(UNEXPECTED.into()),
            (Err(Stop::Body(kind)), _, _) => Err(kind.into()),
            (Err(Stop::Builder(never)), _, _) => match never {},
        }
    }
}

/// The builder of a fault: a struct's `faultCode`, an integer, and `faultString`, a string.
struct FaultParts<'a> {
    responses: &'a mut ResponseList,
    depth: usize,
    member: Member,
    code: Option<i64>,
    message: Option<Span>,
}

/// Which member's value is next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Code,
    Message,
    Other,
}

impl FaultParts<'_> {
    fn is_at(&self, member: Member) -> bool {
        self.depth == 1 && self.member == member
    }
}

impl Builder for FaultParts<'_> {
    type Error = Infallible;

    fn null(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn bool(&mut self, _value: bool) -> Result<(), Infallible> {
        Ok(())
    }

    fn int(&mut self, value: i64) -> Result<(), Infallible> {
        if self.is_at(Member::Code) {
            self.code = Some(value);
        }
        Ok(())
    }

    fn float(&mut self, _value: f64) -> Result<(), Infallible> {
        Ok(())
    }

    fn string(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        if self.is_at(Member::Message) {
            self.message = Some(self.responses.keep(utf8));
        }
        Ok(())
    }

    fn binary(&mut self, _bytes: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }

    fn date_time(&mut self, _value: &DateTime) -> Result<(), Infallible> {
        Ok(())
    }

    fn begin_array(&mut self) -> Result<(), Infallible> {
        // Deeper than a member of the outermost struct ever is.
        self.depth += 2;
        Ok(())
    }

    fn end_array(&mut self, _len: usize) -> Result<(), Infallible> {
        self.depth -= 2;
        Ok(())
    }

    fn begin_object(&mut self) -> Result<(), Infallible> {
        self.depth += 1;
        Ok(())
    }

    fn key(&mut self, utf8: &[u8]) -> Result<(), Infallible> {
        if self.depth == 1 {
            self.member = match utf8 {
                b"faultCode" => Member::Code,
                b"faultString" => Member::Message,
                _ => Member::Other,
            };
        }
        Ok(())
    }

    fn end_object(&mut self, _len: usize) -> Result<(), Infallible> {
        self.depth -= 1;
        Ok(())
    }
}
