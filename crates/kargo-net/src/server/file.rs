//! Answers from files.

use std::io;
use std::os::fd::AsRawFd;

use kargo_http::BodyLength;
use kargo_http::encode_head;
use kargo_loop::EventLoop;

use super::Server;
use super::connection::Connection;
use super::connection::State;
use super::handout::Place;
use super::respond::response_head;
use crate::Answer;
use crate::AnswerError;
use crate::FileBody;
use crate::RequestId;
use crate::sys::socket;
use crate::transport::Transport;

/// Bodies up to this size are read into the answer and leave together with their head, in one send: sending them from the
/// file takes two more system calls, and moves the request off the batch.
const IN_MEMORY_BYTES: u64 = 32 << 10;

/// Bytes of a file that one connection gets per turn; a client that takes them as fast as they come must not keep the
/// others waiting.
pub(super) const TURN_BYTES: u64 = 1 << 20;

impl Server {
    /// Answers with what lies in a file. Much of it is sent by the kernel as the client takes it; if the file turns out to
    /// be shorter then, the connection is closed. A little is read at once, and an error then told: the request still waits
    /// for its answer.
    pub fn answer_file(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        answer: &Answer<'_>,
        body: FileBody,
    ) -> Result<(), AnswerError> {
        self.refresh_date(events);
        match self.place_of(id) {
            Place::Batch | Place::Exchange => {}
            Place::Stream(at) => return self.stream_file(events, id, at, answer, body),
            Place::Nowhere => return Err(AnswerError::Gone),
        }
        let is_head = self
            .connections
            .get(id.connection)
            .is_some_and(|connection| connection.facts.is_head);
        if !is_head && body.len() <= IN_MEMORY_BYTES {
            return self.answer_from_memory(events, id, answer, body);
        }
        self.detach(events, id);
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
            BodyLength::Known(body.len()),
        );
        let headers = answer.headers.iter().copied();
        let encoded = encode_head(&mut connection.output, &head, headers)?;
        if encoded.body.is_omitted() {
            self.answered(events, id.connection, encoded.keep_alive);
            return Ok(());
        }
        connection.is_lingering_wanted = connection.facts.keep_alive && !encoded.keep_alive;
        connection.facts.keep_alive = encoded.keep_alive;
        connection.state = State::Streaming;
        if let Some(exchange) = &mut connection.exchange {
            exchange.file = Some(body);
        }
        self.send_pending(events, id.connection);
        Ok(())
    }

    /// The same for a body that fits into the answer.
    fn answer_from_memory(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        answer: &Answer<'_>,
        body: FileBody,
    ) -> Result<(), AnswerError> {
        let mut slot = self.begin_whole(events, id, answer)?;
        match body.append_to(slot.buffer()) {
            Ok(()) => self.finish_whole(events, slot),
            Err(error) => {
                self.cancel_whole(events, slot);
                Err(AnswerError::File(error))
            }
        }
    }

    /// Sends a part of the connection's file, at most `most` bytes of it. `None`: it has none.
    pub(super) fn send_file_part(&mut self, index: u32, most: u64) -> Option<io::Result<usize>> {
        let connection = self.connections.get_mut(index)?;
        if connection.codec.is_some() {
            return self.send_stream_file_part(index);
        }
        let body = connection.exchange.as_mut()?.file.as_mut()?;
        let result = if let Some(bytes) = body.take_bytes() {
            connection.output = bytes;
            Ok(connection.output.len())
        } else if let Transport::Plain(socket) = &connection.transport {
            body.advance(most, |file, offset, len| {
                socket::send_file(socket.as_raw_fd(), file, offset, len)
            })
        } else {
            body.read_part().map(|part| {
                connection.output = part;
                connection.output.len()
            })
        };
        if result.is_ok() && body.is_empty() {
            connection.end_file();
        }
        Some(result)
    }
}

impl Connection {
    /// Whether more of the same answer comes behind what is in its output.
    pub(super) fn has_file(&self) -> bool {
        self.exchange
            .as_ref()
            .is_some_and(|exchange| exchange.file.is_some())
    }

    /// The file is with the transport: the answer is complete.
    fn end_file(&mut self) {
        self.exchange = None;
        self.state = if self.facts.keep_alive {
            State::Reading
        } else {
            State::Closing
        };
    }
}
