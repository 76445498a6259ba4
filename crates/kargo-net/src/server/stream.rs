//! Streamed answers, with back-pressure.

use std::time::Instant;

use kargo_http::BodyLength;
use kargo_http::encode_head;
use kargo_loop::EventLoop;

use super::Server;
use super::connection::State;
use super::handout::Place;
use super::respond::response_head;
use crate::Answer;
use crate::AnswerError;
use crate::RequestId;
use crate::StreamState;
use crate::sys::socket;

impl Server {
    /// Begins an answer whose body comes in pieces: chunked, of the given `length`, or up to the close for an HTTP/1.0
    /// client. Detaches the request. The head is sent with the first piece, or by [`Self::flush`].
    pub fn begin(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        answer: &Answer<'_>,
        length: Option<u64>,
    ) -> Result<(), AnswerError> {
        self.detach(events, id);
        self.refresh_date(events);
        match self.place_of(id) {
            Place::Exchange => {}
            Place::Stream(at) => return self.begin_stream(id, at, answer, length),
            Place::Batch | Place::Nowhere => return Err(AnswerError::Gone),
        }
        self.reject_unless_unanswered(id)?;
        let keep_alive = self.may_stay_open(id.connection) && !answer.close;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let length = length.map_or(BodyLength::Streamed, BodyLength::Known);
        let head = response_head(
            answer,
            connection.facts,
            keep_alive,
            &self.date,
            self.options.echo_version,
            length,
        );
        let headers = answer.headers.iter().copied();
        let encoded = encode_head(&mut connection.output, &head, headers)?;
        connection.is_lingering_wanted = connection.facts.keep_alive && !encoded.keep_alive;
        connection.facts.keep_alive = encoded.keep_alive;
        connection.state = State::Streaming;
        if let Some(exchange) = &mut connection.exchange {
            exchange.body = Some(encoded.body);
        }
        Ok(())
    }

    /// Sends a piece of a streamed answer, all of it: what the client does not take yet is kept. `Full`: wait for
    /// [`Self::take_writable`] before writing more.
    pub fn write(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        data: &[u8],
    ) -> Result<StreamState, AnswerError> {
        match self.place_of(id) {
            Place::Exchange => {}
            Place::Stream(at) => return self.write_stream(events, id, at, data),
            Place::Batch | Place::Nowhere => return Err(AnswerError::Gone),
        }
        self.reject_if_gone(id)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let body = connection
            .exchange
            .as_mut()
            .and_then(|exchange| exchange.body.as_mut());
        let Some(body) = body else {
            return Err(AnswerError::Gone);
        };
        body.encode(&mut connection.output, data)?;
        self.flush(events, id)
    }

    /// Sends what is held back of a streamed answer, such as its head.
    pub fn flush(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
    ) -> Result<StreamState, AnswerError> {
        self.send_pending(events, id.connection);
        match self.place_of(id) {
            Place::Exchange => self.reject_if_gone(id)?,
            Place::Stream(_) => {}
            Place::Batch | Place::Nowhere => return Err(AnswerError::Gone),
        }
        let limit = self.options.stream_buffer_bytes;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let is_full = connection.output.len() - connection.sent > limit;
        if is_full {
            if let Some(exchange) = &mut connection.exchange {
                exchange.is_full = true;
            } else if let Some(codec) = &mut connection.codec {
                codec.mark_full(id.stream);
            }
        }
        Ok(if is_full {
            StreamState::Full
        } else {
            StreamState::Ready
        })
    }

    /// Blocks until a streamed answer may go on: for whoever can wait in no other way. The peer must take some bytes within
    /// [`write_timeout`](crate::ServerOptions::write_timeout), and enough of them before `until`; else the answer is given
    /// up and its connection closed.
    pub fn block_until_ready(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        until: Instant,
    ) -> Result<(), AnswerError> {
        while self.flush(events, id)? == StreamState::Full {
            let connection = self
                .connections
                .get(id.connection)
                .ok_or(AnswerError::Gone)?;
            let patience = self
                .options
                .write_timeout
                .min(until.saturating_duration_since(Instant::now()));
            let is_writable = !patience.is_zero()
                && socket::wait_until_writable(connection.transport.raw_fd(), patience);
            if !is_writable {
                self.abandon(events, id);
                return Err(AnswerError::Gone);
            }
        }
        Ok(())
    }

    /// Ends a streamed answer. If its length was announced and not reached, the connection is closed, so that the client
    /// does not take the next answer for the rest of this one.
    pub fn end(&mut self, events: &mut EventLoop, id: RequestId) -> Result<(), AnswerError> {
        match self.place_of(id) {
            Place::Exchange => {}
            Place::Stream(at) => return self.end_stream(events, id, at),
            Place::Batch | Place::Nowhere => return Err(AnswerError::Gone),
        }
        self.reject_if_gone(id)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let body = connection
            .exchange
            .as_mut()
            .and_then(|exchange| exchange.body.take());
        let Some(body) = body else {
            return Err(AnswerError::Gone);
        };
        if let Err(error) = body.finish(&mut connection.output) {
            self.abandon(events, id);
            return Err(error.into());
        }
        let keep_alive = connection.facts.keep_alive && self.drain_until.is_none();
        let is_lingering_wanted = connection.is_lingering_wanted || connection.facts.keep_alive;
        self.end_exchange(
            id.connection,
            if keep_alive {
                State::Reading
            } else {
                State::Closing
            },
        );
        if let Some(connection) = self.connections.get_mut(id.connection) {
            connection.is_lingering_wanted = is_lingering_wanted && !keep_alive;
        }
        self.send_pending(events, id.connection);
        Ok(())
    }
}
