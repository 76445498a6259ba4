//! Requests as they are handed out: in place, or detached.

use kargo_http::RequestHead;
use kargo_loop::EventLoop;

use super::Server;
use super::batch::Batch;
use super::connection::Exchange;
use super::connection::State;
use crate::OwnedRequest;
use crate::RequestId;
use crate::RequestRef;
use crate::request::Local;

/// Where a request is that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the batch.
    Batch,
    /// In its connection's exchange.
    Exchange,
    /// Among the open streams of its connection, at this position.
    Stream(usize),
    /// Answered, given up, or never there.
    Nowhere,
}

impl Server {
    /// A request that waits for its answer.
    #[inline]
    pub fn request(&self, id: RequestId) -> Option<RequestRef<'_>> {
        let place = self.place_of(id);
        let connection = self.connections.get(id.connection)?;
        match place {
            Place::Batch => {
                let current = self.batch.current.as_ref()?;
                let bytes = &self.batch.bytes(&self.received)[current.message.clone()];
                let local = Local::Socket(connection.transport.raw_fd(), &connection.local);
                Some(RequestRef::new(
                    &self.head,
                    bytes,
                    current.body(),
                    &connection.peer,
                    local,
                ))
            }
            Place::Exchange => Some(connection.exchange.as_ref()?.request.as_ref()),
            Place::Stream(at) => Some(connection.codec.as_ref()?.open.get(at)?.request.as_ref()),
            Place::Nowhere => None,
        }
    }

    /// The head of the request that [`Self::next_request`] has just handed out, and the bytes it refers to, where it lies
    /// in the shared buffer: cheaper than [`Self::request`]. `None` for a request that lies elsewhere.
    #[inline(always)]
    pub fn latest_head(&self) -> Option<(&RequestHead, &[u8])> {
        let current = self.batch.current.as_ref()?;
        let bytes = self
            .batch
            .bytes(&self.received)
            .get(current.message.clone())?;
        Some((&self.head, bytes))
    }

    /// Changes with every head that is decoded: whoever has found out something about [`Self::latest_head`] that depends
    /// on its bytes alone, a route for instance, need not do it again while this stays the same. A client's next head is
    /// often the same as its last. `None` for a request that lies elsewhere, as there.
    #[inline(always)]
    pub fn latest_head_number(&self) -> Option<u64> {
        self.batch.current.as_ref()?;
        Some(self.repeated.number())
    }

    /// Moves a request off the shared buffer: to be called before waiting for anything. What was answered before on its
    /// connection is sent; other connections go on, its own decodes its next request once this one is answered.
    ///
    /// `false`: there is no such request. Detaching twice is harmless.
    pub fn detach(&mut self, events: &mut EventLoop, id: RequestId) -> bool {
        match self.place_of(id) {
            Place::Batch => {
                self.detach_current(events);
                true
            }
            Place::Exchange | Place::Stream(_) => true,
            Place::Nowhere => false,
        }
    }

    /// A copy of a request that outlives its answer and its connection.
    pub fn copy_request(&self, id: RequestId) -> Option<OwnedRequest> {
        self.request(id).map(|request| request.to_owned_request())
    }

    /// Gives a request up without an answer: its connection is closed (a stream is reset). For one whose connection has
    /// ended this only frees the memory.
    pub fn abandon(&mut self, events: &mut EventLoop, id: RequestId) {
        match self.place_of(id) {
            Place::Batch => {
                self.batch.current = None;
                self.end_exchange(id.connection, State::Closing);
                self.finish_batch(events);
                self.close(events, id.connection);
            }
            Place::Exchange => {
                self.end_exchange(id.connection, State::Closing);
                self.close(events, id.connection);
            }
            Place::Stream(at) => self.abort_stream(events, id, at),
            Place::Nowhere => {}
        }
    }

    /// Where the request is.
    #[inline]
    pub(super) fn place_of(&self, id: RequestId) -> Place {
        if self.connections.generation(id.connection) != id.generation {
            return Place::Nowhere;
        }
        if self.batch.connection == id.connection
            && let Some(current) = &self.batch.current
        {
            return if current.stream == id.stream {
                Place::Batch
            } else {
                Place::Nowhere
            };
        }
        let Some(connection) = self.connections.get(id.connection) else {
            return Place::Nowhere;
        };
        if let Some(codec) = &connection.codec {
            let at = codec.open.iter().position(|open| open.stream == id.stream);
            return at.map_or(Place::Nowhere, Place::Stream);
        }
        match &connection.exchange {
            Some(exchange) if exchange.stream == id.stream => Place::Exchange,
            _ => Place::Nowhere,
        }
    }

    /// Moves the batch's request and what follows it to the heap, and sends the answers before it.
    #[cold]
    pub(super) fn detach_current(&mut self, events: &mut EventLoop) {
        let index = self.batch.connection;
        let Some(current) = self.batch.current.take() else {
            return;
        };
        let message = self.batch.bytes(&self.received)[current.message.clone()].to_vec();
        let rest = self.batch.take_rest(&self.received);
        self.batch = Batch::none();
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let local = Local::Socket(connection.transport.raw_fd(), &connection.local);
        let body = current.body();
        let request = RequestRef::new(&self.head, &message, body.clone(), &connection.peer, local);
        let local = request.local_address();
        let head = self.head.clone();
        let request = OwnedRequest::new(head, message, body, connection.peer, local);
        connection.input = rest;
        connection.exchange = Some(Box::new(Exchange {
            stream: current.stream,
            request,
            body: None,
            file: None,
            is_full: false,
        }));
        self.clear_deadline(index);
        self.send_out(events, index);
    }

    /// The request of this connection is answered or given up.
    pub(super) fn end_exchange(&mut self, index: u32, state: State) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        connection.exchange = None;
        if connection.state == State::Gone {
            self.connections.remove(index);
        } else {
            connection.state = state;
        }
    }
}
