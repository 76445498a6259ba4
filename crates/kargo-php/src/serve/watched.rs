//! Which descriptors and signals of a loop are watched for PHP, and for whom: the kernel knows each only once.
//!
//! PHP code closes streams while they are watched, and the next stream gets the number. So a registration knows its
//! stream: it is dead as soon as the stream is closed, and the number is only touched while the loop knows it under the
//! token that was given for it here.

use std::collections::HashMap;
use std::io;
use std::os::fd::RawFd;

use kargo_loop::{EventLoop, Interest, Readiness, Token};

use crate::engine::ffi;
use crate::serve::runtime::owner;

/// Who is told that a descriptor is ready or that a signal came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    /// A [`super::watchers::Watcher`], by its number.
    Watcher(u64),
    /// An event of the classic API, by its key.
    Event(u64),
}

/// A stream that is watched, or nothing where a bare descriptor number is. Who registers it holds the resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamRef(*const ffi::zend_resource);

impl StreamRef {
    /// Of a descriptor that belongs to no stream.
    pub(crate) const NONE: Self = Self(std::ptr::null());

    pub(crate) fn new(resource: *const ffi::zend_resource) -> Self {
        Self(resource)
    }

    /// Whether PHP has not closed it.
    #[inline]
    pub(crate) fn is_open(self) -> bool {
        // SAFETY: who registered the stream holds its resource; one that is closed has no type any more.
        self.0.is_null() || unsafe { (*self.0).type_ } >= 0
    }
}

#[derive(Debug)]
struct Registration {
    party: Party,
    interest: Interest,
    stream: StreamRef,
}

/// One descriptor number.
#[derive(Debug)]
struct Descriptor {
    /// The loop knows the number by this token, unless it was closed.
    token: Token,
    registrations: Vec<Registration>,
}

impl Descriptor {
    fn interest(&self) -> Interest {
        self.registrations
            .iter()
            .fold(Interest::NONE, |all, one| all.and(one.interest))
    }

    fn forget_closed(&mut self) {
        self.registrations.retain(|one| one.stream.is_open());
    }
}

/// The registrations of one loop.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    /// By number: they are small and dense.
    descriptors: Vec<Descriptor>,
    signals: HashMap<i32, Vec<Party>>,
    /// Tells the tokens of one number apart.
    turn: u64,
}

impl Watched {
    /// Forgets everything, for a loop that is new.
    pub(crate) fn clear(&mut self) {
        self.descriptors.clear();
        self.signals.clear();
    }

    /// Watches a descriptor for `party`, which is not registered for it yet.
    ///
    /// # Errors
    /// What the kernel says; nothing is registered then.
    pub(crate) fn watch(
        &mut self,
        events: &mut EventLoop,
        fd: RawFd,
        interest: Interest,
        party: Party,
        stream: StreamRef,
    ) -> io::Result<()> {
        let index = usize::try_from(fd).map_err(|_| io::Error::from_raw_os_error(libc::EBADF))?;
        while self.descriptors.len() <= index {
            self.descriptors.push(Descriptor {
                token: Token::LOOP,
                registrations: Vec::new(),
            });
        }
        let descriptor = &mut self.descriptors[index];
        descriptor.forget_closed();
        let is_known =
            !descriptor.registrations.is_empty() && events.is_watched_as(fd, descriptor.token);
        descriptor.registrations.push(Registration {
            party,
            interest,
            stream,
        });
        let all = descriptor.interest();
        let result = if is_known {
            events.modify(fd, all, descriptor.token)
        } else {
            self.turn += 1;
            // 24 bits of the turn and 32 of the number are what a token has room for.
            descriptor.token = Token::new(owner::STREAM, (self.turn << 32) | index as u64);
            events.add(fd, all, descriptor.token)
        };
        if result.is_err() {
            descriptor.registrations.pop();
        }
        result
    }

    /// Ends the registration of `party` for a descriptor. Without a loop, or with one that is a parent process's, only
    /// what is known here is forgotten.
    pub(crate) fn unwatch(&mut self, events: Option<&mut EventLoop>, fd: RawFd, party: Party) {
        if let Some(descriptor) = self.descriptor(fd) {
            descriptor.registrations.retain(|one| one.party != party);
            if let Some(events) = events {
                descriptor.settle(events, fd);
            }
        }
    }

    /// Tells the parties that a ready descriptor concerns.
    pub(crate) fn ready(
        &mut self,
        events: &mut EventLoop,
        token: Token,
        readiness: Readiness,
        mut tell: impl FnMut(Party),
    ) {
        let fd = token.value() as RawFd;
        let Some(descriptor) = self.descriptor(fd).filter(|it| it.token == token) else {
            return;
        };
        let mut has_closed = false;
        for one in &descriptor.registrations {
            if !one.stream.is_open() {
                has_closed = true;
            } else if (readiness.is_readable() && one.interest.contains(Interest::READABLE))
                || (readiness.is_writable() && one.interest.contains(Interest::WRITABLE))
            {
                tell(one.party);
            }
        }
        if has_closed {
            // A copy of the descriptor lives on in a forked process, else the kernel would not tell.
            descriptor.forget_closed();
            descriptor.settle(events, fd);
        }
    }

    fn descriptor(&mut self, fd: RawFd) -> Option<&mut Descriptor> {
        self.descriptors.get_mut(usize::try_from(fd).ok()?)
    }

    /// Watches a signal for `party`.
    ///
    /// # Errors
    /// No such signal, one that can't be caught, or another loop of this process watches it.
    pub(crate) fn watch_signal(
        &mut self,
        events: &mut EventLoop,
        signal: i32,
        party: Party,
    ) -> io::Result<()> {
        events.watch_signal(signal, Token::new(owner::SIGNAL, 0))?;
        self.signals.entry(signal).or_default().push(party);
        Ok(())
    }

    /// Ends the registration of `party` for a signal.
    pub(crate) fn unwatch_signal(
        &mut self,
        events: Option<&mut EventLoop>,
        signal: i32,
        party: Party,
    ) {
        if let Some(parties) = self.signals.get_mut(&signal) {
            parties.retain(|other| *other != party);
            if parties.is_empty() {
                self.signals.remove(&signal);
                if let Some(events) = events {
                    events.unwatch_signal(signal);
                }
            }
        }
    }

    /// Who watches a signal, in the order of registration.
    pub(crate) fn on_signal(&self, signal: i32) -> &[Party] {
        self.signals.get(&signal).map_or(&[], Vec::as_slice)
    }
}

impl Descriptor {
    /// Tells the kernel what is left to watch for.
    fn settle(&mut self, events: &mut EventLoop, fd: RawFd) {
        // The number may be another owner's by now.
        if !events.is_watched_as(fd, self.token) {
            return;
        }
        // A descriptor that was closed is no longer known to the kernel: nothing is left to undo then.
        let _gone = if self.registrations.is_empty() {
            events.remove(fd).map(|_| ())
        } else {
            let interest = self.interest();
            events.modify(fd, interest, self.token)
        };
    }
}
