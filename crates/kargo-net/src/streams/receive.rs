//! Bytes from sockets, and what users do with them.

use std::time::Instant;

use kargo_loop::EventLoop;
use kargo_loop::Readiness;

use super::Direction;
use super::KIND_STREAM;
use super::RECEIVE_BYTES;
use super::StreamEvent;
use super::StreamId;
use super::Streams;
use super::stream::Phase;
use super::stream::Stream;
use crate::sys::is_temporary;
use crate::sys::socket;

/// What a stream's input has to say about its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The line has so many bytes, and so many with its end: consume these.
    Complete {
        /// Without the line end.
        len: usize,
        /// With it.
        consumed: usize,
    },
    /// Its end has not come yet.
    Incomplete,
    /// It is longer than allowed, or than the input may get.
    TooLong,
}

impl Streams {
    /// Begins to use a direction. Reading: the loop tells of arrivals, and the timeout runs.
    pub fn enable(&mut self, events: &mut EventLoop, id: StreamId, direction: Direction) {
        let Some(stream) = self.open_mut(id) else {
            return;
        };
        let side = stream.side_mut(direction);
        if side.is_enabled {
            return;
        }
        side.is_enabled = true;
        match direction {
            Direction::Reading => self.resume_reading(events, id),
            Direction::Writing => self.flush(events, id),
        }
    }

    /// Leaves a direction alone: nothing is received, or nothing is sent, and its timeout does not run.
    pub fn disable(&mut self, events: &mut EventLoop, id: StreamId, direction: Direction) {
        let Some(stream) = self.open_mut(id) else {
            return;
        };
        let side = stream.side_mut(direction);
        side.is_enabled = false;
        if !matches!(stream.phase, Phase::Connecting(_)) {
            stream.side_mut(direction).deadline = None;
        }
        self.update_watch(events, id);
    }

    /// Whether a direction is used.
    pub fn is_enabled(&self, id: StreamId, direction: Direction) -> bool {
        self.open(id)
            .is_some_and(|stream| stream.side(direction).is_enabled)
    }

    /// What was received and not consumed yet.
    pub fn input(&self, id: StreamId) -> &[u8] {
        self.open(id)
            .map_or(&[], |stream| &stream.input[stream.consumed..])
    }

    /// Uses up the first bytes of the input. Reading goes on if it was paused at the high mark.
    pub fn consume(&mut self, events: &mut EventLoop, id: StreamId, bytes: usize) {
        let Some(stream) = self.open_mut(id) else {
            return;
        };
        let was_full = stream.buffered() >= stream.options.input_high;
        stream.consumed += bytes.min(stream.buffered());
        stream.scanned = 0;
        if stream.buffered() == 0 {
            // An idle connection owns no buffer.
            stream.input = Vec::new();
            stream.consumed = 0;
        }
        if was_full {
            self.resume_reading(events, id);
        }
    }

    /// Looks for the first line of the input, which ends with LF or CR LF and has at most `limit` bytes before that.
    /// Bytes that were looked at are not looked at again.
    pub fn find_line(&mut self, id: StreamId, limit: usize) -> Line {
        let Some(stream) = self.open_mut(id) else {
            return Line::Incomplete;
        };
        let input = &stream.input[stream.consumed..];
        match memchr::memchr(b'\n', &input[stream.scanned..]) {
            Some(found) => {
                let end = stream.scanned + found;
                let len = end - usize::from(end > 0 && input[end - 1] == b'\r');
                if len > limit {
                    return Line::TooLong;
                }
                Line::Complete {
                    len,
                    consumed: end + 1,
                }
            }
            None => {
                stream.scanned = input.len();
                let may_be_cr = usize::from(input.last() == Some(&b'\r'));
                if input.len() - may_be_cr > limit || input.len() >= stream.options.input_high {
                    return Line::TooLong;
                }
                Line::Incomplete
            }
        }
    }

    /// The loop says that a socket is ready.
    pub(super) fn stream_ready(&mut self, events: &mut EventLoop, id: StreamId, is: Readiness) {
        let Some(stream) = self.streams.get(id.0) else {
            return;
        };
        if matches!(stream.phase, Phase::Connecting(_)) {
            return self.connect_ready(events, id);
        }
        // A layer may have to write in order to read, or the other way round.
        let is_layered = !stream.transport.is_plain();
        if (is.is_readable() || is_layered) && stream.wants_input() {
            self.receive(events, id);
        }
        let Some(stream) = self.streams.get(id.0) else {
            return;
        };
        if is.is_writable() && stream.awaits_room
            || (is.is_writable() || is_layered) && stream.has_output()
        {
            self.has_room(events, id);
        }
        let Some(stream) = self.streams.get(id.0) else {
            return;
        };
        if is.is_hang_up() && !stream.wants_input() {
            self.hung_up(events, id, is);
        } else {
            self.settle_watch(events, id);
        }
    }

    /// Both sides of the connection are over and nothing is to be read: the kernel would tell it again and again.
    fn hung_up(&mut self, events: &mut EventLoop, id: StreamId, is: Readiness) {
        self.unwatch(events, id);
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        // Bytes that are there may still be wanted, so an error counts only where reading is over.
        if is.is_error()
            && stream.reading.is_over
            && !stream.writing.is_over
            && let Some(error) = socket::take_error(stream.transport.raw_fd())
        {
            self.fail(events, id, Direction::Writing, error);
        }
    }

    /// Receives once.
    pub(super) fn receive(&mut self, events: &mut EventLoop, id: StreamId) {
        if self.received.is_empty() {
            self.received = vec![0; RECEIVE_BYTES].into_boxed_slice();
        }
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if !stream.wants_input() {
            return;
        }
        let room = match stream.phase {
            Phase::Open => stream.options.input_high - stream.buffered(),
            _ => RECEIVE_BYTES,
        };
        let room = room.min(RECEIVE_BYTES);
        match stream.transport.read(&mut self.received[..room]) {
            Ok(0) => self.peer_ended(events, id),
            Ok(got) => {
                if let Phase::Lingering(left) = &mut stream.phase {
                    *left = left.saturating_sub(got);
                    if *left == 0 {
                        self.remove(events, id);
                    }
                    return;
                }
                stream.append_input(&self.received[..got]);
                let is_enough = stream.buffered() >= stream.options.input_low;
                if is_enough {
                    self.tell(id, StreamEvent::Readable);
                }
                self.received_something(events, id);
            }
            Err(error) if is_temporary(&error) => {}
            Err(error) => self.fail(events, id, Direction::Reading, error),
        }
    }

    /// Moves the timeout, and goes on with what the transport holds back.
    fn received_something(&mut self, events: &mut EventLoop, id: StreamId) {
        let now = events.now();
        self.start_read_timeout(events, id, now);
        self.read_on(events, id);
    }

    /// The transport may hold bytes that the kernel does not know of.
    pub(super) fn read_on(&mut self, events: &mut EventLoop, id: StreamId) {
        if let Some(stream) = self.streams.get(id.0)
            && stream.wants_input()
            && stream.transport.has_unread()
        {
            let token = self.token(KIND_STREAM, id.0.index);
            events.cancel_deferred(token);
            events.defer(token);
        }
    }

    pub(super) fn resume_reading(&mut self, events: &mut EventLoop, id: StreamId) {
        self.update_watch(events, id);
        self.start_read_timeout(events, id, Instant::now());
        self.read_on(events, id);
    }

    fn peer_ended(&mut self, events: &mut EventLoop, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if stream.phase.is_closing() {
            return self.remove(events, id);
        }
        stream.reading.is_over = true;
        stream.reading.deadline = None;
        self.tell(id, StreamEvent::End);
        self.settle_watch(events, id);
    }
}

impl Stream {
    pub(super) fn append_input(&mut self, bytes: &[u8]) {
        // Moving what is left costs no more than what was consumed before.
        if self.consumed != 0 && self.consumed >= self.buffered() {
            self.input.drain(..self.consumed);
            self.consumed = 0;
        }
        self.input.extend_from_slice(bytes);
    }
}
