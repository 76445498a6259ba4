//! Connections, UDP sockets and names for PHP code: kargo-net's tables, and who waits for what of them.
//!
//! Nothing of this exists before PHP code uses it. The tables are pulled by the runner as the HTTP server is; what they
//! tell wakes those that wait ([`crate::serve::wait`]) or makes a connection's callback due.
//!
//! | file | has |
//! |---|---|
//! | `connections` | reading, writing and closing, and who waits for it |
//! | `dialing` | addresses, names, new connections |
//! | `servers` | listeners and their callbacks |
//! | `udp` | UDP sockets |
//! | `failure` | what went wrong, as an exception |

pub(crate) mod connections;
pub(crate) mod dialing;
pub(crate) mod failure;
pub(crate) mod servers;
pub(crate) mod udp;

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use kargo_loop::{Event, EventKind, EventLoop};
use kargo_net::datagrams::{DatagramId, Datagrams};
use kargo_net::resolver::{LookupId, Resolver, ResolverOptions};
use kargo_net::streams::{Direction, StreamEvent, StreamId, Streams};

use crate::engine::Thrown;
use crate::log::{self, Level};
use crate::serve::due::Due;
use crate::serve::runner;
use crate::serve::runtime::{self, Runtime, owner};
use crate::serve::wait::{self, Wake};
use connections::Waiting;
use dialing::Lookup;
use servers::Servers;

/// What PHP code has of the network.
#[derive(Debug)]
pub(crate) struct Net {
    pub(crate) streams: Streams,
    pub(crate) datagrams: Datagrams,
    resolver: Resolver,
    pub(crate) servers: Servers,
    /// Who waits for a connection; only connections that somebody waits for are in it.
    waiting: HashMap<StreamId, Waiting>,
    /// Who waits for a datagram.
    receivers: HashMap<DatagramId, u64>,
    lookups: HashMap<LookupId, Lookup>,
    /// Waits that are over.
    woken: Vec<u64>,
    /// A wait that was over before it began: an event was still to be told when somebody registered for it.
    early: Option<u64>,
    /// Connection callbacks that have not returned yet.
    pub(crate) callbacks: usize,
    /// The server drains: connections are told the end.
    is_draining: bool,
}

impl Net {
    fn new() -> Self {
        Self {
            streams: Streams::new(owner::NET_STREAM),
            datagrams: Datagrams::new(owner::NET_DATAGRAM),
            resolver: Resolver::new(owner::NET_NAME, ResolverOptions::default()),
            servers: Servers::default(),
            waiting: HashMap::new(),
            receivers: HashMap::new(),
            lookups: HashMap::new(),
            woken: Vec::new(),
            early: None,
            callbacks: 0,
            is_draining: false,
        }
    }

    /// Whether work is in progress that a drain should wait for.
    pub(crate) fn is_busy(&self) -> bool {
        self.callbacks != 0 || self.streams.closing() != 0
    }

    /// Whether anything may come without anybody waiting for it.
    pub(crate) fn keeps_running(&self) -> bool {
        self.servers.are_listening() || self.streams.closing() != 0
    }

    /// The loop is new: connections of the one before are gone, listeners listen on it.
    pub(crate) fn begin(&mut self, events: &mut EventLoop) -> io::Result<()> {
        self.streams.abandon();
        self.datagrams.abandon();
        self.resolver = Resolver::new(owner::NET_NAME, ResolverOptions::default());
        for (_, waiting) in self.waiting.drain() {
            self.woken.extend(waiting.keys());
        }
        self.woken
            .extend(self.receivers.drain().map(|(_, key)| key));
        // Their answers never come; whoever waits for one is told so.
        for lookup in self.lookups.values_mut() {
            lookup.fail(&mut self.woken);
        }
        self.servers.arm(&mut self.streams, events)
    }

    /// Listens no more, and tells all connections the end.
    fn drain(&mut self, events: &mut EventLoop) {
        if self.is_draining {
            return;
        }
        self.is_draining = true;
        self.close_listeners(events);
        for waiting in self.waiting.values_mut() {
            self.woken.extend(waiting.reader.take());
        }
    }

    /// Stops listening everywhere. The callbacks stay until PHP code may run.
    pub(crate) fn close_listeners(&mut self, events: &mut EventLoop) {
        self.servers.close_all(&mut self.streams, Some(events));
    }

    /// Takes what the tables have to tell.
    fn take_events(&mut self, events: &mut EventLoop, mut due: impl FnMut(Due)) {
        while let Some((id, event)) = self.streams.next_event() {
            match event {
                StreamEvent::Accepted(listener) => match self.servers.of(listener) {
                    Some(server) => due(Due::Connection { server, id }),
                    None => self.streams.abort(events, id),
                },
                StreamEvent::Drained => self.wake_writers(id),
                StreamEvent::TimedOut(Direction::Writing) => {
                    self.streams.give_up(events, id, io::ErrorKind::TimedOut);
                    self.wake_all(id);
                }
                StreamEvent::Failed(_) => self.wake_all(id),
                StreamEvent::Connected
                | StreamEvent::ConnectFailed
                | StreamEvent::Readable
                | StreamEvent::End
                | StreamEvent::TimedOut(Direction::Reading) => self.wake_reader(id),
            }
        }
        while let Some(id) = self.datagrams.next_event() {
            self.woken.extend(self.receivers.remove(&id));
        }
        while let Some((id, answer)) = self.resolver.next_event() {
            if let Some(lookup) = self.lookups.get_mut(&id) {
                lookup.answer(answer, &mut self.woken);
            }
        }
        if let Some(error) = self.streams.take_accept_error() {
            log::event(
                Level::Warning,
                "connections can't be accepted for a moment; is LimitNOFILE or ulimit -n too low?",
                &[("error", &error.to_string())],
            );
        }
    }
}

/// Runs `body` on the tables and the loop, which are made if there are none, with a key for a wait. PHP must not be
/// called inside.
///
/// # Errors
/// An exception is pending: the loop can't be made, or it is a parent process's.
pub(crate) fn with<R>(body: impl FnOnce(&mut Net, &mut EventLoop, u64) -> R) -> Result<R, Thrown> {
    wait::reject_if_foreign()?;
    runtime::with(|runtime| {
        runtime
            .start()
            .map_err(|error| runner::cannot_start(&error))?;
        let key = runtime.new_key();
        runtime.net();
        let (Some(net), Some(events)) = (runtime.net.as_deref_mut(), runtime.events.as_mut())
        else {
            return Err(Thrown);
        };
        let result = body(net, events, key);
        runtime.take_net_events();
        Ok(result)
    })
}

/// The same, where it is no use if there is no loop, or it is a parent process's: when something is given up.
pub(crate) fn with_existing(body: impl FnOnce(&mut Net, &mut EventLoop)) {
    runtime::with(|runtime| {
        if let (Some(net), Some(events)) = (runtime.net.as_deref_mut(), runtime.events.as_mut())
            && !events.is_foreign()
        {
            body(net, events);
            runtime.take_net_events();
        }
    });
}

/// Waits for the key that [`with`] gave and something was registered under.
///
/// # Errors
/// As for [`wait::wait`].
fn wait(key: u64, timeout: Option<Duration>) -> Result<Wake, Thrown> {
    let is_over = runtime::with(|runtime| {
        let net = runtime.net.as_deref_mut();
        net.is_some_and(|net| net.early.take_if(|early| *early == key).is_some())
    });
    if is_over {
        return Ok(Wake::Woken);
    }
    wait::wait(key, timeout)
}

impl Runtime {
    /// The tables, made if there are none.
    pub(crate) fn net(&mut self) -> &mut Net {
        let gate = self.serving.as_ref().and_then(|serving| serving.gate());
        self.net.get_or_insert_with(|| {
            let mut net = Net::new();
            if let Some(gate) = gate {
                net.streams.set_accept_gate(gate);
            }
            Box::new(net)
        })
    }

    /// An event of one of the tables, or a wake-up of the resolver.
    #[cold]
    pub(crate) fn net_event(&mut self, event: Event) {
        let (Some(net), Some(events)) = (self.net.as_deref_mut(), self.events.as_mut()) else {
            return;
        };
        match event.token.owner() {
            owner::NET_STREAM => net.streams.handle_event(events, event),
            owner::NET_DATAGRAM => net.datagrams.handle_event(events, event),
            owner::NET_NAME => net.resolver.handle_event(event),
            _ if event.kind == EventKind::Woken => net.resolver.collect(events),
            _ => {}
        }
        self.take_net_events();
    }

    /// The last thing before the loop waits.
    pub(crate) fn end_net_turn(&mut self) {
        let (Some(net), Some(events)) = (self.net.as_deref_mut(), self.events.as_mut()) else {
            return;
        };
        if self
            .serving
            .as_ref()
            .is_some_and(|serving| serving.is_draining())
        {
            net.drain(events);
        }
        net.streams.end_turn(events);
        self.take_net_events();
    }

    fn take_net_events(&mut self) {
        let (Some(net), Some(events)) = (self.net.as_deref_mut(), self.events.as_mut()) else {
            return;
        };
        let queue = &mut self.due;
        net.take_events(events, |due| queue.push(due, None));
        let mut woken = std::mem::take(&mut net.woken);
        let mut early = None;
        for key in woken.drain(..) {
            // Of those that nobody waits for, only the newest can be one that is about to.
            if !self.wake(key, Wake::Woken) {
                early = early.max(Some(key));
            }
        }
        if let Some(net) = &mut self.net {
            net.woken = woken;
            net.early = early.max(net.early);
        }
    }

    /// Another worker leaves a connection to us.
    pub(crate) fn poke_net(&mut self) {
        if let (Some(net), Some(events)) = (self.net.as_deref_mut(), self.events.as_mut()) {
            net.streams.poke_listeners(events);
            self.take_net_events();
        }
    }

    /// A server begins to run in this process: its connections and these are counted together.
    pub(crate) fn share_net(&mut self) {
        if let Some(net) = &mut self.net
            && let Some(gate) = self.serving.as_ref().and_then(|serving| serving.gate())
        {
            net.streams.set_accept_gate(gate);
        }
    }

    /// The master of workers stops: new clients are refused at once.
    pub(crate) fn close_net_listeners(&mut self) {
        if let Some(net) = &mut self.net {
            let events = self.events.as_mut().filter(|it| !it.is_foreign());
            net.servers.close_all(&mut net.streams, events);
        }
    }

    /// Ends everything at once. What is returned holds PHP values, to be dropped when no borrow is alive.
    pub(crate) fn end_net(&mut self) -> Option<Servers> {
        let net = self.net.as_deref_mut()?;
        if let Some(events) = self.events.as_mut() {
            net.close_listeners(events);
            net.streams.abort_all(events);
        }
        Some(std::mem::take(&mut net.servers))
    }
}

/// The script is over: connections send what is queued, for as long as each may take to close. Nobody else's events are
/// looked at, so this has a loop of its own.
pub(crate) fn finish() {
    runtime::with(|runtime| {
        let (Some(net), Some(events)) = (runtime.net.as_deref_mut(), runtime.events.as_mut())
        else {
            return;
        };
        if events.is_foreign() {
            return;
        }
        net.close_listeners(events);
        net.streams.close_all(events);
        if net.streams.closing() == 0 {
            return;
        }
        let Ok(mut events) = EventLoop::new() else {
            return;
        };
        net.streams.rewatch(&mut events);
        while net.streams.closing() != 0 && events.poll(None).is_ok() {
            while let Some(event) = events.next() {
                net.streams.handle_event(&mut events, event);
            }
            net.streams.end_turn(&mut events);
        }
    });
}

impl Runtime {
    /// How many HTTP handlers wait, not counting connection callbacks.
    pub(crate) fn waiting_handlers(&self) -> usize {
        let callbacks = self.net.as_ref().map_or(0, |net| net.callbacks);
        self.roles.parked.len().saturating_sub(callbacks)
    }
}
