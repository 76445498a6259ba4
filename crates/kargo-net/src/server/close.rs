//! How connections end.

use kargo_http::encode_error;
use kargo_loop::EventLoop;

use super::Server;
use super::connection::State;
use super::drain::DRAIN_GRACE;
use crate::RequestId;
use crate::Transport;

impl Server {
    /// Answers an error to a connection that has no request in flight, and ends it.
    pub(super) fn refuse(&mut self, events: &mut EventLoop, index: u32, status: u16) {
        self.refresh_date(events);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        encode_error(&mut connection.output, status, false, &self.date);
        connection.state = State::Closing;
        connection.is_lingering_wanted = true;
        self.send_pending(events, index);
    }

    /// The last answer is sent. If the peer may still be sending, closing at once would make the kernel reset the
    /// connection, and the answer could be lost before it is read (RFC 9112 section 9.6).
    pub(super) fn end_connection(&mut self, events: &mut EventLoop, index: u32) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        // Old clients send a line too many behind a body: it must not cost them the answer.
        if !connection.is_lingering_wanted && !connection.transport.has_bytes_waiting() {
            return self.close(events, index);
        }
        if connection.transport.shutdown_write().is_err() {
            return self.close(events, index);
        }
        connection.state = State::Lingering;
        connection.linger_left = self.options.linger_bytes;
        connection.is_paused = false;
        connection.partial = None;
        connection.exchange = None;
        connection.input = Vec::new();
        let linger = if self.is_draining() {
            self.options.linger_timeout.min(DRAIN_GRACE)
        } else {
            self.options.linger_timeout
        };
        self.set_deadline(events, index, linger);
        self.update_interest(events, index);
    }

    /// Reads and forgets what a peer still sends.
    pub(super) fn discard(&mut self, events: &mut EventLoop, index: u32, is_ending: bool) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        match connection.transport.read(&mut self.received) {
            Ok(got) if got > 0 && (got as u64) < connection.linger_left => {
                connection.linger_left -= got as u64;
                if got == self.received.len() || is_ending || connection.is_half_closed {
                    self.tell_again(events, index);
                }
            }
            Err(error) if crate::sys::is_temporary(&error) => self.update_interest(events, index),
            _ => self.close(events, index),
        }
    }

    /// A connection between requests that is to end: at once, unless a request is in its socket already.
    pub(super) fn close_at_leisure(&mut self, events: &mut EventLoop, index: u32) {
        let Some(connection) = self.connections.get(index) else {
            return;
        };
        let has_request = connection.transport.has_bytes_waiting();
        if has_request {
            self.set_deadline(events, index, self.options.header_timeout);
        } else {
            self.close(events, index);
        }
    }

    /// Ends a connection, and tells whoever works for one of its requests.
    pub(super) fn close(&mut self, events: &mut EventLoop, index: u32) {
        let generation = self.connections.generation(index);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if connection.state == State::Gone {
            return;
        }
        // A file needs nobody's work any more.
        connection
            .exchange
            .take_if(|exchange| exchange.file.is_some());
        let exchange = connection.exchange.iter().map(|exchange| exchange.stream);
        let open = connection
            .codec
            .iter()
            .flat_map(|codec| &codec.open)
            .map(|open| open.stream);
        let before = self.disconnected.len();
        let told = exchange.chain(open);
        self.disconnected.extend(told.map(|stream| RequestId {
            connection: index,
            generation,
            stream,
        }));
        let is_over = self.disconnected.len() == before;
        self.release(events, index);
        if is_over {
            self.connections.remove(index);
        }
    }

    /// Gives the socket and everything else back but for requests somebody works for.
    fn release(&mut self, events: &mut EventLoop, index: u32) {
        if self.has_batch(index) && self.batch.current.is_none() {
            self.batch = super::batch::Batch::none();
            self.out.clear();
        }
        self.clear_deadline(index);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if connection.state == State::Gone {
            return;
        }
        connection.state = State::Gone;
        let transport = std::mem::replace(&mut connection.transport, Transport::Closed);
        connection.input = Vec::new();
        connection.output = Vec::new();
        connection.sent = 0;
        connection.partial = None;
        if let Some(codec) = &mut connection.codec {
            codec.clear();
        }
        // Before it is closed: a copy of the descriptor may live on in a child that somebody's code has forked.
        let _ = events.remove(transport.raw_fd());
        drop(transport);
        self.connection_ended(events);
    }
}
