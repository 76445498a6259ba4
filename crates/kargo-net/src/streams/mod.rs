//! Buffered duplex connections: an input and an output queue with watermarks around a socket.
//!
//! Brief overview: [`Streams`] is a table of connections on an [`EventLoop`], *pulled* as the HTTP server is:
//! [`Streams::handle_event`] is given the loop's events of its tokens, [`Streams::next_event`] tells what happened,
//! [`Streams::end_turn`] sends what was written. Nothing here calls anybody back.
//!
//! ```no_run
//! use kargo_loop::EventLoop;
//! use kargo_net::Listener;
//! use kargo_net::streams::{Direction, ListenOptions, StreamEvent, StreamOptions, Streams};
//!
//! // An echo server.
//! let mut events = EventLoop::new()?;
//! let mut streams = Streams::new(1);
//! let listener = Listener::bind(&"127.0.0.1:8000".parse()?)?;
//! streams.listen(&mut events, listener, ListenOptions::default())?;
//! loop {
//!     while let Some((id, event)) = streams.next_event() {
//!         match event {
//!             StreamEvent::Accepted(_) => streams.enable(&mut events, id, Direction::Reading),
//!             StreamEvent::Readable | StreamEvent::Drained => {
//!                 let bytes = streams.input(id).to_vec();
//!                 if streams.write(&mut events, id, &bytes).is_ok() {
//!                     streams.consume(&mut events, id, bytes.len());
//!                 } // else it is full: Drained comes
//!             }
//!             _ => streams.close(&mut events, id),
//!         }
//!     }
//!     match events.next() {
//!         Some(event) => streams.handle_event(&mut events, event),
//!         None => {
//!             streams.end_turn(&mut events);
//!             if !streams.has_events() {
//!                 events.poll(None)?;
//!             }
//!         }
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - **Input**: one receive per turn and stream, at most up to the high mark; above it the socket is left alone, so the
//!   peer is slowed down. What was received stays until [`Streams::consume`].
//! - **Output**: [`Streams::write`] queues, [`Streams::end_turn`] sends; what the kernel does not take waits for
//!   writability. At the high mark writing is refused.
//! - **Events** are told once each, and only of streams that exist: after [`Streams::close`] or [`Streams::abort`]
//!   nothing comes any more. A stream that ended or failed exists until then.
//! - **Ids** are never reused: an old one finds nothing.
//!
//! | file | has |
//! |---|---|
//! | `stream` | one connection: its state and options |
//! | `receive`, `send` | bytes from and to sockets |
//! | `watch` | what the loop watches for us, timeouts |
//! | `connect`, `accept`, `borrow` | how streams come about |
//! | `close` | how they end |

mod accept;
mod borrow;
mod close;
mod connect;
mod receive;
mod send;
mod stream;
mod watch;

use std::collections::VecDeque;
use std::fmt;
use std::io;

use kargo_loop::Event;
use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_loop::Token;

use crate::AcceptGate;
use crate::PeerAddress;
use crate::Transport;
use crate::slots::Place;
use crate::slots::Slots;
use crate::sys::socket;

pub use accept::ListenOptions;
pub use accept::ListenerId;
pub use connect::ConnectTarget;
pub use receive::Line;
pub use send::WriteError;
pub use stream::Direction;
pub use stream::PRIORITIES;
pub use stream::StreamEvent;
pub use stream::StreamOptions;

use accept::Door;
use stream::Phase;
use stream::Stream;

/// Bytes that one receive takes at most.
const RECEIVE_BYTES: usize = 64 << 10;

/// What an event of ours is about: the upper bits of the token's value.
const KIND_SHIFT: u32 = 48;
const KIND_STREAM: u64 = 0;
const KIND_TIMER: u64 = 1;
const KIND_LISTENER: u64 = 2;
const KIND_OPEN_DOOR: u64 = 3;

/// A stream of a table. Ids of other tables mean nothing to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamId(Place);

/// A table of buffered connections. All its events carry the owner it was made with.
pub struct Streams {
    owner: u8,
    streams: Slots<Box<Stream>>,
    doors: Slots<Door>,
    gate: Option<Box<dyn AcceptGate>>,
    accept_error: Option<io::Error>,
    /// One buffer for everything that is received; made when the first byte comes.
    received: Box<[u8]>,
    /// Streams with something to tell, by priority.
    told: [VecDeque<StreamId>; PRIORITIES],
    /// Streams with output that was not tried to be sent in this turn.
    unsent: Vec<StreamId>,
    /// Streams that only wait to be closed.
    closing: usize,
}

impl Streams {
    /// An empty table. `owner` is the upper byte of all its tokens. Creates no descriptor.
    pub fn new(owner: u8) -> Self {
        Self {
            owner,
            streams: Slots::new(),
            doors: Slots::new(),
            gate: None,
            accept_error: None,
            received: Box::default(),
            told: Default::default(),
            unsent: Vec::new(),
            closing: 0,
        }
    }

    /// Adds a connection. Nothing is read before [`Self::enable`]; writing is enabled.
    pub fn add(&mut self, transport: Transport, options: StreamOptions) -> StreamId {
        StreamId(
            self.streams
                .insert(Box::new(Stream::new(transport, Phase::Open, options))),
        )
    }

    /// Takes an event whose token has this table's owner. Then ask [`Self::next_event`] until it has none.
    pub fn handle_event(&mut self, events: &mut EventLoop, event: Event) {
        let value = event.token.value();
        let index = value as u32;
        match (value >> KIND_SHIFT, event.kind) {
            (KIND_STREAM, kind) => {
                let Some(place) = self.streams.at(index) else {
                    return;
                };
                match kind {
                    EventKind::Ready(readiness) => {
                        self.stream_ready(events, StreamId(place), readiness);
                    }
                    // The transport held bytes back when reading was resumed.
                    EventKind::Deferred => self.receive(events, StreamId(place)),
                    _ => {}
                }
            }
            (KIND_TIMER, EventKind::Timer(_)) => {
                if let Some(place) = self.streams.at(index) {
                    self.timer_rang(events, StreamId(place));
                }
            }
            (KIND_LISTENER, EventKind::Ready(_)) => self.accept_from(events, index),
            (KIND_OPEN_DOOR, EventKind::Timer(_)) => self.reopen_door(events, index),
            _ => {}
        }
    }

    /// What happened, one by one: streams of a smaller priority number first, in the order in which they came.
    pub fn next_event(&mut self) -> Option<(StreamId, StreamEvent)> {
        for queue in &mut self.told {
            while let Some(&id) = queue.front() {
                let Some(stream) = self.streams.get_mut(id.0) else {
                    queue.pop_front();
                    continue;
                };
                if let Some(event) = stream.take_event() {
                    return Some((id, event));
                }
                stream.is_telling = false;
                queue.pop_front();
            }
        }
        None
    }

    /// Whether [`Self::next_event`] may have something.
    pub fn has_events(&self) -> bool {
        self.told.iter().any(|queue| !queue.is_empty())
    }

    /// To be called before the loop waits: sends what was written in this turn. Look at [`Self::has_events`] then.
    pub fn end_turn(&mut self, events: &mut EventLoop) {
        // In the order in which it was written; sending may add to it.
        let mut next = 0;
        while let Some(&id) = self.unsent.get(next) {
            next += 1;
            if let Some(stream) = self.streams.get_mut(id.0) {
                stream.is_unsent = false;
                self.flush(events, id);
            }
        }
        self.unsent.clear();
    }

    /// Open streams, those that wait to be closed included.
    pub fn len(&self) -> usize {
        self.streams.len()
    }

    /// Whether there is no stream.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Streams that [`Self::close`] was called for and whose last bytes are still on their way.
    pub fn closing(&self) -> usize {
        self.closing
    }

    /// Whether the stream exists, ended and failed ones included.
    pub fn contains(&self, id: StreamId) -> bool {
        self.open(id).is_some()
    }

    /// Reads and writes from now on with these watermarks and timeouts.
    pub fn set_options(&mut self, events: &mut EventLoop, id: StreamId, options: StreamOptions) {
        let Some(stream) = self.open_mut(id) else {
            return;
        };
        stream.options = options;
        self.restart_timeouts(events, id);
        self.resume_reading(events, id);
    }

    /// Its watermarks and timeouts.
    pub fn options(&self, id: StreamId) -> Option<&StreamOptions> {
        self.open(id).map(|stream| &stream.options)
    }

    /// From now on its events are told before those of streams with a larger number. At first it is the middle one,
    /// [`PRIORITIES`] / 2; larger ones than there are count as the last.
    pub fn set_priority(&mut self, id: StreamId, priority: usize) {
        if let Some(stream) = self.open_mut(id) {
            stream.priority = priority.min(PRIORITIES - 1) as u8;
        }
    }

    /// The address at the other end; `None` for what has none.
    pub fn peer_address(&self, id: StreamId) -> Option<PeerAddress> {
        let stream = self.open(id)?;
        stream
            .peer
            .or_else(|| socket::peer_address(stream.transport.raw_fd()).ok())
    }

    /// The address at this end.
    pub fn local_address(&self, id: StreamId) -> Option<PeerAddress> {
        socket::local_address(self.open(id)?.transport.raw_fd()).ok()
    }

    /// Whether a direction is over: the peer has ended its side, we have ended ours, or it failed.
    pub fn is_over(&self, id: StreamId, direction: Direction) -> bool {
        self.open(id)
            .is_none_or(|stream| stream.side(direction).is_over)
    }

    /// Why a direction failed, or why no connection came about ([`Direction::Writing`]).
    pub fn error(&self, id: StreamId, direction: Direction) -> Option<&io::Error> {
        self.open(id)?.side(direction).error.as_ref()
    }

    /// Whether the connection has come about.
    pub fn is_connected(&self, id: StreamId) -> bool {
        self.open(id)
            .is_some_and(|stream| matches!(stream.phase, Phase::Open))
    }

    /// Whether nothing came that its user has not seen: it is open, the input is empty, and so is the socket.
    pub fn is_quiet(&self, id: StreamId) -> bool {
        self.open(id).is_some_and(|stream| {
            matches!(stream.phase, Phase::Open)
                && !stream.reading.is_over
                && !stream.writing.is_over
                && stream.buffered() == 0
                && stream.transport.is_quiet()
        })
    }

    /// A stream that its user has not closed.
    fn open(&self, id: StreamId) -> Option<&Stream> {
        let stream = self.streams.get(id.0)?;
        (!stream.phase.is_closing()).then_some(stream)
    }

    fn open_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        let stream = self.streams.get_mut(id.0)?;
        (!stream.phase.is_closing()).then_some(stream)
    }

    /// Notes something to tell.
    fn tell(&mut self, id: StreamId, event: StreamEvent) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if stream.phase.is_closing() {
            return;
        }
        stream.note(event);
        if !stream.is_telling {
            stream.is_telling = true;
            self.told[usize::from(stream.priority)].push_back(id);
        }
    }

    const fn token(&self, kind: u64, index: u32) -> Token {
        Token::new(self.owner, kind << KIND_SHIFT | index as u64)
    }
}

impl fmt::Debug for Streams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Streams")
            .field("owner", &self.owner)
            .field("streams", &self.streams.len())
            .field("listeners", &self.doors.len())
            .finish_non_exhaustive()
    }
}
