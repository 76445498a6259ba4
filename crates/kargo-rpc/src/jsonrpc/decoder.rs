//! From a body to calls.

use crate::Argument;
use crate::BodyErrorKind;
use crate::Call;
use crate::CallBuilder;
use crate::CallKind;
use crate::CallList;
use crate::DecodeError;
use crate::Fault;
use crate::FaultCode;
use crate::Limits;
use crate::Version;
use crate::call::Span;
use crate::error::Stop;
use crate::json::JsonScratch;
use crate::json::Mark;
use crate::json::Reader;

/// Decodes bodies. One decoder serves many bodies, one after the other, and allocates nothing once it is warm.
#[derive(Debug, Default)]
pub struct Decoder {
    scratch: JsonScratch,
}

impl Decoder {
    /// A decoder; allocates nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            scratch: JsonScratch::new(),
        }
    }

    /// Decodes one body into `calls`, the arguments into `builder`.
    ///
    /// Whatever is JSON ends well: what is no call becomes one of [`CallKind::Invalid`]. After `Ok` the whole body has been
    /// checked and the methods may run.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Body`] if the body as a whole is no JSON: answer its fault
    /// ([`ResponseWriter::body_fault`](super::ResponseWriter::body_fault)). [`DecodeError::Builder`] if the builder gave up. In both cases `calls`
    /// is empty and the caller drops what the builder holds.
    pub fn decode<B: CallBuilder>(
        &mut self,
        body: &[u8],
        limits: &Limits,
        builder: &mut B,
        calls: &mut CallList,
    ) -> Result<(), DecodeError<B::Error>> {
        calls.clear();
        let reader = Reader::start(body, limits, &mut self.scratch).map_err(DecodeError::Body)?;
        let mut decoding = Decoding {
            reader,
            builder,
            calls,
        };
        decoding.body(limits.max_batch).map_err(|stop| {
            decoding.calls.clear();
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
    calls: &'a mut CallList,
}

/// What one call's members have said so far.
#[derive(Default)]
struct Envelope {
    /// Which of the four members there were.
    seen: u8,
    is_version_2: bool,
    /// It can't be a call any more.
    is_invalid: bool,
    method: Option<Span>,
    id: Option<Span>,
    handle: u32,
    arguments: Arguments,
}

/// Where the arguments are.
#[derive(Clone, Copy, Default)]
enum Arguments {
    /// There are none so far.
    #[default]
    Absent,
    /// Before the method in the text: checked, not yet built.
    Passed(Mark),
    /// In the builder, the call being its latest and not closed yet.
    Built { count: u32, is_named: bool },
    /// A number among them is out of range; the builder has dropped the call.
    Unbuildable,
}

const JSONRPC: u8 = 1;
const METHOD: u8 = 2;
const PARAMS: u8 = 4;
const ID: u8 = 8;

impl<B: CallBuilder> Decoding<'_, B> {
    fn body(&mut self, max_batch: usize) -> Result<(), Stop<B::Error>> {
        match self.reader.peek() {
            b'{' => self.call(false)?,
            b'[' => self.batch(max_batch)?,
            _ => {
                self.reader.skip()?;
                self.invalid(FaultCode::InvalidRequest.fault());
            }
        }
        self.reader.finish().map_err(Stop::Body)
    }

    fn batch(&mut self, max_batch: usize) -> Result<(), Stop<B::Error>> {
        self.reader.enter()?;
        if self.reader.peek() == b']' {
            self.reader.leave(b']')?;
            self.invalid(FaultCode::InvalidRequest.fault());
            return Ok(());
        }
        self.calls.set_batch();
        loop {
            if self.calls.len() >= max_batch {
                return self.too_large_batch();
            }
            if self.reader.peek() == b'{' {
                self.call(true)?;
            } else {
                self.reader.skip()?;
                self.invalid(FaultCode::InvalidRequest.fault());
            }
            if !self.reader.take(b',') {
                break;
            }
        }
        self.reader.leave(b']').map_err(Stop::Body)
    }

    /// Checks the rest of a batch that has one call too many, and makes of it all one invalid request.
    #[cold]
    fn too_large_batch(&mut self) -> Result<(), Stop<B::Error>> {
        loop {
            self.reader.skip()?;
            if !self.reader.take(b',') {
                break;
            }
        }
        self.reader.leave(b']')?;
        self.builder.discard_all_calls();
        self.calls.clear();
        self.invalid(Fault::with_message(
            FaultCode::InvalidRequest,
            "Too many calls in one batch",
        ));
        Ok(())
    }

    /// Something that is no call at all stands where one should be.
    fn invalid(&mut self, fault: Fault<'static>) {
        let id = self.calls.keep(b"null");
        self.calls.push(Call::invalid(Version::JsonRpc2, fault, id));
    }

    /// One object, the opening brace being next.
    fn call(&mut self, is_in_batch: bool) -> Result<(), Stop<B::Error>> {
        let mut envelope = Envelope::default();
        self.reader.enter()?;
        // How nearly all calls begin.
        if self.reader.take_exactly(br#""jsonrpc":"2.0","#) {
            envelope.seen = JSONRPC;
            envelope.is_version_2 = true;
        }
        if envelope.seen != 0 || self.reader.peek() != b'}' {
            loop {
                self.member(&mut envelope)?;
                if !self.reader.take(b',') {
                    break;
                }
            }
        }
        self.reader.leave(b'}')?;

        let is_refused = envelope.is_invalid || (is_in_batch && !envelope.is_version_2);
        match envelope.method {
            Some(method) if !is_refused => self.complete(&mut envelope, method),
            _ => {
                if matches!(envelope.arguments, Arguments::Built { .. }) {
                    self.builder.discard_call();
                }
                let id = envelope.id.unwrap_or_else(|| self.calls.keep(b"null"));
                let fault = FaultCode::InvalidRequest.fault();
                self.calls.push(Call::invalid(Version::JsonRpc2, fault, id));
                Ok(())
            }
        }
    }

    /// One member of a call: its name is next.
    #[inline]
    fn member(&mut self, envelope: &mut Envelope) -> Result<(), Stop<B::Error>> {
        let name = self.reader.name()?;
        // Comparisons rather than a `match`, which would compare byte by byte.
        let member = if name == b"method" {
            METHOD
        } else if name == b"params" {
            PARAMS
        } else if name == b"id" {
            ID
        } else if name == b"jsonrpc" {
            JSONRPC
        } else {
            return self.reader.skip().map_err(Stop::Body);
        };
        if envelope.seen & member != 0 {
            envelope.is_invalid = true;
            if member == ID {
                envelope.id = None;
            }
            return self.reader.skip().map_err(Stop::Body);
        }
        envelope.seen |= member;
        let first = self.reader.peek();
        match (member, first) {
            (JSONRPC, b'"') => {
                let version = self.reader.string()?;
                envelope.is_version_2 = version == b"2.0";
                envelope.is_invalid |= !envelope.is_version_2;
            }
            (METHOD, b'"') => {
                let method = self.reader.string()?;
                envelope.method = Some(self.calls.keep(method));
            }
            (PARAMS, b'[' | b'{') => self.params(envelope)?,
            (ID, b'"' | b'-' | b'0'..=b'9' | b'n') => {
                let start = self.reader.offset();
                match first {
                    b'"' => self.reader.string().map(|_| ())?,
                    b'n' => self.reader.word(b"null")?,
                    _ => self.reader.number().map(|_| ())?,
                }
                envelope.id = Some(self.calls.keep(self.reader.since(start)));
            }
            _ => {
                envelope.is_invalid = true;
                self.reader.skip()?;
            }
        }
        Ok(())
    }

    /// The value of `params`: built at once if the method is known, else checked and passed.
    fn params(&mut self, envelope: &mut Envelope) -> Result<(), Stop<B::Error>> {
        match envelope.method {
            Some(method) if !envelope.is_invalid => self.build(envelope, method),
            _ => {
                envelope.arguments = Arguments::Passed(self.reader.mark());
                self.reader.skip().map_err(Stop::Body)
            }
        }
    }

    /// Builds the arguments that are next.
    fn build(&mut self, envelope: &mut Envelope, method: Span) -> Result<(), Stop<B::Error>> {
        let mark = self.reader.mark();
        envelope.handle = self
            .builder
            .begin_call(self.calls.resolve(method))
            .map_err(Stop::Builder)?;
        let is_named = self.reader.peek() == b'{';
        let built = if is_named {
            self.named_arguments()
        } else {
            self.positional_arguments()
        };
        match built {
            Ok(count) => envelope.arguments = Arguments::Built { count, is_named },
            Err(Stop::Body(BodyErrorKind::NumberRange)) => {
                self.builder.discard_call();
                envelope.arguments = Arguments::Unbuildable;
                self.reader.rewind(mark);
                self.reader.skip()?;
            }
            Err(stop) => return Err(stop),
        }
        Ok(())
    }

    fn positional_arguments(&mut self) -> Result<u32, Stop<B::Error>> {
        self.reader.enter()?;
        let mut count = 0;
        if self.reader.peek() != b']' {
            loop {
                let argument = Argument::Position(count as usize);
                self.builder
                    .begin_argument(argument)
                    .map_err(Stop::Builder)?;
                self.reader.value(self.builder)?;
                count += 1;
                if !self.reader.take(b',') {
                    break;
                }
            }
        }
        self.reader.leave(b']')?;
        Ok(count)
    }

    fn named_arguments(&mut self) -> Result<u32, Stop<B::Error>> {
        self.reader.enter()?;
        let mut count = 0;
        if self.reader.peek() != b'}' {
            loop {
                let name = self.reader.name()?;
                let argument = Argument::Name(name);
                self.builder
                    .begin_argument(argument)
                    .map_err(Stop::Builder)?;
                self.reader.value(self.builder)?;
                count += 1;
                if !self.reader.take(b',') {
                    break;
                }
            }
        }
        self.reader.leave(b'}')?;
        Ok(count)
    }

    /// All members are read and nothing is wrong with them.
    fn complete(&mut self, envelope: &mut Envelope, method: Span) -> Result<(), Stop<B::Error>> {
        let (argument_count, is_named) = match envelope.arguments {
            Arguments::Built { count, is_named } => (count, is_named),
            Arguments::Passed(params) => {
                let end = self.reader.mark();
                self.reader.rewind(params);
                self.build(envelope, method)?;
                self.reader.rewind(end);
                return self.complete(envelope, method);
            }
            Arguments::Absent => {
                let method = self.calls.resolve(method);
                envelope.handle = self.builder.begin_call(method).map_err(Stop::Builder)?;
                (0, false)
            }
            Arguments::Unbuildable => {
                self.unbuildable(envelope);
                return Ok(());
            }
        };
        self.builder
            .end_call(argument_count as usize)
            .map_err(Stop::Builder)?;
        let kind = envelope.kind();
        let id = envelope.id.unwrap_or_else(|| self.calls.keep(b"null"));
        let handle = envelope.handle;
        self.calls.push(Call {
            kind,
            handle,
            argument_count,
            is_named,
            method,
            id,
        });
        Ok(())
    }

    /// A call whose arguments have a number too large: an answer if one is waited for, and no method.
    #[cold]
    fn unbuildable(&mut self, envelope: &Envelope) {
        if let CallKind::Request(version) = envelope.kind() {
            let fault = Fault::with_message(
                FaultCode::InvalidParams,
                "Invalid params: number out of range",
            );
            let id = envelope.id.unwrap_or_else(|| self.calls.keep(b"null"));
            self.calls.push(Call::invalid(version, fault, id));
        }
    }
}

impl Envelope {
    fn kind(&self) -> CallKind {
        match (self.is_version_2, self.seen & ID != 0) {
            (true, true) => CallKind::Request(Version::JsonRpc2),
            (true, false) => CallKind::Notification,
            (false, _) => CallKind::Request(Version::JsonRpc1),
        }
    }
}
