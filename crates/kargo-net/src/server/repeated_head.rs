//! The head that was decoded last, remembered.
//!
//! Clients that keep their connection mostly send the same head again: in a pipeline, when they poll, when a proxy or
//! an API client talks for many. What a head means depends on its bytes and the server's limits alone, so bytes that
//! are equal to the last head's need no decoding.

/// Longer heads are decoded each time: remembering costs a copy of every head that is not repeated.
const MAX_BYTES: usize = 1024;

/// The bytes of the head that was decoded last, as long as its meaning is kept as it was decoded.
#[derive(Debug, Default)]
pub(super) struct RepeatedHead {
    bytes: Vec<u8>,
    /// How many heads were remembered.
    number: u64,
}

impl RepeatedHead {
    /// The length of the head at the start of `bytes`, if it is the remembered one.
    #[inline]
    pub(super) fn length_in(&self, bytes: &[u8]) -> Option<usize> {
        (!self.bytes.is_empty() && bytes.starts_with(&self.bytes)).then_some(self.bytes.len())
    }

    /// This head was decoded.
    #[inline]
    pub(super) fn remember(&mut self, head: &[u8]) {
        self.bytes.clear();
        self.number += 1;
        if head.len() <= MAX_BYTES {
            self.bytes.extend_from_slice(head);
        }
    }

    /// Changes with every head that is decoded: what was found out about a head holds as long as this stays.
    #[inline]
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// What was decoded is no longer kept.
    #[inline]
    pub(super) fn forget(&mut self) {
        self.bytes.clear();
        self.number += 1;
    }
}
