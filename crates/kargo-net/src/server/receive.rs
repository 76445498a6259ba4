//! Bytes from sockets: one receive per ready connection and turn.

use std::io;

use kargo_loop::EventLoop;
use kargo_loop::Readiness;

use super::KIND_CONNECTION;
use super::RECEIVE_BYTES;
use super::Server;
use super::batch::Batch;
use super::batch::NOBODY;
use super::connection::Phase;
use super::connection::State;
use crate::RequestId;

/// Room made for a head of which a part has come.
const HEAD_ROOM: usize = 4 << 10;

impl Server {
    pub(super) fn connection_ready(
        &mut self,
        events: &mut EventLoop,
        index: u32,
        readiness: Readiness,
    ) {
        self.settle_batch(events);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if connection.is_calm() && readiness.is_readable() {
            return self.receive_message(events, index, readiness.is_peer_closed());
        }
        if connection.has_output() || connection.state == State::Streaming {
            if readiness.is_hang_up() && connection.state != State::Reading {
                return self.close(events, index);
            }
            let is_plain = connection.transport.is_plain();
            if readiness.is_writable() || !is_plain {
                self.send_pending(events, index);
            }
        }
        let Some(connection) = self.connections.get(index) else {
            return;
        };
        let is_plain = connection.transport.is_plain();
        if !readiness.is_readable() && is_plain {
            return;
        }
        match connection.state {
            // It has its turn without this event.
            State::Reading if connection.is_queued => self.tell_again(events, index),
            State::Reading if connection.is_paused => {
                self.note_while_busy(events, index, readiness);
            }
            State::Reading => self.receive(events, index, readiness.is_peer_closed()),
            State::Working | State::Streaming | State::Closing => {
                if readiness.is_hang_up() {
                    return self.close(events, index);
                }
                self.note_while_busy(events, index, readiness);
            }
            State::Lingering => self.discard(events, index, readiness.is_peer_closed()),
            State::Gone => {}
        }
    }

    /// Something came while the connection is not ready for it: it stays in the socket.
    fn note_while_busy(&mut self, events: &mut EventLoop, index: u32, readiness: Readiness) {
        let generation = self.connections.generation(index);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if connection.codec.is_some() {
            return self.receive_streams(events, index);
        }
        connection.is_paused = true;
        if readiness.is_peer_closed() && !connection.is_half_closed {
            connection.is_half_closed = true;
            if matches!(connection.state, State::Working | State::Streaming) {
                let stream = connection.stream;
                self.half_closed.push_back(RequestId {
                    connection: index,
                    generation,
                    stream,
                });
            }
        }
        self.update_interest(events, index);
    }

    /// One receive; what came becomes the batch. `is_ending`: the peer's end of the stream waits behind it.
    pub(super) fn receive(&mut self, events: &mut EventLoop, index: u32, is_ending: bool) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if connection.codec.is_some() {
            return self.receive_streams(events, index);
        }
        if connection.partial.is_some() {
            return self.receive_more(events, index, is_ending);
        }
        self.receive_message(events, index, is_ending);
    }

    /// The beginning of a message, or more than one.
    #[inline]
    fn receive_message(&mut self, events: &mut EventLoop, index: u32, is_ending: bool) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        // An end that was told before is not told again by itself.
        let is_ending = is_ending || connection.is_half_closed;
        match connection.transport.read(&mut self.received) {
            Ok(0) => self.close(events, index),
            Ok(got) => {
                self.batch = Batch {
                    connection: index,
                    taken: 0,
                    rest: 0..got,
                    own: None,
                    current: None,
                };
                if got == RECEIVE_BYTES || is_ending {
                    self.tell_again(events, index);
                }
            }
            Err(error) => self.after_read_error(events, index, &error),
        }
    }

    /// The rest of a message whose beginning is in the connection's own memory.
    fn receive_more(&mut self, events: &mut EventLoop, index: u32, is_ending: bool) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let Some(partial) = &mut connection.partial else {
            return;
        };
        if matches!(partial.phase, Phase::Spooled(_)) {
            return self.receive_spooled(events, index, is_ending);
        }
        let have = connection.input.len();
        let room = match &partial.phase {
            Phase::Head(_) => HEAD_ROOM,
            // Never more at once than has come already: a length is only a promise.
            Phase::Length { end, .. } => (end - have).min(have.max(RECEIVE_BYTES)),
            Phase::Chunked { .. } | Phase::Spooled(_) => RECEIVE_BYTES,
        };
        match connection
            .transport
            .read_append(&mut connection.input, room)
        {
            // In the middle of a message: there is nobody to answer.
            Ok(0) => return self.close(events, index),
            Ok(got) if got == room || is_ending || connection.is_half_closed => {
                self.tell_again(events, index);
            }
            Ok(_) => {}
            Err(error) => return self.after_read_error(events, index, &error),
        }
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let Some(partial) = &mut connection.partial else {
            return;
        };
        let has_all = match &partial.phase {
            Phase::Length { end, .. } => connection.input.len() >= *end,
            Phase::Head(_) | Phase::Chunked { .. } | Phase::Spooled(_) => true,
        };
        if !matches!(partial.phase, Phase::Head(_)) {
            let due = partial.due;
            let soon = self.moment(events, self.options.body_timeout);
            self.set_deadline_at(events, index, soon.min(due));
        }
        let has_unread = self
            .connections
            .get(index)
            .is_some_and(|it| it.transport.has_unread());
        if has_all {
            self.load_input(index);
        } else if has_unread {
            self.enqueue(events, index);
        }
    }

    /// Makes the connection's own bytes the batch.
    pub(super) fn load_input(&mut self, index: u32) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let own = std::mem::take(&mut connection.input);
        self.batch = Batch {
            connection: index,
            taken: 0,
            rest: 0..own.len(),
            own: Some(own),
            current: None,
        };
    }

    pub(super) fn after_read_error(
        &mut self,
        events: &mut EventLoop,
        index: u32,
        error: &io::Error,
    ) {
        match error.kind() {
            // A transport may have to write before it can read; a socket was ready for nothing.
            io::ErrorKind::WouldBlock => self.update_interest(events, index),
            io::ErrorKind::Interrupted => self.tell_again(events, index),
            _ => self.close(events, index),
        }
    }

    /// What is ready now was not looked at to its end: it is told once more in the next turn.
    #[cold]
    pub(super) fn tell_again(&mut self, events: &mut EventLoop, index: u32) {
        if let Some(connection) = self.connections.get(index)
            && events.rearm(connection.transport.raw_fd()).is_err()
        {
            self.close(events, index);
        }
    }

    /// Tells the loop what the connection waits for, if that has changed.
    #[inline]
    pub(super) fn update_interest(&mut self, events: &mut EventLoop, index: u32) {
        let token = self.token(KIND_CONNECTION, index);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let wanted = connection.wanted_interest();
        if wanted != connection.interest && connection.state != State::Gone {
            connection.interest = wanted;
            if events
                .modify(connection.transport.raw_fd(), wanted, token)
                .is_err()
            {
                self.close(events, index);
            }
        }
    }

    /// The connection reads again: what it has already, or what comes.
    pub(super) fn resume_reading(&mut self, events: &mut EventLoop, index: u32) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if connection.state != State::Reading || connection.has_output() {
            return;
        }
        let has_bytes = (connection.partial.is_none() && !connection.input.is_empty())
            || connection.transport.has_unread();
        if has_bytes {
            return self.enqueue(events, index);
        }
        if connection.is_paused {
            connection.is_paused = false;
            self.update_interest(events, index);
        }
        self.await_request(events, index);
    }

    /// Sets the deadline for what a connection in [`State::Reading`] waits for.
    pub(super) fn await_request(&mut self, events: &mut EventLoop, index: u32) {
        let Some(connection) = self.connections.get(index) else {
            return;
        };
        match &connection.partial {
            Some(partial) => {
                let due = partial.due;
                let at = match partial.phase {
                    Phase::Head(_) => due,
                    _ => due.min(self.moment(events, self.options.body_timeout)),
                };
                self.set_deadline_at(events, index, at);
            }
            None if self.drain_until.is_some() => self.close_at_leisure(events, index),
            None => self.set_deadline(events, index, self.options.keep_alive_timeout),
        }
    }

    /// Whether the batch is this connection's.
    pub(super) fn has_batch(&self, index: u32) -> bool {
        index != NOBODY && self.batch.connection == index
    }
}
