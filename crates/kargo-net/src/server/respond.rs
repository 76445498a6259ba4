//! Whole answers.

use kargo_http::BodyEncoder;
use kargo_http::BodyLength;
use kargo_http::HttpDate;
use kargo_http::OutgoingResponse;
use kargo_http::Version;
use kargo_http::encode_head;
use kargo_http::encode_plain_text;
use kargo_http::encode_prepared;
use kargo_loop::EventLoop;

use super::OUTPUT_BYTES;
use super::Server;
use super::connection::Facts;
use super::connection::State;
use super::handout::Place;
use crate::Answer;
use crate::AnswerError;
use crate::BodySlot;
use crate::RequestId;

impl Server {
    /// Answers a request. Where a body is not allowed (HEAD, 204, 304) it is left out.
    pub fn answer(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        answer: &Answer<'_>,
        body: &[u8],
    ) -> Result<(), AnswerError> {
        self.refresh_date(events);
        let place = self.place_of(id);
        if let Place::Stream(at) = place {
            return self.answer_stream(events, id, at, answer, body);
        }
        if place == Place::Nowhere {
            return Err(AnswerError::Gone);
        }
        self.reject_unless_unanswered(id)?;
        let keep_alive = self.may_stay_open(id.connection) && !answer.close;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let length = BodyLength::Known(body.len() as u64);
        let head = response_head(
            answer,
            connection.facts,
            keep_alive,
            &self.date,
            self.options.echo_version,
            length,
        );
        let out = if place == Place::Batch {
            &mut self.out
        } else {
            &mut connection.output
        };
        let mut encoded = encode_head(out, &head, answer.headers.iter().copied())?;
        encoded.body.encode(out, body)?;
        let keep_alive = encoded.keep_alive;
        self.complete(events, id.connection, place, keep_alive);
        Ok(())
    }

    /// The most frequent answer, and the cheapest: 200 with `text/plain; charset=utf-8` and no further headers.
    #[inline]
    pub fn answer_plain_text(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        body: &[u8],
    ) -> Result<(), AnswerError> {
        let place = self.place_of(id);
        if place != Place::Batch {
            let answer = Answer::new(200).content_type(b"text/plain; charset=utf-8");
            return self.answer(events, id, &answer, body);
        }
        self.refresh_date(events);
        let keep_alive = self.may_stay_open(id.connection);
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let Facts {
            version, is_head, ..
        } = connection.facts;
        encode_plain_text(
            &mut self.out,
            version,
            is_head,
            keep_alive,
            &self.date,
            body,
        );
        self.complete(events, id.connection, place, keep_alive);
        Ok(())
    }

    /// A cheap answer too: 200 with [`ServerOptions::text_type`](crate::ServerOptions::text_type), which an empty body
    /// does not have, and no further headers.
    #[inline]
    pub fn answer_text(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        body: &[u8],
    ) -> Result<(), AnswerError> {
        let place = self.place_of(id);
        let connection = self.connections.get(id.connection);
        let facts = connection.ok_or(AnswerError::Gone)?.facts;
        let is_old = facts.version == Version::Http10 && self.options.echo_version;
        if place != Place::Batch || body.is_empty() || is_old {
            return self.answer_text_elsewhere(events, id, body);
        }
        self.refresh_date(events);
        let keep_alive = self.may_stay_open(id.connection);
        encode_prepared(
            &mut self.out,
            &self.text_head,
            facts.version,
            facts.is_head,
            keep_alive,
            body,
        );
        self.complete(events, id.connection, place, keep_alive);
        Ok(())
    }

    #[cold]
    fn answer_text_elsewhere(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        body: &[u8],
    ) -> Result<(), AnswerError> {
        let mut answer = Answer::new(200);
        if !body.is_empty() {
            answer = answer.content_type(self.options.text_type.as_bytes());
        }
        self.answer(events, id, &answer, body)
    }

    /// Begins an answer whose body is written straight into the output. The buffer leaves the server until
    /// [`Self::finish_whole`] or [`Self::cancel_whole`], so anything may happen meanwhile; the Content-Length is filled
    /// in at the end.
    pub fn begin_whole(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        answer: &Answer<'_>,
    ) -> Result<BodySlot, AnswerError> {
        self.refresh_date(events);
        let place = self.place_of(id);
        match place {
            Place::Nowhere => return Err(AnswerError::Gone),
            Place::Stream(at) => return self.begin_whole_stream(id, at, answer),
            Place::Batch | Place::Exchange => {}
        }
        self.reject_unless_unanswered(id)?;
        let keep_alive = self.may_stay_open(id.connection) && !answer.close;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let head = response_head(
            answer,
            connection.facts,
            keep_alive,
            &self.date,
            self.options.echo_version,
            BodyLength::Deferred {
                likely: self.latest_length,
            },
        );
        // Only what nobody has begun to send may leave: the answers of this batch, or nothing.
        let mut buffer = if place == Place::Batch {
            std::mem::take(&mut self.out)
        } else {
            Vec::new()
        };
        let start = buffer.len();
        match encode_head(&mut buffer, &head, answer.headers.iter().copied()) {
            Ok(encoded) => Ok(BodySlot {
                id,
                body_start: buffer.len(),
                buffer,
                start,
                body: Some(encoded.body),
                length: encoded.length,
                keep_alive: encoded.keep_alive,
            }),
            Err(error) => {
                if place == Place::Batch {
                    self.out = buffer;
                }
                Err(error.into())
            }
        }
    }

    /// Completes an answer of [`Self::begin_whole`].
    pub fn finish_whole(
        &mut self,
        events: &mut EventLoop,
        mut slot: BodySlot,
    ) -> Result<(), AnswerError> {
        let id = slot.id;
        let place = self.place_of(id);
        if let Place::Stream(at) = place {
            return self.finish_whole_stream(events, &slot, at);
        }
        let body_bytes = slot.buffer.len() - slot.body_start;
        if let Some(length) = slot.length.take() {
            match length.fill(&mut slot.buffer, body_bytes as u64) {
                Ok(moved) => {
                    slot.body_start = slot.body_start.saturating_add_signed(moved);
                    self.latest_length = body_bytes as u64;
                }
                Err(error) => {
                    self.cancel_whole(events, slot);
                    return Err(error.into());
                }
            }
        }
        if slot.body.as_ref().is_some_and(BodyEncoder::is_omitted) {
            slot.buffer.truncate(slot.body_start);
        }
        let keep_alive = slot.keep_alive;
        self.give_back(slot, place)?;
        self.complete(events, id.connection, place, keep_alive);
        Ok(())
    }

    /// Takes an answer of [`Self::begin_whole`] back: the request waits for another. (A protocol with streams resets
    /// the stream instead: it has begun the answer.)
    pub fn cancel_whole(&mut self, events: &mut EventLoop, mut slot: BodySlot) {
        slot.buffer.truncate(slot.start);
        let index = slot.id.connection;
        let place = self.place_of(slot.id);
        if let Place::Stream(at) = place {
            return self.abort_stream(events, slot.id, at);
        }
        if self.give_back(slot, place).is_ok() && place == Place::Exchange {
            // Detached meanwhile: the answers before it have waited long enough.
            self.send_pending(events, index);
        }
    }

    /// Puts the buffer of a slot where the answers of its connection are now.
    fn give_back(&mut self, slot: BodySlot, place: Place) -> Result<(), AnswerError> {
        let index = slot.id.connection;
        match place {
            Place::Batch => {
                debug_assert!(
                    self.out.is_empty(),
                    "answers of a connection keep their order"
                );
                self.out = slot.buffer;
                Ok(())
            }
            Place::Exchange => {
                self.reject_if_gone(slot.id)?;
                let connection = self.connections.get_mut(index).ok_or(AnswerError::Gone)?;
                if connection.output.is_empty() {
                    connection.output = slot.buffer;
                } else {
                    connection.output.extend_from_slice(&slot.buffer);
                }
                Ok(())
            }
            Place::Stream(_) | Place::Nowhere => Err(AnswerError::Gone),
        }
    }

    /// The answer is in its buffer, whole.
    #[inline]
    pub(super) fn complete(
        &mut self,
        events: &mut EventLoop,
        index: u32,
        place: Place,
        keep_alive: bool,
    ) {
        if place != Place::Batch {
            return self.answered(events, index, keep_alive);
        }
        self.batch.current = None;
        if let Some(connection) = self.connections.get_mut(index) {
            if keep_alive {
                connection.state = State::Reading;
            } else {
                connection.state = State::Closing;
                connection.is_lingering_wanted = connection.facts.keep_alive;
            }
        }
        if self.out.len() > OUTPUT_BYTES {
            self.send_out(events, index);
        }
    }

    /// The answer of a detached request is in its connection's output, whole.
    pub(super) fn answered(&mut self, events: &mut EventLoop, index: u32, keep_alive: bool) {
        if let Some(connection) = self.connections.get_mut(index) {
            connection.is_lingering_wanted = connection.facts.keep_alive && !keep_alive;
        }
        self.end_exchange(
            index,
            if keep_alive {
                State::Reading
            } else {
                State::Closing
            },
        );
        self.send_pending(events, index);
    }

    /// Only a request whose answer has not begun can be answered.
    pub(super) fn reject_unless_unanswered(&mut self, id: RequestId) -> Result<(), AnswerError> {
        self.reject_if_gone(id)?;
        match self.connections.get(id.connection) {
            Some(connection) if connection.state == State::Working => Ok(()),
            _ => Err(AnswerError::Gone),
        }
    }

    /// Whether the connection may stay open after this answer, as far as client and server are concerned. While the
    /// server drains, what was received before is still answered: only the last answer says close.
    #[inline]
    pub(super) fn may_stay_open(&self, index: u32) -> bool {
        self.connections
            .get(index)
            .is_some_and(|connection| connection.facts.keep_alive)
            && (self.drain_until.is_none() || self.has_undecoded(index))
    }

    /// Whether bytes of the connection wait to be decoded.
    #[cold]
    fn has_undecoded(&self, index: u32) -> bool {
        let in_batch = self.batch.connection == index && !self.batch.rest.is_empty();
        in_batch
            || self
                .connections
                .get(index)
                .is_some_and(|connection| !connection.input.is_empty())
    }

    /// An answer to a connection that has ended only frees the request.
    pub(super) fn reject_if_gone(&mut self, id: RequestId) -> Result<(), AnswerError> {
        match self.connections.get(id.connection) {
            Some(connection) if connection.state != State::Gone => Ok(()),
            _ => {
                self.end_exchange(id.connection, State::Gone);
                Err(AnswerError::Gone)
            }
        }
    }
}

/// What `encode_head` wants to know.
#[inline]
pub(super) fn response_head<'a>(
    answer: &Answer<'a>,
    facts: Facts,
    keep_alive: bool,
    date: &'a HttpDate,
    echo_version: bool,
    body: BodyLength,
) -> OutgoingResponse<'a> {
    OutgoingResponse {
        status: answer.status,
        reason: answer.reason,
        version: facts.version,
        echo_version,
        is_head: facts.is_head,
        keep_alive,
        date,
        content_type: answer.content_type,
        body,
    }
}
