//! What was received from one connection in this turn, while its requests are taken out of it.

use std::ops::Range;

/// The connection number of no connection.
pub(super) const NOBODY: u32 = u32::MAX;

/// One connection's bytes, in the shared receive buffer or in memory of the connection's own.
#[derive(Debug)]
pub(super) struct Batch {
    /// Whose it is, or [`NOBODY`].
    pub(super) connection: u32,
    /// How many requests were taken out of it.
    pub(super) taken: usize,
    /// The bytes that were not decoded yet, in `own` or in the shared buffer.
    pub(super) rest: Range<usize>,
    /// Bytes that do not lie in the shared buffer.
    pub(super) own: Option<Vec<u8>>,
    /// The request that was handed out and lies in this batch.
    pub(super) current: Option<Current>,
}

/// Where the request lies that was handed out. Its head is in the server.
#[derive(Debug, Clone)]
pub(super) struct Current {
    pub(super) stream: u32,
    /// Head and body.
    pub(super) message: Range<usize>,
    /// How much of it is head.
    pub(super) head_bytes: usize,
}

impl Current {
    /// The body, counted from the start of the message.
    pub(super) fn body(&self) -> Range<usize> {
        self.head_bytes..self.message.len()
    }
}

impl Batch {
    pub(super) const fn none() -> Self {
        Self {
            connection: NOBODY,
            taken: 0,
            rest: 0..0,
            own: None,
            current: None,
        }
    }

    #[inline]
    pub(super) fn is_active(&self) -> bool {
        self.connection != NOBODY
    }

    /// All bytes of which `rest` and `current` are ranges.
    #[inline]
    pub(super) fn bytes<'a>(&'a self, shared: &'a [u8]) -> &'a [u8] {
        self.own.as_deref().unwrap_or(shared)
    }

    /// The bytes that were not decoded yet, as memory of their own; empty costs nothing.
    pub(super) fn take_rest(&mut self, shared: &[u8]) -> Vec<u8> {
        let rest = std::mem::take(&mut self.rest);
        match self.own.take() {
            _ if rest.is_empty() => Vec::new(),
            Some(mut own) => {
                own.truncate(rest.end);
                own.drain(..rest.start);
                own
            }
            None => shared[rest].to_vec(),
        }
    }
}
