//! Which worker takes the next connection.
//!
//! All workers wait on the same listening socket, registered level-triggered with
//! `EPOLLEXCLUSIVE`: the kernel wakes one that waits, and none that is busy. Alone this piles
//! connections on whoever is first in the kernel's queue, so the one that was woken asks here
//! first. It accepts if it has hardly more connections than the least loaded worker that could
//! accept instead; otherwise it pokes that worker and looks away for a moment.
//!
//! Thus a connection left to another worker is never forgotten: if that worker has just become
//! busy or has died, the one that left it asks again after `retry_after`; when a worker dies the
//! master pokes the others.

use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

use crate::monotonic_ms;
use crate::poke::Pokes;
use crate::scoreboard::{Scoreboard, Slot, WorkerPhase};

/// A worker whose turn began less than this ago will look at its events in time, so it can be
/// counted on; one that is longer at it may be stuck in a handler.
const FRESH_TURN_MS: u64 = 2;

/// A worker that has not noticed a poke for this long is not counted on, whatever holds it up: it
/// may have been stopped, or be dead and not reaped yet. On a busy machine a healthy one may well
/// have to wait some milliseconds for a processor.
const FRESH_POKE_MS: u64 = 20;

/// How long a listener stays out of the epoll set. Bounds how long a connection waits when the
/// worker it was left to became busy at the same moment.
const RETRY_AFTER: Duration = Duration::from_millis(5);

/// What to do about the connection that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Accept it.
    Accept,
    /// Another worker was poked to take it.
    Leave {
        /// The slot of that worker.
        poke: usize,
        /// How long to keep the listener out of the epoll set, unless poked.
        retry_after: Duration,
    },
}

/// One worker's part in the sharing of connections.
///
/// # What the event loop around it does
///
/// - [`enter_wait`](AcceptShare::enter_wait) before `epoll_wait`, and
///   [`leave_wait`](AcceptShare::leave_wait) after it, each turn.
/// - The listener and [`poke_fd`](AcceptShare::poke_fd) are served *first* in each turn: the kernel
///   has told nobody else about the connection that woke this worker.
/// - Listener readable: [`decide`](AcceptShare::decide) before each `accept`, until it would block
///   or the answer is [`Decision::Leave`].
/// - `Leave`: the listener out of the epoll set, and in again after `retry_after`.
/// - `poke_fd` readable: [`clear_poke`](AcceptShare::clear_poke), the listener into the set again if
///   it was out, and act as if it were readable.
/// - Before the listener leaves the set for good: [`retire`](AcceptShare::retire).
#[derive(Debug)]
pub struct AcceptShare {
    board: Arc<Scoreboard>,
    pokes: Arc<Pokes>,
    slot: usize,
    connections: u64,
}

impl AcceptShare {
    pub(crate) fn new(board: Arc<Scoreboard>, pokes: Arc<Pokes>, slot: usize) -> Self {
        Self {
            board,
            pokes,
            slot,
            connections: 0,
        }
    }

    /// Whether this worker takes the next connection. If not, the worker that should has been
    /// poked.
    ///
    /// Reads one cache line per slot: cheap beside an `accept`.
    pub fn decide(&self) -> Decision {
        let now = monotonic_ms();
        let mut least: Option<(usize, u64)> = None;
        for (index, slot) in self.board.slots().iter().enumerate() {
            if index == self.slot || !is_available(slot, now) {
                continue;
            }
            let connections = slot.connections();
            if least.is_none_or(|(_, fewest)| connections < fewest) {
                least = Some((index, connections));
            }
        }
        match least {
            Some((poke, fewest)) if self.connections > fewest + fewest / 8 => {
                let chosen = &self.board.slots()[poke];
                if chosen.poked_at_ms() == 0 {
                    chosen.set_poked_at_ms(now);
                }
                self.pokes.poke(poke);
                Decision::Leave {
                    poke,
                    retry_after: RETRY_AFTER,
                }
            }
            _ => Decision::Accept,
        }
    }

    /// A connection was accepted.
    #[inline]
    pub fn opened(&mut self) {
        self.connections += 1;
        self.own_slot().set_connections(self.connections);
    }

    /// A connection that was accepted is closed.
    #[inline]
    pub fn closed(&mut self) {
        self.connections = self.connections.saturating_sub(1);
        self.own_slot().set_connections(self.connections);
    }

    /// Readable when another worker, or the master, wants this one to look at its listeners.
    pub fn poke_fd(&self) -> BorrowedFd<'_> {
        self.pokes.fd(self.slot)
    }

    /// Makes [`poke_fd`](Self::poke_fd) unreadable; says whether it was readable.
    pub fn clear_poke(&self) -> bool {
        let was_poked = self.pokes.clear(self.slot);
        self.own_slot().set_poked_at_ms(0);
        was_poked
    }

    /// The worker is about to wait for events.
    #[inline]
    pub fn enter_wait(&self) {
        self.own_slot().set_turn_started_ms(0);
    }

    /// The worker has events to work on, since [`monotonic_ms`] `now_ms`.
    #[inline]
    pub fn leave_wait(&self, now_ms: u64) {
        self.own_slot().set_turn_started_ms(now_ms);
    }

    /// This worker accepts no more: no other counts on it, and all look at their listeners, since
    /// a connection may have been announced to this one alone.
    pub fn retire(&self) {
        self.own_slot().set_phase(WorkerPhase::Draining);
        self.pokes.poke_all(&self.board, self.slot);
    }

    #[inline]
    fn own_slot(&self) -> &Slot {
        &self.board.slots()[self.slot]
    }
}

fn is_available(slot: &Slot, now_ms: u64) -> bool {
    let is_fresh = |since: u64, limit: u64| since == 0 || now_ms.saturating_sub(since) < limit;
    slot.phase() == WorkerPhase::Ready
        && is_fresh(slot.turn_started_ms(), FRESH_TURN_MS)
        && is_fresh(slot.poked_at_ms(), FRESH_POKE_MS)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{AcceptShare, Decision, FRESH_POKE_MS, FRESH_TURN_MS, RETRY_AFTER};
    use crate::monotonic_ms;
    use crate::poke::Pokes;
    use crate::scoreboard::{Scoreboard, WorkerPhase};

    /// Shares of workers that are all ready, wait, and have this many connections.
    fn shares<const N: usize>(connections: [u64; N]) -> [AcceptShare; N] {
        let board = Arc::new(Scoreboard::new(N + 1).unwrap());
        let pokes = Arc::new(Pokes::new(N + 1).unwrap());
        let mut slot = 0;
        connections.map(|count| {
            let mut share = AcceptShare::new(board.clone(), pokes.clone(), slot);
            board.slots()[slot].set_phase(WorkerPhase::Ready);
            slot += 1;
            (0..count).for_each(|_| share.opened());
            share
        })
    }

    fn leave_to(poke: usize) -> Decision {
        Decision::Leave {
            poke,
            retry_after: RETRY_AFTER,
        }
    }

    #[test]
    fn an_eighth_above_the_least_loaded_is_accepted_and_one_more_is_not() {
        let [at, above, ..] = shares([18, 19, 16, 17]);
        assert_eq!(at.decide(), Decision::Accept);
        assert_eq!(above.decide(), leave_to(2));
        let [idle, busy] = shares([0, 1]);
        assert_eq!(idle.decide(), Decision::Accept);
        assert_eq!(busy.decide(), leave_to(0));
    }

    #[test]
    fn a_worker_without_others_accepts() {
        let [alone] = shares([1000]);
        assert_eq!(alone.decide(), Decision::Accept);
    }

    #[test]
    fn a_worker_long_at_its_turn_is_not_counted_on() {
        let [mine, other] = shares([5, 0]);
        other.leave_wait(monotonic_ms().saturating_sub(FRESH_TURN_MS));
        assert_eq!(mine.decide(), Decision::Accept);
        other.leave_wait(monotonic_ms() + 60_000);
        assert_eq!(mine.decide(), leave_to(1), "a turn that has just begun");
        other.leave_wait(1);
        assert_eq!(mine.decide(), Decision::Accept);
        other.enter_wait();
        assert_eq!(mine.decide(), leave_to(1));
    }

    #[test]
    fn a_worker_that_is_not_ready_is_not_counted_on() {
        let [mine, other] = shares([5, 0]);
        for phase in [
            WorkerPhase::Vacant,
            WorkerPhase::Starting,
            WorkerPhase::Draining,
        ] {
            other.own_slot().set_phase(phase);
            assert_eq!(mine.decide(), Decision::Accept, "{phase:?}");
        }
    }

    #[test]
    fn leaving_pokes_the_one_it_is_left_to_only() {
        let [mine, second, third] = shares([5, 1, 0]);
        assert_eq!(mine.decide(), leave_to(2));
        assert!(!mine.clear_poke() && !second.clear_poke());
        assert!(third.clear_poke() && !third.clear_poke());
    }

    #[test]
    fn a_worker_that_does_not_notice_a_poke_is_not_counted_on() {
        let [mine, deaf, other] = shares([5, 0, 1]);
        assert_eq!(mine.decide(), leave_to(1));
        let long_ago = monotonic_ms().saturating_sub(FRESH_POKE_MS);
        deaf.own_slot().set_poked_at_ms(long_ago);
        assert_eq!(mine.decide(), leave_to(2));
        assert_eq!(
            deaf.own_slot().poked_at_ms(),
            long_ago,
            "the oldest poke counts"
        );
        assert!(other.clear_poke() && deaf.clear_poke());
        assert_eq!(mine.decide(), leave_to(1));
    }

    #[test]
    fn retiring_pokes_all_others_and_is_seen_by_them() {
        let [mine, second, third] = shares([0, 1, 1]);
        mine.retire();
        assert!(!mine.clear_poke() && second.clear_poke() && third.clear_poke());
        assert_eq!(second.decide(), Decision::Accept);
    }

    #[test]
    fn opened_and_closed_are_seen_by_others_and_never_below_zero() {
        let [mut mine, other] = shares([1, 1]);
        mine.closed();
        mine.closed();
        assert_eq!(other.decide(), leave_to(0));
        mine.opened();
        assert_eq!(other.decide(), Decision::Accept);
    }
}
