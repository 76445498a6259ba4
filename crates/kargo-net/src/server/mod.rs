//! The server: connections, their requests and their answers.
//!
//! | file | has |
//! |---|---|
//! | `accept` | listeners and who may connect |
//! | `receive` | bytes from sockets, one connection at a time |
//! | `decode`, `repeated_head` | requests out of bytes |
//! | `spool` | bodies that go to disk |
//! | `handout` | requests as they are handed out, in place or detached |
//! | `respond`, `stream`, `file` | answers: whole, in pieces, from files |
//! | `send` | bytes to sockets |
//! | `close` | refusals, lingering, the end of a connection |
//! | `timeouts`, `drain` | the ends that come by themselves |
//! | `streams` | protocols with streams |
//! | `notices` | what whoever works for a request should know |
//! | `upgrade` | connections that leave |

mod accept;
mod batch;
mod close;
mod connection;
mod decode;
mod drain;
mod file;
mod handout;
mod notices;
mod receive;
mod repeated_head;
mod respond;
mod send;
mod slab;
mod spool;
mod stream;
mod streams;
mod timeouts;
mod upgrade;

use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use kargo_http::HeadDecoder;
use kargo_http::HttpDate;
use kargo_http::Limits;
use kargo_http::PreparedHead;
use kargo_http::RequestHead;
use kargo_loop::Event;
use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_loop::Token;

use crate::AcceptGate;
use crate::BodyGate;
use crate::RequestId;
use crate::ServerOptions;
use crate::UploadError;

pub use accept::ListenerSetup;
pub use upgrade::UpgradeTarget;
pub use upgrade::UpgradedConnection;

use accept::Accepting;
use accept::Door;
use batch::Batch;
use repeated_head::RepeatedHead;
use slab::Slab;
use timeouts::Sweep;

/// Bytes that one receive takes at most; requests that fit are decoded where they lie.
const RECEIVE_BYTES: usize = 64 << 10;

/// Answers of one batch above which they are sent without waiting for the batch's end; and what a buffer may keep
/// when it is empty.
const OUTPUT_BYTES: usize = 256 << 10;

/// What an event of ours is about: the upper bits of the token's value.
const KIND_SHIFT: u32 = 48;
/// Where a token's value has the server's number, above the number of a connection or listener.
const NUMBER_SHIFT: u32 = 32;
const KIND_CONNECTION: u64 = 0;
const KIND_LISTENER: u64 = 1;
const KIND_SWEEP: u64 = 2;
const KIND_ACCEPT_AGAIN: u64 = 3;
const KIND_NEXT_ROUND: u64 = 4;

/// A server: listeners, connections and the requests in flight.
///
/// All its events carry the owner it was made with. See the crate's documentation for how it is driven.
pub struct Server {
    options: ServerOptions,
    owner: u8,
    number: u16,
    doors: Vec<Door>,
    accepting: Accepting,
    accept_error: Option<std::io::Error>,
    accept_error_at: Option<Instant>,
    gate: Option<Box<dyn AcceptGate>>,
    body_gate: Option<Box<dyn BodyGate>>,
    upload_error: Option<UploadError>,
    upload_error_at: Option<Instant>,
    /// The limits without that on the body, which depends on where it goes.
    head_limits: Limits,
    connections: Slab,
    /// Open connections.
    live: usize,
    /// One buffer for everything that is received.
    received: Box<[u8]>,
    batch: Batch,
    decoder: HeadDecoder,
    /// The head of the request that lies in the batch.
    head: RequestHead,
    /// Its bytes, if `head` is what they mean.
    repeated: RepeatedHead,
    /// The answers of the batch.
    out: Vec<u8>,
    /// How long the latest body was whose length came after it: the next one is probably as long.
    latest_length: u64,
    /// Connections with bytes to decode that wait for their turn; the first `round` of them have it.
    queue: VecDeque<(u32, u32)>,
    round: usize,
    is_round_deferred: bool,
    /// Requests of protocols with streams, ready to be handed out.
    ready: VecDeque<RequestId>,
    disconnected: VecDeque<RequestId>,
    half_closed: VecDeque<RequestId>,
    writable: VecDeque<RequestId>,
    sweep: Sweep,
    drain_until: Option<Instant>,
    date: HttpDate,
    /// The begin of texts that are sent at this date.
    text_head: PreparedHead,
    /// Until when `date` holds.
    date_until: Instant,
    handed_out: u64,
}

/// How much is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerCounts {
    /// Open connections.
    pub connections: usize,
    /// Requests handed out since the start.
    pub requests: u64,
}

impl Server {
    /// A server without listeners. `owner` is the upper byte of all its tokens. Creates no descriptor.
    pub fn new(owner: u8, options: ServerOptions) -> Self {
        Self::numbered(owner, 0, options)
    }

    /// The same for one of several servers with the same owner: [`Self::number_in`] tells whose a token is.
    pub fn numbered(owner: u8, number: u16, options: ServerOptions) -> Self {
        let now = Instant::now();
        let sweep = Sweep::new(now, options.keep_alive_timeout);
        let head_limits = Limits {
            body_bytes: u64::MAX,
            ..options.limits
        };
        Self {
            options,
            owner,
            number,
            doors: Vec::new(),
            accepting: Accepting::default(),
            accept_error: None,
            accept_error_at: None,
            gate: None,
            body_gate: None,
            upload_error: None,
            upload_error_at: None,
            head_limits,
            connections: Slab::default(),
            live: 0,
            received: vec![0; RECEIVE_BYTES].into_boxed_slice(),
            batch: Batch::none(),
            decoder: HeadDecoder::new(),
            head: RequestHead::new(),
            repeated: RepeatedHead::default(),
            out: Vec::new(),
            queue: VecDeque::new(),
            round: 0,
            is_round_deferred: false,
            ready: VecDeque::new(),
            disconnected: VecDeque::new(),
            half_closed: VecDeque::new(),
            writable: VecDeque::new(),
            sweep,
            drain_until: None,
            date: HttpDate::from_unix_seconds(0),
            latest_length: 0,
            text_head: PreparedHead::default(),
            date_until: now,
            handed_out: 0,
        }
    }

    /// The upper byte of this server's tokens.
    pub fn owner(&self) -> u8 {
        self.owner
    }

    /// The number of the server that gave this token to the loop.
    #[inline]
    pub fn number_in(token: Token) -> u16 {
        (token.value() >> NUMBER_SHIFT) as u16
    }

    /// What it allows its peers.
    pub fn options(&self) -> &ServerOptions {
        &self.options
    }

    /// Asks `gate` before each accept from now on.
    pub fn set_accept_gate(&mut self, gate: Box<dyn AcceptGate>) {
        self.gate = Some(gate);
    }

    /// Asks `gate` where the body of each request goes from now on.
    pub fn set_body_gate(&mut self, gate: Box<dyn BodyGate>) {
        self.body_gate = Some(gate);
    }

    /// How much is going on.
    pub fn counts(&self) -> ServerCounts {
        ServerCounts {
            connections: self.live,
            requests: self.handed_out,
        }
    }

    /// Takes an event whose token has this server's owner. Then ask [`Self::next_request`] until it has none.
    pub fn handle_event(&mut self, events: &mut EventLoop, event: Event) {
        let value = event.token.value();
        let index = value as u32;
        match (value >> KIND_SHIFT, event.kind) {
            (KIND_CONNECTION, EventKind::Ready(readiness)) => {
                self.connection_ready(events, index, readiness);
            }
            (KIND_LISTENER, EventKind::Ready(_)) => self.accept_from(events, index),
            (KIND_SWEEP, EventKind::Timer(_)) => self.sweep(events),
            (KIND_ACCEPT_AGAIN, EventKind::Timer(_)) => self.accept_again(events),
            (KIND_NEXT_ROUND, EventKind::Deferred) => {
                self.is_round_deferred = false;
                self.round = self.queue.len();
            }
            _ => {}
        }
    }

    /// To be called before the loop waits: sends what is still held back. Cheap if there is nothing.
    #[inline(always)]
    pub fn end_turn(&mut self, events: &mut EventLoop) {
        self.settle_batch(events);
        if self.round == 0 && !self.queue.is_empty() {
            self.defer_round(events);
        }
        self.drop_stale_notices();
    }

    const fn token(&self, kind: u64, index: u32) -> Token {
        let number = (self.number as u64) << NUMBER_SHIFT;
        Token::new(self.owner, kind << KIND_SHIFT | number | index as u64)
    }

    /// Queues a connection that has bytes to decode for the next round.
    fn enqueue(&mut self, events: &mut EventLoop, index: u32) {
        let generation = self.connections.generation(index);
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        if connection.is_queued {
            return;
        }
        connection.is_queued = true;
        self.queue.push_back((index, generation));
        self.defer_round(events);
    }

    fn defer_round(&mut self, events: &mut EventLoop) {
        if !self.is_round_deferred {
            self.is_round_deferred = true;
            events.defer(self.token(KIND_NEXT_ROUND, 0));
        }
    }

    /// Brings `date` to this turn's second.
    #[inline]
    fn refresh_date(&mut self, events: &EventLoop) {
        if events.now() >= self.date_until {
            self.read_clock(events);
        }
    }

    #[cold]
    fn read_clock(&mut self, events: &EventLoop) {
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        self.date = HttpDate::from_unix_seconds(unix.as_secs());
        self.text_head
            .prepare(&self.date, self.options.text_type.as_bytes());
        let rest = 1_000_000_000 - unix.subsec_nanos();
        self.date_until = events.now() + std::time::Duration::from_nanos(u64::from(rest));
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Server")
            .field("owner", &self.owner)
            .field("connections", &self.live)
            .field("accepting", &self.accepting)
            .field("drain_until", &self.drain_until)
            .finish_non_exhaustive()
    }
}
