//! Answers in shared memory, by the digest of what they are the answer to; and who is at work on one.
//!
//! Each part has places, of which [`WAYS`] are looked through for a key, and a ring of bytes that is written round and
//! round: the newest answer overwrites the oldest. A place says where in the endless sequence of written bytes its answer
//! begins; if more than the ring's length was written since, the answer is gone. So there is nothing to clean up and
//! nothing to grow.

use std::io;

use crate::digest::{DIGEST_BYTES, Digest};
use crate::sys::memory::{Locked, Parts};

/// Answers by key, shared by all processes that are forked after it was made.
#[derive(Debug)]
pub struct Store {
    parts: Parts<Head, Place>,
    sets: usize,
    ring: usize,
}

/// What a caller wants.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Names the answer.
    pub key: Digest,
    /// What has to be the same when the key comes again.
    pub check: Digest,
    /// The calling process.
    pub owner: i32,
    /// Now, on the monotonic clock.
    pub now: u64,
    /// Until when nobody else begins the same, as long as the process lives.
    pub until: u64,
}

/// What becomes of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Begun<T = Ticket> {
    /// Here is the answer.
    Done(Contents),
    /// There is none: it is the caller's to make, then to [`Store::finish`] or [`Store::abandon`].
    Mine(T),
    /// Another caller is making it.
    Busy,
    /// The key was used for something else.
    Mismatch,
    /// There is neither room nor lock: the caller is on its own.
    Unavailable,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Contents {
    /// As it was given to [`Store::finish`].
    Kept(Vec<u8>),
    /// There was one, but it is too long to be kept, or newer ones took its place.
    Lost,
}

/// The right to make an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    key: Digest,
    serial: u64,
}

#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Head {
    /// Bytes written to the ring so far.
    written: u64,
    /// Tickets given out so far.
    serial: u64,
    /// Not 0: a change is being made.
    is_changing: u64,
}

#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Place {
    key: [u8; DIGEST_BYTES],
    check: [u8; DIGEST_BYTES],
    state: u32,
    owner: i32,
    /// Of the ticket, while it is being made.
    serial: u64,
    /// When it is over.
    expires: u64,
    begins: u64,
    bytes: u64,
    /// Not 0: somebody waits for it.
    is_awaited: u64,
}

const EMPTY: u32 = 0;
const PENDING: u32 = 1;
const DONE: u32 = 2;
const LOST: u32 = 3;

const VACANT: Place = Place {
    key: [0; DIGEST_BYTES],
    check: [0; DIGEST_BYTES],
    state: EMPTY,
    owner: 0,
    serial: 0,
    expires: 0,
    begins: 0,
    bytes: 0,
    is_awaited: 0,
};

/// Places that are looked through for a key.
const WAYS: usize = 8;
/// Parts with a lock of their own.
const PARTS: usize = 16;
/// Bytes of the ring per place: shorter answers are limited by places, longer ones by bytes.
const BYTES_PER_PLACE: usize = 1024;
/// What part of its ring one answer may take.
const LARGEST: usize = 4;

impl Place {
    fn is_of(&self, key: &Digest) -> bool {
        self.state != EMPTY && self.key == key.0
    }

    /// Whether nobody needs it any more.
    fn is_over(&self, now: u64, is_alive: &impl Fn(i32) -> bool) -> bool {
        match self.state {
            PENDING => self.expires <= now || !is_alive(self.owner),
            DONE | LOST => self.expires <= now,
            _ => true,
        }
    }
}

impl Store {
    /// A store that keeps about so many bytes of answers.
    ///
    /// # Errors
    /// No memory.
    pub fn new(bytes: usize) -> io::Result<Self> {
        let ring = (bytes / PARTS).max(WAYS * BYTES_PER_PLACE);
        let sets = ring / BYTES_PER_PLACE / WAYS;
        Ok(Self {
            parts: Parts::new(PARTS, sets * WAYS, ring)?,
            sets,
            ring,
        })
    }

    /// The longest answer that is kept.
    #[must_use]
    pub const fn longest(&self) -> usize {
        self.ring / LARGEST
    }

    /// Asks for an answer, or for the right to make it. `is_alive` says whether a process lives.
    #[must_use]
    pub fn begin(&self, request: &Request, is_alive: impl Fn(i32) -> bool) -> Begun {
        let Request { key, now, .. } = *request;
        let Some(part) = self.lock(&key) else {
            return Begun::Unavailable;
        };
        let written = part.head.written;
        let ring = self.ring as u64;
        let set = self.set(&key);
        let Some(places) = part.slots.get_mut(set..set + WAYS) else {
            return Begun::Unavailable;
        };
        if let Some(place) = places
            .iter_mut()
            .find(|place| place.is_of(&key) && !place.is_over(now, &is_alive))
        {
            if place.check != request.check.0 {
                return Begun::Mismatch;
            }
            if place.state == PENDING {
                place.is_awaited = 1;
                return Begun::Busy;
            }
            if place.state == LOST || written.saturating_sub(place.begins) > ring {
                return Begun::Done(Contents::Lost);
            }
            let from = (place.begins % ring) as usize;
            let answer = part.data.get(from..from + place.bytes as usize);
            return Begun::Done(answer.map_or(Contents::Lost, |it| Contents::Kept(it.to_vec())));
        }
        // One of the same key first, so that there are never two; then one that is over; then the oldest answer.
        let rank = |place: &Place| match place.state {
            _ if place.is_of(&key) => (0, 0),
            _ if place.is_over(now, &is_alive) => (1, 0),
            DONE | LOST => (2, place.begins),
            _ => (3, 0),
        };
        let Some(place) = places
            .iter_mut()
            .min_by_key(|place| rank(place))
            .filter(|place| rank(place).0 < 3)
        else {
            return Begun::Unavailable;
        };
        part.head.is_changing = 1;
        part.head.serial += 1;
        let serial = part.head.serial;
        *place = Place {
            key: key.0,
            check: request.check.0,
            state: PENDING,
            owner: request.owner,
            serial,
            expires: request.until,
            ..VACANT
        };
        part.head.is_changing = 0;
        Begun::Mine(Ticket { key, serial })
    }

    /// Keeps an answer until `expires`. `true`: somebody waits for it.
    pub fn finish(&self, ticket: &Ticket, answer: &[u8], expires: u64) -> bool {
        self.end(ticket, Some(answer), expires)
    }

    /// There will be no answer. `true`: somebody waits for one.
    pub fn abandon(&self, ticket: &Ticket) -> bool {
        self.end(ticket, None, 0)
    }

    fn end(&self, ticket: &Ticket, answer: Option<&[u8]>, expires: u64) -> bool {
        let Some(mut part) = self.lock(&ticket.key) else {
            return false;
        };
        let Locked {
            head, slots, data, ..
        } = &mut part;
        let set = self.set(&ticket.key);
        let place = slots.get_mut(set..set + WAYS).and_then(|places| {
            places
                .iter_mut()
                .find(|place| place.state == PENDING && place.serial == ticket.serial)
        });
        // Somebody took it over: the answer comes from there.
        let Some(place) = place else { return false };
        let is_awaited = place.is_awaited != 0;
        head.is_changing = 1;
        match answer {
            None => *place = VACANT,
            Some(answer) => {
                let begins = write(head, data, answer, self.longest());
                *place = Place {
                    state: if begins.is_some() { DONE } else { LOST },
                    owner: 0,
                    serial: 0,
                    expires,
                    begins: begins.unwrap_or(head.written),
                    bytes: answer.len() as u64,
                    is_awaited: 0,
                    ..*place
                };
            }
        }
        head.is_changing = 0;
        is_awaited
    }

    /// Where the set of a key begins.
    fn set(&self, key: &Digest) -> usize {
        (key.head() >> 8) as usize % self.sets * WAYS
    }

    fn lock(&self, key: &Digest) -> Option<Locked<'_, Head, Place>> {
        let part = self.parts.lock(key.head() as usize % PARTS)?;
        if part.was_abandoned && part.head.is_changing != 0 {
            part.slots.fill(VACANT);
            part.head.is_changing = 0;
            // What is in the ring belongs to nobody now.
        }
        Some(part)
    }
}

/// Writes an answer in one piece; gives where it begins, or nothing if it is too long.
fn write(head: &mut Head, ring: &mut [u8], answer: &[u8], longest: usize) -> Option<u64> {
    if answer.len() > longest {
        return None;
    }
    let length = ring.len() as u64;
    let at = head.written % length;
    let rest = length - at;
    if (answer.len() as u64) > rest {
        head.written += rest;
    }
    let begins = head.written;
    let from = (begins % length) as usize;
    ring.get_mut(from..from + answer.len())?
        .copy_from_slice(answer);
    head.written += answer.len() as u64;
    Some(begins)
}

#[cfg(test)]
mod tests;
