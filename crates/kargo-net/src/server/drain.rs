//! The end of the server.

use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;

use super::KIND_NEXT_ROUND;
use super::Server;
use super::connection::State;

/// How long a drain waits for the first request of a new connection, and for a client that keeps its end open.
pub(super) const DRAIN_GRACE: Duration = Duration::from_secs(1);

impl Server {
    /// Begins to end: closes the listeners and the connections between requests (new ones after a second); requests in flight are answered, with
    /// `Connection: close`. What is left at `deadline` is closed hard.
    pub fn drain(&mut self, events: &mut EventLoop, deadline: Instant) {
        self.settle_batch(events);
        self.close_doors(events);
        self.drain_until = Some(deadline);
        for index in 0..self.connections.bound() {
            let Some(connection) = self.connections.get_mut(index) else {
                continue;
            };
            if let Some(state) = &mut connection.codec {
                state.codec.drain(&mut connection.output);
                self.send_pending(events, index);
            } else if connection.is_idle() && connection.stream == 0 {
                // Nothing was asked on it yet: its first request may be on the way, and a client does not ask again
                // when a new connection ends without a byte.
                self.set_deadline(events, index, DRAIN_GRACE);
            } else if connection.is_idle() {
                self.close_at_leisure(events, index);
            }
        }
        if self.live > 0 {
            self.sweep_at(events, deadline);
        }
    }

    /// Ends what nobody works for any more: closes the listeners and every connection but those with a request in flight
    /// or an answer to be sent, which end with it; what else came on them is forgotten. What is left at `deadline` is
    /// closed hard.
    pub fn retire(&mut self, events: &mut EventLoop, deadline: Instant) {
        self.settle_batch(events);
        self.close_doors(events);
        self.drain_until = Some(deadline);
        for index in 0..self.connections.bound() {
            let Some(connection) = self.connections.get_mut(index) else {
                continue;
            };
            if let Some(state) = &mut connection.codec {
                state.codec.drain(&mut connection.output);
                self.send_pending(events, index);
                continue;
            }
            connection.input = Vec::new();
            connection.partial = None;
            if connection.state == State::Reading && connection.has_output() {
                connection.state = State::Closing;
                connection.is_lingering_wanted = true;
            } else if connection.state == State::Reading {
                self.close(events, index);
            }
        }
        if self.live > 0 {
            self.sweep_at(events, deadline);
        }
    }

    /// Closes everything and takes it out of the loop.
    pub fn close_all(mut self, events: &mut EventLoop) {
        self.close_doors(events);
        self.end_drain(events);
        self.cancel_sweep(events);
        events.cancel_deferred(self.token(KIND_NEXT_ROUND, 0));
    }

    /// Whether [`Self::drain`] or [`Self::retire`] was called.
    pub fn is_draining(&self) -> bool {
        self.drain_until.is_some()
    }

    /// The same, and no connection is left.
    pub fn is_drained(&self) -> bool {
        self.drain_until.is_some() && self.live == 0
    }

    /// The deadline has passed.
    pub(super) fn end_drain(&mut self, events: &mut EventLoop) {
        self.settle_batch(events);
        for index in 0..self.connections.bound() {
            self.close(events, index);
        }
    }
}
