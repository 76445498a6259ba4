//! Deadlines: one field per connection, one timer for all of them.
//!
//! A request moves its connection's deadline and touches no timer. The timer comes for the earliest deadline it was
//! set for, looks at all of them, ends what is due and sets itself anew.

use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;
use kargo_loop::TimerId;

use super::KIND_SWEEP;
use super::Server;
use super::connection::State;
use super::slab::NEVER;

/// Connections per millisecond between two sweeps. A sweep reads 8 bytes per connection, so this keeps it below 1 % of
/// the time; with 10,000 connections deadlines are at most 51 ms late.
const CONNECTIONS_PER_MS: u64 = 200;

/// When the next sweep comes.
#[derive(Debug)]
pub(super) struct Sweep {
    /// Deadlines are milliseconds since then.
    epoch: Instant,
    timer: Option<TimerId>,
    /// What the timer is set for.
    at: u64,
    /// The turn's time, and the same in milliseconds.
    cached: (Instant, u64),
    /// The keep-alive timeout in milliseconds.
    keep_alive_ms: u64,
}

impl Sweep {
    pub(super) fn new(epoch: Instant, keep_alive: Duration) -> Self {
        Self {
            epoch,
            timer: None,
            at: NEVER,
            cached: (epoch, 0),
            // A hundred years are enough, and leave room to add.
            keep_alive_ms: u64::try_from(keep_alive.as_millis())
                .map_or(3 << 40, |ms| (ms + 1).min(3 << 40)),
        }
    }

    /// The turn's time in milliseconds.
    #[inline]
    fn now_ms(&mut self, events: &EventLoop) -> u64 {
        let now = events.now();
        if now != self.cached.0 {
            let elapsed = now.saturating_duration_since(self.epoch);
            self.cached = (
                now,
                elapsed.as_secs() * 1000 + u64::from(elapsed.subsec_millis()),
            );
        }
        self.cached.1
    }

    fn set(&mut self, events: &mut EventLoop, at: u64, token: kargo_loop::Token) {
        if let Some(timer) = self.timer.take() {
            events.cancel_timer(timer);
        }
        self.at = at;
        self.timer = Some(events.set_timer(self.epoch + Duration::from_millis(at), token));
    }
}

impl Server {
    /// Ends the connection in its present state when this time is over.
    #[inline]
    pub(super) fn set_deadline(&mut self, events: &mut EventLoop, index: u32, after: Duration) {
        // Rounded up: a timeout is never shorter than configured.
        let after_ms = after.as_secs().saturating_mul(1000) + u64::from(after.subsec_millis()) + 1;
        let at = self.sweep.now_ms(events).saturating_add(after_ms);
        self.set_deadline_at(events, index, at);
    }

    /// The same for the time between two requests: once per batch, so it is worth its own short way.
    #[inline]
    pub(super) fn await_next_request(&mut self, events: &mut EventLoop, index: u32) {
        let at = self.sweep.now_ms(events) + self.sweep.keep_alive_ms;
        self.set_deadline_at(events, index, at);
    }

    /// The same with a moment from [`Self::moment`].
    #[inline]
    pub(super) fn set_deadline_at(&mut self, events: &mut EventLoop, index: u32, at: u64) {
        self.connections.deadlines[index as usize] = at;
        if at < self.sweep.at {
            let token = self.token(KIND_SWEEP, 0);
            self.sweep.set(events, at, token);
        }
    }

    /// In the server's milliseconds.
    pub(super) fn moment(&mut self, events: &EventLoop, after: Duration) -> u64 {
        let after = u64::try_from(after.as_millis())
            .unwrap_or(NEVER)
            .saturating_add(1);
        self.sweep.now_ms(events).saturating_add(after)
    }

    /// The connection may take as long as it likes.
    #[inline]
    pub(super) fn clear_deadline(&mut self, index: u32) {
        self.connections.deadlines[index as usize] = NEVER;
    }

    /// Ends the connections whose time is over.
    pub(super) fn sweep(&mut self, events: &mut EventLoop) {
        let now = self.sweep.now_ms(events);
        self.sweep.timer = None;
        self.sweep.at = NEVER;
        if self.drain_until.is_some_and(|until| until <= events.now()) {
            self.end_drain(events);
        }
        for index in 0..self.connections.bound() {
            if self.connections.deadlines[index as usize] <= now {
                self.clear_deadline(index);
                self.time_out(events, index);
            }
        }
        let mut earliest = self
            .connections
            .deadlines
            .iter()
            .copied()
            .min()
            .unwrap_or(NEVER);
        if let Some(until) = self.drain_until
            && self.live > 0
        {
            earliest = earliest.min(self.moment_of(until));
        }
        if earliest != NEVER {
            let pause = 1 + self.live as u64 / CONNECTIONS_PER_MS;
            let token = self.token(KIND_SWEEP, 0);
            self.sweep.set(events, earliest.max(now + pause), token);
        }
    }

    /// No sweep comes any more.
    pub(super) fn cancel_sweep(&mut self, events: &mut EventLoop) {
        if let Some(timer) = self.sweep.timer.take() {
            events.cancel_timer(timer);
        }
    }

    /// Makes a sweep come at this moment at the latest.
    pub(super) fn sweep_at(&mut self, events: &mut EventLoop, at: Instant) {
        let at = self.moment_of(at);
        if at < self.sweep.at {
            let token = self.token(KIND_SWEEP, 0);
            self.sweep.set(events, at, token);
        }
    }

    fn moment_of(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.sweep.epoch).as_millis())
            .unwrap_or(NEVER - 1)
            + 1
    }

    fn time_out(&mut self, events: &mut EventLoop, index: u32) {
        let Some(connection) = self.connections.get(index) else {
            return;
        };
        match connection.state {
            // Half a request: the peer learns that it was too slow. Nothing: an idle connection just ends.
            State::Reading if !connection.has_output() && connection.partial.is_some() => {
                self.refuse(events, index, 408);
            }
            _ => self.close(events, index),
        }
    }
}
