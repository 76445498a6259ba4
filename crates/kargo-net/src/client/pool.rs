//! Pools: which connection a request gets.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::rc::Rc;

use kargo_loop::EventLoop;

use super::Client;
use super::ClientOptions;
use super::Destination;
use super::PoolOptions;
use super::connection::Connection;
use super::connection::State;
use super::exchange::At;
use crate::slots::Place;

#[derive(Debug)]
pub(super) struct Pool {
    pub(super) connection: Rc<ClientOptions>,
    connections_per_destination: usize,
    idle_per_destination: usize,
    destinations: HashMap<Rc<Destination>, Members>,
}

/// What a pool has of one destination. One that has nothing is not kept.
#[derive(Debug, Default)]
struct Members {
    /// All connections.
    count: usize,
    /// Those without an exchange, the one that was used last behind the others.
    idle: Vec<Place>,
    /// Exchanges without a connection; some may have been given up.
    waiting: VecDeque<Place>,
}

impl Pool {
    pub(super) fn new(options: PoolOptions) -> Self {
        Self {
            connection: Rc::new(options.connection),
            connections_per_destination: options.connections_per_destination.max(1),
            idle_per_destination: options.idle_per_destination,
            destinations: HashMap::new(),
        }
    }

    pub(super) fn into_waiting(self) -> impl Iterator<Item = Place> {
        self.destinations
            .into_values()
            .flat_map(|members| members.waiting)
    }
}

impl Client {
    /// Finds a connection for an exchange that has none. One that turns out to be closed makes a new stream.
    pub(super) fn assign(
        &mut self,
        events: &mut EventLoop,
        place: Place,
        destination: &Destination,
        exchange: Place,
    ) {
        let Some(pool) = self.pools.get_mut(place) else {
            return;
        };
        let most = pool.connections_per_destination;
        if let Some(members) = pool.destinations.get_mut(destination) {
            if let Some(idle) = members.idle.pop() {
                return self.enqueue(events, idle, exchange);
            }
            if members.count >= most {
                members.waiting.push_back(exchange);
                if let Some(exchange) = self.exchanges.get_mut(exchange) {
                    exchange.at = At::Pool(place);
                }
                return;
            }
        }
        self.add_connection(events, place, Rc::new(destination.clone()), exchange);
    }

    fn add_connection(
        &mut self,
        events: &mut EventLoop,
        place: Place,
        destination: Rc<Destination>,
        exchange: Place,
    ) {
        let Some(pool) = self.pools.get_mut(place) else {
            return;
        };
        let options = Rc::clone(&pool.connection);
        pool.destinations
            .entry(Rc::clone(&destination))
            .or_default()
            .count += 1;
        let connection = Connection::new(destination, options, Some(place));
        let connection = self.connections.insert(connection);
        self.enqueue(events, connection, exchange);
    }

    /// A pooled connection has no exchange any more: it gets one that waits, is kept, or ends.
    pub(super) fn pooled_is_free(&mut self, events: &mut EventLoop, place: Place) {
        let Some(connection) = self.connections.get(place) else {
            return;
        };
        let (Some(pool_place), state) = (connection.pool, connection.state) else {
            return;
        };
        let destination = Rc::clone(&connection.destination);
        let Some(pool) = self.pools.get_mut(pool_place) else {
            return self.discard(events, place);
        };
        let most_idle = pool.idle_per_destination;
        let Some(members) = pool.destinations.get_mut(&destination) else {
            return self.discard(events, place);
        };
        members.idle.retain(|idle| *idle != place);
        let next = next_waiting(&mut members.waiting, |waiting| {
            self.exchanges.get(waiting).is_some()
        });
        match (state, next) {
            (State::Open(_), Some(exchange)) => self.enqueue(events, place, exchange),
            (State::Open(_), None) if members.idle.len() < most_idle => {
                members.idle.push(place);
                self.await_nothing(events, place);
            }
            // It was for somebody who has given up: the next one has it.
            (State::InTurn | State::Resolving | State::Connecting(_), Some(exchange)) => {
                self.enqueue(events, place, exchange);
            }
            (State::InTurn | State::Resolving | State::Connecting(_), None) => {
                members.idle.push(place);
            }
            (State::Closed | State::Open(_), next) => {
                members.count -= 1;
                let is_last = members.count == 0 && members.waiting.is_empty() && next.is_none();
                if is_last {
                    pool.destinations.remove(&destination);
                }
                self.discard(events, place);
                if let Some(exchange) = next {
                    self.add_connection(events, pool_place, destination, exchange);
                }
            }
        }
    }
}

impl Client {
    /// There are no descriptors for another connection of a pool: its exchange waits for one of those that are there.
    /// `false`: there are none.
    pub(super) fn has_waited_for_another(&mut self, events: &mut EventLoop, place: Place) -> bool {
        let Some(connection) = self.connections.get_mut(place) else {
            return false;
        };
        let destination = Rc::clone(&connection.destination);
        let Some((pool_place, pool)) = connection
            .pool
            .and_then(|pool| Some((pool, self.pools.get_mut(pool)?)))
        else {
            return false;
        };
        let Some(members) = pool
            .destinations
            .get_mut(&destination)
            .filter(|members| members.count > 1)
        else {
            return false;
        };
        members.count -= 1;
        members.idle.retain(|idle| *idle != place);
        while let Some(exchange) = connection.queue.pop_back() {
            if let Some(exchange) = self.exchanges.get_mut(exchange) {
                exchange.at = At::Pool(pool_place);
            }
            members.waiting.push_front(exchange);
        }
        let idle = members.idle.pop();
        self.discard(events, place);
        if let Some(idle) = idle {
            self.pooled_is_free(events, idle);
        }
        true
    }
}

/// The first that waits and was not given up.
fn next_waiting(waiting: &mut VecDeque<Place>, exists: impl Fn(Place) -> bool) -> Option<Place> {
    while let Some(exchange) = waiting.pop_front() {
        if exists(exchange) {
            return Some(exchange);
        }
    }
    None
}
