//! From a body to calls.

use super::value;
use crate::Argument;
use crate::BodyError;
use crate::BodyErrorKind;
use crate::Call;
use crate::CallBuilder;
use crate::CallKind;
use crate::CallList;
use crate::DecodeError;
use crate::Discard;
use crate::Fault;
use crate::FaultCode;
use crate::Limits;
use crate::Version;
use crate::call::Span;
use crate::error::Stop;
use crate::xml;
use crate::xml::Content;
use crate::xml::Place;
use crate::xml::Reader;

/// The method whose argument is an array of calls.
pub const MULTICALL: &[u8] = b"system.multicall";

/// Decodes bodies. One decoder serves many bodies, one after the other, and allocates nothing once it is warm.
#[derive(Debug, Default)]
pub struct Decoder {
    transcoded: Vec<u8>,
    xml: xml::Scratch,
    values: value::Scratch,
}

impl Decoder {
    /// A decoder; allocates nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            transcoded: Vec::new(),
            xml: xml::Scratch::new(),
            values: value::Scratch::new(),
        }
    }

    /// Decodes one body into `calls`, the arguments into `builder`. `charset` is the Content-Type header's, if it has one.
    ///
    /// After `Ok` the whole body has been checked and the methods may run. A `system.multicall` is never handed out as a
    /// call: it becomes the calls it has, and [`CallList::is_batch`] is true.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Body`] if the body as a whole is no method call: answer its fault
    /// ([`ResponseWriter::body_fault`](super::ResponseWriter::body_fault)). [`DecodeError::Builder`] if the builder
    /// gave up. In both cases `calls` is empty and the caller drops what the builder holds.
    pub fn decode<B: CallBuilder>(
        &mut self,
        body: &[u8],
        charset: Option<&[u8]>,
        limits: &Limits,
        builder: &mut B,
        calls: &mut CallList,
    ) -> Result<(), DecodeError<B::Error>> {
        calls.clear();
        let charset = encoding(charset).map_err(DecodeError::Body)?;
        let document =
            xml::to_utf8(body, charset, &mut self.transcoded).map_err(DecodeError::Body)?;
        let mut decoding = Decoding {
            reader: Reader::start(document.text, document.start, limits, &mut self.xml),
            values: &mut self.values,
            builder,
            calls,
            max_depth: limits.max_depth,
            max_batch: limits.max_batch,
        };
        decoding.method_call().map_err(|stop| {
            decoding.calls.clear();
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

/// The encoding that a header's charset names.
pub(super) fn encoding(charset: Option<&[u8]>) -> Result<Option<xml::Encoding>, BodyError> {
    let unsupported = BodyError {
        kind: BodyErrorKind::UnsupportedEncoding,
        offset: 0,
    };
    charset
        .map(|label| xml::Encoding::from_label(label).ok_or(unsupported))
        .transpose()
}

/// One body on its way. Plain references: may be left by a `longjmp` of the builder's.
struct Decoding<'a, B> {
    reader: Reader<'a>,
    values: &'a mut value::Scratch,
    builder: &'a mut B,
    calls: &'a mut CallList,
    max_depth: usize,
    max_batch: usize,
}

/// Where the arguments of a multicall's call are.
#[derive(Clone, Copy)]
enum Arguments {
    Absent,
    /// Before the method's name in the text: checked, not yet built.
    Passed(Place),
    Built(u32),
    /// They aren't an array, or a scalar among them isn't one of its type; the builder has dropped the call.
    Unbuildable,
}

const NOT_A_CALL: BodyErrorKind = BodyErrorKind::NotACall;

impl<B: CallBuilder> Decoding<'_, B> {
    fn method_call(&mut self) -> Result<(), Stop<B::Error>> {
        self.expect(b"methodCall")?;
        self.expect(b"methodName")?;
        let method = self.reader.text()?;
        let is_multicall = method == MULTICALL;
        let method = self.calls.keep(method);
        let has_params = match self.reader.child()? {
            Some(b"params") => true,
            Some(_) => return Err(NOT_A_CALL.into()),
            None => false,
        };
        if is_multicall {
            self.multicall(has_params)?;
        } else {
            self.single(method, has_params)?;
        }
        if has_params {
            self.reader.close()?;
        }
        self.reader.finish().map_err(Stop::Body)
    }

    /// The next child must be `name`.
    fn expect(&mut self, name: &[u8]) -> Result<(), BodyErrorKind> {
        if self.reader.child()? == Some(name) {
            Ok(())
        } else {
            Err(NOT_A_CALL)
        }
    }

    /// A call whose `params` element is open, if there is one. It is closed then.
    fn single(&mut self, method: Span, has_params: bool) -> Result<(), Stop<B::Error>> {
        let depth = self.reader.depth();
        let handle = self
            .builder
            .begin_call(self.calls.resolve(method))
            .map_err(Stop::Builder)?;
        let mut count = 0;
        if has_params {
            match self.params(&mut count) {
                Ok(()) => {}
                Err(Stop::Body(BodyErrorKind::InvalidValue)) => {
                    self.builder.discard_call();
                    self.reader.skip_to_depth(depth - 1)?;
                    self.calls.push(invalid(INVALID_VALUE));
                    return Ok(());
                }
                Err(stop) => return Err(stop),
            }
        }
        self.end_call(method, handle, count)
    }

    fn end_call(&mut self, method: Span, handle: u32, count: u32) -> Result<(), Stop<B::Error>> {
        self.builder
            .end_call(count as usize)
            .map_err(Stop::Builder)?;
        self.calls.push(Call {
            kind: CallKind::Request(Version::XmlRpc),
            handle,
            argument_count: count,
            is_named: false,
            method,
            id: Span::default(),
        });
        Ok(())
    }

    fn params(&mut self, count: &mut u32) -> Result<(), Stop<B::Error>> {
        while let Some(child) = self.reader.child()? {
            if child != b"param" {
                return Err(NOT_A_CALL.into());
            }
            self.expect(b"value")?;
            self.argument(count)?;
            self.reader.close()?;
        }
        Ok(())
    }

    fn argument(&mut self, count: &mut u32) -> Result<(), Stop<B::Error>> {
        let argument = Argument::Position(*count as usize);
        self.builder
            .begin_argument(argument)
            .map_err(Stop::Builder)?;
        value::read(&mut self.reader, self.values, self.builder, self.max_depth)?;
        *count += 1;
        Ok(())
    }

    /// A multicall whose `params` element is open, if there is one. It is closed then.
    fn multicall(&mut self, has_params: bool) -> Result<(), Stop<B::Error>> {
        let depth = self.reader.depth();
        let has_array = has_params
            && self.reader.child()? == Some(b"param")
            && self.reader.child()? == Some(b"value")
            && matches!(self.reader.content()?, Content::Element(b"array"))
            && self.reader.child()? == Some(b"data");
        if !has_array {
            return self.not_a_multicall(depth, has_params);
        }
        self.calls.set_batch();
        while let Some(child) = self.reader.child()? {
            if child != b"value" {
                return Err(NOT_A_CALL.into());
            }
            if self.calls.len() >= self.max_batch {
                self.builder.discard_all_calls();
                self.calls.clear();
                self.reader.skip_to_depth(depth - 1)?;
                self.calls.push(invalid(TOO_MANY_CALLS));
                return Ok(());
            }
            self.called()?;
        }
        // The array, its value, the param; then there must be no other param.
        self.reader.close()?;
        self.reader.close()?;
        self.reader.close()?;
        if self.reader.child()?.is_some() {
            self.builder.discard_all_calls();
            self.calls.clear();
            return self.not_a_multicall(depth, has_params);
        }
        Ok(())
    }

    #[cold]
    fn not_a_multicall(&mut self, depth: usize, has_params: bool) -> Result<(), Stop<B::Error>> {
        if has_params {
            self.reader.skip_to_depth(depth - 1)?;
        }
        self.calls.push(invalid(NO_ARRAY_OF_CALLS));
        Ok(())
    }

    /// One call of a multicall, its `value` being open. It is closed then.
    fn called(&mut self) -> Result<(), Stop<B::Error>> {
        let outside = self.reader.depth() - 1;
        if !matches!(self.reader.content()?, Content::Element(b"struct")) {
            self.reader.skip_to_depth(outside)?;
            self.calls.push(invalid(NOT_A_STRUCT));
            return Ok(());
        }
        let mut method = None;
        let mut handle = 0;
        let mut arguments = Arguments::Absent;
        let mut fault = None;
        while let Some(child) = self.reader.child()? {
            if child != b"member" {
                return Err(NOT_A_CALL.into());
            }
            self.expect(b"name")?;
            let name = self.reader.text()?;
            let (is_method, is_params) = (name == b"methodName", name == b"params");
            if is_method && method.is_none() {
                self.expect(b"value")?;
                method = self.called_method()?;
                match method {
                    None => fault = Some(NOT_A_STRUCT),
                    Some(method) if self.calls.resolve(method) == MULTICALL => {
                        fault = Some(NO_RECURSION);
                    }
                    Some(_) => {}
                }
            } else if is_params && matches!(arguments, Arguments::Absent) {
                let place = self.reader.place();
                arguments = match method {
                    Some(method) if fault.is_none() => self.called_params(method, &mut handle)?,
                    _ => {
                        self.pass_value()?;
                        Arguments::Passed(place)
                    }
                };
            } else {
                // A member we don't know, or one of the two twice.
                if is_method || is_params {
                    fault = Some(NOT_A_STRUCT);
                }
                self.pass_value()?;
            }
            self.reader.close()?;
        }
        self.reader.close()?;
        self.called_end(method, handle, arguments, fault)
    }

    /// All members of the struct are read and it is closed.
    fn called_end(
        &mut self,
        method: Option<Span>,
        mut handle: u32,
        mut arguments: Arguments,
        fault: Option<Fault<'static>>,
    ) -> Result<(), Stop<B::Error>> {
        let method = match (method, fault) {
            (Some(method), None) => method,
            (_, fault) => {
                if matches!(arguments, Arguments::Built(_)) {
                    self.builder.discard_call();
                }
                self.calls.push(invalid(fault.unwrap_or(NOT_A_STRUCT)));
                return Ok(());
            }
        };
        if let Arguments::Passed(params) = arguments {
            let end = self.reader.place();
            self.reader.go_to(params);
            arguments = self.called_params(method, &mut handle)?;
            self.reader.go_to(end);
        }
        match arguments {
            Arguments::Built(count) => self.end_call(method, handle, count),
            // `params` is not optional, but what is left out can only mean one thing.
            Arguments::Absent => {
                let method_name = self.calls.resolve(method);
                handle = self
                    .builder
                    .begin_call(method_name)
                    .map_err(Stop::Builder)?;
                self.end_call(method, handle, 0)
            }
            Arguments::Passed(_) | Arguments::Unbuildable => {
                self.calls.push(invalid(INVALID_VALUE));
                Ok(())
            }
        }
    }

    /// A method's name in an open `value`, which is closed then. `None` if it isn't a string.
    fn called_method(&mut self) -> Result<Option<Span>, Stop<B::Error>> {
        let outside = self.reader.depth() - 1;
        match self.reader.content()? {
            Content::Text(name) => Ok(Some(self.calls.keep(name))),
            Content::Element(b"string") => {
                let name = self.calls.keep(self.reader.text()?);
                self.reader.close()?;
                Ok(Some(name))
            }
            Content::Element(_) => {
                self.reader.skip_to_depth(outside)?;
                Ok(None)
            }
        }
    }

    /// The arguments of a call, in the `value` that is next. It is closed then.
    fn called_params(
        &mut self,
        method: Span,
        handle: &mut u32,
    ) -> Result<Arguments, Stop<B::Error>> {
        let outside = self.reader.depth();
        self.expect(b"value")?;
        if !matches!(self.reader.content()?, Content::Element(b"array")) {
            self.reader.skip_to_depth(outside)?;
            return Ok(Arguments::Unbuildable);
        }
        self.expect(b"data")?;
        *handle = self
            .builder
            .begin_call(self.calls.resolve(method))
            .map_err(Stop::Builder)?;
        let mut count = 0;
        match self.called_arguments(&mut count) {
            Ok(()) => Ok(Arguments::Built(count)),
            Err(Stop::Body(BodyErrorKind::InvalidValue)) => {
                self.builder.discard_call();
                self.reader.skip_to_depth(outside)?;
                Ok(Arguments::Unbuildable)
            }
            Err(stop) => Err(stop),
        }
    }

    fn called_arguments(&mut self, count: &mut u32) -> Result<(), Stop<B::Error>> {
        while let Some(child) = self.reader.child()? {
            if child != b"value" {
                return Err(NOT_A_CALL.into());
            }
            self.argument(count)?;
        }
        self.reader.close()?;
        self.reader.close().map_err(Stop::Body)
    }

    /// Checks and passes the `value` that is next, whatever the scalars in it are.
    fn pass_value(&mut self) -> Result<(), BodyErrorKind> {
        let outside = self.reader.depth();
        self.expect(b"value")?;
        match value::read(&mut self.reader, self.values, &mut Discard, self.max_depth) {
            Ok(()) => Ok(()),
            Err(Stop::Body(BodyErrorKind::InvalidValue)) => self.reader.skip_to_depth(outside),
            Err(Stop::Body(kind)) => Err(kind),
            Err(Stop::Builder(never)) => match never {},
        }
    }
}

const INVALID_VALUE: Fault<'static> = Fault::with_message(
    FaultCode::InvalidParams,
    "Invalid params: not a value of its type",
);
const NO_ARRAY_OF_CALLS: Fault<'static> = Fault::with_message(
    FaultCode::InvalidParams,
    "system.multicall takes one array of calls",
);
const TOO_MANY_CALLS: Fault<'static> = Fault::with_message(
    FaultCode::InvalidRequest,
    "Too many calls in one system.multicall",
);
const NOT_A_STRUCT: Fault<'static> = Fault::with_message(
    FaultCode::InvalidRequest,
    "A call is a struct of one methodName, a string, and one params, an array",
);
const NO_RECURSION: Fault<'static> = Fault::with_message(
    FaultCode::InvalidRequest,
    "Recursive system.multicall forbidden",
);

fn invalid(fault: Fault<'static>) -> Call {
    Call::invalid(Version::XmlRpc, fault, Span::default())
}
