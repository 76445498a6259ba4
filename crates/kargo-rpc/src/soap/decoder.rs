//! From a body to a call.

use super::headers::Blocks;
use super::namespace;
use super::plan::{Operation, Plan};
use super::references::References;
use super::{Style, Version};
use crate::Argument;
use crate::BodyError;
use crate::BodyErrorKind;
use crate::Call;
use crate::CallBuilder;
use crate::CallKind;
use crate::CallList;
use crate::DecodeError;
use crate::FaultCode;
use crate::Limits;
use crate::call::Span;
use crate::error::Stop;
use crate::xml;
use crate::xml::{Name, NamespaceReader, NamespaceScratch, Reader, attribute_text};

/// Decodes bodies. One decoder serves many bodies, one after the other, and allocates nothing once it is warm.
#[derive(Debug, Default)]
pub struct Decoder {
    transcoded: Vec<u8>,
    xml: xml::Scratch,
    names: NamespaceScratch,
    values: ValueScratch,
    references: References,
    envelope: Envelope,
    blocks: Blocks,
}

/// Memory for values.
#[derive(Debug, Default)]
pub(super) struct ValueScratch {
    /// Decoded base64.
    pub(super) binary: Vec<u8>,
    /// Which arguments and members came already, of all records that are open.
    pub(super) seen: Vec<bool>,
}

/// What was found out about an envelope, however far it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Its version; `None` if it is no envelope of ours.
    pub version: Option<Version>,
    /// How the call is written.
    pub style: Style,
    /// Which operation is called.
    pub operation: Option<u32>,
    /// Why nothing is called.
    pub refusal: Option<Refusal>,
}

/// Why an envelope, well-formed as far as it was read, is no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An envelope of a version we don't know.
    VersionMismatch,
    /// A header block had to be understood.
    MustUnderstand,
    /// It is no envelope, or not one of a call; with what is wrong.
    NotACall(&'static str),
    /// There is no such operation.
    UnknownOperation,
    /// The arguments can't be read; with what is wrong.
    Arguments(&'static str),
}

impl Refusal {
    /// The code that goes with it.
    #[must_use]
    pub const fn code(self) -> FaultCode {
        match self {
            Self::VersionMismatch | Self::MustUnderstand | Self::NotACall(_) => {
                FaultCode::InvalidRequest
            }
            Self::UnknownOperation => FaultCode::MethodNotFound,
            Self::Arguments(_) => FaultCode::InvalidParams,
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::VersionMismatch => "Neither a SOAP 1.1 nor a SOAP 1.2 envelope",
            Self::MustUnderstand => "A header block that must be understood is not",
            Self::UnknownOperation => "There is no such operation",
            Self::NotACall(reason) | Self::Arguments(reason) => reason,
        }
    }
}

impl Decoder {
    /// A decoder; allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes one body: the call into `calls`, its arguments into `builder`. `charset` is the Content-Type header's.
    ///
    /// After `Ok` there is one call, or none where [`Envelope::refusal`] says why.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Body`] if the body is no well-formed XML, or beyond a limit. [`DecodeError::Builder`] if the builder
    /// gave up. In both cases `calls` is empty and the caller drops what the builder holds.
    pub fn decode<B: CallBuilder>(
        &mut self,
        body: &[u8],
        charset: Option<&[u8]>,
        limits: &Limits,
        plan: &Plan,
        builder: &mut B,
        calls: &mut CallList,
    ) -> Result<(), DecodeError<B::Error>> {
        calls.clear();
        self.envelope = Envelope::default();
        self.blocks.clear();
        self.references.clear();
        self.values.seen.clear();
        let charset = charset
            .map(|label| xml::Encoding::from_label(label).ok_or(UNSUPPORTED))
            .transpose()
            .map_err(DecodeError::Body)?;
        let document =
            xml::to_utf8(body, charset, &mut self.transcoded).map_err(DecodeError::Body)?;
        let known = namespace::known(plan.namespace.as_bytes());
        let reader = Reader::start(document.text, document.start, limits, &mut self.xml);
        let mut decoding = Decoding {
            reader: NamespaceReader::new(reader, &mut self.names, &known),
            text: document.text,
            start: document.start,
            limits,
            known: &known,
            plan,
            builder,
            values: &mut self.values,
            references: &mut self.references,
            envelope: &mut self.envelope,
            blocks: &mut self.blocks,
            has_begun: false,
        };
        match decoding.envelope(calls) {
            Ok(()) => Ok(()),
            Err(stop) => {
                calls.clear();
                decoding.stopped(stop)
            }
        }
    }

    /// What was found out about the body that was decoded last.
    #[must_use]
    pub fn envelope(&self) -> Envelope {
        self.envelope
    }

    /// The header blocks that were not understood: namespace and name.
    pub fn not_understood(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.blocks.not_understood()
    }

    /// Gives back memory beyond about `max_bytes`, which one exceptionally large body had made necessary.
    pub fn shrink_to(&mut self, max_bytes: usize) {
        self.transcoded.clear();
        self.transcoded.shrink_to(max_bytes);
        self.xml.shrink_to(max_bytes);
        self.names.shrink_to(max_bytes);
        self.values.binary.clear();
        self.values.binary.shrink_to(max_bytes);
        self.values.seen.clear();
        self.values.seen.shrink_to(max_bytes);
    }
}

const UNSUPPORTED: BodyError = BodyError {
    kind: BodyErrorKind::UnsupportedEncoding,
    offset: 0,
};

/// One body on its way. Plain references: may be left by a `longjmp` of the builder's.
pub(super) struct Decoding<'a, B> {
    pub(super) reader: NamespaceReader<'a>,
    pub(super) text: &'a [u8],
    pub(super) start: usize,
    pub(super) limits: &'a Limits,
    pub(super) known: &'a [&'a [u8]],
    pub(super) plan: &'a Plan,
    pub(super) builder: &'a mut B,
    pub(super) values: &'a mut ValueScratch,
    pub(super) references: &'a mut References,
    envelope: &'a mut Envelope,
    pub(super) blocks: &'a mut Blocks,
    has_begun: bool,
}

impl<'a, B: CallBuilder> Decoding<'a, B> {
    /// What it means that reading ended early.
    fn stopped(&mut self, stop: Stop<B::Error>) -> Result<(), DecodeError<B::Error>> {
        let is_refused = match &stop {
            Stop::Body(BodyErrorKind::InvalidValue) => self.envelope.refusal.is_some(),
            Stop::Body(BodyErrorKind::NotACall) => {
                let reason = "Text where only elements may be";
                self.envelope.refusal.get_or_insert(if self.has_begun {
                    Refusal::Arguments(reason)
                } else {
                    Refusal::NotACall(reason)
                });
                true
            }
            _ => false,
        };
        if !is_refused {
            return Err(stop.at(self.reader.offset().min(self.text.len())));
        }
        if self.has_begun {
            self.builder.discard_all_calls();
        }
        Ok(())
    }

    /// Nothing is called.
    #[cold]
    pub(super) fn refuse<T>(&mut self, refusal: Refusal) -> Result<T, Stop<B::Error>> {
        self.envelope.refusal = Some(refusal);
        Err(BodyErrorKind::InvalidValue.into())
    }

    /// The arguments can't be read.
    #[cold]
    pub(super) fn refuse_value<T>(&mut self, reason: &'static str) -> Result<T, Stop<B::Error>> {
        self.refuse(Refusal::Arguments(reason))
    }

    fn envelope(&mut self, calls: &mut CallList) -> Result<(), Stop<B::Error>> {
        let Some(root) = self.reader.child()? else {
            return Err(BodyErrorKind::Syntax.into());
        };
        let own = root.namespace;
        self.envelope.version = match own {
            namespace::SOAP_11 => Some(Version::V11),
            namespace::SOAP_12 => Some(Version::V12),
            _ => None,
        };
        if root.local != b"Envelope" {
            return self.refuse(Refusal::NotACall("The root is no Envelope"));
        }
        if self.envelope.version.is_none() {
            return self.refuse(Refusal::VersionMismatch);
        }
        self.heed_encoding_style();
        let mut child = self.reader.child()?;
        let is_named = |child: Option<Name<'_>>, local: &[u8]| {
            child.is_some_and(|child| child.namespace == own && child.local == local)
        };
        if is_named(child, b"Header") {
            self.header(own)?;
            child = self.reader.child()?;
        }
        if !is_named(child, b"Body") {
            return self.refuse(Refusal::NotACall("The Envelope has no Body"));
        }
        if self.blocks.has_unknown() {
            return self.refuse(Refusal::MustUnderstand);
        }
        self.heed_encoding_style();
        self.body(calls)?;
        if self.reader.child()?.is_some() {
            return self.refuse(Refusal::NotACall("Something follows the Body"));
        }
        self.reader.finish().map_err(Stop::Body)
    }

    /// An element that was just opened may say how what is in it is encoded.
    fn heed_encoding_style(&mut self) {
        if !self.reader.has_attributes() {
            return;
        }
        for own in [namespace::SOAP_11, namespace::SOAP_12] {
            if let Some(style) = self.reader.attribute(own, b"encodingStyle") {
                let is_encoding = attribute_text(style)
                    .split(u8::is_ascii_whitespace)
                    .any(|uri| {
                        [Version::V11, Version::V12]
                            .iter()
                            .any(|version| version.encoding().as_bytes() == uri)
                    });
                self.envelope.style = if is_encoding {
                    Style::RpcEncoded
                } else {
                    Style::Document
                };
            }
        }
    }

    /// The Body is open. It is closed then.
    fn body(&mut self, calls: &mut CallList) -> Result<(), Stop<B::Error>> {
        let depth = self.reader.depth();
        let Some(first) = self.reader.child()? else {
            return self.refuse(Refusal::NotACall("The Body is empty"));
        };
        self.heed_encoding_style();
        self.operation(first, calls)?;
        while self.reader.child()?.is_some() {
            // Values that are referred to stand beside the call.
            let has_id = self.reader.attribute(namespace::NONE, b"id").is_some()
                || self
                    .reader
                    .attribute(namespace::ENCODING_12, b"id")
                    .is_some();
            if !has_id {
                return self.refuse(Refusal::NotACall("The Body has more than one element"));
            }
            self.reader.skip_to_depth(depth)?;
        }
        Ok(())
    }

    /// The operation's element is open. It is closed then.
    fn operation(&mut self, name: Name<'_>, calls: &mut CallList) -> Result<(), Stop<B::Error>> {
        let plan = self.plan;
        let found = if name.namespace == namespace::OWN {
            plan.find(name.local)
        } else {
            None
        };
        let Some((index, operation)) =
            found.and_then(|index| Some((index, plan.operation(index)?)))
        else {
            return self.refuse(Refusal::UnknownOperation);
        };
        self.check_blocks(operation)?;
        self.envelope.operation = Some(index);
        self.has_begun = true;
        let handle = self
            .builder
            .begin_call(operation.method.as_bytes())
            .map_err(Stop::Builder)?;
        let in_body = self.arguments(operation)?;
        let (count, is_named) = self.header_arguments(operation, in_body)?;
        self.builder
            .end_call(count as usize)
            .map_err(Stop::Builder)?;
        let method = calls.keep(operation.method.as_bytes());
        calls.push(Call {
            kind: if operation.is_one_way {
                CallKind::Notification
            } else {
                CallKind::Request(crate::Version::Soap)
            },
            handle,
            argument_count: count,
            is_named,
            method,
            id: Span::default(),
        });
        Ok(())
    }

    /// The arguments of an operation whose element is open: how many there are, and whether each said which it is.
    fn arguments(&mut self, operation: &'a Operation) -> Result<(u32, bool), Stop<B::Error>> {
        let parameters = &operation.parameters;
        self.values.seen.clear();
        self.values.seen.resize(parameters.len(), false);
        let (mut count, mut next, mut is_by_position) = (0u32, 0usize, false);
        while let Some(child) = self.reader.child()? {
            let position = count as usize;
            let is_encoded = self.envelope.style == Style::RpcEncoded;
            if child.namespace == namespace::NONE && !is_encoded {
                self.envelope.style = Style::RpcLiteral;
            }
            if count == 0 && (child.namespace == namespace::NONE || is_encoded) {
                is_by_position = !operation.has_parameter(child.local);
            }
            let is_ours = matches!(child.namespace, namespace::OWN | namespace::NONE);
            if !is_ours && !is_by_position {
                return self.refuse_value("An argument in a foreign namespace");
            }
            let slot = if is_by_position {
                Some(position)
            } else {
                let is_next = parameters
                    .get(next)
                    .is_some_and(|parameter| parameter.name.as_bytes() == child.local);
                if is_next {
                    Some(next)
                } else {
                    parameters
                        .iter()
                        .position(|parameter| parameter.name.as_bytes() == child.local)
                }
            };
            let parameter = slot.and_then(|slot| parameters.get(slot));
            let node = match (parameter, &operation.variadic) {
                (Some(parameter), variadic) => {
                    let slot = slot.unwrap_or_default();
                    match self.values.seen.get_mut(slot) {
                        Some(seen) if *seen => {
                            return self.refuse_value("An argument that comes twice");
                        }
                        Some(seen) => *seen = true,
                        None => {}
                    }
                    if variadic.is_some() && slot != position {
                        return self.refuse_value(OUT_OF_ORDER);
                    }
                    next = slot + 1;
                    self.begin_argument(Argument::Position(slot))?;
                    parameter.item.node
                }
                (None, Some(variadic))
                    if is_by_position || variadic.name.as_bytes() == child.local =>
                {
                    if position < parameters.len() {
                        return self.refuse_value(OUT_OF_ORDER);
                    }
                    self.begin_argument(Argument::Position(position))?;
                    variadic.item.node
                }
                (None, Some(_)) => return self.refuse_value("An argument that is not known"),
                (None, None) if is_by_position => {
                    self.begin_argument(Argument::Position(position))?;
                    self.plan.any.node
                }
                (None, None) => {
                    self.begin_argument(Argument::Name(child.local))?;
                    self.plan.any.node
                }
            };
            self.value(node, 1)?;
            count += 1;
        }
        Ok((count, !is_by_position && operation.variadic.is_none()))
    }

    pub(super) fn begin_argument(&mut self, argument: Argument<'_>) -> Result<(), Stop<B::Error>> {
        self.builder.begin_argument(argument).map_err(Stop::Builder)
    }
}

const OUT_OF_ORDER: &str =
    "Arguments of an operation that takes any number of them must be complete and in order";

impl Operation {
    fn has_parameter(&self, name: &[u8]) -> bool {
        self.parameters
            .iter()
            .chain(&self.variadic)
            .any(|parameter| parameter.name.as_bytes() == name)
    }
}
