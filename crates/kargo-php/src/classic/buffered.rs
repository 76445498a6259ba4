//! Bufferevents: what bufferevent_new() said of each, and the streams that the loops know.
//!
//! The bytes go through kargo-net's streams, on descriptors that PHP owns and closes whenever it likes: a bufferevent whose
//! stream was closed is dead, silently.

use std::collections::HashMap;
use std::io;

use kargo_loop::{Event as LoopEvent, EventLoop};
use kargo_net::streams::{Direction, StreamEvent, StreamId, StreamOptions, Streams, WriteError};

use super::schedule::{Base, Parts, parts};
use super::table::Table;
use crate::engine::{Callable, Owned, Zv, ffi};
use crate::serve::callback::Prepared;
use crate::serve::due::{BufferCall, Due, DueQueue};
use crate::serve::runtime::{Runtime, owner};
use crate::serve::watched::StreamRef;

/// Bits of an error callback's third argument.
const READING: u8 = 1;
const WRITING: u8 = 2;
const EOF: u8 = 16;
const ERROR: u8 = 32;
const TIMEOUT: u8 = 64;

/// What a peer that never reads can make a bufferevent hold, unless bufferevent_watermark_set() says otherwise.
const OUTPUT_BYTES: usize = 16 << 20;

/// A bufferevent.
#[derive(Debug)]
pub(crate) struct BufferEvent {
    /// The handle, not counted: when PHP frees it, it takes the bufferevent out of its table.
    pub(super) resource: *mut ffi::zend_resource,
    /// The handle of the base that bufferevent_base_set() gave, and its key.
    base: Option<(u64, Owned)>,
    /// The stream as PHP has it.
    pub(super) stream: Owned,
    /// None once the stream was found closed.
    pub(super) id: Option<StreamId>,
    pub(super) read: Callable,
    pub(super) write: Callable,
    pub(super) error: Callable,
    pub(super) priority: Option<u16>,
    /// Bytes are there that the read callback was not called for, since reading is disabled.
    pub(super) owes_read: bool,
    /// The read callback and the write callback are due.
    is_due: [bool; 2],
}

/// The streams of one loop.
#[derive(Debug)]
pub(crate) struct BufferedStreams {
    pub(super) table: Streams,
    keys: HashMap<StreamId, u64>,
    /// The bufferevent that kept the loop running when that was last asked.
    witness: u64,
}

impl Default for BufferedStreams {
    fn default() -> Self {
        Self {
            table: Streams::new(owner::BUFFEREVENT),
            keys: HashMap::new(),
            witness: 0,
        }
    }
}

impl BufferedStreams {
    /// Whether there are any.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Adds the descriptor of a bufferevent.
    pub(super) fn add(
        &mut self,
        fd: i32,
        key: u64,
        options: StreamOptions,
    ) -> io::Result<StreamId> {
        let id = self.table.borrow(fd, options)?;
        self.keys.insert(id, key);
        Ok(id)
    }

    /// Forgets a stream. What is queued is offered to the kernel once more if `is_open`.
    fn remove(&mut self, events: &mut EventLoop, id: StreamId, is_open: bool) {
        self.keys.remove(&id);
        if is_open {
            self.table.close(events, id);
        } else {
            self.table.abort(events, id);
        }
    }

    /// Has a loop that is new watch everything.
    pub(super) fn rewatch(&mut self, events: &mut EventLoop) {
        self.table.rewatch(events);
    }
}

/// Of a bufferevent that is new.
pub(super) fn default_options() -> StreamOptions {
    StreamOptions {
        output_high: OUTPUT_BYTES,
        ..StreamOptions::default()
    }
}

impl BufferEvent {
    pub(super) fn new(stream: Owned, read: Callable, write: Callable, error: Callable) -> Self {
        Self {
            resource: std::ptr::null_mut(),
            base: None,
            stream,
            id: None,
            read,
            write,
            error,
            priority: None,
            owes_read: false,
            is_due: [false; 2],
        }
    }

    pub(super) fn base(&self) -> Base {
        self.base.as_ref().map(|(key, _)| *key)
    }

    /// Puts a callback in line, unless it is due already: what came since is for that call.
    fn make_due(&mut self, key: u64, call: BufferCall, due: &mut DueQueue) {
        let is_new = match call {
            BufferCall::Read => !std::mem::replace(&mut self.is_due[0], true),
            BufferCall::Write => !std::mem::replace(&mut self.is_due[1], true),
            BufferCall::Error(_) => true,
        };
        if is_new {
            due.push(Due::BufferEvent(key, call), self.priority);
        }
    }

    /// Whether PHP has not closed its stream.
    fn is_open(&mut self) -> bool {
        let resource = self.stream.zv().resource();
        resource.is_some_and(|resource| StreamRef::new(resource).is_open())
    }

    /// Its stream, unless PHP has closed it: then it is forgotten.
    pub(super) fn open(&mut self, parts: &mut Parts<'_>) -> Option<StreamId> {
        if !self.is_open() {
            self.abandon(parts, false);
        }
        self.id
    }

    /// Has the loop forget it.
    fn abandon(&mut self, parts: &mut Parts<'_>, is_open: bool) {
        let Some(id) = self.id.take() else {
            return;
        };
        // In a forked process what is queued is the parent's to send.
        match (parts.events.as_deref_mut(), parts.foreign.as_deref_mut()) {
            (Some(events), _) => parts.streams.remove(events, id, is_open),
            (None, Some(events)) => parts.streams.remove(events, id, false),
            (None, None) => {}
        }
    }

    /// Whether a callback may still come.
    fn is_alive(&mut self, parts: &mut Parts<'_>) -> bool {
        self.open(parts)
            .is_some_and(|id| parts.streams.table.is_active(id))
    }
}

impl Parts<'_> {
    /// An event of the loop for one of its streams.
    pub(super) fn handle_buffers(&mut self, all: &mut Table<BufferEvent>, event: LoopEvent) {
        if let Some(events) = self.events.as_deref_mut() {
            self.streams.table.handle_event(events, event);
        }
        self.tell(all);
    }

    /// Sends what was written.
    pub(super) fn end_buffers_turn(&mut self, all: &mut Table<BufferEvent>) {
        if let Some(events) = self.events.as_deref_mut() {
            self.streams.table.end_turn(events);
        }
        self.tell(all);
    }

    /// Makes the callbacks due for what happened to streams.
    pub(super) fn tell(&mut self, all: &mut Table<BufferEvent>) {
        while let Some((id, event)) = self.streams.table.next_event() {
            let Some(key) = self.streams.keys.get(&id).copied() else {
                continue;
            };
            let direction = |direction| match direction {
                Direction::Reading => READING,
                Direction::Writing => WRITING,
            };
            let call = match event {
                StreamEvent::Readable => BufferCall::Read,
                StreamEvent::Drained => BufferCall::Write,
                StreamEvent::End => BufferCall::Error(READING | EOF),
                StreamEvent::TimedOut(of) => BufferCall::Error(direction(of) | TIMEOUT),
                StreamEvent::Failed(of) => BufferCall::Error(direction(of) | ERROR),
                StreamEvent::Accepted(_) | StreamEvent::Connected | StreamEvent::ConnectFailed => {
                    continue;
                }
            };
            if let Some(buffered) = all.get(key) {
                buffered.make_due(key, call, self.due);
            }
        }
    }
}

/// Runs `body` on an open bufferevent, its loop's parts and its stream, and makes due what came of it. `None`: its
/// stream was closed, or it was freed.
pub(super) fn with_open<R>(
    runtime: &mut Runtime,
    key: u64,
    body: impl FnOnce(&mut BufferEvent, &mut Streams, &mut EventLoop, StreamId) -> R,
) -> Option<R> {
    let base = runtime.classic.bufferevents.get(key)?.base();
    // A child that goes on with what its parent had gets a loop of its own first.
    super::schedule::start(runtime, base).ok()?;
    let (mut parts, handles) = parts(runtime, base)?;
    let buffered = handles.bufferevents.get(key)?;
    let id = buffered.open(&mut parts)?;
    let events = parts.events.as_deref_mut()?;
    let result = body(buffered, &mut parts.streams.table, events, id);
    parts.tell(handles.bufferevents);
    Some(result)
}

/// Queues bytes. `false`: nothing was taken.
pub(super) fn write(runtime: &mut Runtime, key: u64, bytes: &[u8]) -> bool {
    with_open(runtime, key, |_, streams, events, id| {
        let written: Result<bool, WriteError> = if bytes.is_empty() {
            Ok(true)
        } else {
            streams.write(events, id, bytes)
        };
        written.is_ok()
    })
    .unwrap_or(false)
}

/// Begins to use a direction.
pub(super) fn enable(runtime: &mut Runtime, key: u64, direction: Direction) -> bool {
    let owes_read = with_open(runtime, key, |buffered, streams, events, id| {
        let is_empty = streams.queued(id) == 0;
        streams.enable(events, id, direction);
        if direction == Direction::Reading {
            return std::mem::take(&mut buffered.owes_read);
        }
        // With an empty output the write callback is called once all the same.
        if is_empty {
            streams.await_room(events, id);
        }
        false
    });
    if owes_read == Some(true)
        && let Some(base) = runtime.classic.bufferevents.get(key).map(|it| it.base())
        && let Some((parts, handles)) = parts(runtime, base)
        && let Some(buffered) = handles.bufferevents.get(key)
    {
        buffered.make_due(key, BufferCall::Read, parts.due);
    }
    owes_read.is_some()
}

/// Takes a bufferevent out of its table; to be dropped when no borrow is alive.
pub(super) fn remove(runtime: &mut Runtime, key: u64) -> Option<BufferEvent> {
    let base = runtime.classic.bufferevents.get(key)?.base();
    if let Some((mut parts, handles)) = parts(runtime, base)
        && let Some(buffered) = handles.bufferevents.get(key)
    {
        let is_open = buffered.is_open();
        buffered.abandon(&mut parts, is_open);
    }
    let buffered = runtime.classic.bufferevents.remove(key)?;
    if let Some(base) = base.and_then(|key| runtime.classic.bases.get(key)) {
        base.attached -= 1;
    }
    Some(buffered)
}

/// Why a bufferevent can't be moved to another base.
#[derive(Clone, Copy, Debug)]
pub(super) enum MoveError {
    /// It reads, or holds bytes.
    Busy,
    System(i32),
}

/// Gives a bufferevent another base. What it held of the old one is to be dropped when no borrow is alive.
pub(super) fn attach(
    runtime: &mut Runtime,
    key: u64,
    base: u64,
    handle: Owned,
) -> Result<Option<(u64, Owned)>, MoveError> {
    let system =
        |error: &io::Error| MoveError::System(error.raw_os_error().unwrap_or(libc::EINVAL));
    let settings = with_open(runtime, key, |_, streams, _, id| {
        let is_idle =
            !streams.is_active(id) && streams.input(id).is_empty() && streams.queued(id) == 0;
        let options = streams.options(id).copied().filter(|_| is_idle);
        options.map(|options| (options, streams.is_enabled(id, Direction::Writing)))
    });
    let Some(Some((options, is_writing))) = settings else {
        return Err(MoveError::Busy);
    };
    super::schedule::start(runtime, Some(base)).map_err(|error| system(&error))?;
    let mut stream = runtime
        .classic
        .bufferevents
        .get(key)
        .map_or_else(Owned::undefined, |it| Owned::copy_of(it.stream.zv()));
    // SAFETY: the stream is open, as was found above.
    let fd = unsafe { ffi::kg_stream_fd(stream.zv().0) };
    let id = {
        let (mut parts, _) = parts(runtime, Some(base)).ok_or(MoveError::Busy)?;
        let id = parts
            .streams
            .add(fd, key, options)
            .map_err(|error| system(&error))?;
        if !is_writing && let Some(events) = parts.events.as_deref_mut() {
            parts.streams.table.disable(events, id, Direction::Writing);
        }
        id
    };
    let old = runtime.classic.bufferevents.get(key).map(|it| it.base());
    if let Some((mut parts, handles)) = old.and_then(|old| parts(runtime, old))
        && let Some(buffered) = handles.bufferevents.get(key)
    {
        buffered.abandon(&mut parts, false);
    }
    if let Some(new) = runtime.classic.bases.get(base) {
        new.attached += 1;
    }
    let Some(buffered) = runtime.classic.bufferevents.get(key) else {
        return Err(MoveError::Busy);
    };
    buffered.id = Some(id);
    let old = buffered.base.replace((base, handle));
    if let Some(old) = old
        .as_ref()
        .and_then(|(key, _)| runtime.classic.bases.get(*key))
    {
        old.attached -= 1;
    }
    Ok(old)
}

/// The call of a callback that is due. None is called of a bufferevent that was freed, or whose stream was closed; nor
/// for a direction that was disabled meanwhile.
pub(super) fn prepare(runtime: &mut Runtime, key: u64, call: BufferCall) -> Option<Prepared> {
    let base = runtime.classic.bufferevents.get(key)?.base();
    let (mut parts, handles) = parts(runtime, base)?;
    let buffered = handles.bufferevents.get(key)?;
    match call {
        BufferCall::Read => buffered.is_due[0] = false,
        BufferCall::Write => buffered.is_due[1] = false,
        BufferCall::Error(_) => {}
    }
    let id = buffered.open(&mut parts)?;
    let streams = &parts.streams.table;
    let mut handle = Owned::undefined();
    handle.zv().share_resource(buffered.resource);
    let none = [Owned::undefined(), Owned::undefined()];
    let [first, second] = none;
    match call {
        BufferCall::Read => {
            if streams.input(id).is_empty() {
                return None;
            }
            if !streams.is_enabled(id, Direction::Reading) {
                buffered.owes_read = true;
                return None;
            }
            Some(Prepared::new(
                &mut buffered.read,
                [handle, first, second],
                1,
            ))
        }
        BufferCall::Write => {
            // What was written since is to be sent first: the callback comes then.
            let low = streams.options(id)?.output_low;
            if !streams.is_enabled(id, Direction::Writing) || streams.queued(id) > low {
                return None;
            }
            Some(Prepared::new(
                &mut buffered.write,
                [handle, first, second],
                1,
            ))
        }
        BufferCall::Error(what) => {
            let mut number = first;
            number.zv().set_int(what.into());
            let stream = Owned::copy_of(buffered.stream.zv());
            Some(Prepared::new(
                &mut buffered.error,
                [stream, handle, number],
                3,
            ))
        }
    }
}

/// Whether a bufferevent keeps a loop running.
pub(super) fn has_bufferevents(runtime: &mut Runtime, base: Base) -> bool {
    let Some((mut parts, handles)) = parts(runtime, base) else {
        return false;
    };
    if parts.streams.is_empty() {
        return false;
    }
    let is_alive = |buffered: &mut BufferEvent, parts: &mut Parts<'_>| {
        buffered.base() == base && buffered.is_alive(parts)
    };
    if let Some(buffered) = handles.bufferevents.get(parts.streams.witness)
        && is_alive(buffered, &mut parts)
    {
        return true;
    }
    for (key, buffered) in handles.bufferevents.iter() {
        if is_alive(buffered, &mut parts) {
            parts.streams.witness = key;
            return true;
        }
    }
    false
}

/// In a forked process: the bufferevents of the parent are dead here.
pub(super) fn forget_all(runtime: &mut Runtime) {
    if let Some((mut parts, handles)) = parts(runtime, None) {
        for (_, buffered) in handles.bufferevents.iter() {
            if buffered.base().is_none() {
                buffered.abandon(&mut parts, false);
            }
        }
    }
}

/// Goes on with another stream; what is in the input and the output stays. Gives back the old stream, to be dropped when
/// no borrow is alive; an error is the system's number.
pub(super) fn replace(runtime: &mut Runtime, key: u64, stream: Zv, fd: i32) -> Result<Owned, i32> {
    let code = |error: &io::Error| error.raw_os_error().unwrap_or(libc::EBADF);
    let base = runtime.classic.bufferevents.get(key).map(|it| it.base());
    let base = base.ok_or(libc::EBADF)?;
    super::schedule::start(runtime, base).map_err(|error| code(&error))?;
    let (mut parts, handles) = parts(runtime, base).ok_or(libc::EBADF)?;
    let buffered = handles.bufferevents.get(key).ok_or(libc::EBADF)?;
    match (buffered.id, parts.events.as_deref_mut()) {
        (Some(id), Some(events)) => {
            let replaced = parts.streams.table.replace(events, id, fd);
            replaced.map_err(|error| code(&error))?;
        }
        _ => {
            let added = parts.streams.add(fd, key, default_options());
            buffered.id = Some(added.map_err(|error| code(&error))?);
        }
    }
    let old = std::mem::replace(&mut buffered.stream, Owned::copy_of(stream));
    parts.tell(handles.bufferevents);
    Ok(old)
}
