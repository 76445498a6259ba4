//! Bytes between exchanges and streams.

use std::time::Duration;

use kargo_loop::EventLoop;

use super::Client;
use super::ClientEvent;
use super::ExchangeId;
use super::Phase;
use super::Reason;
use super::RequestError;
use super::connection::State;
use super::exchange::At;
use crate::StreamState;
use crate::slots::Place;
use crate::streams::Direction;

/// So much of a request is given to its stream at a time, so that a large one does not lie in memory twice.
const PIECE_BYTES: usize = 64 << 10;

/// How long a peer that takes nothing any more may still say why.
const LAST_WORDS: Duration = Duration::from_secs(5);

impl Client {
    /// Gives a piece of a streamed request's body; all of it is taken. [`StreamState::Full`]: wait for
    /// [`ClientEvent::Writable`].
    ///
    /// # Errors
    /// [`RequestError::Gone`] where the exchange is over; [`RequestError::Encode`] if the body is longer than announced:
    /// nothing of the piece was taken.
    pub fn write(
        &mut self,
        events: &mut EventLoop,
        id: ExchangeId,
        data: &[u8],
    ) -> Result<StreamState, RequestError> {
        let exchange = self.exchanges.get_mut(id.0).ok_or(RequestError::Gone)?;
        if exchange.at == At::Over {
            return Err(RequestError::Gone);
        }
        exchange.append(data)?;
        self.upload_more(events, id.0);
        let window = self.window_of(id.0);
        let Some(exchange) = self.exchanges.get_mut(id.0) else {
            return Err(RequestError::Gone);
        };
        exchange.is_upload_paused = exchange.ungiven().len() >= window;
        Ok(if exchange.is_upload_paused {
            StreamState::Full
        } else {
            StreamState::Ready
        })
    }

    /// Ends the body of a streamed request.
    ///
    /// # Errors
    /// As for [`Self::write`]. A body that is shorter than announced ends the exchange: nobody could tell its end.
    pub fn end(&mut self, events: &mut EventLoop, id: ExchangeId) -> Result<(), RequestError> {
        let exchange = self.exchanges.get_mut(id.0).ok_or(RequestError::Gone)?;
        if let Err(error) = exchange.end_upload() {
            self.cancel(events, id);
            return Err(error.into());
        }
        self.upload_more(events, id.0);
        Ok(())
    }

    /// What came of a streamed body since this was last asked. May make room for more.
    pub fn take_body(&mut self, events: &mut EventLoop, id: ExchangeId) -> Vec<u8> {
        let Some(exchange) = self.exchanges.get_mut(id.0) else {
            return Vec::new();
        };
        let body = exchange.take_body();
        if let At::Connection(place) = exchange.at {
            self.receive(events, place);
        }
        body
    }

    /// The bytes that may wait, in either direction.
    fn window_of(&self, exchange: Place) -> usize {
        let options = match self.exchanges.get(exchange).map(|exchange| exchange.at) {
            Some(At::Connection(place)) => self
                .connections
                .get(place)
                .map(|connection| &*connection.options),
            Some(At::Pool(place)) => self.pools.get(place).map(|pool| &*pool.connection),
            Some(At::Over) | None => None,
        };
        options.map_or(PIECE_BYTES, |options| options.stream_buffer_bytes.max(1))
    }

    fn upload_more(&mut self, events: &mut EventLoop, exchange: Place) {
        let Some(At::Connection(place)) = self.exchanges.get(exchange).map(|exchange| exchange.at)
        else {
            return;
        };
        let is_current = self
            .connections
            .get(place)
            .is_some_and(|connection| connection.current() == Some(exchange));
        if is_current {
            self.send_more(events, place);
        }
    }

    /// Gives the stream of a connection as much of its request as it takes.
    pub(super) fn send_more(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let (State::Open(stream), Some(current)) = (connection.state, connection.current()) else {
            return;
        };
        let Some(exchange) = self.exchanges.get_mut(current) else {
            return;
        };
        loop {
            let ungiven = exchange.ungiven();
            let piece = ungiven.get(..PIECE_BYTES).unwrap_or(ungiven);
            if piece.is_empty() {
                break;
            }
            let count = piece.len();
            match self.streams.write(events, stream, piece) {
                Ok(takes_more) => {
                    exchange.given += count;
                    if !takes_more {
                        break;
                    }
                }
                // Full: Drained comes. Over: reading will tell what has happened.
                Err(_) => break,
            }
        }
        exchange.forget_given();
        if exchange.phase == Phase::Sending {
            self.await_sending(events, place);
        }
    }

    /// Everything that a stream was given is sent.
    pub(super) fn drained(&mut self, events: &mut EventLoop, place: Place) {
        let current = self.connections.get(place).and_then(|it| it.current());
        let Some(exchange) = current.and_then(|current| self.exchanges.get_mut(current)) else {
            return;
        };
        if !exchange.is_given() {
            let is_idle = exchange.ungiven().is_empty();
            if exchange.is_upload_paused
                && let Some(id) = current
            {
                exchange.is_upload_paused = false;
                self.news.push_back(ClientEvent::Writable(ExchangeId(id)));
            }
            if is_idle {
                // It is the caller who takes his time.
                return self.clear_due(place);
            }
            return self.send_more(events, place);
        }
        if exchange.phase == Phase::Sending {
            exchange.phase = Phase::Waiting;
            self.await_head(events, place);
        }
    }

    /// Decodes what a connection's stream has received, and looks whether it has ended.
    pub(super) fn receive(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get(place) else {
            return;
        };
        let State::Open(stream) = connection.state else {
            return;
        };
        let Some(current) = connection.current() else {
            // Nobody waits for anything: it has ended, or is out of step.
            self.lose(events, place);
            return self.advance(events, place);
        };
        let window = connection.options.stream_buffer_bytes.max(1);
        if connection.is_young {
            self.has_grown_up(events, place);
        }
        let Some(exchange) = self.exchanges.get_mut(current) else {
            return;
        };
        let fed = match exchange.feed(self.streams.input(stream), window) {
            Ok(fed) => fed,
            Err(error) => return self.fail(events, place, Reason::Protocol(error)),
        };
        if exchange.is_switched() {
            return self.fail(events, place, Reason::Switched);
        }
        let is_complete = fed.is_complete;
        let (is_full, is_streamed) = (exchange.is_full(window), exchange.is_streamed);
        if fed.is_final_head {
            exchange.phase = Phase::Receiving;
        }
        let tell_body = is_streamed && fed.has_body && !exchange.is_body_told;
        exchange.is_body_told |= tell_body;
        self.streams.consume(events, stream, fed.consumed);
        let id = ExchangeId(current);
        if fed.is_final_head && is_streamed {
            self.news.push_back(ClientEvent::Head(id));
        }
        if tell_body {
            self.news.push_back(ClientEvent::Body(id));
        }
        if is_complete {
            return self.complete(events, place);
        }
        if is_full {
            // It is the caller who takes his time.
            return self.clear_due(place);
        }
        if self.streams.is_over(stream, Direction::Reading) {
            return self.ended(events, place);
        }
        if fed.has_body || fed.is_final_head {
            self.await_body(events, place);
        } else if fed.has_head {
            self.await_head(events, place);
        } else if self.streams.is_over(stream, Direction::Writing) {
            self.set_due(events, place, LAST_WORDS);
        }
    }

    /// The peer has ended the connection, within an exchange.
    fn ended(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let (State::Open(stream), Some(current)) = (connection.state, connection.current()) else {
            return;
        };
        let error = self.streams.error(stream, Direction::Reading);
        let reason = error.map_or(Reason::Closed, Reason::of);
        let Some(exchange) = self.exchanges.get_mut(current) else {
            return;
        };
        if reason == Reason::Closed && exchange.is_completed_by_end() {
            return self.complete(events, place);
        }
        // It may have been closed before the request came to its other end (RFC 9112 section 9.3.1).
        if connection.served > 0 && exchange.may_repeat() {
            exchange.rewind();
            connection.is_busy = false;
            self.lose(events, place);
            return self.advance(events, place);
        }
        self.fail(events, place, reason);
    }
}
