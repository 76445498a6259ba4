//! An HTTP/1.1 client: requests out, responses in, over connections that are reused.
//!
//! Brief overview: a [`Client`] is *pulled*, as the server is. Requests are given to it and named by an [`ExchangeId`];
//! [`Client::handle_event`] is given the loop's events of its tokens, [`Client::next_event`] tells what happened,
//! [`Client::end_turn`] sends. Nothing here calls anybody back.
//!
//! ```no_run
//! use kargo_loop::EventLoop;
//! use kargo_net::client::{Client, ClientEvent, ClientRequest, HttpUrl, PoolOptions};
//!
//! let mut events = EventLoop::new()?;
//! let mut client = Client::new(1, 2);
//! let pool = client.add_pool(PoolOptions::default());
//! let url = HttpUrl::parse(b"http://127.0.0.1:8080/hello")?;
//! let request = ClientRequest::new(b"GET", url.target().as_bytes(), url.authority().as_bytes());
//! let id = client.send(&mut events, pool, &url.destination(), &request)?;
//! loop {
//!     while let Some(event) = client.next_event(&mut events) {
//!         match event {
//!             ClientEvent::Complete(id) => {
//!                 let response = client.finish(id).expect("a complete one");
//!                 println!("{} {:?}", response.status(), response.body());
//!             }
//!             ClientEvent::Failed(_, error) => println!("{error}"),
//!             _ => {}
//!         }
//!     }
//!     match events.next() {
//!         Some(event) => client.handle_event(&mut events, event),
//!         None => {
//!             client.end_turn(&mut events);
//!             if !client.has_events() {
//!                 events.poll(None)?;
//!             }
//!         }
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Two ways to a connection: a *pool* keeps connections to each destination and gives a request to one that is free; a
//! connection that was [opened](Client::open) has a queue of its own, whose requests are run one after the other.
//!
//! - A request goes out on a connection that was used before only if that is quiet. If it turns out to be closed all the
//!   same, before a byte of the response came, the request is sent once more on a new one if that is harmless: GET, HEAD,
//!   PUT, DELETE, OPTIONS and TRACE with a whole body (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1).
//! - Whatever comes on a connection that nobody waits for ends it.
//! - A streamed body is received up to [`ClientOptions::stream_buffer_bytes`] ahead; then the peer has to wait.
//!
//! | file | has |
//! |---|---|
//! | `exchange` | a request and its response as bytes, without sockets |
//! | `connection`, `pool`, `pace` | who runs what where, and when |
//! | `transfer` | bytes between exchanges and streams |
//! | `ends` | how exchanges and connections end |
//! | `timeouts` | the ends that come by themselves |
//! | `url`, `redirect` | where requests go |

mod connection;
mod destination;
mod ends;
mod error;
mod event;
mod exchange;
mod options;
mod pace;
mod pool;
mod redirect;
mod request;
mod response;
mod timeouts;
mod transfer;
mod url;

use std::collections::HashMap;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;
use std::time::Instant;

use kargo_http::ResponseHead;
use kargo_loop::Event;
use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_loop::TimerId;
use kargo_loop::Token;

use crate::resolver::LookupId;
use crate::resolver::Resolver;
use crate::resolver::ResolverOptions;
use crate::slots::Place;
use crate::slots::Slots;
use crate::streams::StreamEvent;
use crate::streams::StreamId;
use crate::streams::Streams;

pub use destination::Destination;
pub use error::ExchangeError;
pub use error::Phase;
pub use error::Reason;
pub use error::RequestError;
pub use event::ClientEvent;
pub use options::ClientOptions;
pub use options::PoolOptions;
pub use redirect::Redirect;
pub use request::ClientRequest;
pub use request::ConnectionId;
pub use request::ExchangeId;
pub use request::PoolId;
pub use request::RequestBody;
pub use response::ClientResponse;
pub use url::HttpUrl;
pub use url::UrlError;

use connection::Connection;
use exchange::At;
use exchange::Exchange;
use pace::Pace;
use pool::Pool;

/// What an event of ours is about: the upper bits of the token's value. The smaller ones are those of our streams.
const KIND_SHIFT: u32 = 48;
const KIND_CONNECTION_TIMER: u64 = 64;
const KIND_EXCHANGE_TIMER: u64 = 65;
const KIND_PACE_TIMER: u64 = 66;

/// Exchanges, connections and pools. All its events carry one of the two owners it was made with, but for
/// [`EventKind::Woken`], which says that host names were looked up.
pub struct Client {
    owner: u8,
    streams: Streams,
    connections: Slots<Connection>,
    exchanges: Slots<Exchange>,
    pools: Slots<Pool>,
    by_stream: HashMap<StreamId, Place>,
    resolver: Resolver,
    lookups: HashMap<LookupId, Lookup>,
    paces: HashMap<Rc<Destination>, Pace>,
    pace_timer: Option<(TimerId, Instant)>,
    news: VecDeque<ClientEvent>,
}

/// A host whose addresses are being looked up, and the connections that wait for them.
#[derive(Debug)]
struct Lookup {
    host: String,
    waiting: Vec<Place>,
}

/// How much is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClientCounts {
    /// Requests whose response is not complete, and complete responses that were not taken.
    pub exchanges: usize,
    /// Connections, those that are not established included.
    pub connections: usize,
    /// Sockets.
    pub streams: usize,
}

impl Client {
    /// A client without anything. `owner` is the upper byte of its tokens, `resolver_owner` of those about host names.
    /// Creates no descriptor.
    pub fn new(owner: u8, resolver_owner: u8) -> Self {
        Self {
            owner,
            streams: Streams::new(owner),
            connections: Slots::new(),
            exchanges: Slots::new(),
            pools: Slots::new(),
            by_stream: HashMap::new(),
            resolver: Resolver::new(resolver_owner, ResolverOptions::default()),
            lookups: HashMap::new(),
            paces: HashMap::new(),
            pace_timer: None,
            news: VecDeque::new(),
        }
    }

    /// How much is going on.
    pub fn counts(&self) -> ClientCounts {
        ClientCounts {
            exchanges: self.exchanges.len(),
            connections: self.connections.len(),
            streams: self.streams.len(),
        }
    }

    /// Takes an event whose token has one of this client's owners, or which is [`EventKind::Woken`]. Then ask
    /// [`Self::next_event`] until it has none.
    pub fn handle_event(&mut self, events: &mut EventLoop, event: Event) {
        if event.kind == EventKind::Woken {
            self.resolver.collect(events);
            return self.follow_resolver(events);
        }
        if event.token.owner() != self.owner {
            self.resolver.handle_event(event);
            return self.follow_resolver(events);
        }
        let value = event.token.value();
        let index = value as u32;
        match value >> KIND_SHIFT {
            KIND_CONNECTION_TIMER => self.connection_timer_rang(events, index),
            KIND_EXCHANGE_TIMER => self.exchange_timer_rang(events, index),
            KIND_PACE_TIMER => self.pace_timer_rang(events),
            _ => {
                self.streams.handle_event(events, event);
                self.follow_streams(events);
            }
        }
    }

    /// What happened, one by one.
    pub fn next_event(&mut self, events: &mut EventLoop) -> Option<ClientEvent> {
        self.follow_resolver(events);
        self.follow_streams(events);
        while let Some(event) = self.news.pop_front() {
            let is_true = match event {
                ClientEvent::Head(id)
                | ClientEvent::Body(id)
                | ClientEvent::Writable(id)
                | ClientEvent::Complete(id) => self.exchanges.get(id.0).is_some(),
                ClientEvent::Closed(id) => self.connections.get(id.0).is_some(),
                ClientEvent::Failed(..) => true,
            };
            if is_true {
                return Some(event);
            }
        }
        None
    }

    /// Whether [`Self::next_event`] may have something.
    pub fn has_events(&self) -> bool {
        !self.news.is_empty() || self.streams.has_events() || self.resolver.has_events()
    }

    /// To be called before the loop waits: sends what was given in this turn. Look at [`Self::has_events`] then.
    pub fn end_turn(&mut self, events: &mut EventLoop) {
        self.streams.end_turn(events);
    }

    /// The head of the response, once it is there, and the bytes it refers to.
    pub fn response_head(&self, id: ExchangeId) -> Option<(&ResponseHead, &[u8])> {
        self.exchanges.get(id.0)?.response_head()
    }

    /// Whether the response is complete.
    pub fn is_complete(&self, id: ExchangeId) -> bool {
        self.exchanges
            .get(id.0)
            .is_some_and(|exchange| exchange.at == At::Over)
    }

    /// The response of an exchange that is complete, which is gone then.
    pub fn finish(&mut self, id: ExchangeId) -> Option<ClientResponse> {
        if !self.is_complete(id) {
            return None;
        }
        self.exchanges.remove(id.0).map(Exchange::into_response)
    }

    /// Adds a pool of connections.
    pub fn add_pool(&mut self, options: PoolOptions) -> PoolId {
        PoolId(self.pools.insert(Pool::new(options)))
    }

    /// Gives a request to a pool: a free connection to the destination gets it, or a new one, or it waits for one.
    ///
    /// # Errors
    /// [`RequestError`]. Everything else is told by [`ClientEvent::Failed`].
    pub fn send(
        &mut self,
        events: &mut EventLoop,
        pool: PoolId,
        destination: &Destination,
        request: &ClientRequest<'_>,
    ) -> Result<ExchangeId, RequestError> {
        let options = &self.pools.get(pool.0).ok_or(RequestError::Gone)?.connection;
        let exchange = Exchange::new(request, &options.limits)?;
        let place = self.exchanges.insert(exchange);
        self.start_total_timeout(events, place, request.total_timeout);
        self.assign(events, pool.0, destination, place);
        Ok(ExchangeId(place))
    }

    /// A connection with a queue of its own. Nothing is sent, and no socket made, before [`Self::send_on`].
    pub fn open(&mut self, destination: Destination, options: ClientOptions) -> ConnectionId {
        let connection = Connection::new(Rc::new(destination), Rc::new(options), None);
        ConnectionId(self.connections.insert(connection))
    }

    /// Puts a request at the end of a connection's queue.
    ///
    /// # Errors
    /// As for [`Self::send`].
    pub fn send_on(
        &mut self,
        events: &mut EventLoop,
        id: ConnectionId,
        request: &ClientRequest<'_>,
    ) -> Result<ExchangeId, RequestError> {
        let connection = self.connections.get(id.0).ok_or(RequestError::Gone)?;
        let exchange = Exchange::new(request, &connection.options.limits)?;
        let place = self.exchanges.insert(exchange);
        self.start_total_timeout(events, place, request.total_timeout);
        self.enqueue(events, id.0, place);
        Ok(ExchangeId(place))
    }

    /// From now on the connection exists only as long as it has requests.
    pub fn release(&mut self, events: &mut EventLoop, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id.0) {
            connection.is_released = true;
            self.advance(events, id.0);
        }
    }

    /// Whether the connection is established.
    pub fn is_connected(&self, id: ConnectionId) -> bool {
        self.connections
            .get(id.0)
            .is_some_and(Connection::is_established)
    }

    /// Makes news of what happened to our streams.
    fn follow_streams(&mut self, events: &mut EventLoop) {
        while let Some((stream, event)) = self.streams.next_event() {
            let Some(&place) = self.by_stream.get(&stream) else {
                continue;
            };
            match event {
                StreamEvent::Connected => self.connected(events, place),
                StreamEvent::ConnectFailed => self.connect_failed(events, place, stream),
                StreamEvent::Readable | StreamEvent::End | StreamEvent::Failed(_) => {
                    self.receive(events, place);
                }
                StreamEvent::Drained => self.drained(events, place),
                // Neither is asked for: what is accepted is a server's, and our timeouts know more.
                StreamEvent::Accepted(_) | StreamEvent::TimedOut(_) => {}
            }
        }
    }

    const fn token(&self, kind: u64, index: u32) -> Token {
        Token::new(self.owner, kind << KIND_SHIFT | index as u64)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("owner", &self.owner)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
