//! One event counter per slot: "look at the listener".

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::scoreboard::{Scoreboard, WorkerPhase};
use crate::sys::fd;

/// The event counters of all slots. Made before the first fork, so that every worker can poke
/// every other, its later replacements included.
#[derive(Debug)]
pub(crate) struct Pokes {
    counters: Vec<OwnedFd>,
}

impl Pokes {
    pub(crate) fn new(slots: usize) -> io::Result<Self> {
        let counters = (0..slots)
            .map(|_| fd::event_counter())
            .collect::<io::Result<_>>()?;
        Ok(Self { counters })
    }

    pub(crate) fn poke(&self, slot: usize) {
        if let Some(counter) = self.counters.get(slot) {
            fd::raise(counter.as_fd());
        }
    }

    /// Pokes every worker that accepts, except the one in slot `except`: for when a connection may
    /// have been announced to a process that will not take it.
    pub(crate) fn poke_all(&self, board: &Scoreboard, except: usize) {
        for (index, slot) in board.slots().iter().enumerate() {
            if index != except && slot.phase() == WorkerPhase::Ready {
                self.poke(index);
            }
        }
    }

    pub(crate) fn fd(&self, slot: usize) -> BorrowedFd<'_> {
        self.counters[slot].as_fd()
    }

    pub(crate) fn clear(&self, slot: usize) -> bool {
        self.counters
            .get(slot)
            .is_some_and(|counter| fd::lower(counter.as_fd()))
    }
}
