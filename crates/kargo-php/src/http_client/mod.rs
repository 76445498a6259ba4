//! The HTTP client behind PHP: requests in flight, redirects, who waits for what.
//!
//! A *flight* is one call's way to its response, over as many exchanges as there are redirects. A *listener* is who waits
//! for the news of one flight or of many. Both are in the [`Runtime`], so that a stack that waits holds nothing: it asks
//! again when it was woken, and gives its listener up when its wait has failed.
//!
//! | file | has |
//! |---|---|
//! | `flight` | flights: how they begin, follow redirects, end |
//! | `settings` | what a `Kargo\Http\ClientOptions` says |
//! | `wait` | waiting for news, and sending what a Traversable gives |
//! | `failure` | what went wrong as an exception |
//! | `download` | into a file |

pub(crate) mod download;
pub(crate) mod failure;
pub(crate) mod flight;
pub(crate) mod settings;
pub(crate) mod wait;

use std::collections::{HashMap, VecDeque};
use std::io;

use kargo_loop::{Event, EventLoop};
use kargo_net::client::{Client, ClientEvent, ConnectionId, ExchangeId, PoolId, PoolOptions};

use crate::classic::http::connection::News;
use crate::serve::runtime::{Runtime, owner};
use crate::serve::wait::Wake;
use flight::Flight;

/// Everything that PHP code has asked other servers for.
#[derive(Debug)]
pub(crate) struct Exchanges {
    pub(crate) net: Client,
    /// The process that made it: a forked child makes its own.
    epoch: u32,
    /// Whose an exchange is.
    pub(crate) owners: HashMap<ExchangeId, Owner>,
    /// The keys of the classic API's connections.
    pub(crate) connections: HashMap<ConnectionId, u64>,
    /// What the classic API is to be told.
    news: Vec<News>,
    flights: HashMap<u64, Flight>,
    listeners: HashMap<u64, Listener>,
    last: u64,
    /// Waits that are over.
    woken: Vec<u64>,
}

/// Whose an exchange is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A flight's, by its number.
    Flight(u64),
    /// The classic API's, by the key under which it is on its way.
    Classic(u64),
}

/// Who waits for news of flights.
#[derive(Debug, Default)]
struct Listener {
    /// The key of the present wait.
    key: Option<u64>,
    /// Flights with news, in their order.
    news: VecDeque<u64>,
    /// All its flights.
    flights: Vec<u64>,
}

/// A pool of a Client object, in the process that made it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pool {
    epoch: u32,
    id: PoolId,
}

impl Exchanges {
    fn new() -> Self {
        Self {
            net: Client::new(owner::CLIENT, owner::CLIENT_NAMES),
            epoch: std::process::id(),
            owners: HashMap::new(),
            connections: HashMap::new(),
            news: Vec::new(),
            flights: HashMap::new(),
            listeners: HashMap::new(),
            last: 0,
            woken: Vec::new(),
        }
    }

    fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// A new listener.
    pub(crate) fn listen(&mut self) -> u64 {
        let number = self.next_number();
        self.listeners.insert(number, Listener::default());
        number
    }

    /// The pool, made anew if it is that of another process.
    pub(crate) fn pool(&mut self, pool: &mut Option<Pool>, options: &PoolOptions) -> PoolId {
        match pool {
            Some(pool) if pool.epoch == self.epoch => pool.id,
            _ => {
                let id = self.net.add_pool(options.clone());
                *pool = Some(Pool {
                    epoch: self.epoch,
                    id,
                });
                id
            }
        }
    }

    /// Ends the connections of a pool, unless they are another process's.
    pub(crate) fn remove_pool(&mut self, events: &mut EventLoop, pool: Pool) {
        if pool.epoch == self.epoch {
            self.net.remove_pool(events, pool.id);
        }
    }

    /// Gives up a listener with all its flights.
    pub(crate) fn give_up(&mut self, events: &mut EventLoop, listener: u64) {
        let Some(listener) = self.listeners.remove(&listener) else {
            return;
        };
        self.woken.extend(listener.key);
        for number in listener.flights {
            if let Some(flight) = self.flights.remove(&number)
                && let Some(exchange) = flight.exchange
            {
                self.owners.remove(&exchange);
                self.net.cancel(events, exchange);
            }
        }
    }

    /// Tells the listener of a flight that something has happened.
    fn tell(&mut self, number: u64) {
        let Some(flight) = self.flights.get_mut(&number) else {
            return;
        };
        let Some(listener) = self.listeners.get_mut(&flight.listener) else {
            return;
        };
        if !flight.is_told {
            flight.is_told = true;
            listener.news.push_back(number);
        }
        self.woken.extend(listener.key.take());
    }

    /// Follows what happened to exchanges.
    fn follow(&mut self, events: &mut EventLoop) {
        while let Some(event) = self.net.next_event(events) {
            let id = match event {
                ClientEvent::Head(id)
                | ClientEvent::Body(id)
                | ClientEvent::Writable(id)
                | ClientEvent::Complete(id)
                | ClientEvent::Failed(id, _) => id,
                ClientEvent::Closed(connection) => {
                    let key = self.connections.get(&connection);
                    self.news.extend(key.copied().map(News::Closed));
                    continue;
                }
            };
            match self.owners.get(&id).copied() {
                Some(Owner::Flight(number)) => self.exchange_event(events, number, event),
                Some(Owner::Classic(key)) => {
                    self.owners.remove(&id);
                    let response = self.net.finish(id);
                    self.news.push(News::Over(key, response));
                }
                None => {}
            }
        }
    }
}

impl Runtime {
    /// The client and the loop it lives on, which is made if there is none.
    ///
    /// # Errors
    /// What the kernel says when the loop is made.
    pub(crate) fn client(&mut self) -> io::Result<(&mut Exchanges, &mut EventLoop)> {
        self.start()?;
        let Some(events) = self.events.as_mut() else {
            return Err(io::ErrorKind::Other.into());
        };
        let exchanges = self
            .exchanges
            .get_or_insert_with(|| Box::new(Exchanges::new()));
        Ok((exchanges, events))
    }

    /// The client, if there is one in this process.
    pub(crate) fn present_client(&mut self) -> Option<(&mut Exchanges, &mut EventLoop)> {
        let events = self.events.as_mut().filter(|events| !events.is_foreign())?;
        Some((self.exchanges.as_deref_mut()?, events))
    }

    /// Gives the client an event of the loop.
    pub(crate) fn client_event(&mut self, event: Event) {
        if let Some((exchanges, events)) = self.present_client() {
            exchanges.net.handle_event(events, event);
            exchanges.follow(events);
            self.tell_news();
        }
    }

    /// Sends what was given in this turn, and follows what comes of it. To be called before the loop waits.
    pub(crate) fn end_client_turn(&mut self) {
        let Some((exchanges, events)) = self.present_client() else {
            return;
        };
        loop {
            exchanges.follow(events);
            exchanges.net.end_turn(events);
            if !exchanges.net.has_events() {
                break;
            }
        }
        self.tell_news();
    }

    /// Wakes whoever was told something, or has nothing to wait for any more; callbacks of the classic API are due.
    fn tell_news(&mut self) {
        let Some(exchanges) = &mut self.exchanges else {
            return;
        };
        let (woken, news) = (
            std::mem::take(&mut exchanges.woken),
            std::mem::take(&mut exchanges.news),
        );
        for key in woken {
            self.wake(key, Wake::Woken);
        }
        if !news.is_empty() {
            self.tell_classic(news);
        }
    }

    /// The loop of this process is new: what the client of the parent had in flight is the parent's. Whoever waits for it
    /// here finds out.
    pub(crate) fn drop_foreign_client(&mut self) {
        if self
            .exchanges
            .as_ref()
            .is_none_or(|exchanges| exchanges.epoch == std::process::id())
        {
            return;
        }
        let keys: Vec<u64> = self
            .exchanges
            .take()
            .into_iter()
            .flat_map(|exchanges| exchanges.listeners.into_values())
            .filter_map(|listener| listener.key)
            .collect();
        for key in keys {
            self.wake(key, Wake::Woken);
        }
        self.forget_http_requests();
    }
}
