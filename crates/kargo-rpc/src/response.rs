//! What a decoded answer says: plain records, independent of the protocol.

use crate::call::Span;

/// The answers to the calls of one request, in the order of the calls.
///
/// Results, and the data of faults, are values that the builder was given one after the other; the records say which.
/// The list owns the few bytes it refers to and is meant to be reused.
#[derive(Debug, Default)]
pub struct ResponseList {
    responses: Vec<Response>,
    text: Vec<u8>,
}

/// What became of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// Whether it went well.
    pub outcome: Outcome,
    message: Span,
}

/// Whether a call went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server said nothing about it.
    Missing,
    /// It returned a value.
    Result {
        /// Which of the builder's values it is, from 0.
        value: usize,
    },
    /// It failed; [`ResponseList::message`] has the text.
    Fault {
        /// The server's number for it; 0 if it gave none, as in JSON-RPC 1.0.
        code: i64,
        /// Which of the builder's values is its data, if it has any.
        data: Option<usize>,
    },
}

impl ResponseList {
    /// An empty list; allocates nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            responses: Vec::new(),
            text: Vec::new(),
        }
    }

    /// How many calls there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.responses.len()
    }

    /// Whether there was no call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.responses.is_empty()
    }

    /// What became of the call at `index`, as a copy that borrows nothing.
    #[must_use]
    pub fn response(&self, index: usize) -> Option<Response> {
        self.responses.get(index).copied()
    }

    /// The text of a fault in UTF-8; empty for what is none.
    #[must_use]
    pub fn message(&self, response: &Response) -> &[u8] {
        response.message.of(&self.text)
    }

    /// Gives back memory beyond about `max_bytes`, which one exceptionally large answer had made necessary.
    pub fn shrink_to(&mut self, max_bytes: usize) {
        self.clear();
        self.responses.shrink_to(max_bytes / size_of::<Response>());
        self.text.shrink_to(max_bytes);
    }

    pub(crate) fn clear(&mut self) {
        self.responses.clear();
        self.text.clear();
    }

    /// Begins with nothing known of `count` calls.
    pub(crate) fn start(&mut self, count: usize) {
        self.clear();
        self.responses.resize(count, Response::MISSING);
    }

    /// Keeps a text for as long as the list.
    pub(crate) fn keep(&mut self, bytes: &[u8]) -> Span {
        Span::keep(&mut self.text, bytes)
    }

    /// Sets what became of a call. `false`: there is no such call, or it is known already.
    pub(crate) fn set(&mut self, index: usize, response: Response) -> bool {
        match self.responses.get_mut(index) {
            Some(slot) if slot.outcome == Outcome::Missing => {
                *slot = response;
                true
            }
            _ => false,
        }
    }

    /// What is said of no call in particular is said of all those of which nothing else was said.
    pub(crate) fn set_missing(&mut self, response: Response) {
        for slot in &mut self.responses {
            if slot.outcome == Outcome::Missing {
                *slot = response;
            }
        }
    }
}

impl Response {
    const MISSING: Self = Self {
        outcome: Outcome::Missing,
        message: Span::EMPTY,
    };

    pub(crate) fn result(value: usize) -> Self {
        Self {
            outcome: Outcome::Result { value },
            message: Span::EMPTY,
        }
    }

    pub(crate) fn fault(code: i64, message: Span, data: Option<usize>) -> Self {
        Self {
            outcome: Outcome::Fault { code, data },
            message,
        }
    }

    pub(crate) fn is_fault(&self) -> bool {
        matches!(self.outcome, Outcome::Fault { .. })
    }
}
