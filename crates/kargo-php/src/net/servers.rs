//! Listeners and their callbacks.

use std::collections::{BTreeMap, HashMap};
use std::io;

use kargo_loop::EventLoop;
use kargo_net::Listener;
use kargo_net::streams::{Direction, ListenOptions, ListenerId, StreamId, Streams};

use super::Net;
use crate::classes::net::connection;
use crate::engine::callable::{Outcome, take_exception};
use crate::engine::value::Kind;
use crate::engine::{Callable, Owned};
use crate::log::Level;
use crate::serve::callback::{self, Prepared};
use crate::serve::{current, handler, runner, runtime};

/// What `TcpServer::listen()` was given.
#[derive(Debug)]
pub(crate) struct Server {
    /// Until it is closed; kept for processes that are forked later: each listens on its own loop.
    pub(crate) listener: Option<Listener>,
    pub(crate) options: ListenOptions,
    pub(crate) read_timeout: Option<std::time::Duration>,
    pub(crate) on_connection: Callable,
    pub(crate) accept: Option<Callable>,
    /// The process that made it: in another one it is shared.
    pub(crate) process: u32,
    /// On this process's loop, if that exists.
    pub(crate) listening: Option<ListenerId>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    all: BTreeMap<u64, Server>,
    by_listener: HashMap<ListenerId, u64>,
    /// Closed ones, whose PHP values are dropped when no borrow is alive.
    closed: Vec<Server>,
    last: u64,
}

impl Servers {
    pub(super) fn are_listening(&self) -> bool {
        !self.all.is_empty()
    }

    pub(super) fn of(&self, listener: ListenerId) -> Option<u64> {
        self.by_listener.get(&listener).copied()
    }

    pub(crate) fn get(&self, key: u64) -> Option<&Server> {
        self.all.get(&key)
    }

    /// Listens on a loop that is new.
    pub(super) fn arm(&mut self, streams: &mut Streams, events: &mut EventLoop) -> io::Result<()> {
        self.by_listener.clear();
        for (key, server) in &mut self.all {
            let options = ListenOptions {
                is_shared: server.process != std::process::id(),
                ..server.options
            };
            let Some(listener) = &server.listener else {
                continue;
            };
            let id = streams.listen(events, listener.try_clone()?, options)?;
            server.listening = Some(id);
            self.by_listener.insert(id, *key);
        }
        Ok(())
    }

    /// Stops listening. The listener is closed; what is PHP's stays until no borrow is alive.
    fn retire(&mut self, key: u64, streams: &mut Streams, events: Option<&mut EventLoop>) {
        let Some(mut server) = self.all.remove(&key) else {
            return;
        };
        if let Some(id) = server.listening.take() {
            self.by_listener.remove(&id);
            if let Some(events) = events {
                streams.unlisten(events, id);
            }
        }
        server.listener = None;
        self.closed.push(server);
    }

    pub(super) fn close_all(&mut self, streams: &mut Streams, mut events: Option<&mut EventLoop>) {
        for key in self.all.keys().copied().collect::<Vec<_>>() {
            self.retire(key, streams, events.as_deref_mut());
        }
    }
}

impl Net {
    /// Adds a server, which listens at once if there is a loop of this process.
    pub(crate) fn add_server(
        &mut self,
        server: Server,
        events: Option<&mut EventLoop>,
    ) -> io::Result<u64> {
        self.servers.last += 1;
        let key = self.servers.last;
        let mut server = server;
        if let (Some(events), Some(listener)) = (events, &server.listener) {
            let id = self
                .streams
                .listen(events, listener.try_clone()?, server.options)?;
            server.listening = Some(id);
            self.servers.by_listener.insert(id, key);
        }
        self.servers.all.insert(key, server);
        Ok(key)
    }

    /// A connection's callback is about to be called.
    fn prepare(
        &mut self,
        events: &mut EventLoop,
        key: u64,
        id: StreamId,
    ) -> Option<(Option<Prepared>, Prepared)> {
        let server = self.servers.all.get_mut(&key)?;
        let peer = self.streams.peer_address(id)?.to_string();
        self.streams.enable(events, id, Direction::Reading);
        let none = Owned::undefined;
        let accept = server.accept.as_mut().map(|accept| {
            let address = Owned::of_bytes(peer.as_bytes());
            Prepared::new(accept, [address, none(), none()], 1)
        });
        let object = connection::instantiate(id, server.read_timeout);
        let call = Prepared::new(&mut server.on_connection, [object, none(), none()], 1);
        self.callbacks += 1;
        Some((accept, call))
    }
}

/// Stops listening.
pub(crate) fn close(key: u64) {
    let closed = runtime::with(|runtime| {
        let events = runtime.events.as_mut().filter(|it| !it.is_foreign());
        let net = runtime.net.as_deref_mut()?;
        net.servers.retire(key, &mut net.streams, events);
        Some(std::mem::take(&mut net.servers.closed))
    });
    // The callbacks may be the last to hold objects whose destructors run PHP code.
    drop(closed);
}

/// Calls a connection's callback. Whatever becomes of it concerns this connection alone.
pub(crate) fn serve(key: u64, id: StreamId) {
    let prepared = runtime::with(|runtime| {
        let (net, events) = (runtime.net.as_deref_mut()?, runtime.events.as_mut()?);
        let prepared = net.prepare(events, key, id);
        if prepared.is_none() {
            // The server was closed since.
            net.streams.abort(events, id);
        }
        prepared
    });
    let Some((accept, call)) = prepared else {
        return;
    };
    let is_serving = callback::is_serving();
    current::with(|current| current.is_busy = is_serving);
    let has_returned = call_both(accept, call, id);
    if is_serving {
        handler::tidy();
    }
    current::with(|current| current.is_busy = false);
    runtime::with(|runtime| {
        if let Some(net) = &mut runtime.net {
            net.callbacks -= 1;
        }
    });
    if !has_returned {
        super::with_existing(|net, events| net.close(events, id));
    }
}

/// Whether both callbacks returned. The connection's object is dropped here.
fn call_both(accept: Option<Prepared>, mut call: Prepared, id: StreamId) -> bool {
    let mut result = Owned::undefined();
    if let Some(mut accept) = accept {
        match checked(accept.call_into(result.zv())) {
            Outcome::Returned if result.zv().kind() == Kind::False => {
                super::with_existing(|net, events| net.abort(events, id));
                return true;
            }
            Outcome::Returned => {}
            outcome => return failed(outcome),
        }
        result = Owned::undefined();
    }
    match checked(call.call_into(result.zv())) {
        Outcome::Returned => true,
        outcome => failed(outcome),
    }
}

/// A child that the callback has forked must not go on with what is the parent's.
fn checked(outcome: Outcome) -> Outcome {
    if callback::is_serving() {
        handler::end_foreign_child();
    }
    outcome
}

fn failed(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Threw => {
            if let Some(exception) = take_exception() {
                handler::log_exception("a connection callback threw", exception, Level::Error);
            }
        }
        // The process stops: that is no news of this one.
        Outcome::Exited if runner::is_aborting() => drop(take_exception()),
        outcome => handler::log_end(outcome, "a connection callback"),
    }
    false
}
