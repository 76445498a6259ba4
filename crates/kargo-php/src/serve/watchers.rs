//! What PHP registered with the loop: timers, streams, signals, deferred calls.
//!
//! A watcher may be registered while the script boots, before any worker is forked. Nothing of the loop exists then: it
//! is only noted, and armed in each worker when its loop starts.

use std::collections::HashMap;
use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

use kargo_loop::{EventLoop, Interest, Readiness, TimerId, Token};

use crate::engine::{Callable, Owned, ffi};
use crate::serve::runtime::owner;

/// What a watcher waits for.
#[derive(Debug)]
pub(crate) enum Source {
    Deferred,
    Delay(Duration),
    Repeat(Duration),
    Readable(RawFd),
    Writable(RawFd),
    Signal(i32),
}

/// One registration.
#[derive(Debug)]
pub(crate) struct Watcher {
    pub(crate) source: Source,
    pub(crate) callable: Callable,
    /// The stream of an I/O watcher, else undefined.
    pub(crate) stream: Owned,
    /// The PHP object.
    pub(crate) object: Owned,
    pub(crate) is_referenced: bool,
    timer: Option<TimerId>,
}

impl Watcher {
    pub(crate) fn new(source: Source, callable: Callable, stream: Owned, object: Owned) -> Self {
        Self {
            source,
            callable,
            stream,
            object,
            is_referenced: true,
            timer: None,
        }
    }
}

/// The watchers of one descriptor, which the kernel knows only once.
#[derive(Debug, Default)]
struct Descriptor {
    readers: Vec<u64>,
    writers: Vec<u64>,
}

impl Descriptor {
    fn interest(&self) -> Interest {
        match (self.readers.is_empty(), self.writers.is_empty()) {
            (false, false) => Interest::READABLE.and(Interest::WRITABLE),
            (false, true) => Interest::READABLE,
            (true, false) => Interest::WRITABLE,
            (true, true) => Interest::NONE,
        }
    }
}

/// All registrations of the process.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    all: HashMap<u64, Watcher>,
    descriptors: HashMap<RawFd, Descriptor>,
    signals: HashMap<i32, Vec<u64>>,
    last_id: u64,
}

impl Watchers {
    /// A number no watcher had before.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Adds a watcher, and arms it if the loop runs already.
    ///
    /// # Errors
    /// What the kernel says of a descriptor or a signal; the watcher is not added then.
    pub(crate) fn add(
        &mut self,
        id: u64,
        watcher: Watcher,
        events: Option<&mut EventLoop>,
    ) -> io::Result<()> {
        self.all.insert(id, watcher);
        let armed = events.map_or(Ok(()), |events| self.arm(id, events));
        if armed.is_err() {
            self.all.remove(&id);
        }
        armed
    }

    /// Arms everything, in a loop that is new.
    pub(crate) fn arm_all(&mut self, events: &mut EventLoop) -> io::Result<()> {
        self.descriptors.clear();
        self.signals.clear();
        let mut ids: Vec<u64> = self.all.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter().try_for_each(|id| self.arm(id, events))
    }

    fn arm(&mut self, id: u64, events: &mut EventLoop) -> io::Result<()> {
        let Some(watcher) = self.all.get_mut(&id) else {
            return Ok(());
        };
        let token = Token::new(owner::WATCHER, id);
        match watcher.source {
            Source::Deferred => events.defer(token),
            Source::Delay(after) | Source::Repeat(after) => {
                let at = events.refresh_now() + after;
                watcher.timer = Some(events.set_timer(at, token));
            }
            Source::Readable(fd) => {
                self.watch_descriptor(fd, id, true, events)?;
                self.look_for_buffered(id, events);
            }
            Source::Writable(fd) => return self.watch_descriptor(fd, id, false, events),
            Source::Signal(signal) => {
                events.watch_signal(signal, Token::new(owner::SIGNAL, 0))?;
                self.signals.entry(signal).or_default().push(id);
            }
        }
        Ok(())
    }

    fn watch_descriptor(
        &mut self,
        fd: RawFd,
        id: u64,
        is_reader: bool,
        events: &mut EventLoop,
    ) -> io::Result<()> {
        let token = Token::new(owner::STREAM, u64::try_from(fd).unwrap_or(0));
        let known = self.descriptors.contains_key(&fd);
        let descriptor = self.descriptors.entry(fd).or_default();
        if is_reader {
            &mut descriptor.readers
        } else {
            &mut descriptor.writers
        }
        .push(id);
        let interest = descriptor.interest();
        let result = if known {
            events.modify(fd, interest, token)
        } else {
            events.add(fd, interest, token)
        };
        if result.is_err() {
            self.unwatch_descriptor(fd, id, events);
        }
        result
    }

    fn unwatch_descriptor(&mut self, fd: RawFd, id: u64, events: &mut EventLoop) {
        let Some(descriptor) = self.descriptors.get_mut(&fd) else {
            return;
        };
        descriptor.readers.retain(|other| *other != id);
        descriptor.writers.retain(|other| *other != id);
        let interest = descriptor.interest();
        // A descriptor that its owner closed is no longer known to the kernel: nothing is left to undo then.
        let _gone = if interest == Interest::NONE {
            self.descriptors.remove(&fd);
            events.remove(fd).map(|_| ())
        } else {
            let token = Token::new(owner::STREAM, u64::try_from(fd).unwrap_or(0));
            events.modify(fd, interest, token)
        };
    }

    /// Takes a watcher out; the caller drops it when no borrow is alive, since PHP code may run then.
    pub(crate) fn remove(&mut self, id: u64, events: Option<&mut EventLoop>) -> Option<Watcher> {
        let watcher = self.all.remove(&id)?;
        let Some(events) = events else {
            return Some(watcher);
        };
        if let Some(timer) = watcher.timer {
            events.cancel_timer(timer);
        }
        match watcher.source {
            Source::Deferred => {
                events.cancel_deferred(Token::new(owner::WATCHER, id));
            }
            Source::Delay(_) | Source::Repeat(_) => {}
            Source::Readable(fd) | Source::Writable(fd) => {
                events.cancel_deferred(Token::new(owner::WATCHER, id));
                self.unwatch_descriptor(fd, id, events);
            }
            Source::Signal(signal) => {
                if let Some(ids) = self.signals.get_mut(&signal) {
                    ids.retain(|other| *other != id);
                    if ids.is_empty() {
                        self.signals.remove(&signal);
                        events.unwatch_signal(signal);
                    }
                }
            }
        }
        Some(watcher)
    }

    pub(crate) fn get(&mut self, id: u64) -> Option<&mut Watcher> {
        self.all.get_mut(&id)
    }

    /// Sets the timer of a repeated watcher anew. Turns that were missed are not made up for.
    pub(crate) fn rearm(&mut self, id: u64, events: &mut EventLoop) {
        if let Some(watcher) = self.all.get_mut(&id)
            && let Source::Repeat(every) = watcher.source
        {
            let at = events.now() + every;
            watcher.timer = Some(events.set_timer(at, Token::new(owner::WATCHER, id)));
        }
    }

    /// Makes the reader of a stream due in the next turn if PHP holds bytes of it that were read ahead: the kernel does
    /// not tell of those.
    pub(crate) fn look_for_buffered(&mut self, id: u64, events: &mut EventLoop) {
        if let Some(watcher) = self.all.get_mut(&id)
            && matches!(watcher.source, Source::Readable(_))
            // SAFETY: the watcher holds its stream's resource, also after the stream was closed.
            && unsafe { ffi::kg_stream_has_buffered(watcher.stream.zv().0) }
        {
            let token = Token::new(owner::WATCHER, id);
            events.cancel_deferred(token);
            events.defer(token);
        }
    }

    /// The watchers that a ready descriptor concerns.
    pub(crate) fn ready_on(&self, fd: RawFd, readiness: Readiness) -> Vec<u64> {
        let mut ids = Vec::new();
        if let Some(descriptor) = self.descriptors.get(&fd) {
            if readiness.is_readable() {
                ids.extend_from_slice(&descriptor.readers);
            }
            if readiness.is_writable() {
                ids.extend_from_slice(&descriptor.writers);
            }
        }
        ids
    }

    /// The watchers of a signal.
    pub(crate) fn on_signal(&self, signal: i32) -> Vec<u64> {
        self.signals.get(&signal).cloned().unwrap_or_default()
    }

    /// Whether anything keeps the loop running.
    pub(crate) fn keep_running(&self) -> bool {
        self.all.values().any(|watcher| watcher.is_referenced)
    }
}
