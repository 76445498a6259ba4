//! What PHP registered with the loop: timers, streams, signals, deferred calls.
//!
//! A watcher may be registered while the script boots, before any worker is forked. Nothing of the loop exists then: it
//! is only noted, and armed in each worker when its loop starts.

use std::collections::HashMap;
use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

use kargo_loop::{EventLoop, Interest, TimerId, Token};

use crate::engine::{Callable, Owned, ffi};
use crate::serve::runtime::owner;
use crate::serve::watched::{Party, StreamRef, Watched};

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
    /// What setPriority() said: 0 is the most urgent.
    pub(crate) priority: Option<u8>,
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
            priority: None,
            timer: None,
        }
    }

    /// Of an I/O watcher.
    fn stream_ref(&mut self) -> StreamRef {
        let resource = self.stream.zv().resource();
        resource.map_or(StreamRef::NONE, |resource| StreamRef::new(resource))
    }
}

/// All registrations of the process.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    all: HashMap<u64, Watcher>,
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
        watched: &mut Watched,
    ) -> io::Result<()> {
        self.all.insert(id, watcher);
        let armed = events.map_or(Ok(()), |events| self.arm(id, events, watched));
        if armed.is_err() {
            self.all.remove(&id);
        }
        armed
    }

    /// Arms everything, in a loop that is new.
    pub(crate) fn arm_all(
        &mut self,
        events: &mut EventLoop,
        watched: &mut Watched,
    ) -> io::Result<()> {
        let mut ids: Vec<u64> = self.all.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter()
            .try_for_each(|id| self.arm(id, events, watched))
    }

    fn arm(&mut self, id: u64, events: &mut EventLoop, watched: &mut Watched) -> io::Result<()> {
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
                let stream = watcher.stream_ref();
                watched.watch(events, fd, Interest::READABLE, Party::Watcher(id), stream)?;
                self.look_for_buffered(id, events);
            }
            Source::Writable(fd) => {
                let stream = watcher.stream_ref();
                watched.watch(events, fd, Interest::WRITABLE, Party::Watcher(id), stream)?;
            }
            Source::Signal(signal) => watched.watch_signal(events, signal, Party::Watcher(id))?,
        }
        Ok(())
    }

    /// Takes a watcher out; the caller drops it when no borrow is alive, since PHP code may run then.
    pub(crate) fn remove(
        &mut self,
        id: u64,
        events: Option<&mut EventLoop>,
        watched: &mut Watched,
    ) -> Option<Watcher> {
        let watcher = self.all.remove(&id)?;
        let mut events = events;
        if let (Some(timer), Some(events)) = (watcher.timer, events.as_deref_mut()) {
            events.cancel_timer(timer);
        }
        if matches!(
            watcher.source,
            Source::Deferred | Source::Readable(_) | Source::Writable(_)
        ) && let Some(events) = events.as_deref_mut()
        {
            events.cancel_deferred(Token::new(owner::WATCHER, id));
        }
        match watcher.source {
            Source::Deferred | Source::Delay(_) | Source::Repeat(_) => {}
            Source::Readable(fd) | Source::Writable(fd) => {
                watched.unwatch(events, fd, Party::Watcher(id));
            }
            Source::Signal(signal) => watched.unwatch_signal(events, signal, Party::Watcher(id)),
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

    /// Whether anything keeps the loop running.
    pub(crate) fn keep_running(&mut self) -> bool {
        self.all.values_mut().any(|watcher| {
            watcher.is_referenced
                && (!matches!(watcher.source, Source::Readable(_) | Source::Writable(_))
                    || watcher.stream_ref().is_open())
        })
    }
}
