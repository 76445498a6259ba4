//! What a decoded body asked for: plain records, independent of the protocol.
//!
//! A [`CallList`] owns the few bytes its calls refer to (method names and ids), so nothing of it points into the body
//! and the body's buffer may go once it is decoded. It is meant to be reused: in the steady state nothing is allocated.

use crate::Fault;

/// The calls of one body, in order.
#[derive(Debug, Default)]
pub struct CallList {
    calls: Vec<Call>,
    text: Vec<u8>,
    is_batch: bool,
}

/// One call of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whether there is a method to run, and whether anyone waits for its answer.
    pub kind: CallKind,
    /// What [`CallBuilder::begin_call`](crate::CallBuilder::begin_call) returned; 0 if the call is invalid.
    pub handle: u32,
    /// How many arguments the builder holds for it; none if the call is invalid.
    pub argument_count: u32,
    /// Whether the arguments came by name.
    pub is_named: bool,
    pub(crate) method: Span,
    pub(crate) id: Span,
}

/// What is to be done with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// Run the method and answer.
    Request(Version),
    /// Run the method; nothing is answered, whatever happens.
    Notification,
    /// No method may run; the fault is the answer, in the form that goes with the version. The builder holds nothing
    /// for it.
    Invalid(Version, Fault<'static>),
}

/// The form of a call and of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// JSON-RPC 2.0.
    JsonRpc2,
    /// JSON-RPC without a `jsonrpc` member: always answered, and the answer has no such member either.
    JsonRpc1,
    /// XML-RPC.
    XmlRpc,
    /// SOAP; which version of it, the decoder says.
    Soap,
}

/// A piece of [`CallList`]'s text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(crate) const EMPTY: Self = Self { start: 0, end: 0 };

    /// Appends `bytes` to `text`; bodies are below 4 GiB, so the offsets fit.
    pub(crate) fn keep(text: &mut Vec<u8>, bytes: &[u8]) -> Self {
        let start = text.len() as u32;
        text.extend_from_slice(bytes);
        Self {
            start,
            end: text.len() as u32,
        }
    }

    /// The piece of `text`.
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

impl CallList {
    /// An empty list; allocates nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            calls: Vec::new(),
            text: Vec::new(),
            is_batch: false,
        }
    }

    /// Whether the answers are to be wrapped: a JSON-RPC batch or a `system.multicall`.
    #[must_use]
    pub fn is_batch(&self) -> bool {
        self.is_batch
    }

    /// How many calls there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether there is nothing to run and nothing to answer but what a batch of nothing answers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The call at `index`, as a copy that borrows nothing.
    #[must_use]
    pub fn call(&self, index: usize) -> Option<Call> {
        self.calls.get(index).copied()
    }

    /// The name of the method, unescaped UTF-8; empty if the call is invalid.
    #[must_use]
    pub fn method(&self, call: &Call) -> &[u8] {
        self.resolve(call.method)
    }

    /// The id as it stood in the JSON text (a string with its quotes and escapes, a number digit by digit), or `null`
    /// where there was none or none that could be told. Empty for XML-RPC, which has no ids.
    #[must_use]
    pub fn id(&self, call: &Call) -> &[u8] {
        self.resolve(call.id)
    }

    /// Forgets all calls and keeps the memory.
    pub fn clear(&mut self) {
        self.calls.clear();
        self.text.clear();
        self.is_batch = false;
    }

    /// Gives back memory beyond about `max_bytes`, which one exceptionally large body had made necessary.
    pub fn shrink_to(&mut self, max_bytes: usize) {
        self.calls.shrink_to(max_bytes / size_of::<Call>());
        self.text.shrink_to(max_bytes);
    }

    pub(crate) fn set_batch(&mut self) {
        self.is_batch = true;
    }

    pub(crate) fn push(&mut self, call: Call) {
        self.calls.push(call);
    }

    /// Keeps `bytes` for as long as the list.
    pub(crate) fn keep(&mut self, bytes: &[u8]) -> Span {
        Span::keep(&mut self.text, bytes)
    }

    pub(crate) fn resolve(&self, span: Span) -> &[u8] {
        span.of(&self.text)
    }
}

impl Call {
    /// A call that came as a request of its own, rather than in a body that lists calls.
    #[must_use]
    pub const fn request(handle: u32, argument_count: u32, is_named: bool) -> Self {
        Self {
            kind: CallKind::Request(Version::JsonRpc2),
            handle,
            argument_count,
            is_named,
            method: Span::EMPTY,
            id: Span::EMPTY,
        }
    }

    /// A call that can't be one, answered by `fault`.
    pub(crate) fn invalid(version: Version, fault: Fault<'static>, id: Span) -> Self {
        Self {
            kind: CallKind::Invalid(version, fault),
            handle: 0,
            argument_count: 0,
            is_named: false,
            method: Span::default(),
            id,
        }
    }
}
