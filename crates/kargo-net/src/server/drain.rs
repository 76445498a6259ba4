//! The end of the server.

use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;

use super::Server;

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

    /// Whether [`Self::drain`] was called.
    pub fn is_draining(&self) -> bool {
        self.drain_until.is_some()
    }

    /// Whether [`Self::drain`] was called and no connection is left.
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
