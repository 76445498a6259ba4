//! Connections whose codec has streams: many requests at a time, answered in any order.

use std::collections::VecDeque;
use std::io;

use kargo_loop::EventLoop;

use super::Server;
use super::connection::CodecState;
use super::connection::OpenStream;
use super::connection::State;
use crate::Answer;
use crate::AnswerError;
use crate::BodySlot;
use crate::FileBody;
use crate::RequestId;
use crate::StreamState;

impl Server {
    /// The next request of a connection with streams.
    #[inline(always)]
    pub(super) fn next_stream(&mut self) -> Option<RequestId> {
        while let Some(id) = self.ready.pop_front() {
            if self.place_of(id) != super::handout::Place::Nowhere {
                self.handed_out += 1;
                return Some(id);
            }
        }
        None
    }

    /// One receive for a codec.
    #[cold]
    pub(super) fn receive_streams(&mut self, events: &mut EventLoop, index: u32) {
        let generation = self.connections.generation(index);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let Some(state) = &mut connection.codec else {
            return;
        };
        let got = match connection.transport.read(&mut self.received) {
            Ok(0) if state.open.is_empty() && connection.output.is_empty() => {
                return self.close(events, index);
            }
            Ok(0) => {
                // Whoever still waits for answers gets them.
                connection.is_half_closed = true;
                connection.is_paused = true;
                return self.update_interest(events, index);
            }
            Ok(got) => got,
            Err(error) => return self.after_read_error(events, index, &error),
        };
        let bytes = self.received.get(..got).unwrap_or_default();
        let result = state
            .codec
            .receive(bytes, &mut state.received, &mut connection.output);
        while let Some(stream) = state.codec.take_reset() {
            if let Some(at) = state.position(stream) {
                state.open.remove(at);
                self.disconnected.push_back(RequestId {
                    connection: index,
                    generation,
                    stream,
                });
            }
        }
        for request in state.received.drain(..) {
            let stream = request.stream;
            let request = request.request;
            state.open.push(OpenStream {
                stream,
                request,
                is_streaming: false,
                is_full: false,
            });
            self.ready.push_back(RequestId {
                connection: index,
                generation,
                stream,
            });
        }
        if result.is_err() {
            connection.state = State::Closing;
            connection.is_lingering_wanted = true;
        }
        let has_unread = connection.transport.has_unread();
        self.send_pending(events, index);
        if has_unread {
            self.enqueue(events, index);
        }
    }

    pub(super) fn answer_stream(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        at: usize,
        answer: &Answer<'_>,
        body: &[u8],
    ) -> Result<(), AnswerError> {
        self.reject_stream_if_gone(id, at)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let state = connection.codec.as_mut().ok_or(AnswerError::Gone)?;
        if state.open.get(at).is_none_or(|open| open.is_streaming) {
            return Err(AnswerError::Gone);
        }
        state
            .codec
            .answer(id.stream, answer, &self.date, body, &mut connection.output)?;
        state.open.remove(at);
        self.send_pending(events, id.connection);
        Ok(())
    }

    pub(super) fn begin_stream(
        &mut self,
        id: RequestId,
        at: usize,
        answer: &Answer<'_>,
        length: Option<u64>,
    ) -> Result<(), AnswerError> {
        self.reject_stream_if_gone(id, at)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let state = connection.codec.as_mut().ok_or(AnswerError::Gone)?;
        let open = state.open.get_mut(at).ok_or(AnswerError::Gone)?;
        if open.is_streaming {
            return Err(AnswerError::Gone);
        }
        state.codec.begin(
            id.stream,
            answer,
            &self.date,
            length,
            &mut connection.output,
        )?;
        open.is_streaming = true;
        Ok(())
    }

    pub(super) fn write_stream(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        at: usize,
        data: &[u8],
    ) -> Result<StreamState, AnswerError> {
        self.reject_stream_if_gone(id, at)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let state = connection.codec.as_mut().ok_or(AnswerError::Gone)?;
        if !state.open.get(at).is_some_and(|open| open.is_streaming) {
            return Err(AnswerError::Gone);
        }
        state.codec.write(id.stream, data, &mut connection.output);
        self.flush(events, id)
    }

    pub(super) fn end_stream(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        at: usize,
    ) -> Result<(), AnswerError> {
        self.reject_stream_if_gone(id, at)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let state = connection.codec.as_mut().ok_or(AnswerError::Gone)?;
        state.codec.end(id.stream, &mut connection.output);
        state.open.remove(at);
        self.send_pending(events, id.connection);
        Ok(())
    }

    pub(super) fn abort_stream(&mut self, events: &mut EventLoop, id: RequestId, at: usize) {
        if self.reject_stream_if_gone(id, at).is_err() {
            return;
        }
        let Some(connection) = self.connections.get_mut(id.connection) else {
            return;
        };
        let Some(state) = &mut connection.codec else {
            return;
        };
        state.codec.abort(id.stream, &mut connection.output);
        state.open.remove(at);
        self.send_pending(events, id.connection);
    }

    /// An answer to a connection that has ended only frees the request.
    fn reject_stream_if_gone(&mut self, id: RequestId, at: usize) -> Result<(), AnswerError> {
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        if connection.state != State::Gone {
            return Ok(());
        }
        if let Some(state) = &mut connection.codec {
            state.open.remove(at);
            if state.open.is_empty() {
                self.connections.remove(id.connection);
            }
        }
        Err(AnswerError::Gone)
    }

    pub(super) fn begin_whole_stream(
        &mut self,
        id: RequestId,
        at: usize,
        answer: &Answer<'_>,
    ) -> Result<BodySlot, AnswerError> {
        self.begin_stream(id, at, answer, None)?;
        Ok(BodySlot {
            id,
            buffer: Vec::new(),
            start: 0,
            body_start: 0,
            body: None,
            length: None,
            keep_alive: true,
        })
    }

    pub(super) fn finish_whole_stream(
        &mut self,
        events: &mut EventLoop,
        slot: &BodySlot,
        at: usize,
    ) -> Result<(), AnswerError> {
        let id = slot.id;
        self.reject_stream_if_gone(id, at)?;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let state = connection.codec.as_mut().ok_or(AnswerError::Gone)?;
        state
            .codec
            .write(id.stream, slot.body(), &mut connection.output);
        self.end_stream(events, id, at)
    }

    pub(super) fn stream_file(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        at: usize,
        answer: &Answer<'_>,
        body: FileBody,
    ) -> Result<(), AnswerError> {
        self.begin_stream(id, at, answer, Some(body.len()))?;
        if body.is_empty() {
            return self.end_stream(events, id, at);
        }
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let state = connection.codec.as_mut().ok_or(AnswerError::Gone)?;
        state.files.push_back((id.stream, body));
        self.send_pending(events, id.connection);
        Ok(())
    }

    /// Gives the codec the next part of the first file.
    pub(super) fn send_stream_file_part(&mut self, index: u32) -> Option<io::Result<usize>> {
        let connection = self.connections.get_mut(index)?;
        let state = connection.codec.as_mut()?;
        let (stream, body) = state.files.front_mut()?;
        let stream = *stream;
        let Ok(part) = body.read_part() else {
            state.codec.abort(stream, &mut connection.output);
            state.end_file(stream);
            return Some(Ok(0));
        };
        state.codec.write(stream, &part, &mut connection.output);
        if body.is_empty() {
            state.codec.end(stream, &mut connection.output);
            state.end_file(stream);
        }
        Some(Ok(part.len()))
    }

    /// Everything is sent: who was told to pause may go on, who has finished is closed.
    #[cold]
    pub(super) fn after_sending_streams(&mut self, events: &mut EventLoop, index: u32) {
        let generation = self.connections.generation(index);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let Some(state) = &mut connection.codec else {
            return;
        };
        for open in state.open.iter_mut().filter(|open| open.is_full) {
            open.is_full = false;
            let stream = open.stream;
            self.writable.push_back(RequestId {
                connection: index,
                generation,
                stream,
            });
        }
        let is_finished = state.codec.is_finished() || connection.is_half_closed;
        if connection.state == State::Closing || (is_finished && state.open.is_empty()) {
            return self.end_connection(events, index);
        }
        let is_idle = state.open.is_empty();
        if !connection.is_half_closed {
            connection.is_paused = false;
        }
        if is_idle {
            self.await_request(events, index);
        } else {
            self.clear_deadline(index);
        }
        self.update_interest(events, index);
    }
}

impl CodecState {
    pub(super) fn mark_full(&mut self, stream: u32) {
        if let Some(open) = self.open.iter_mut().find(|open| open.stream == stream) {
            open.is_full = true;
        }
    }

    pub(super) fn position(&self, stream: u32) -> Option<usize> {
        self.open.iter().position(|open| open.stream == stream)
    }

    fn end_file(&mut self, stream: u32) {
        self.files.pop_front();
        if let Some(at) = self.position(stream) {
            self.open.remove(at);
        }
    }

    /// Nothing is left to be done for anybody.
    pub(super) fn clear(&mut self) {
        self.files = VecDeque::new();
        self.received = Vec::new();
    }
}
