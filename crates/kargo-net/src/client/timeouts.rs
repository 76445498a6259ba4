//! The ends that come by themselves.
//!
//! A connection has one moment at which what it does must have got on, and one timer that rings then or before: moving
//! the moment touches no timer.

use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;

use super::Client;
use super::KIND_CONNECTION_TIMER;
use super::KIND_EXCHANGE_TIMER;
use super::Phase;
use super::Reason;
use super::connection::State;
use super::exchange::At;
use crate::slots::Place;

/// How long what came in time is waited for, if nobody had looked before the time was over.
const REPRIEVE: Duration = Duration::from_millis(100);

impl Client {
    /// The peer has to take something.
    pub(super) fn await_sending(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let State::Open(stream) = connection.state else {
            return;
        };
        connection.unsent_before = self.streams.queued(stream);
        let timeout = connection.options.write_timeout;
        self.set_due(events, place, timeout);
    }

    /// The peer has to answer.
    pub(super) fn await_head(&mut self, events: &mut EventLoop, place: Place) {
        if let Some(connection) = self.connections.get(place) {
            let timeout = connection.options.head_timeout;
            self.set_due(events, place, timeout);
        }
    }

    /// The peer has to go on.
    pub(super) fn await_body(&mut self, events: &mut EventLoop, place: Place) {
        if let Some(connection) = self.connections.get(place) {
            let timeout = connection.options.body_timeout;
            self.set_due(events, place, timeout);
        }
    }

    /// Nothing is expected of the peer.
    pub(super) fn await_nothing(&mut self, events: &mut EventLoop, place: Place) {
        if let Some(connection) = self.connections.get(place) {
            match connection.options.idle_timeout {
                Some(timeout) => self.set_due(events, place, timeout),
                None => self.clear_due(place),
            }
        }
    }

    pub(super) fn clear_due(&mut self, place: Place) {
        if let Some(connection) = self.connections.get_mut(place) {
            connection.due = None;
        }
    }

    pub(super) fn set_due(&mut self, events: &mut EventLoop, place: Place, after: Duration) {
        let due = Instant::now() + after;
        if let Some(connection) = self.connections.get_mut(place) {
            connection.due = Some(due);
            self.arm(events, place, due);
        }
    }

    fn arm(&mut self, events: &mut EventLoop, place: Place, due: Instant) {
        let token = self.token(KIND_CONNECTION_TIMER, place.index);
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        if let Some((timer, at)) = connection.timer {
            if at <= due {
                return;
            }
            events.cancel_timer(timer);
        }
        connection.timer = Some((events.set_timer(due, token), due));
    }

    pub(super) fn connection_timer_rang(&mut self, events: &mut EventLoop, index: u32) {
        let Some(place) = self.connections.at(index) else {
            return;
        };
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        connection.timer = None;
        match connection.due {
            Some(due) if due <= Instant::now() => {
                connection.due = None;
                self.connection_is_due(events, place);
            }
            Some(due) => self.arm(events, place, due),
            None => {}
        }
    }

    fn connection_is_due(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let State::Open(stream) = connection.state else {
            return;
        };
        let Some(current) = connection.current() else {
            self.lose(events, place);
            return self.advance(events, place);
        };
        let is_sending = self
            .exchanges
            .get(current)
            .is_some_and(|exchange| exchange.phase == Phase::Sending);
        if is_sending && self.streams.queued(stream) < connection.unsent_before {
            return self.await_sending(events, place);
        }
        // Somebody's code has kept the loop from looking; the peer was in time.
        if !connection.is_reprieved && !self.streams.is_quiet(stream) {
            connection.is_reprieved = true;
            return self.set_due(events, place, REPRIEVE);
        }
        self.fail(events, place, Reason::TimedOut);
    }

    pub(super) fn start_total_timeout(
        &mut self,
        events: &mut EventLoop,
        place: Place,
        timeout: Option<Duration>,
    ) {
        let token = self.token(KIND_EXCHANGE_TIMER, place.index);
        if let (Some(timeout), Some(exchange)) = (timeout, self.exchanges.get_mut(place)) {
            exchange.total_timer = Some(events.set_timer(Instant::now() + timeout, token));
        }
    }

    pub(super) fn stop_total_timeout(&mut self, events: &mut EventLoop, place: Place) {
        if let Some(exchange) = self.exchanges.get_mut(place)
            && let Some(timer) = exchange.total_timer.take()
        {
            events.cancel_timer(timer);
        }
    }

    pub(super) fn exchange_timer_rang(&mut self, events: &mut EventLoop, index: u32) {
        let Some(place) = self.exchanges.at(index) else {
            return;
        };
        let Some(exchange) = self.exchanges.get_mut(place) else {
            return;
        };
        exchange.total_timer = None;
        let At::Connection(connection) = exchange.at else {
            return self.fail_exchange(events, place, Reason::Expired);
        };
        let Some(it) = self.connections.get_mut(connection) else {
            return;
        };
        if it.current() == Some(place) {
            return self.fail(events, connection, Reason::Expired);
        }
        if it.queue.front() == Some(&place) {
            exchange.phase = match it.state {
                State::Resolving => Phase::Resolving,
                State::Connecting(_) => Phase::Connecting,
                State::Closed | State::InTurn | State::Open(_) => Phase::Queued,
            };
        }
        it.queue.retain(|queued| *queued != place);
        self.fail_exchange(events, place, Reason::Expired);
        self.advance(events, connection);
    }
}
