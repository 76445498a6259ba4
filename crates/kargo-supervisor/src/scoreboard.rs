//! What the workers do, in memory that all of them and the master share.

use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::error::Error;
use crate::sys::memory::SharedArray;

/// How many counters of its own the caller has in each slot.
pub const COUNTERS_PER_SLOT: usize = 10;

/// Where a slot's process is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum WorkerPhase {
    /// The slot has no process.
    Vacant = 0,
    /// Forked, not ready yet.
    Starting = 1,
    /// It accepts connections.
    Ready = 2,
    /// It finishes what is in flight and accepts no more.
    Draining = 3,
}

/// One process's place in the scoreboard: two cache lines of its own.
///
/// Only the slot's own process writes (the master does while there is none, and others note when
/// they poked it), everybody may read.
/// All accesses are relaxed: each value is right by itself, two values need not be of the same
/// moment.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Slot {
    pid: AtomicI32,
    phase: AtomicU32,
    turn_started_ms: AtomicU64,
    poked_at_ms: AtomicU64,
    connections: AtomicU64,
    requests: AtomicU64,
    generation: AtomicU32,
    _reserved: AtomicU32,
    counters: [AtomicU64; COUNTERS_PER_SLOT],
}

const _: () = assert!(size_of::<Slot>() == 128, "a slot is two cache lines");

impl Slot {
    /// The process's id; 0 when the slot is vacant.
    pub fn pid(&self) -> i32 {
        self.pid.load(Relaxed)
    }

    /// Where the process is in its life.
    #[inline]
    pub fn phase(&self) -> WorkerPhase {
        match self.phase.load(Relaxed) {
            1 => WorkerPhase::Starting,
            2 => WorkerPhase::Ready,
            3 => WorkerPhase::Draining,
            _ => WorkerPhase::Vacant,
        }
    }

    /// How often the master had been asked to replace all workers when this process was forked.
    pub fn generation(&self) -> u32 {
        self.generation.load(Relaxed)
    }

    /// When the process left its wait for events ([`monotonic_ms`](crate::monotonic_ms)); 0 while
    /// it waits.
    #[inline]
    pub fn turn_started_ms(&self) -> u64 {
        self.turn_started_ms.load(Relaxed)
    }

    /// Open connections, as told by [`AcceptShare`](crate::AcceptShare).
    #[inline]
    pub fn connections(&self) -> u64 {
        self.connections.load(Relaxed)
    }

    /// Requests answered by this process.
    pub fn requests(&self) -> u64 {
        self.requests.load(Relaxed)
    }

    /// Counts answered requests. For the slot's own process only.
    #[inline]
    pub fn add_requests(&self, count: u64) {
        add(&self.requests, count);
    }

    /// The caller's counter `index`, below [`COUNTERS_PER_SLOT`]; 0 above.
    pub fn counter(&self, index: usize) -> u64 {
        self.counters
            .get(index)
            .map_or(0, |counter| counter.load(Relaxed))
    }

    /// Adds to the caller's counter `index`. For the slot's own process only.
    #[inline]
    pub fn add_to_counter(&self, index: usize, amount: u64) {
        if let Some(counter) = self.counters.get(index) {
            add(counter, amount);
        }
    }

    /// Sets the caller's counter `index`. For the slot's own process only.
    #[inline]
    pub fn set_counter(&self, index: usize, value: u64) {
        if let Some(counter) = self.counters.get(index) {
            counter.store(value, Relaxed);
        }
    }

    pub(crate) fn set_phase(&self, phase: WorkerPhase) {
        self.phase.store(phase as u32, Relaxed);
    }

    #[inline]
    pub(crate) fn set_turn_started_ms(&self, at: u64) {
        self.turn_started_ms.store(at, Relaxed);
    }

    /// The moment of the oldest poke that the process has not noticed yet; 0 if there is none.
    #[inline]
    pub(crate) fn poked_at_ms(&self) -> u64 {
        self.poked_at_ms.load(Relaxed)
    }

    #[inline]
    pub(crate) fn set_poked_at_ms(&self, at: u64) {
        self.poked_at_ms.store(at, Relaxed);
    }

    #[inline]
    pub(crate) fn set_connections(&self, count: u64) {
        self.connections.store(count, Relaxed);
    }

    /// Readies the slot for a process about to be forked.
    pub(crate) fn occupy(&self, generation: u32) {
        self.vacate();
        self.generation.store(generation, Relaxed);
        self.set_phase(WorkerPhase::Starting);
    }

    pub(crate) fn set_pid(&self, pid: i32) {
        self.pid.store(pid, Relaxed);
    }

    /// Resets the slot, its process being gone.
    pub(crate) fn vacate(&self) {
        self.set_phase(WorkerPhase::Vacant);
        self.pid.store(0, Relaxed);
        self.generation.store(0, Relaxed);
        let own = [
            &self.turn_started_ms,
            &self.poked_at_ms,
            &self.connections,
            &self.requests,
        ];
        for value in own.into_iter().chain(&self.counters) {
            value.store(0, Relaxed);
        }
    }
}

/// One writer per slot, so a load and a store do; a locked addition would cost ten times as much.
#[inline]
fn add(counter: &AtomicU64, amount: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(amount), Relaxed);
}

/// The slots of all processes, in shared memory mapped before the first fork.
#[derive(Debug)]
pub struct Scoreboard {
    slots: SharedArray<Slot>,
}

impl Scoreboard {
    /// Maps a scoreboard of this many slots, all vacant.
    ///
    /// # Errors
    /// If there are no slots, or no memory for them.
    pub fn new(slots: usize) -> Result<Self, Error> {
        let slots = SharedArray::new(slots).map_err(Error::system("map the scoreboard"))?;
        Ok(Self { slots })
    }

    /// All slots; [`Worker::slot`](crate::Worker::slot) is an index.
    #[inline]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The slots that have a process.
    pub fn occupied(&self) -> impl Iterator<Item = (usize, &Slot)> {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.phase() != WorkerPhase::Vacant)
    }
}

#[cfg(test)]
mod tests {
    use super::{COUNTERS_PER_SLOT, Scoreboard, WorkerPhase};

    #[test]
    fn a_slot_starts_vacant_and_is_vacant_after_its_process() {
        let board = Scoreboard::new(3).unwrap();
        assert_eq!(board.occupied().count(), 0);
        let slot = &board.slots()[1];
        slot.occupy(7);
        slot.set_pid(42);
        slot.set_connections(3);
        slot.set_turn_started_ms(9);
        slot.add_requests(2);
        slot.add_requests(3);
        slot.add_to_counter(COUNTERS_PER_SLOT - 1, 5);
        slot.set_counter(0, 6);
        slot.add_to_counter(COUNTERS_PER_SLOT, 1);
        assert_eq!((slot.pid(), slot.generation(), slot.requests()), (42, 7, 5));
        assert_eq!(
            (slot.counter(0), slot.counter(COUNTERS_PER_SLOT - 1)),
            (6, 5)
        );
        assert_eq!(slot.counter(COUNTERS_PER_SLOT), 0);
        assert_eq!(slot.phase(), WorkerPhase::Starting);
        assert_eq!(
            board.occupied().map(|(index, _)| index).collect::<Vec<_>>(),
            [1]
        );

        slot.vacate();
        assert_eq!(board.occupied().count(), 0);
        assert_eq!(
            (slot.pid(), slot.connections(), slot.turn_started_ms()),
            (0, 0, 0)
        );
        assert_eq!((slot.counter(0), slot.requests()), (0, 0));
    }

    #[test]
    fn a_scoreboard_without_slots_is_refused() {
        assert!(Scoreboard::new(0).is_err());
    }
}
