//! Loops of the classic API: the process's own and those of bases; what they have to tell, and which callback is next.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use kargo_loop::{EventKind, EventLoop, Token};

use super::buffered::{BufferEvent, BufferedStreams};
use super::registration::Event;
use super::table::Table;
use super::{Classic, registration};
use crate::serve::due::{Due, DueQueue, Level};
use crate::serve::runner;
use crate::serve::runtime::{Runtime, owner};
use crate::serve::watched::{Party, Watched};
use crate::serve::watchers::Watchers;

/// A loop: the process's own, which everything else runs on too, or that of a base.
pub(crate) type Base = Option<u64>;

/// What one loop has of the events.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// Events that are registered or due.
    pub(super) pending: usize,
    /// One of them that kept the loop running when that was last asked.
    pub(super) witness: u64,
    /// Events whose time runs out in the next turn, in the order in which they were added.
    pub(super) instants: VecDeque<u64>,
}

/// The parts of one loop.
pub(crate) struct Parts<'a> {
    /// Unless it was not made yet, or is a parent process's.
    pub(crate) events: Option<&'a mut EventLoop>,
    /// The parent process's.
    pub(super) foreign: Option<&'a mut EventLoop>,
    pub(super) watched: &'a mut Watched,
    pub(crate) due: &'a mut DueQueue,
    pub(super) schedule: &'a mut Schedule,
    pub(super) streams: &'a mut BufferedStreams,
}

/// What runs on loops, whichever it is.
pub(crate) struct Handles<'a> {
    pub(crate) events: &'a mut Table<Event>,
    pub(crate) bufferevents: &'a mut Table<BufferEvent>,
    watchers: &'a mut Watchers,
}

/// The parts of a loop, and everything that may be on it; `None` if the base was freed.
pub(crate) fn parts(runtime: &mut Runtime, base: Base) -> Option<(Parts<'_>, Handles<'_>)> {
    let Classic {
        events: all,
        bufferevents,
        bases,
        schedule,
        streams,
        ..
    } = &mut runtime.classic;
    let (events, watched, due, schedule, streams) = match base {
        None => (
            &mut runtime.events,
            &mut runtime.watched,
            &mut runtime.due,
            schedule,
            streams,
        ),
        Some(key) => {
            let base = bases.get(key)?;
            (
                &mut base.events,
                &mut base.watched,
                &mut base.due,
                &mut base.schedule,
                &mut base.streams,
            )
        }
    };
    let (events, foreign) = match events.as_mut() {
        Some(events) if events.is_foreign() => (None, Some(events)),
        events => (events, None),
    };
    let parts = Parts {
        events,
        foreign,
        watched,
        due,
        schedule,
        streams,
    };
    let handles = Handles {
        events: all,
        bufferevents,
        watchers: &mut runtime.watchers,
    };
    Some((parts, handles))
}

/// Makes the loop if it was not made yet, or is a parent process's: a signal is caught from event_add() on, and what can't
/// be watched is told there.
pub(super) fn start(runtime: &mut Runtime, base: Base) -> io::Result<()> {
    match base {
        None if runtime.events.is_some() && runtime.serving.is_some() => Ok(()),
        None => runtime.start(),
        Some(key) => super::base::start(runtime, key),
    }
}

/// What a loop has for its watchers, streams, signals, events and bufferevents.
pub(crate) fn dispatch(runtime: &mut Runtime, base: Base, token: Token, kind: EventKind) {
    let Some((mut parts, handles)) = parts(runtime, base) else {
        return;
    };
    let (all, watchers) = (handles.events, handles.watchers);
    match (token.owner(), kind) {
        (owner::WATCHER, _) => {
            make_due(parts.due, all, watchers, Party::Watcher(token.value()), 0);
        }
        (owner::STREAM, EventKind::Ready(readiness)) => {
            let Some(events) = parts.events else {
                return;
            };
            parts.watched.ready(events, token, readiness, |party| {
                make_due(parts.due, all, watchers, party, 0);
            });
        }
        (owner::SIGNAL, EventKind::Signal(signal)) => {
            for party in parts.watched.on_signal(signal) {
                make_due(parts.due, all, watchers, *party, signal);
            }
        }
        (owner::EVENT, kind) => {
            let key = token.value();
            if let EventKind::Timer(_) = kind {
                let deadline = all.get(key).and_then(|event| event.deadline());
                registration::tell_instants(all, &mut parts, deadline);
            } else if parts.schedule.instants.front() == Some(&key) {
                // They come in the order in which they were deferred.
                parts.schedule.instants.pop_front();
            }
            if let Some(event) = all.get(key)
                && event.tell(key, kind, &mut parts)
            {
                parts.due.push(Due::Event(key), event.priority);
            }
        }
        (owner::BUFFEREVENT, _) => {
            parts.handle_buffers(handles.bufferevents, kargo_loop::Event { token, kind });
        }
        _ => {}
    }
}

/// Makes the callback of a party due.
fn make_due(
    due: &mut DueQueue,
    all: &mut Table<Event>,
    watchers: &mut Watchers,
    party: Party,
    signal: i32,
) {
    match party {
        Party::Watcher(id) => match watchers.get(id).and_then(|watcher| watcher.priority) {
            Some(priority) => due.push_at(Due::Watcher { id, signal }, Level::of_watcher(priority)),
            None => due.push(Due::Watcher { id, signal }, None),
        },
        Party::Event(key) => {
            if let Some(event) = all.get(key)
                && event.is_ready()
            {
                due.push(Due::Event(key), event.priority);
            }
        }
    }
}

/// The next callback to make.
#[inline]
pub(crate) fn next_due(runtime: &mut Runtime, base: Base) -> Option<Due> {
    if parts(runtime, base)?.0.due.has_levels() {
        gather(runtime, base);
    }
    parts(runtime, base)?.0.due.pop()
}

/// Lets everything that is ready get in line, so that the most urgent goes first; before callbacks of another priority
/// are called, the loop looks again.
fn gather(runtime: &mut Runtime, base: Base) {
    // A server hands out what one connection brought before it looks at the next.
    if base.is_none() && runtime.serving.is_some() {
        return;
    }
    drain(runtime, base);
    if let Some((parts, _)) = parts(runtime, base)
        && parts.due.changes_level()
        && let Some(events) = parts.events
    {
        // An error comes again when the loop waits.
        let _again = events.poll(Some(Duration::ZERO));
        drain(runtime, base);
    }
}

fn drain(runtime: &mut Runtime, base: Base) {
    while let Some(event) =
        parts(runtime, base).and_then(|(parts, _)| parts.events.and_then(EventLoop::next))
    {
        match base {
            None => runner::dispatch(runtime, event.token, event.kind),
            Some(key) => super::base::dispatch(runtime, key, event),
        }
    }
}

/// The last thing before a loop waits: sends what bufferevents have to send. `true`: something is due.
pub(crate) fn end_turn(runtime: &mut Runtime, base: Base) -> bool {
    let Some((mut parts, handles)) = parts(runtime, base) else {
        return false;
    };
    parts.end_buffers_turn(handles.bufferevents);
    !parts.due.is_empty()
}

impl Runtime {
    /// Whether anything of the classic API may still come on a loop.
    pub(crate) fn has_classic(&mut self, base: Base) -> bool {
        registration::has_events(self, base) || super::buffered::has_bufferevents(self, base)
    }

    /// Registers everything of the classic API with a loop that is new.
    pub(crate) fn arm_classic(&mut self, base: Base) {
        registration::arm_events(self, base);
        if let Some((parts, _)) = parts(self, base)
            && let Some(events) = parts.events
        {
            parts.streams.rewatch(events);
        }
    }
}
