//! Streams on descriptors that somebody else owns.

use std::io;

use kargo_loop::EventLoop;

use super::StreamId;
use super::StreamOptions;
use super::Streams;
use super::stream::Phase;
use super::stream::Side;
use crate::Transport;
use crate::sys::borrowed::BorrowedDescriptor;

impl Streams {
    /// Adds a descriptor that somebody else owns: a pipe or a socket, made non-blocking. It is never closed here. Its
    /// owner should call [`Self::abort`] before or after closing it; what happens in between finds the stream failed.
    ///
    /// # Errors
    /// What the system says of a number that is not open.
    pub fn borrow(&mut self, fd: i32, options: StreamOptions) -> io::Result<StreamId> {
        let borrowed = BorrowedDescriptor::of(fd)?;
        Ok(self.add(Transport::Borrowed(borrowed), options))
    }

    /// Goes on with another descriptor, which somebody else owns as well. What is in the input and the output stays; a
    /// direction that was over is not any more, and keeps being used or left alone. The old descriptor is left to its
    /// owner, and closed if it was ours.
    ///
    /// # Errors
    /// What the system says of a number that is not open; nothing has changed then.
    pub fn replace(&mut self, events: &mut EventLoop, id: StreamId, fd: i32) -> io::Result<()> {
        let borrowed = BorrowedDescriptor::of(fd)?;
        self.unwatch(events, id);
        let Some(stream) = self.open_mut(id) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        stream.transport = Transport::Borrowed(borrowed);
        stream.phase = Phase::Open;
        for side in [&mut stream.reading, &mut stream.writing] {
            *side = Side::new(side.is_enabled);
        }
        stream.is_blocked = false;
        stream.forget_events();
        if stream.has_output() {
            stream.owes_drained = true;
            self.flush(events, id);
        }
        self.resume_reading(events, id);
        Ok(())
    }

    /// Appends bytes to the input that its owner has received before it gave the descriptor away. Nothing is told.
    pub fn feed(&mut self, id: StreamId, bytes: &[u8]) {
        if let Some(stream) = self.open_mut(id) {
            stream.append_input(bytes);
        }
    }

    /// Tells [`super::StreamEvent::Drained`] as soon as the kernel would take something, though nothing is queued: where
    /// a connection is under way that its owner has begun, that is when it has come about or failed.
    pub fn await_room(&mut self, events: &mut EventLoop, id: StreamId) {
        if let Some(stream) = self.open_mut(id)
            && !stream.writing.is_over
        {
            stream.owes_drained = true;
            stream.awaits_room = true;
            self.update_watch(events, id);
        }
    }

    /// Whether something is still to come of a stream by itself: bytes, room for some, or a timeout.
    pub fn is_active(&self, id: StreamId) -> bool {
        self.open(id).is_some_and(|stream| {
            stream.reading.is_active()
                || stream.awaits_room && stream.writing.is_active()
                || stream.has_output() && stream.writing.is_active()
        })
    }

    /// Has a loop that is new watch everything: the process was forked, and the old loop was the parent's.
    pub fn rewatch(&mut self, events: &mut EventLoop) {
        let places: Vec<_> = self.streams.places().collect();
        for id in places.into_iter().map(StreamId) {
            if let Some(stream) = self.streams.get_mut(id.0) {
                stream.watched = None;
                stream.timer = None;
            }
            self.update_watch(events, id);
            self.set_timer(events, id);
            self.read_on(events, id);
        }
    }
}
