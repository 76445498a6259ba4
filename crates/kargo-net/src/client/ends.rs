//! How exchanges and connections end.

use kargo_loop::EventLoop;

use super::Client;
use super::ClientEvent;
use super::ConnectionId;
use super::ExchangeError;
use super::ExchangeId;
use super::Phase;
use super::PoolId;
use super::Reason;
use super::connection::State;
use super::exchange::At;
use crate::slots::Place;
use crate::streams::Direction;

impl Client {
    /// Gives an exchange up: nothing is told of it any more. If its request is on its way, the connection ends.
    pub fn cancel(&mut self, events: &mut EventLoop, id: ExchangeId) {
        let Some(exchange) = self.exchanges.get(id.0) else {
            return;
        };
        let at = exchange.at;
        self.forget(events, id.0);
        let At::Connection(place) = at else {
            return;
        };
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let was_current = connection.current() == Some(id.0);
        connection.queue.retain(|queued| *queued != id.0);
        if was_current {
            connection.is_busy = false;
            self.lose(events, place);
        }
        self.advance(events, place);
    }

    /// Ends a connection with everything in its queue, which fails. Nothing is told of the connection any more.
    pub fn close(&mut self, events: &mut EventLoop, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id.0) else {
            return;
        };
        connection.is_busy = false;
        let queue = std::mem::take(&mut connection.queue);
        for exchange in queue {
            self.fail_exchange(events, exchange, Reason::Cancelled);
        }
        self.discard(events, id.0);
    }

    /// Ends a pool with everything that goes on in it, which fails.
    pub fn remove_pool(&mut self, events: &mut EventLoop, id: PoolId) {
        let Some(pool) = self.pools.remove(id.0) else {
            return;
        };
        for exchange in pool.into_waiting() {
            self.fail_exchange(events, exchange, Reason::Cancelled);
        }
        let places: Vec<Place> = self.connections.places().collect();
        for place in places {
            if self
                .connections
                .get(place)
                .is_some_and(|it| it.pool == Some(id.0))
            {
                self.close(events, ConnectionId(place));
            }
        }
    }

    /// The response of the exchange that has its turn is complete.
    pub(super) fn complete(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let (State::Open(stream), Some(current)) = (connection.state, connection.current()) else {
            return;
        };
        connection.queue.pop_front();
        connection.is_busy = false;
        connection.served = connection.served.saturating_add(1);
        self.clear_due(place);
        self.stop_total_timeout(events, current);
        let leaves_open = self.exchanges.get_mut(current).is_some_and(|exchange| {
            exchange.at = At::Over;
            exchange.leaves_connection_open()
        });
        let is_in_step = self.streams.input(stream).is_empty()
            && self.streams.queued(stream) == 0
            && !self.streams.is_over(stream, Direction::Reading)
            && !self.streams.is_over(stream, Direction::Writing);
        if !(leaves_open && is_in_step) {
            self.lose(events, place);
        }
        self.news
            .push_back(ClientEvent::Complete(ExchangeId(current)));
        self.advance(events, place);
    }

    /// The exchange that has its turn fails, and its stream with it.
    pub(super) fn fail(&mut self, events: &mut EventLoop, place: Place, reason: Reason) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let current = connection.current();
        if current.is_some() {
            connection.queue.pop_front();
            connection.is_busy = false;
        }
        self.lose(events, place);
        if let Some(current) = current {
            self.fail_exchange(events, current, reason);
        }
        self.advance(events, place);
    }

    /// A connection did not come about: everything in its queue fails. Others of its pool go on.
    pub(super) fn fail_queue(
        &mut self,
        events: &mut EventLoop,
        place: Place,
        phase: Phase,
        reason: Reason,
    ) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        connection.is_busy = false;
        let queue = std::mem::take(&mut connection.queue);
        self.lose(events, place);
        for exchange in queue {
            if let Some(exchange) = self.exchanges.get_mut(exchange) {
                exchange.phase = phase;
            }
            self.fail_exchange(events, exchange, reason);
        }
        self.advance(events, place);
    }

    /// Takes an exchange out and tells why.
    pub(super) fn fail_exchange(
        &mut self,
        events: &mut EventLoop,
        exchange: Place,
        reason: Reason,
    ) {
        let Some(phase) = self.exchanges.get(exchange).map(|exchange| exchange.phase) else {
            return;
        };
        self.forget(events, exchange);
        let error = ExchangeError { phase, reason };
        self.news
            .push_back(ClientEvent::Failed(ExchangeId(exchange), error));
    }

    fn forget(&mut self, events: &mut EventLoop, exchange: Place) {
        self.stop_total_timeout(events, exchange);
        self.exchanges.remove(exchange);
    }

    /// The connection has no stream any more.
    pub(super) fn lose(&mut self, events: &mut EventLoop, place: Place) {
        self.clear_due(place);
        self.has_grown_up(events, place);
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        if matches!(connection.state, State::InTurn | State::Resolving) {
            connection.state = State::Closed;
            return;
        }
        let (State::Open(stream) | State::Connecting(stream)) = connection.state else {
            return;
        };
        let is_told = connection.is_established() && connection.pool.is_none();
        connection.state = State::Closed;
        connection.served = 0;
        self.by_stream.remove(&stream);
        self.streams.abort(events, stream);
        if is_told {
            self.news
                .push_back(ClientEvent::Closed(ConnectionId(place)));
        }
    }

    /// The connection is gone.
    pub(super) fn discard(&mut self, events: &mut EventLoop, place: Place) {
        self.lose(events, place);
        if let Some(connection) = self.connections.remove(place)
            && let Some((timer, _)) = connection.timer
        {
            events.cancel_timer(timer);
        }
    }
}
