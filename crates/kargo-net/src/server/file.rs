//! Answers from files.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use kargo_http::BodyLength;
use kargo_http::encode_head;
use kargo_loop::EventLoop;

use super::Server;
use super::connection::Connection;
use super::connection::FileRange;
use super::connection::State;
use super::handout::Place;
use crate::Answer;
use crate::AnswerError;
use crate::RequestId;
use crate::sys::socket;
use crate::transport::Transport;

/// What passes through memory at a time where the kernel cannot send a file itself.
const COPY_BYTES: usize = 64 << 10;

impl Server {
    /// Answers with `len` bytes of `file` from `offset` on, sent by the kernel as the client takes them. If the file
    /// turns out to be shorter the connection is closed.
    pub fn answer_file(
        &mut self,
        events: &mut EventLoop,
        id: RequestId,
        answer: &Answer<'_>,
        file: File,
        offset: u64,
        len: u64,
    ) -> Result<(), AnswerError> {
        self.detach(events, id);
        self.refresh_date(events);
        let range = FileRange {
            file,
            offset,
            remaining: len,
        };
        match self.place_of(id) {
            Place::Exchange => {}
            Place::Stream(at) => return self.stream_file(events, id, at, answer, range),
            Place::Batch | Place::Nowhere => return Err(AnswerError::Gone),
        }
        self.reject_unless_unanswered(id)?;
        let keep_alive = self.may_stay_open(id.connection) && !answer.close;
        let connection = self
            .connections
            .get_mut(id.connection)
            .ok_or(AnswerError::Gone)?;
        let length = BodyLength::Known(len);
        let head = super::respond::response_head(
            answer,
            connection.facts,
            keep_alive,
            &self.date,
            self.options.echo_version,
            length,
        );
        let headers = answer.headers.iter().copied();
        let encoded = encode_head(&mut connection.output, &head, headers)?;
        if encoded.body.is_omitted() || len == 0 {
            self.answered(events, id.connection, encoded.keep_alive);
            return Ok(());
        }
        connection.facts.keep_alive = encoded.keep_alive;
        connection.state = State::Streaming;
        if let Some(exchange) = &mut connection.exchange {
            exchange.file = Some(range);
        }
        self.send_pending(events, id.connection);
        Ok(())
    }

    /// Sends a part of the connection's file. `None`: it has none.
    pub(super) fn send_file_part(&mut self, index: u32) -> Option<io::Result<usize>> {
        let connection = self.connections.get_mut(index)?;
        if connection.codec.is_some() {
            return self.send_stream_file_part(index);
        }
        let exchange = connection.exchange.as_mut()?;
        let range = exchange.file.as_mut()?;
        let result = match &mut connection.transport {
            Transport::Plain(socket) => {
                use std::os::fd::AsRawFd;
                range.advance(|file, offset, len| {
                    socket::send_file(socket.as_raw_fd(), file, offset, len)
                })
            }
            _ => range.read_part().map(|part| {
                connection.output = part;
                connection.output.len()
            }),
        };
        if result.is_ok() && range.remaining == 0 {
            connection.end_file();
        }
        Some(result)
    }
}

impl FileRange {
    /// The next part, in memory.
    pub(super) fn read_part(&mut self) -> io::Result<Vec<u8>> {
        let mut part = Vec::new();
        self.advance(|file, offset, len| {
            part.resize(
                usize::try_from(len).unwrap_or(COPY_BYTES).min(COPY_BYTES),
                0,
            );
            let got = file.read_at(&mut part, offset)?;
            part.truncate(got);
            Ok(got)
        })?;
        Ok(part)
    }

    fn advance(
        &mut self,
        send: impl FnOnce(&File, u64, u64) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let sent = send(&self.file, self.offset, self.remaining)?;
        if sent == 0 && self.remaining > 0 {
            // Shorter than promised: the peer must not take what follows for the rest.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.offset += sent as u64;
        self.remaining -= sent as u64;
        Ok(sent)
    }
}

impl Connection {
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
