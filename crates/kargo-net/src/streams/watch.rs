//! What the loop watches for a stream, and its timeouts.
//!
//! Registrations change seldom: reading that is paused stays registered until the kernel tells of bytes that nobody
//! wants, and writability is asked for only after the kernel took less than there was. Timers change seldom as well:
//! activity moves a deadline, which is a field; the timer notices when it rings that it was too early.

use std::io;
use std::time::Instant;

use kargo_loop::EventLoop;
use kargo_loop::Interest;

use super::Direction;
use super::KIND_STREAM;
use super::KIND_TIMER;
use super::StreamEvent;
use super::StreamId;
use super::Streams;
use super::stream::Phase;
use super::stream::Side;
use crate::Transport;

impl Streams {
    /// Has the loop watch for what is wanted, at least.
    pub(super) fn update_watch(&mut self, events: &mut EventLoop, id: StreamId) {
        self.watch(events, id, true);
    }

    /// Has the loop watch for what is wanted, and nothing else.
    pub(super) fn settle_watch(&mut self, events: &mut EventLoop, id: StreamId) {
        self.watch(events, id, false);
    }

    fn watch(&mut self, events: &mut EventLoop, id: StreamId, is_lazy: bool) {
        let token = self.token(KIND_STREAM, id.0.index);
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if matches!(stream.transport, Transport::Closed) {
            return;
        }
        let fd = stream.transport.raw_fd();
        let wanted = stream
            .transport
            .interest(stream.wants_input(), stream.wants_room());
        let result = match stream.watched {
            Some(watched) if watched == wanted => return,
            Some(watched) if is_lazy && watched == wanted.and(Interest::READABLE) => return,
            Some(_) if events.is_watched_as(fd, token) => events.modify(fd, wanted, token),
            // The owner has closed the descriptor, and its number is watched for somebody else.
            Some(_) => Err(io::Error::from_raw_os_error(libc::EBADF)),
            None if wanted == Interest::NONE => return,
            None => events.add(fd, wanted, token),
        };
        match result {
            Ok(()) => stream.watched = Some(wanted),
            Err(error) => {
                // What the loop does not know any more is not to be asked for again.
                stream.watched = None;
                if events.is_watched_as(fd, token) {
                    let _ = events.remove(fd);
                }
                let direction = if stream.wants_input() {
                    Direction::Reading
                } else {
                    Direction::Writing
                };
                self.fail(events, id, direction, error);
            }
        }
    }

    /// Has the loop forget a stream's descriptor, unless its number belongs to somebody else by now.
    pub(super) fn unwatch(&mut self, events: &mut EventLoop, id: StreamId) {
        let token = self.token(KIND_STREAM, id.0.index);
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        events.cancel_deferred(token);
        let fd = stream.transport.raw_fd();
        if stream.watched.take().is_some() && events.is_watched_as(fd, token) {
            // Fails only in a forked child, where there is nothing to remove.
            let _ = events.remove(fd);
        }
    }

    /// The options have changed.
    pub(super) fn restart_timeouts(&mut self, events: &mut EventLoop, id: StreamId) {
        let now = Instant::now();
        self.start_read_timeout(events, id, now);
        if self
            .streams
            .get(id.0)
            .is_some_and(|stream| stream.is_blocked && matches!(stream.phase, Phase::Open))
        {
            self.start_write_timeout(events, id, now);
        }
    }

    /// The peer has so much time to send something. Not while we do not want it.
    pub(super) fn start_read_timeout(
        &mut self,
        events: &mut EventLoop,
        id: StreamId,
        now: Instant,
    ) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if !matches!(stream.phase, Phase::Open) {
            return;
        }
        let is_waiting = stream.wants_input();
        let timeout = stream.options.read_timeout.filter(|_| is_waiting);
        stream.reading.deadline = timeout.map(|timeout| now + timeout);
        self.set_timer(events, id);
    }

    /// The peer has so much time to take something.
    pub(super) fn start_write_timeout(
        &mut self,
        events: &mut EventLoop,
        id: StreamId,
        now: Instant,
    ) {
        if let Some(stream) = self.streams.get_mut(id.0) {
            stream.writing.deadline = stream.options.write_timeout.map(|timeout| now + timeout);
            self.set_timer(events, id);
        }
    }

    /// Sees to it that the timer rings at the earlier deadline, or before.
    pub(super) fn set_timer(&mut self, events: &mut EventLoop, id: StreamId) {
        let token = self.token(KIND_TIMER, id.0.index);
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        let deadlines = [stream.reading.deadline, stream.writing.deadline];
        let Some(earliest) = deadlines.into_iter().flatten().min() else {
            return;
        };
        if let Some((timer, at)) = stream.timer {
            if at <= earliest {
                return;
            }
            events.cancel_timer(timer);
        }
        stream.timer = Some((events.set_timer(earliest, token), earliest));
    }

    pub(super) fn timer_rang(&mut self, events: &mut EventLoop, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        stream.timer = None;
        let now = Instant::now();
        let is_over =
            |side: &mut Side| side.deadline.take_if(|deadline| *deadline <= now).is_some();
        let (reading, writing) = (is_over(&mut stream.reading), is_over(&mut stream.writing));
        match stream.phase {
            Phase::Connecting(_) if writing => return self.attempt_timed_out(events, id),
            Phase::Closing | Phase::Lingering(_) if writing => return self.remove(events, id),
            _ => {}
        }
        for (has_timed_out, direction) in
            [(reading, Direction::Reading), (writing, Direction::Writing)]
        {
            if has_timed_out {
                stream.side_mut(direction).is_enabled = false;
            }
        }
        if reading {
            self.tell(id, StreamEvent::TimedOut(Direction::Reading));
        }
        if writing {
            self.tell(id, StreamEvent::TimedOut(Direction::Writing));
        }
        self.update_watch(events, id);
        self.set_timer(events, id);
    }
}
