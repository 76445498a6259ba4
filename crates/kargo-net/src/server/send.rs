//! Bytes to sockets.

use kargo_loop::EventLoop;
use kargo_loop::Interest;

use super::OUTPUT_BYTES;
use super::Server;
use super::connection::State;
use super::file::TURN_BYTES;
use crate::RequestId;
use crate::sys::is_temporary;

/// What is left of a batch's answers is copied if it is at most this much; more keeps the whole buffer.
const COPY_BYTES: usize = 16 << 10;

impl Server {
    /// Sends the batch's answers: one send, head and body together.
    #[inline]
    pub(super) fn send_out(&mut self, events: &mut EventLoop, index: u32) {
        let Some(connection) = self.connections.get_mut(index) else {
            self.out.clear();
            return;
        };
        if connection.has_output() {
            connection.output.append(&mut self.out);
            return self.send_pending(events, index);
        }
        if !self.out.is_empty() {
            match connection.transport.write(&self.out) {
                Ok(sent) if sent == self.out.len() => {
                    self.out.clear();
                    if connection.is_calm() && self.drain_until.is_none() {
                        self.shrink_out();
                        return self.await_next_request(events, index);
                    }
                }
                Ok(sent) => self.keep_unsent(index, sent),
                Err(error) if is_temporary(&error) => self.keep_unsent(index, 0),
                Err(_) => {
                    self.out.clear();
                    return self.close(events, index);
                }
            }
            self.shrink_out();
        }
        self.after_sending(events, index);
    }

    /// A large answer must not keep its memory for ever.
    #[inline]
    fn shrink_out(&mut self) {
        if self.out.capacity() > OUTPUT_BYTES {
            self.out = Vec::new();
        }
    }

    /// The socket is full: the rest waits in the connection's own memory.
    #[cold]
    fn keep_unsent(&mut self, index: u32, sent: usize) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if self.out.len() - sent <= COPY_BYTES {
            connection.output = self.out[sent..].to_vec();
            connection.sent = 0;
            self.out.clear();
        } else {
            connection.output = std::mem::take(&mut self.out);
            connection.sent = sent;
        }
    }

    /// Sends what waits in the connection's own memory, and then from its file.
    pub(super) fn send_pending(&mut self, events: &mut EventLoop, index: u32) {
        let mut is_moving = false;
        let mut of_file = TURN_BYTES;
        loop {
            let Some(connection) = self.connections.get_mut(index) else {
                return;
            };
            let result = if connection.output.is_empty() {
                if connection.transport.has_unsent() {
                    connection.transport.flush().map(|()| 0)
                } else {
                    if of_file == 0 {
                        break;
                    }
                    match self.send_file_part(index, of_file) {
                        Some(result) => {
                            let sent = *result.as_ref().unwrap_or(&0);
                            of_file = of_file.saturating_sub(sent as u64);
                            result
                        }
                        None => break,
                    }
                }
            } else {
                let unsent = connection.output.get(connection.sent..).unwrap_or_default();
                let written = if connection.has_file() {
                    connection.transport.write_before_more(unsent)
                } else {
                    connection.transport.write(unsent)
                };
                written.inspect(|&sent| {
                    connection.sent += sent;
                    if connection.sent >= connection.output.len() {
                        connection.output = Vec::new();
                        connection.sent = 0;
                    }
                })
            };
            match result {
                Ok(_) => is_moving = true,
                Err(error) if is_temporary(&error) => break,
                Err(_) => return self.close(events, index),
            }
        }
        if is_moving
            && self
                .connections
                .get(index)
                .is_some_and(|it| it.wants_to_send())
        {
            self.set_deadline(events, index, self.options.write_timeout);
        }
        self.after_sending(events, index);
        if of_file == 0
            && self
                .connections
                .get(index)
                .is_some_and(|it| it.wants_to_send())
        {
            // It was not the socket that is full: others have their turn first.
            self.tell_again(events, index);
        }
    }

    /// Whatever could be sent is sent.
    #[inline]
    fn after_sending(&mut self, events: &mut EventLoop, index: u32) {
        let generation = self.connections.generation(index);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if connection.wants_to_send() {
            return self.wait_for_room(events, index);
        }
        if connection.codec.is_some() {
            return self.after_sending_streams(events, index);
        }
        match connection.state {
            State::Reading => self.resume_reading(events, index),
            State::Closing => return self.end_connection(events, index),
            State::Streaming => {
                self.clear_deadline(index);
                let Some(connection) = self.connections.get_mut(index) else {
                    return;
                };
                let stream = connection.stream;
                if let Some(exchange) = &mut connection.exchange
                    && exchange.is_full
                {
                    exchange.is_full = false;
                    self.writable.push_back(RequestId {
                        connection: index,
                        generation,
                        stream,
                    });
                }
            }
            State::Working => self.clear_deadline(index),
            State::Lingering | State::Gone => {}
        }
        self.update_interest(events, index);
    }

    /// The socket is full. Nothing is read meanwhile: a peer that takes no answers gets no new ones.
    fn wait_for_room(&mut self, events: &mut EventLoop, index: u32) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        connection.is_paused = true;
        if !connection.interest.contains(Interest::WRITABLE) {
            self.set_deadline(events, index, self.options.write_timeout);
        }
        self.update_interest(events, index);
    }
}
