//! The master's books: seats that must be filled, and the processes that fill them.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Instant;

use crate::orders::Order;
use crate::restart_policy::Backoff;

/// One of the N places that must always have a worker.
///
/// While its worker is replaced in a reload, `outgoing` serves until `current` is ready. A worker
/// that drains has left its seat.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    /// The slot of the process that fills the seat.
    pub(crate) current: Option<usize>,
    /// The slot of the process that serves until `current` is ready.
    pub(crate) outgoing: Option<usize>,
    /// Not before this moment is the seat filled again.
    pub(crate) spawn_at: Option<Instant>,
    pub(crate) backoff: Backoff,
    /// A process of this seat has ended before it was ready, and no worker has become ready since.
    pub(crate) has_failed_start: bool,
}

impl Seat {
    /// Takes the process in `slot` out of the seat; says whether it was in it.
    pub(crate) fn leave(&mut self, slot: usize) -> bool {
        for place in [&mut self.current, &mut self.outgoing] {
            if *place == Some(slot) {
                *place = None;
                return true;
            }
        }
        false
    }
}

/// How far a process has come; it never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Forked; has not said that it is ready.
    Starting,
    /// Serves.
    Ready,
    /// Was ordered to drain.
    Draining,
    /// Was ordered to stop.
    Stopping,
    /// Was sent `SIGKILL`.
    Killed,
}

/// A worker as the master sees it, from fork to reaping.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    /// The seat that it was forked for; `None` for the stand-in.
    pub(crate) seat: Option<usize>,
    pub(crate) generation: u32,
    pub(crate) stage: Stage,
    /// The master's end of the control socket; `None` once the worker has closed its own.
    pub(crate) control: Option<OwnedFd>,
    pub(crate) started: Instant,
    /// When the next step of the escalation is due.
    pub(crate) escalate_at: Option<Instant>,
    pub(crate) asked_to_recycle: bool,
}

impl Process {
    /// Sends an order. If it cannot be delivered the worker is dead or deaf; the escalation deals
    /// with both.
    pub(crate) fn order(&self, order: Order) {
        if let Some(control) = &self.control {
            let _undeliverable = order.send(control.as_fd());
        }
    }

    /// Whether its end was to be expected.
    pub(crate) fn was_told_to_end(&self) -> bool {
        self.stage >= Stage::Draining || self.asked_to_recycle
    }
}
