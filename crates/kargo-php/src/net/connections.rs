//! Reading, writing and closing, and who waits for it.

use std::time::{Duration, Instant};

use kargo_loop::EventLoop;
use kargo_net::streams::{Direction, StreamId, WriteError};

use super::Net;
use super::failure::Failure;
use crate::engine::Thrown;
use crate::serve::runner;
use crate::serve::wait::Wake;

/// A write of more than the output may hold is queued in parts of this size.
const PART_BYTES: usize = 64 << 10;

/// Who waits for a connection.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(super) reader: Option<u64>,
    writers: Vec<u64>,
    /// Whose bytes are queued in part: nobody else's may come between.
    turn: Option<u64>,
}

impl Waiting {
    pub(super) fn keys(self) -> impl Iterator<Item = u64> {
        self.reader.into_iter().chain(self.writers)
    }

    fn is_idle(&self) -> bool {
        self.reader.is_none() && self.writers.is_empty() && self.turn.is_none()
    }
}

/// One look at the state of an operation.
enum Step<T> {
    Done(T),
    Wait(u64),
    Failed(Failure),
}

/// What [`receive`] found in the input.
pub(crate) enum Found {
    /// It was taken.
    Taken,
    /// More has to come.
    NotYet,
    /// What has come will never do.
    Unfit(String),
}

impl Net {
    pub(super) fn wake_reader(&mut self, id: StreamId) {
        if let Some(waiting) = self.waiting.get_mut(&id) {
            self.woken.extend(waiting.reader.take());
        }
        self.forget_idle(id);
    }

    pub(super) fn wake_writers(&mut self, id: StreamId) {
        if let Some(waiting) = self.waiting.get_mut(&id) {
            self.woken.append(&mut waiting.writers);
        }
        self.forget_idle(id);
    }

    pub(super) fn wake_all(&mut self, id: StreamId) {
        self.wake_reader(id);
        self.wake_writers(id);
    }

    fn forget_idle(&mut self, id: StreamId) {
        if self.waiting.get(&id).is_some_and(Waiting::is_idle) {
            self.waiting.remove(&id);
        }
    }

    /// Nobody waits under this key any more.
    pub(super) fn stop_waiting(&mut self, id: StreamId, key: u64) {
        if let Some(waiting) = self.waiting.get_mut(&id) {
            waiting.reader.take_if(|reader| *reader == key);
            waiting.writers.retain(|writer| *writer != key);
        }
        self.forget_idle(id);
    }

    /// The writer whose bytes were queued in part is done, or gives up.
    fn end_turn_of(&mut self, id: StreamId, ticket: Option<u64>) {
        if ticket.is_some()
            && let Some(waiting) = self.waiting.get_mut(&id)
            && waiting.turn == ticket
        {
            waiting.turn = None;
            self.wake_writers(id);
        }
    }

    /// Registers a reader; one at a time.
    pub(super) fn wait_to_read(&mut self, id: StreamId, key: u64) -> Result<(), Failure> {
        let reader = &mut self.waiting.entry(id).or_default().reader;
        if reader.is_some() {
            return Err(Failure::Misuse(
                "another context waits to read from this connection",
            ));
        }
        *reader = Some(key);
        Ok(())
    }

    fn look(
        &mut self,
        events: &mut EventLoop,
        id: StreamId,
        key: u64,
        is_late: bool,
        take: &mut impl FnMut(&mut Self, &mut EventLoop, bool) -> Found,
    ) -> Step<bool> {
        if !self.streams.contains(id) {
            return Step::Failed(Failure::of_stream(self, id, Direction::Reading));
        }
        let is_over = self.streams.is_over(id, Direction::Reading) || self.is_draining;
        match take(self, events, is_over) {
            Found::Taken => return Step::Done(true),
            Found::Unfit(text) => return Step::Failed(Failure::Protocol(text)),
            Found::NotYet => {}
        }
        if is_over {
            return if self.streams.error(id, Direction::Reading).is_some() {
                Step::Failed(Failure::of_stream(self, id, Direction::Reading))
            } else {
                Step::Done(false)
            };
        }
        if is_late {
            let text = "nothing came in time".to_owned();
            return Step::Failed(Failure::TimedOut(text));
        }
        match self.wait_to_read(id, key) {
            Ok(()) => Step::Wait(key),
            Err(failure) => Step::Failed(failure),
        }
    }

    /// Queues what there is room for. `taken` counts it, `ticket` is whose turn it is to queue more.
    fn queue(
        &mut self,
        events: &mut EventLoop,
        id: StreamId,
        key: u64,
        bytes: &[u8],
        taken: &mut usize,
        ticket: &mut Option<u64>,
    ) -> Step<()> {
        let is_others_turn = self
            .waiting
            .get(&id)
            .is_some_and(|waiting| waiting.turn.is_some() && waiting.turn != *ticket);
        if is_others_turn && self.can_write(id) {
            self.waiting.entry(id).or_default().writers.push(key);
            return Step::Wait(key);
        }
        let high = self
            .streams
            .options(id)
            .map_or(0, |options| options.output_high);
        loop {
            let rest = &bytes[*taken..];
            let part = if bytes.len() <= high {
                rest
            } else {
                &rest[..rest.len().min(PART_BYTES)]
            };
            match self.streams.write(events, id, part) {
                Ok(_) => *taken += part.len(),
                Err(WriteError::Full) => {
                    let waiting = self.waiting.entry(id).or_default();
                    if *taken != 0 && ticket.is_none() {
                        waiting.turn = Some(key);
                        *ticket = Some(key);
                    }
                    waiting.writers.push(key);
                    return Step::Wait(key);
                }
                Err(WriteError::Over) => {
                    self.end_turn_of(id, *ticket);
                    return Step::Failed(Failure::of_stream(self, id, Direction::Writing));
                }
            }
            if *taken == bytes.len() {
                self.end_turn_of(id, *ticket);
                return Step::Done(());
            }
        }
    }

    fn can_write(&self, id: StreamId) -> bool {
        self.streams.contains(id) && !self.streams.is_over(id, Direction::Writing)
    }

    /// Queues all of it or nothing, now.
    pub(crate) fn try_write(
        &mut self,
        events: &mut EventLoop,
        id: StreamId,
        bytes: &[u8],
    ) -> Result<bool, Failure> {
        let waits = self
            .waiting
            .get(&id)
            .is_some_and(|waiting| waiting.turn.is_some() || !waiting.writers.is_empty());
        if waits && self.can_write(id) {
            return Ok(false);
        }
        match self.streams.write(events, id, bytes) {
            Ok(_) => Ok(true),
            Err(WriteError::Full) => Ok(false),
            Err(WriteError::Over) => Err(Failure::of_stream(self, id, Direction::Writing)),
        }
    }

    /// Sends what is queued, then closes; whoever waits for the connection is told.
    pub(crate) fn close(&mut self, events: &mut EventLoop, id: StreamId) {
        self.streams.close(events, id);
        self.wake_all(id);
    }

    /// Closes at once.
    pub(crate) fn abort(&mut self, events: &mut EventLoop, id: StreamId) {
        self.streams.abort(events, id);
        self.wake_all(id);
    }
}

/// Waits until `take` has found what it looks for in the input; it is also told whether more can come. `false`: the peer
/// has ended its side, and what is left will not do.
///
/// # Errors
/// An exception is pending.
pub(crate) fn receive(
    id: StreamId,
    timeout: Option<Duration>,
    mut take: impl FnMut(&mut Net, &mut EventLoop, bool) -> Found,
) -> Result<bool, Thrown> {
    let deadline = timeout.map(|timeout| Instant::now() + timeout);
    let mut is_late = false;
    loop {
        let step = super::with(|net, events, key| net.look(events, id, key, is_late, &mut take))?;
        let key = match step {
            Step::Done(found) => return Ok(found),
            Step::Failed(failure) => return Err(failure.raise()),
            Step::Wait(key) => key,
        };
        let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let woken = super::wait(key, rest);
        super::with_existing(|net, _| net.stop_waiting(id, key));
        is_late = woken? == Wake::TimedOut;
    }
}

/// Queues all of `bytes`, waiting for room. Outside of a loop they are sent at once.
///
/// # Errors
/// An exception is pending.
pub(crate) fn send(id: StreamId, bytes: &[u8]) -> Result<(), Thrown> {
    let (mut taken, mut ticket) = (0, None);
    loop {
        let is_running = runner::is_running();
        let step = super::with(|net, events, key| {
            let step = net.queue(events, id, key, bytes, &mut taken, &mut ticket);
            if !is_running {
                net.streams.flush(events, id);
            }
            step
        })?;
        let key = match step {
            Step::Done(()) => return Ok(()),
            Step::Failed(failure) => return Err(failure.raise()),
            Step::Wait(key) => key,
        };
        let woken = super::wait(key, None);
        super::with_existing(|net, _| {
            net.stop_waiting(id, key);
            if woken.is_err() {
                net.end_turn_of(id, ticket);
            }
        });
        woken?;
    }
}
