//! Redis: connections of this process, and how requests wait for what they ask.
//!
//! | module | is |
//! |---|---|
//! | `client` | one server: connecting, what is asked and what was answered, and what happens when it is away |
//!
//! There is one connection per worker and Api, or Sessions, in tables of kargo-net on the worker's own loop. Who asks leaves a key and is
//! parked ([`crate::serve::wait`]); questions of several calls follow each other without waiting for answers.

mod client;

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use kargo_loop::{Event, EventKind, EventLoop};
use kargo_net::resolver::{Resolver, ResolverOptions};
use kargo_net::streams::Streams;
use kargo_policy::redis::{Command, Location, Reply};

use crate::engine::Thrown;
use crate::serve::runtime::{self, Runtime, owner};
use crate::serve::wait::{self, Wake};
use client::Client;
pub(crate) use client::Use;

/// Longest answer that is kept.
pub(crate) const LONGEST_ANSWER: usize = 8 << 20;

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// The server is away, so it was not asked; or nothing can wait here.
    Unasked,
    /// It may have heard the question.
    Unanswered,
}

/// The servers that this process keeps state in.
#[derive(Debug)]
pub(crate) struct Redis {
    net: Net,
    clients: Vec<Client>,
}

/// What all clients share.
#[derive(Debug)]
struct Net {
    streams: Streams,
    resolver: Resolver,
    /// Replies by the key of who waits for them; nothing where there will be none.
    replies: HashMap<u64, Option<Reply>>,
    /// Keys whose reply has come.
    woken: Vec<u64>,
    /// Connections are this process's.
    process: u32,
}

impl Net {
    fn new() -> Self {
        Self {
            streams: Streams::new(owner::REDIS_STREAM),
            resolver: Resolver::new(owner::REDIS_NAME, ResolverOptions::default()),
            replies: HashMap::new(),
            woken: Vec::new(),
            process: std::process::id(),
        }
    }
}

/// What tells the timer of renewals from the other one of a client.
const RENEW: u64 = 1 << 32;

impl Redis {
    /// Connections of another process are not ours: it was forked.
    fn own(&mut self) {
        if self.net.process != std::process::id() {
            let net = std::mem::replace(&mut self.net, Net::new());
            // Closes this process's copies and tells the server nothing.
            drop(net);
            for client in &mut self.clients {
                client.forget();
            }
        }
    }

    fn handle_event(&mut self, events: &mut EventLoop, event: Event) {
        self.own();
        let value = event.token.value();
        match event.token.owner() {
            owner::REDIS_STREAM => self.net.streams.handle_event(events, event),
            owner::REDIS_NAME => self.net.resolver.handle_event(event),
            owner::REDIS_TIMER => {
                let index = usize::try_from(value & (RENEW - 1)).unwrap_or(usize::MAX);
                if let Some(client) = self.clients.get_mut(index) {
                    if value & RENEW == 0 {
                        client.timer_rang(&mut self.net, events);
                    } else {
                        client.renew(&mut self.net, events);
                    }
                }
            }
            _ if event.kind == EventKind::Woken => self.net.resolver.collect(events),
            _ => {}
        }
        self.take_events(events);
    }

    fn take_events(&mut self, events: &mut EventLoop) {
        while let Some((id, answer)) = self.net.resolver.next_event() {
            for client in &mut self.clients {
                client.looked_up(&mut self.net, events, id, &answer);
            }
        }
        while let Some((id, event)) = self.net.streams.next_event() {
            if let Some(client) = self.clients.iter_mut().find(|it| it.is_of(id)) {
                client.handle_event(&mut self.net, events, id, event);
            }
        }
    }
}

impl Runtime {
    fn redis(&mut self) -> Option<(&mut Redis, &mut EventLoop)> {
        let (redis, events) = (self.redis.as_deref_mut()?, self.events.as_mut()?);
        if events.is_foreign() {
            return None;
        }
        redis.own();
        Some((redis, events))
    }

    /// An event of a connection, a name or a timer.
    pub(crate) fn redis_event(&mut self, event: Event) {
        if let Some((redis, events)) = self.redis() {
            redis.handle_event(events, event);
            self.wake_askers();
        }
    }

    /// The last thing before the loop waits.
    pub(crate) fn end_redis_turn(&mut self) {
        if let Some((redis, events)) = self.redis() {
            redis.net.streams.end_turn(events);
            redis.take_events(events);
            self.wake_askers();
        }
    }

    /// Connects a worker that begins to serve, so that its first calls need not wait for that, and the log says at once
    /// what is wrong.
    pub(crate) fn connect_redis(&mut self) {
        if let Some((redis, events)) = self.redis() {
            for client in &mut redis.clients {
                client.connect(&mut redis.net, events);
            }
        }
    }

    fn wake_askers(&mut self) {
        let Some(redis) = &mut self.redis else { return };
        for key in std::mem::take(&mut redis.net.woken) {
            if !self.wake(key, Wake::Woken)
                && let Some(redis) = &mut self.redis
            {
                // Whoever asked does not wait any more.
                redis.net.replies.remove(&key);
            }
        }
    }
}

/// The number of the client for a server.
pub(crate) fn client_for(location: &Rc<Location>, of: &'static Use) -> usize {
    runtime::with(|runtime| {
        let redis = runtime.redis.get_or_insert_with(|| {
            Box::new(Redis {
                net: Net::new(),
                clients: Vec::new(),
            })
        });
        let number = redis.clients.len();
        redis
            .clients
            .push(Client::new(number, Rc::clone(location), of));
        number
    })
}

/// How long anybody waits for an answer at most. The connection's own limits are shorter; this is for a loop that does not
/// come to them.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks, and waits for the reply.
pub(crate) fn ask(client: usize, command: Command) -> Result<Reply, Silence> {
    if wait::is_blocked() {
        return Err(Silence::Unasked);
    }
    let key = begin(client, command)?;
    wait::wait_quietly(key, PATIENCE);
    take_reply(key)
}

/// The same in a native function that PHP code called.
///
/// # Errors
/// An exception is pending: nothing can wait here, or the process stops.
pub(crate) fn ask_in_php(
    client: usize,
    command: Command,
) -> Result<Result<Reply, Silence>, Thrown> {
    wait::reject_if_blocked()?;
    let key = match begin(client, command) {
        Ok(key) => key,
        Err(silence) => return Ok(Err(silence)),
    };
    wait::wait(key, Some(PATIENCE))?;
    Ok(take_reply(key))
}

/// Asks; gives the key of who will wait.
fn begin(client: usize, command: Command) -> Result<u64, Silence> {
    runtime::with(|runtime| {
        let key = runtime.new_key();
        let (redis, events) = runtime.redis()?;
        let client = redis.clients.get_mut(client)?;
        let is_asked = client.ask(&mut redis.net, events, Rc::new(command), key);
        is_asked.then_some(key)
    })
    .ok_or(Silence::Unasked)
}

fn take_reply(key: u64) -> Result<Reply, Silence> {
    runtime::with(|runtime| runtime.redis.as_mut()?.net.replies.remove(&key)?)
        .ok_or(Silence::Unanswered)
}

/// Says something to which nobody waits for a reply. It is said for `time`, when the server is there again if it is away.
pub(crate) fn tell(client: usize, command: Command, time: Duration) {
    runtime::with(|runtime| {
        let Some((redis, events)) = runtime.redis() else {
            return;
        };
        if let Some(client) = redis.clients.get_mut(client) {
            client.tell(&mut redis.net, events, Rc::new(command), time);
        }
    });
}

/// Runs `body` on a client and the loop.
pub(crate) fn with_client<R>(
    number: usize,
    body: impl FnOnce(&mut Client, &mut EventLoop) -> R,
) -> Option<R> {
    runtime::with(|runtime| {
        let (redis, events) = runtime.redis()?;
        Some(body(redis.clients.get_mut(number)?, events))
    })
}
