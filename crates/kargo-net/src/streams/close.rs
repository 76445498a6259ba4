//! How streams end.

use std::io;
use std::time::Instant;

use kargo_loop::EventLoop;

use super::Direction;
use super::StreamEvent;
use super::StreamId;
use super::Streams;
use super::stream::Phase;
use crate::Transport;

/// How much a closed stream discards of what its peer still sends.
const LINGER_BYTES: usize = 1 << 20;

impl Streams {
    /// Sends what is queued, then closes. For its user the stream is gone at once; the last bytes take
    /// [`super::StreamOptions::close_timeout`] at most. A borrowed descriptor is left to its owner, after one attempt
    /// to send.
    pub fn close(&mut self, events: &mut EventLoop, id: StreamId) {
        let Some(stream) = self.open_mut(id) else {
            return;
        };
        if matches!(stream.transport, Transport::Borrowed(_)) {
            self.flush(events, id);
            return self.remove(events, id);
        }
        if !matches!(stream.phase, Phase::Open)
            || (stream.writing.is_over && stream.reading.is_over)
        {
            return self.remove(events, id);
        }
        stream.phase = Phase::Closing;
        stream.input = Vec::new();
        stream.consumed = 0;
        stream.writing.is_enabled = true;
        stream.reading.deadline = None;
        stream.writing.deadline = Some(Instant::now() + stream.options.close_timeout);
        stream.forget_events();
        self.closing += 1;
        self.set_timer(events, id);
        if self
            .streams
            .get(id.0)
            .is_some_and(|stream| stream.writing.is_over)
        {
            return self.all_is_sent(events, id);
        }
        self.flush(events, id);
    }

    /// Ends a stream at once; what is queued is dropped. A borrowed descriptor is left to its owner, and if that one has
    /// closed it already, the number, which may be somebody else's by now, is not touched.
    pub fn abort(&mut self, events: &mut EventLoop, id: StreamId) {
        if self.open(id).is_some() {
            self.remove(events, id);
        }
    }

    /// Gives a connection up, because its peer is too slow for instance: both directions are over by this error, what is
    /// queued is dropped, the descriptor is closed. What was received stays. Nothing is told.
    pub fn give_up(&mut self, events: &mut EventLoop, id: StreamId, error: io::ErrorKind) {
        if self.open(id).is_none() {
            return;
        }
        self.unwatch(events, id);
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        stream.transport = Transport::Closed;
        stream.output = Vec::new();
        stream.sent = 0;
        stream.is_blocked = false;
        for side in [&mut stream.reading, &mut stream.writing] {
            side.deadline = None;
            // A peer that has ended its side has done so.
            if !std::mem::replace(&mut side.is_over, true) {
                side.error = Some(error.into());
            }
        }
        stream.forget_events();
    }

    /// Closes all streams, as [`Self::close`] does.
    pub fn close_all(&mut self, events: &mut EventLoop) {
        for place in self.streams.places().collect::<Vec<_>>() {
            self.close(events, StreamId(place));
        }
    }

    /// Ends all streams at once, also those that [`Self::close`] was called for.
    pub fn abort_all(&mut self, events: &mut EventLoop) {
        for place in self.streams.places().collect::<Vec<_>>() {
            self.remove(events, StreamId(place));
        }
    }

    /// For a child that was forked: drops all streams and listeners of the parent's, this process's copies of their
    /// descriptors included. Ids stay unique.
    pub fn abandon(&mut self) {
        for place in self.streams.places().collect::<Vec<_>>() {
            drop(self.streams.remove(place));
        }
        for place in self.doors.places().collect::<Vec<_>>() {
            drop(self.doors.remove(place));
        }
        self.closing = 0;
    }

    /// Everything that a closed stream had to send is sent.
    pub(super) fn all_is_sent(&mut self, events: &mut EventLoop, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        let peer_may_send = !stream.reading.is_over && stream.transport.has_bytes_waiting();
        if !peer_may_send || stream.transport.shutdown_write().is_err() {
            return self.remove(events, id);
        }
        stream.phase = Phase::Lingering(LINGER_BYTES);
        self.update_watch(events, id);
    }

    /// A direction has failed.
    pub(super) fn fail(
        &mut self,
        events: &mut EventLoop,
        id: StreamId,
        direction: Direction,
        error: io::Error,
    ) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if stream.phase.is_closing() {
            return self.remove(events, id);
        }
        // A connection that can't be read is gone; one that can't be written may still hold bytes of the peer's.
        if direction == Direction::Reading {
            stream.reading.is_over = true;
            stream.reading.deadline = None;
        }
        stream.writing.is_over = true;
        stream.writing.deadline = None;
        stream.output = Vec::new();
        stream.sent = 0;
        stream.is_blocked = false;
        stream.owes_drained = false;
        let side = stream.side_mut(direction);
        if side.error.is_none() {
            side.error = Some(error);
            self.tell(id, StreamEvent::Failed(direction));
        }
        self.settle_watch(events, id);
    }

    /// Takes a stream out of the table and the loop. The descriptor is closed if it is ours.
    pub(super) fn remove(&mut self, events: &mut EventLoop, id: StreamId) {
        self.unwatch(events, id);
        let Some(stream) = self.streams.remove(id.0) else {
            return;
        };
        if let Some((timer, _)) = stream.timer {
            events.cancel_timer(timer);
        }
        if stream.phase.is_closing() {
            self.closing -= 1;
        }
        let door = stream.door;
        drop(stream);
        if let Some(door) = door {
            self.accepted_one_ended(events, door);
        }
    }
}
