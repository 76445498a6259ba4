//! Connections and their queues.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use kargo_loop::EventLoop;
use kargo_loop::TimerId;

use super::Client;
use super::ClientOptions;
use super::Destination;
use super::Lookup;
use super::Phase;
use super::Reason;
use super::exchange::At;
use crate::resolver::Answer;
use crate::slots::Place;
use crate::streams::ConnectTarget;
use crate::streams::Direction;
use crate::streams::StreamId;
use crate::streams::StreamOptions;

/// Beside a head as long as it may be, so much of what follows is received ahead.
const ROOM_BEHIND_HEAD: usize = 64 << 10;

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) destination: Rc<Destination>,
    pub(super) options: Rc<ClientOptions>,
    /// Whose it is, if not its user's.
    pub(super) pool: Option<Place>,
    pub(super) state: State,
    /// Exchanges in their order.
    pub(super) queue: VecDeque<Place>,
    /// The first of the queue has its turn: a part of its request may be out.
    pub(super) is_busy: bool,
    /// Exchanges that were completed on the present stream.
    pub(super) served: u32,
    /// It ends with its last exchange.
    pub(super) is_released: bool,
    /// It was begun a moment ago, and nothing came yet.
    pub(super) is_young: bool,
    /// When it must be established.
    pub(super) connect_deadline: Instant,
    /// When what it does must have got on.
    pub(super) due: Option<Instant>,
    /// Rings at `due`, or before.
    pub(super) timer: Option<(TimerId, Instant)>,
    /// What was still to be sent when `due` was set.
    pub(super) unsent_before: usize,
    /// What it waited for was there when the time was over, but nobody had looked.
    pub(super) is_reprieved: bool,
}

/// Where in its life a connection is. It may come back from each to the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Closed,
    /// It is connected when others have been.
    InTurn,
    /// Its host's addresses are being looked up.
    Resolving,
    Connecting(StreamId),
    Open(StreamId),
}

impl Connection {
    pub(super) fn new(
        destination: Rc<Destination>,
        options: Rc<ClientOptions>,
        pool: Option<Place>,
    ) -> Self {
        Self {
            destination,
            options,
            pool,
            state: State::Closed,
            queue: VecDeque::new(),
            is_busy: false,
            served: 0,
            is_released: false,
            is_young: false,
            connect_deadline: Instant::now(),
            due: None,
            timer: None,
            unsent_before: 0,
            is_reprieved: false,
        }
    }

    pub(super) fn is_established(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// The exchange that has its turn.
    pub(super) fn current(&self) -> Option<Place> {
        self.queue.front().copied().filter(|_| self.is_busy)
    }

    /// Of its stream.
    fn stream_options(&self) -> StreamOptions {
        let limits = &self.options.limits;
        let head_bytes = limits
            .request_line_bytes
            .saturating_add(limits.header_bytes);
        StreamOptions {
            input_high: head_bytes.saturating_add(ROOM_BEHIND_HEAD),
            output_high: self.options.stream_buffer_bytes.max(1),
            ..StreamOptions::default()
        }
    }
}

impl Client {
    /// Puts an exchange at the end of a connection's queue.
    pub(super) fn enqueue(&mut self, events: &mut EventLoop, place: Place, exchange: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        connection.queue.push_back(exchange);
        if let Some(exchange) = self.exchanges.get_mut(exchange) {
            exchange.at = At::Connection(place);
        }
        self.advance(events, place);
    }

    /// Does what comes next: connects, begins the next exchange, waits, or ends the connection.
    pub(super) fn advance(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get(place) else {
            return;
        };
        if connection.is_busy {
            return;
        }
        let is_wanted = !connection.queue.is_empty();
        match connection.state {
            State::Closed if is_wanted => self.connect_in_turn(events, place),
            State::Open(_) if is_wanted => self.begin(events, place),
            State::InTurn | State::Resolving | State::Connecting(_) if is_wanted => {}
            _ if connection.pool.is_some() => self.pooled_is_free(events, place),
            _ if connection.is_released => self.discard(events, place),
            State::Open(_) => self.await_nothing(events, place),
            State::Closed | State::InTurn | State::Resolving | State::Connecting(_) => {}
        }
    }

    /// Makes a new stream to the destination, once its address is known.
    pub(super) fn connect(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        connection.connect_deadline = Instant::now() + connection.options.connect_timeout;
        let destination = Rc::clone(&connection.destination);
        match &*destination {
            Destination::Unix(path) => {
                self.connect_to(events, place, vec![ConnectTarget::Unix(path.clone())]);
            }
            Destination::Host { host, port } => match Destination::literal_address(host) {
                Some(address) => self.connect_to_addresses(events, place, &[address], *port),
                None => self.look_up(events, place, host),
            },
        }
    }

    /// Looks for the addresses of a host, once for all that wait for them.
    fn look_up(&mut self, events: &mut EventLoop, place: Place, host: &str) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        connection.state = State::Resolving;
        if let Some(lookup) = self.lookups.values_mut().find(|lookup| lookup.host == host) {
            return lookup.waiting.push(place);
        }
        let timeout = connection.options.connect_timeout;
        let id = self.resolver.lookup(events, host, timeout);
        let lookup = Lookup {
            host: host.to_owned(),
            waiting: vec![place],
        };
        self.lookups.insert(id, lookup);
    }

    /// Goes on with what the resolver has found.
    pub(super) fn follow_resolver(&mut self, events: &mut EventLoop) {
        while let Some((id, answer)) = self.resolver.next_event() {
            let Some(lookup) = self.lookups.remove(&id) else {
                continue;
            };
            for place in lookup.waiting {
                self.looked_up(events, place, &answer);
            }
        }
    }

    fn looked_up(&mut self, events: &mut EventLoop, place: Place, answer: &Answer) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        // It may have been closed, and even wait for another lookup by now.
        if connection.state != State::Resolving {
            return;
        }
        let destination = Rc::clone(&connection.destination);
        match (answer, &*destination) {
            (Ok(addresses), Destination::Host { port, .. }) => {
                self.connect_to_addresses(events, place, addresses, *port);
            }
            (Err(error), _) if error.kind() == io::ErrorKind::TimedOut => {
                self.fail_queue(events, place, Phase::Resolving, Reason::TimedOut);
            }
            _ => self.fail_queue(events, place, Phase::Resolving, Reason::NoAddress),
        }
    }

    fn connect_to_addresses(
        &mut self,
        events: &mut EventLoop,
        place: Place,
        addresses: &[IpAddr],
        port: u16,
    ) {
        let target = |address: &IpAddr| ConnectTarget::Inet(SocketAddr::new(*address, port));
        self.connect_to(events, place, addresses.iter().map(target).collect());
    }

    fn connect_to(&mut self, events: &mut EventLoop, place: Place, targets: Vec<ConnectTarget>) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let timeout = connection
            .connect_deadline
            .saturating_duration_since(Instant::now());
        let options = connection.stream_options();
        let stream = self.streams.connect(events, targets, timeout, options);
        connection.state = State::Connecting(stream);
        self.by_stream.insert(stream, place);
    }

    /// The stream is connected.
    pub(super) fn connected(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let State::Connecting(stream) = connection.state else {
            return;
        };
        connection.state = State::Open(stream);
        connection.served = 0;
        self.streams.enable(events, stream, Direction::Reading);
        self.advance(events, place);
    }

    /// No address could be connected to.
    pub(super) fn connect_failed(
        &mut self,
        events: &mut EventLoop,
        place: Place,
        stream: StreamId,
    ) {
        let error = self.streams.error(stream, Direction::Writing);
        let reason = error.map_or(Reason::Refused, Reason::of);
        if matches!(reason, Reason::System(libc::EMFILE | libc::ENFILE))
            && self.has_waited_for_another(events, place)
        {
            return;
        }
        self.fail_queue(events, place, Phase::Connecting, reason);
    }

    /// The first of the queue has its turn.
    fn begin(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get_mut(place) else {
            return;
        };
        let State::Open(stream) = connection.state else {
            return;
        };
        // What was closed meanwhile is not used again: nothing that matters may be sent twice.
        if connection.served > 0 && !self.streams.is_quiet(stream) {
            self.lose(events, place);
            return self.connect_in_turn(events, place);
        }
        connection.is_busy = true;
        connection.is_reprieved = false;
        if let Some(exchange) = connection.queue.front()
            && let Some(exchange) = self.exchanges.get_mut(*exchange)
        {
            exchange.phase = Phase::Sending;
        }
        self.send_more(events, place);
    }
}
