//! Timers: a hierarchical wheel.
//!
//! Six levels of 64 slots, one millisecond per slot on the lowest: inserting and cancelling touch a few neighbours in a
//! list however many timers are pending, and a timer moves down at most five times before it fires. Deadlines are
//! rounded up to the next millisecond, so a timer is never early. Timers beyond the horizon (two years) wait in
//! the last slot and are placed anew when it comes round.

use std::cell::Cell;
use std::time::Duration;
use std::time::Instant;

use crate::Token;

const LEVELS: usize = 6;
const SLOT_BITS: u32 = 6;
const SLOTS: usize = 1 << SLOT_BITS;
/// A timer further away than this would come round to the highest level's present slot; it waits in the one before.
const HORIZON: u64 = (SLOTS as u64 - 1) << (SLOT_BITS * (LEVELS as u32 - 1));
const NANOS_PER_TICK: u64 = 1_000_000;
const NONE: u32 = u32::MAX;

/// A pending timer. Ids are not reused: an old one never cancels a new timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimerId {
    index: u32,
    generation: u32,
}

impl TimerId {
    /// As a number, for those who cannot keep a `TimerId`.
    pub const fn as_u64(self) -> u64 {
        ((self.generation as u64) << 32) | self.index as u64
    }

    /// The reverse of [`Self::as_u64`]; of any other number it makes an id that belongs to no timer, or to some timer.
    pub const fn from_u64(number: u64) -> Self {
        Self {
            index: number as u32,
            generation: (number >> 32) as u32,
        }
    }
}

/// Where an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the list of free entries.
    Free,
    /// In the list of this slot (`level * SLOTS + slot`).
    Slot(u16),
    /// Run out, not yet handed over.
    Due,
}

/// 32 bytes: two to a cache line.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Since the wheel's origin.
    deadline_nanos: u64,
    token: Token,
    previous: u32,
    next: u32,
    generation: u32,
    place: Place,
}

#[derive(Debug, Clone, Copy)]
struct List {
    head: u32,
    tail: u32,
}

const EMPTY: List = List {
    head: NONE,
    tail: NONE,
};

/// The timers of a loop. It does not know the time: it is told.
///
/// Timers of one millisecond come out in the order of their deadlines; equal deadlines in the order of their setting.
#[derive(Debug)]
pub struct TimerWheel {
    origin: Instant,
    /// Every tick before this one has been processed.
    elapsed: u64,
    entries: Vec<Entry>,
    free: u32,
    slots: Box<[List; LEVELS * SLOTS]>,
    /// One bit per slot that has timers.
    occupied: [u64; LEVELS],
    /// Run out, in order; those before `due_taken` are handed over.
    due: Vec<TimerId>,
    due_taken: usize,
    live: usize,
    /// The tick at which the first occupied slot begins, so that a turn without due timers searches nothing.
    wake_tick: Cell<u64>,
}

/// No slot is occupied.
const NEVER: u64 = u64::MAX;
/// To be found out when it is needed.
const UNKNOWN: u64 = u64::MAX - 1;

impl TimerWheel {
    /// An empty wheel whose first tick is `origin`.
    pub fn new(origin: Instant) -> Self {
        Self {
            origin,
            elapsed: 0,
            entries: Vec::new(),
            free: NONE,
            slots: Box::new([EMPTY; LEVELS * SLOTS]),
            occupied: [0; LEVELS],
            due: Vec::new(),
            due_taken: 0,
            live: 0,
            wake_tick: Cell::new(NEVER),
        }
    }

    /// How many timers are pending.
    pub const fn len(&self) -> usize {
        self.live
    }

    /// Whether none is pending.
    pub const fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Sets a timer. A deadline that has passed is due at the next [`Self::advance`]. At most 2³² - 1 at a time.
    pub fn insert(&mut self, at: Instant, token: Token) -> TimerId {
        let deadline_nanos = self.nanos_of(at);
        let index = self.allocate(deadline_nanos, token);
        self.live += 1;
        self.place(index);
        TimerId {
            index,
            generation: self.entries[index as usize].generation,
        }
    }

    /// Cancels a timer. `false`: it has been handed over or cancelled before.
    pub fn cancel(&mut self, id: TimerId) -> bool {
        match self.entries.get(id.index as usize) {
            Some(entry) if entry.generation == id.generation => match entry.place {
                Place::Free => return false,
                Place::Slot(slot) => self.unlink(id.index, slot),
                Place::Due => {}
            },
            _ => return false,
        }
        self.release(id.index);
        true
    }

    /// Whether the timer is still pending.
    pub fn contains(&self, id: TimerId) -> bool {
        self.entries
            .get(id.index as usize)
            .is_some_and(|entry| entry.generation == id.generation && entry.place != Place::Free)
    }

    /// Moves the time forward: what has run out can be taken with [`Self::next_due`].
    pub fn advance(&mut self, now: Instant) {
        self.advance_to(self.nanos_of(now));
    }

    /// The same with a time from [`Self::nanos_of`].
    #[inline]
    pub(crate) fn advance_to(&mut self, now_nanos: u64) {
        let now_tick = now_nanos / NANOS_PER_TICK;
        if now_tick < self.wake_tick() {
            self.elapsed = self.elapsed.max(now_tick);
        } else {
            self.empty_slots_to(now_tick);
        }
    }

    /// Nanoseconds from the first tick to `at`; ends after 584 years.
    #[inline]
    pub(crate) fn nanos_of(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.origin);
        since
            .as_secs()
            .saturating_mul(1_000_000_000)
            .saturating_add(u64::from(since.subsec_nanos()))
    }

    fn empty_slots_to(&mut self, now_tick: u64) {
        while let Some((level, slot, start)) = self.first_occupied() {
            if start > now_tick {
                break;
            }
            self.elapsed = self.elapsed.max(start);
            self.empty_slot(level, slot);
        }
        self.elapsed = self.elapsed.max(now_tick);
        self.wake_tick.set(UNKNOWN);
    }

    #[inline]
    fn wake_tick(&self) -> u64 {
        match self.wake_tick.get() {
            UNKNOWN => {
                let tick = self.first_occupied().map_or(NEVER, |(_, _, start)| start);
                self.wake_tick.set(tick);
                tick
            }
            tick => tick,
        }
    }

    /// Takes the next timer that has run out.
    #[inline]
    pub fn next_due(&mut self) -> Option<(TimerId, Token)> {
        while self.due_taken < self.due.len() {
            let id = self.due[self.due_taken];
            self.due_taken += 1;
            let entry = &self.entries[id.index as usize];
            // A generation that moved on: cancelled while it waited to be handed over.
            if entry.generation == id.generation && entry.place == Place::Due {
                let token = entry.token;
                self.release(id.index);
                return Some((id, token));
            }
        }
        if !self.due.is_empty() {
            self.due.clear();
            self.due_taken = 0;
        }
        None
    }

    /// Whether a timer has run out and was not yet taken.
    pub fn has_due(&self) -> bool {
        self.due_taken < self.due.len()
    }

    /// When something has to be done again. It may be earlier than the first deadline, never later.
    pub fn next_wake(&self) -> Option<Instant> {
        self.origin
            .checked_add(Duration::from_nanos(self.next_wake_nanos()?))
    }

    /// The same, counted from the first tick.
    #[inline]
    pub(crate) fn next_wake_nanos(&self) -> Option<u64> {
        if self.has_due() {
            return Some(0);
        }
        match self.wake_tick() {
            NEVER => None,
            tick => Some(tick.saturating_mul(NANOS_PER_TICK)),
        }
    }

    /// The occupied slot that comes first: level, slot, and the tick at which it begins.
    fn first_occupied(&self) -> Option<(usize, usize, u64)> {
        let mut first: Option<(usize, usize, u64)> = None;
        for level in 0..LEVELS {
            if self.occupied[level] == 0 {
                continue;
            }
            let shift = SLOT_BITS * level as u32;
            let current = (self.elapsed >> shift) as u32 % SLOTS as u32;
            let ahead = self.occupied[level].rotate_right(current).trailing_zeros();
            let slot = (current + ahead) as usize % SLOTS;
            // Slots are ahead of the present one, so this is at most one round of the level away.
            let start = ((self.elapsed >> shift) + u64::from(ahead)) << shift;
            let start = start.max(self.elapsed);
            // On a tie the higher level goes first: its timers have yet to move down.
            if first.is_none_or(|(_, _, earliest)| start <= earliest) {
                first = Some((level, slot, start));
            }
        }
        first
    }

    /// Timers of this slot move down, or are due.
    fn empty_slot(&mut self, level: usize, slot: usize) {
        let list = std::mem::replace(&mut self.slots[level * SLOTS + slot], EMPTY);
        self.occupied[level] &= !(1 << slot);
        let first_due = self.due.len();
        let mut index = list.head;
        while index != NONE {
            let entry = self.entries[index as usize];
            if tick_of(entry.deadline_nanos) <= self.elapsed {
                self.entries[index as usize].place = Place::Due;
                self.due.push(TimerId {
                    index,
                    generation: entry.generation,
                });
            } else {
                self.place(index);
            }
            index = entry.next;
        }
        let entries = &self.entries;
        self.due[first_due..].sort_by_key(|id| entries[id.index as usize].deadline_nanos);
    }

    /// Appends the entry to the slot of its deadline.
    fn place(&mut self, index: u32) {
        let deadline = tick_of(self.entries[index as usize].deadline_nanos).max(self.elapsed);
        let (level, slot) = position(self.elapsed, deadline);
        let number = level * SLOTS + slot;
        let tail = self.slots[number].tail;
        let entry = &mut self.entries[index as usize];
        entry.place = Place::Slot(number as u16);
        entry.previous = tail;
        entry.next = NONE;
        if tail == NONE {
            self.slots[number].head = index;
        } else {
            self.entries[tail as usize].next = index;
        }
        self.slots[number].tail = index;
        self.occupied[level] |= 1 << slot;
        self.wake_tick.set(UNKNOWN);
    }

    fn unlink(&mut self, index: u32, slot: u16) {
        let Entry { previous, next, .. } = self.entries[index as usize];
        let number = slot as usize;
        if previous == NONE {
            self.slots[number].head = next;
        } else {
            self.entries[previous as usize].next = next;
        }
        if next == NONE {
            self.slots[number].tail = previous;
        } else {
            self.entries[next as usize].previous = previous;
        }
        if self.slots[number].head == NONE {
            self.occupied[number / SLOTS] &= !(1 << (number % SLOTS));
            self.wake_tick.set(UNKNOWN);
        }
    }

    fn allocate(&mut self, deadline_nanos: u64, token: Token) -> u32 {
        let entry = Entry {
            deadline_nanos,
            token,
            previous: NONE,
            next: NONE,
            generation: 0,
            place: Place::Free,
        };
        if self.free == NONE {
            self.entries.push(entry);
            return (self.entries.len() - 1) as u32;
        }
        let index = self.free;
        let old = &mut self.entries[index as usize];
        self.free = old.next;
        *old = Entry {
            generation: old.generation,
            ..entry
        };
        index
    }

    fn release(&mut self, index: u32) {
        let entry = &mut self.entries[index as usize];
        entry.place = Place::Free;
        entry.generation = entry.generation.wrapping_add(1);
        entry.next = self.free;
        self.free = index;
        self.live -= 1;
    }
}

/// The first tick at which the deadline has passed.
const fn tick_of(deadline_nanos: u64) -> u64 {
    deadline_nanos.div_ceil(NANOS_PER_TICK)
}

/// Level and slot of a deadline, seen from `elapsed`.
///
/// The level is that of the highest bit in which the two differ, so every slot is ahead of the present one or is it.
const fn position(elapsed: u64, deadline: u64) -> (usize, usize) {
    let distance = deadline - elapsed;
    let deadline = if distance >= HORIZON {
        elapsed + HORIZON - 1
    } else {
        deadline
    };
    let differing = (elapsed ^ deadline) | (SLOTS as u64 - 1);
    let level = ((u64::BITS - 1 - differing.leading_zeros()) / SLOT_BITS) as usize;
    let level = if level >= LEVELS { LEVELS - 1 } else { level };
    let slot = (deadline >> (SLOT_BITS * level as u32)) as usize % SLOTS;
    (level, slot)
}

#[cfg(test)]
#[path = "timer_wheel_tests.rs"]
mod tests;
