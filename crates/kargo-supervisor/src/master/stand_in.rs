//! Who answers while no worker can start: a process that boots nothing and refuses every client at once.
//!
//! Without it clients would wait in the listener's queue until a start succeeds, which may be never.

use super::{Master, Phase};
use crate::event::Event;
use crate::seat::Stage;
use crate::worker::Worker;

impl<F: FnMut(Event)> Master<F> {
    /// Forks the stand-in if it is wanted. Returns the worker in the forked process.
    pub(super) fn fill_stand_in(&mut self) -> Option<Worker> {
        if self.phase != Phase::Running || self.stand_in.is_some() || !self.can_nobody_serve() {
            return None;
        }
        let slot = self.processes.iter().position(Option::is_none)?;
        match self.spawn(None, slot) {
            Ok(None) => {
                self.stand_in = Some(slot);
                None
            }
            Ok(worker) => worker,
            Err(_) => {
                self.board.slots()[slot].vacate();
                // The system has no process left: the next time when the workers' starts have failed once more.
                self.forget_failed_starts();
                None
            }
        }
    }

    /// Whether nobody serves and the start has failed for every seat. A start that takes long is waited for.
    fn can_nobody_serve(&self) -> bool {
        let mut processes = self.processes.iter().flatten();
        self.seats.iter().all(|seat| seat.has_failed_start)
            && !processes.any(|process| process.stage == Stage::Ready)
    }

    /// A worker serves: the stand-in is not wanted any more.
    pub(super) fn dismiss_stand_in(&mut self) {
        self.forget_failed_starts();
        if let Some(slot) = self.stand_in.take() {
            self.drain(slot);
        }
    }

    pub(super) fn forget_failed_starts(&mut self) {
        for seat in &mut self.seats {
            seat.has_failed_start = false;
        }
    }
}
