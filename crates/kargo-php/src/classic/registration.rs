//! Events: what event_set() said of each, and what the loops know of them.
//!
//! As in libevent 1.4: an event without EV_PERSIST is removed before its callback is called; a time that runs out removes
//! an event altogether.

use std::io;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use kargo_loop::{EventKind, Interest, TimerId, Token};

use super::Classic;
use super::schedule::{Base, Parts, Schedule, parts, start};
use super::table::Table;
use crate::engine::{Callable, Owned, ffi};
use crate::log;
use crate::serve::callback::Prepared;
use crate::serve::due::Due;
use crate::serve::runtime::{Runtime, owner};
use crate::serve::watched::{Party, StreamRef};

/// EV_READ and its like.
pub(crate) mod flag {
    pub(crate) const READ: i64 = 2;
    pub(crate) const WRITE: i64 = 4;
    pub(crate) const SIGNAL: i64 = 8;
    pub(crate) const PERSIST: i64 = 16;
}

/// What an event waits for besides its time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    Nothing,
    Signal(i32),
    Descriptor(RawFd, Interest),
}

/// What event_set() said.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The stream or number as it was given: the callback's first argument.
    pub(crate) stream: Owned,
    pub(crate) source: Source,
    /// As they were given: the callback's second argument.
    pub(crate) flags: i64,
    pub(crate) callable: Callable,
}

/// Why a callback is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Active {
    No,
    Ready,
    TimedOut,
}

/// An event.
#[derive(Debug)]
pub(crate) struct Event {
    /// The handle, not counted: when PHP frees it, it takes the event out of its table.
    pub(crate) resource: *mut ffi::zend_resource,
    /// The handle of the base that event_base_set() gave, and its key.
    base: Option<(u64, Owned)>,
    pub(crate) setting: Option<Setting>,
    /// What event_priority_set() said.
    pub(crate) priority: Option<u16>,
    /// Its source is registered with the loop, or will be as soon as the loop starts.
    is_watched: bool,
    deadline: Option<Instant>,
    timer: Option<TimerId>,
    active: Active,
    /// Its time runs out in the next turn: it needs no timer.
    is_instant: bool,
    /// PHP has read bytes of its stream ahead: it is ready in the next turn.
    is_looking: bool,
    /// A deferred call of the loop will tell of these two.
    is_deferred: bool,
    /// [`Schedule::pending`] counts it.
    is_counted: bool,
}

/// Why an event can't be added.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AddError {
    NotSet,
    Closed,
    Base,
    Signal,
    /// Another loop of this process has the signal.
    Taken,
    System(i32),
}

impl std::fmt::Display for AddError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSet => f.write_str("event_set() was not called for this event"),
            Self::Closed => f.write_str("the event's stream was closed"),
            Self::Base => f.write_str("the event's base was freed"),
            Self::Signal => f.write_str("this signal does not exist or can't be caught"),
            Self::Taken => f.write_str("another event loop of this process watches this signal"),
            Self::System(code) => write!(f, "this can't be watched: {}", SystemError(*code)),
        }
    }
}

/// The system's words for one of its errors.
pub(crate) struct SystemError(pub(crate) i32);

impl std::fmt::Display for SystemError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = io::Error::from_raw_os_error(self.0).to_string();
        f.write_str(text.split(" (os error").next().unwrap_or(&text))
    }
}

impl From<io::Error> for AddError {
    fn from(error: io::Error) -> Self {
        Self::System(error.raw_os_error().unwrap_or(libc::EINVAL))
    }
}

impl Event {
    pub(crate) fn new() -> Self {
        Self {
            resource: std::ptr::null_mut(),
            base: None,
            setting: None,
            priority: None,
            is_watched: false,
            deadline: None,
            timer: None,
            active: Active::No,
            is_instant: false,
            is_looking: false,
            is_deferred: false,
            is_counted: false,
        }
    }

    pub(crate) fn base(&self) -> Base {
        self.base.as_ref().map(|(key, _)| *key)
    }

    /// Whether its callback may still come, as far as is known without a look at its stream.
    pub(crate) fn is_pending(&self) -> bool {
        self.is_watched || self.deadline.is_some() || self.active != Active::No
    }

    /// When its time runs out.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Its source is ready. `false`: that is known already.
    pub(super) fn is_ready(&mut self) -> bool {
        let is_new = self.active == Active::No;
        if is_new {
            self.active = Active::Ready;
        }
        is_new
    }

    /// A timer of its own, or a deferred call, has come. `true`: it is due.
    pub(super) fn tell(&mut self, key: u64, kind: EventKind, parts: &mut Parts<'_>) -> bool {
        if let EventKind::Timer(_) = kind {
            self.timer = None;
        } else {
            self.is_deferred = false;
            let is_looking = std::mem::take(&mut self.is_looking);
            if !self.is_instant {
                return is_looking && self.has_buffered() && self.is_ready();
            }
        }
        self.time_out(key, parts);
        true
    }

    /// Its time has run out, which removes it altogether.
    fn time_out(&mut self, key: u64, parts: &mut Parts<'_>) {
        self.delete(key, parts);
        self.active = Active::TimedOut;
        self.settle(parts.schedule);
    }

    /// Whether its callback is about to be called.
    pub(crate) fn is_due(&self) -> bool {
        self.active != Active::No
    }

    /// Whether its callback may still come.
    fn is_alive(&mut self) -> bool {
        self.deadline.is_some()
            || self.active == Active::TimedOut
            || (self.is_watched || self.active == Active::Ready) && self.is_open()
    }

    fn is_open(&mut self) -> bool {
        self.setting
            .as_mut()
            .is_some_and(|setting| setting.stream_ref().is_open())
    }

    fn settle(&mut self, schedule: &mut Schedule) {
        let is_pending = self.is_pending();
        if is_pending != self.is_counted {
            self.is_counted = is_pending;
            if is_pending {
                schedule.pending += 1;
            } else {
                schedule.pending -= 1;
            }
        }
    }

    /// Registers its source.
    fn watch(&mut self, key: u64, parts: &mut Parts<'_>) -> Result<(), AddError> {
        let setting = self.setting.as_mut().ok_or(AddError::NotSet)?;
        let stream = setting.stream_ref();
        if !stream.is_open() {
            return Err(AddError::Closed);
        }
        if let Some(events) = parts.events.as_deref_mut() {
            match setting.source {
                Source::Nothing => {}
                Source::Signal(signal) => {
                    parts
                        .watched
                        .watch_signal(events, signal, Party::Event(key))
                        .map_err(|error| match error.kind() {
                            io::ErrorKind::AlreadyExists => AddError::Taken,
                            _ => AddError::Signal,
                        })?;
                }
                Source::Descriptor(fd, interest) => {
                    parts
                        .watched
                        .watch(events, fd, interest, Party::Event(key), stream)?;
                }
            }
        }
        self.is_watched = true;
        self.look_for_buffered(key, parts);
        Ok(())
    }

    /// Sets its timer.
    fn set_timer(&mut self, key: u64, parts: &mut Parts<'_>) {
        if self.is_instant {
            if !self.is_deferred {
                parts.schedule.instants.push_back(key);
            }
            self.defer(key, parts);
        } else if let (Some(deadline), Some(events)) = (self.deadline, parts.events.as_deref_mut())
        {
            self.timer = Some(events.set_timer(deadline, Token::new(owner::EVENT, key)));
        }
    }

    fn defer(&mut self, key: u64, parts: &mut Parts<'_>) {
        if let Some(events) = parts.events.as_deref_mut()
            && !std::mem::replace(&mut self.is_deferred, true)
        {
            events.defer(Token::new(owner::EVENT, key));
        }
    }

    fn cancel_timer(&mut self, parts: &mut Parts<'_>) {
        self.deadline = None;
        self.is_instant = false;
        if let (Some(timer), Some(events)) = (self.timer.take(), parts.events.as_deref_mut()) {
            events.cancel_timer(timer);
        }
    }

    fn unwatch(&mut self, key: u64, parts: &mut Parts<'_>) {
        if !std::mem::take(&mut self.is_watched) {
            return;
        }
        let events = parts.events.as_deref_mut();
        match self.setting.as_ref().map(|setting| setting.source) {
            Some(Source::Signal(signal)) => {
                parts
                    .watched
                    .unwatch_signal(events, signal, Party::Event(key));
            }
            Some(Source::Descriptor(fd, _)) => {
                parts.watched.unwatch(events, fd, Party::Event(key));
            }
            Some(Source::Nothing) | None => {}
        }
    }

    /// Removes it from its loop, due or not.
    fn delete(&mut self, key: u64, parts: &mut Parts<'_>) {
        self.cancel_timer(parts);
        self.unwatch(key, parts);
        self.active = Active::No;
        self.settle(parts.schedule);
    }

    /// Makes a reader due in the next turn if PHP holds bytes of its stream that were read ahead: the kernel does not
    /// tell of those.
    fn look_for_buffered(&mut self, key: u64, parts: &mut Parts<'_>) {
        if self.has_buffered() {
            self.is_looking = true;
            self.defer(key, parts);
        }
    }

    /// Whether it waits for bytes of a stream of which PHP holds some.
    fn has_buffered(&mut self) -> bool {
        let Some(setting) = self.setting.as_mut().filter(|_| self.is_watched) else {
            return false;
        };
        matches!(setting.source, Source::Descriptor(_, interest) if interest.contains(Interest::READABLE))
            && setting.stream.zv().resource().is_some()
            // SAFETY: the event holds its stream's resource, also after the stream was closed.
            && unsafe { ffi::kg_stream_has_buffered(setting.stream.zv().0) }
    }
}

impl Setting {
    fn stream_ref(&mut self) -> StreamRef {
        let resource = self.stream.zv().resource();
        resource.map_or(StreamRef::NONE, |resource| StreamRef::new(resource))
    }
}

/// A timer has run out that was to do so at `deadline`: events that were to be called at once before that are due first.
pub(super) fn tell_instants(
    all: &mut Table<Event>,
    parts: &mut Parts<'_>,
    deadline: Option<Instant>,
) {
    while let Some(key) = parts.schedule.instants.front().copied() {
        let event = all.get(key).filter(|event| event.is_instant);
        if event
            .as_ref()
            .is_some_and(|event| event.deadline > deadline)
        {
            return;
        }
        parts.schedule.instants.pop_front();
        if let Some(event) = event {
            event.time_out(key, parts);
            parts.due.push(Due::Event(key), event.priority);
        }
    }
}

/// Adds an event to its loop, or gives one that is pending another time.
pub(crate) fn add(
    runtime: &mut Runtime,
    key: u64,
    timeout: Option<Duration>,
) -> Result<(), AddError> {
    let base = runtime
        .classic
        .events
        .get(key)
        .ok_or(AddError::NotSet)?
        .base();
    start(runtime, base)?;
    let (mut parts, handles) = parts(runtime, base).ok_or(AddError::Base)?;
    let event = handles.events.get(key).ok_or(AddError::NotSet)?;
    let source = event.setting.as_ref().ok_or(AddError::NotSet)?.source;
    if !event.is_watched && !matches!(source, Source::Nothing) {
        event.watch(key, &mut parts)?;
    }
    if let Some(timeout) = timeout {
        event.cancel_timer(&mut parts);
        if event.active == Active::TimedOut {
            event.active = Active::No;
        }
        event.deadline = Some(Instant::now() + timeout);
        event.is_instant = timeout.is_zero();
        event.set_timer(key, &mut parts);
    }
    event.settle(parts.schedule);
    Ok(())
}

/// Removes an event from its loop.
pub(crate) fn delete(runtime: &mut Runtime, key: u64) {
    let Some(base) = runtime.classic.events.get(key).map(|event| event.base()) else {
        return;
    };
    if let Some((mut parts, handles)) = parts(runtime, base)
        && let Some(event) = handles.events.get(key)
    {
        event.delete(key, &mut parts);
    }
}

/// Takes an event out of its table; to be dropped when no borrow is alive.
pub(crate) fn remove(runtime: &mut Runtime, key: u64) -> Option<Event> {
    delete(runtime, key);
    let event = runtime.classic.events.remove(key)?;
    if let Some(base) = event.base().and_then(|key| runtime.classic.bases.get(key)) {
        base.attached -= 1;
    }
    Some(event)
}

/// Gives an event another base. What it held of the old one is to be dropped when no borrow is alive.
pub(crate) fn attach(
    runtime: &mut Runtime,
    key: u64,
    base: u64,
    resource: Owned,
) -> Option<Option<(u64, Owned)>> {
    let Classic { events, bases, .. } = &mut runtime.classic;
    let event = events.get(key).filter(|event| !event.is_pending())?;
    let new = bases.get(base)?;
    new.attached += 1;
    event.priority = None;
    let old = event.base.replace((base, resource));
    if let Some(old) = old.as_ref().and_then(|(key, _)| bases.get(*key)) {
        old.attached -= 1;
    }
    Some(old)
}

/// The call of an event that is due. One that was deleted meanwhile is not called, nor one that was ready and whose stream
/// was closed.
pub(crate) fn prepare(runtime: &mut Runtime, key: u64) -> Option<Prepared> {
    let base = runtime.classic.events.get(key)?.base();
    let (mut parts, handles) = parts(runtime, base)?;
    let event = handles.events.get(key)?;
    let active = std::mem::replace(&mut event.active, Active::No);
    if active == Active::No {
        return None;
    }
    let is_dead = active == Active::Ready && !event.is_open();
    let flags = event.setting.as_ref()?.flags;
    if is_dead || flags & flag::PERSIST == 0 {
        event.delete(key, &mut parts);
    } else {
        event.settle(parts.schedule);
    }
    if is_dead {
        return None;
    }
    let mut handle = Owned::undefined();
    handle.zv().share_resource(event.resource);
    let setting = event.setting.as_mut()?;
    let mut number = Owned::undefined();
    number.zv().set_int(flags);
    let arguments = [Owned::copy_of(setting.stream.zv()), number, handle];
    Some(Prepared::new(&mut setting.callable, arguments, 3))
}

/// After a callback: whether PHP holds bytes that the kernel does not tell of.
pub(crate) fn look_for_buffered(runtime: &mut Runtime, key: u64) {
    let Some(base) = runtime.classic.events.get(key).map(|event| event.base()) else {
        return;
    };
    if let Some((mut parts, handles)) = parts(runtime, base)
        && let Some(event) = handles.events.get(key)
    {
        event.look_for_buffered(key, &mut parts);
    }
}

/// Whether an event keeps a loop running. One that was registered and can't come any more, since its stream was closed,
/// is removed.
pub(super) fn has_events(runtime: &mut Runtime, base: Base) -> bool {
    let Some((mut parts, handles)) = parts(runtime, base) else {
        return false;
    };
    if parts.schedule.pending == 0 {
        return false;
    }
    if let Some(event) = handles.events.get(parts.schedule.witness)
        && event.base() == base
        && event.is_counted
        && event.is_alive()
    {
        return true;
    }
    for (key, event) in handles.events.iter() {
        if event.base() != base || !event.is_counted {
            continue;
        }
        if event.is_alive() {
            parts.schedule.witness = key;
            return true;
        }
        event.delete(key, &mut parts);
    }
    false
}

/// Registers the events of a loop that is new.
pub(super) fn arm_events(runtime: &mut Runtime, base: Base) {
    let Some((mut parts, handles)) = parts(runtime, base) else {
        return;
    };
    parts.schedule.instants.clear();
    for (key, event) in handles.events.iter() {
        if event.base() != base {
            continue;
        }
        (event.is_looking, event.is_deferred) = (false, false);
        event.timer = None;
        event.set_timer(key, &mut parts);
        if event.is_watched && event.watch(key, &mut parts).is_err_and(complain) {
            event.is_watched = false;
        }
        event.settle(parts.schedule);
    }
}

/// Removes all events of the process's loop from it.
pub(super) fn forget_events(runtime: &mut Runtime) {
    if let Some((mut parts, handles)) = parts(runtime, None) {
        for (key, event) in handles.events.iter() {
            if event.base().is_none() {
                event.delete(key, &mut parts);
            }
        }
    }
}

/// Says that an event that was added before its loop started can't be watched after all.
fn complain(error: AddError) -> bool {
    if !matches!(error, AddError::Closed) {
        log::error(&format!("an event is not watched: {error}"));
    }
    true
}
