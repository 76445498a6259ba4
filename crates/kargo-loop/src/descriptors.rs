//! Which descriptors are watched, by number.
//!
//! Every registration has a generation that the kernel hands back with each event. An event whose generation is not the
//! descriptor's present one belongs to a registration that is gone, and is dropped.

use std::os::fd::RawFd;

use crate::Interest;
use crate::Token;

/// What the kernel carries for us: generation and descriptor number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag(pub(crate) u64);

impl Tag {
    pub(crate) const fn new(fd: RawFd, generation: u32) -> Self {
        Self(((generation as u64) << 32) | fd as u32 as u64)
    }

    #[inline]
    const fn index(self) -> usize {
        self.0 as u32 as usize
    }

    #[inline]
    const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// What an event's tag refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// A registration that holds.
    Live(Token),
    /// A registration that was removed or replaced in this turn.
    Removed,
    /// A registration that was gone before this turn began, and yet the kernel still tells of it.
    Orphan,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    token: Token,
    generation: u32,
    /// The turn of the last change.
    turn: u32,
    interest: Option<Interest>,
}

const VACANT: Slot = Slot {
    token: Token::LOOP,
    generation: 0,
    turn: 0,
    interest: None,
};

/// The table. Descriptor numbers are small and dense, so it is indexed by them: 32 bytes each.
#[derive(Debug)]
pub(crate) struct Descriptors {
    slots: Vec<Slot>,
    live: usize,
}

impl Descriptors {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            live: 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.live
    }

    /// The tag that the next registration of `fd` will have.
    pub(crate) fn next_tag(&self, fd: RawFd) -> Tag {
        let generation = self
            .slots
            .get(fd as usize)
            .map_or(0, |slot| slot.generation);
        Tag::new(fd, generation.wrapping_add(1))
    }

    pub(crate) fn insert(
        &mut self,
        fd: RawFd,
        tag: Tag,
        interest: Interest,
        token: Token,
        turn: u32,
    ) {
        let index = fd as usize;
        if index >= self.slots.len() {
            self.slots.resize(index + 1, VACANT);
        }
        let slot = &mut self.slots[index];
        if slot.interest.is_none() {
            self.live += 1;
        }
        *slot = Slot {
            token,
            generation: tag.generation(),
            turn,
            interest: Some(interest),
        };
    }

    pub(crate) fn remove(&mut self, fd: RawFd, turn: u32) -> bool {
        let Some(slot) = self.slots.get_mut(fd as usize) else {
            return false;
        };
        if slot.interest.take().is_none() {
            return false;
        }
        slot.turn = turn;
        self.live -= 1;
        true
    }

    pub(crate) fn interest(&self, fd: RawFd) -> Option<Interest> {
        self.slots.get(fd as usize)?.interest
    }

    /// A live registration.
    pub(crate) fn registration(&self, fd: RawFd) -> Option<(Interest, Tag)> {
        let slot = self.slots.get(fd as usize)?;
        Some((slot.interest?, Tag::new(fd, slot.generation)))
    }

    #[inline]
    pub(crate) fn token(&self, fd: RawFd) -> Option<Token> {
        let slot = self.slots.get(fd as usize)?;
        slot.interest.map(|_| slot.token)
    }

    /// Changes a live registration; returns its tag.
    pub(crate) fn update(&mut self, fd: RawFd, interest: Interest, token: Token) -> Option<Tag> {
        let slot = self.slots.get_mut(fd as usize)?;
        slot.interest?;
        slot.interest = Some(interest);
        slot.token = token;
        Some(Tag::new(fd, slot.generation))
    }

    #[inline]
    pub(crate) fn lookup(&self, tag: Tag, turn: u32) -> Lookup {
        match self.slots.get(tag.index()) {
            Some(slot) if slot.generation == tag.generation() && slot.interest.is_some() => {
                Lookup::Live(slot.token)
            }
            Some(slot) if slot.turn == turn => Lookup::Removed,
            _ => Lookup::Orphan,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (RawFd, Interest, Tag)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let fd = index as RawFd;
            slot.interest
                .map(|interest| (fd, interest, Tag::new(fd, slot.generation)))
        })
    }
}
