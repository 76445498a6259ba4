//! The state of the loop in this process. It lives on the heap, never on the stack of whoever runs the loop: that role
//! moves to another stack when a handler waits.

use std::collections::{HashMap, VecDeque};
use std::io;

use kargo_loop::EventLoop;
use kargo_net::RequestId;

use crate::classic::Classic;
use crate::engine::context::Context;
use crate::engine::{Global, Outcome, Owned, Thrown, ffi};
use crate::http_client::Exchanges;
use crate::log::{self, Level};
use crate::net::Net;
use crate::redis::Redis;
use crate::scripts::Pools;
use crate::serve::due::DueQueue;
use crate::serve::inner::InnerRuns;
use crate::serve::server::Serving;
use crate::serve::wait::{Outlasts, Parked, Wake};
use crate::serve::watched::Watched;
use crate::serve::watchers::Watchers;
use crate::sessions::Sweeps;

/// Who an event of the loop is for: [`kargo_loop::Token::owner`].
pub(crate) mod owner {
    /// kargo-net's server.
    pub(crate) const SERVER: u8 = 1;
    /// A PHP watcher's timer or deferred call; the value is its id.
    pub(crate) const WATCHER: u8 = 2;
    /// A PHP stream: see [`crate::serve::watched`].
    pub(crate) const STREAM: u8 = 3;
    /// A signal that PHP watches.
    pub(crate) const SIGNAL: u8 = 4;
    /// A parked handler is to go on; the value is its key.
    pub(crate) const PARKED: u8 = 5;
    /// The supervisor has orders.
    pub(crate) const CONTROL: u8 = 6;
    /// Another worker leaves a connection to us.
    pub(crate) const POKE: u8 = 7;
    /// SIGTERM or SIGINT, in a server without workers.
    pub(crate) const STOP_SIGNAL: u8 = 8;
    /// The drain's deadline.
    pub(crate) const DEADLINE: u8 = 9;
    /// A timer of the classic API, or one of its streams that holds bytes; the value is the event's key.
    pub(crate) const EVENT: u8 = 10;
    /// A run of a base is to end: event_base_loopexit().
    pub(crate) const LOOP_EXIT: u8 = 11;
    /// The streams of bufferevents.
    pub(crate) const BUFFEREVENT: u8 = 12;
    /// Servers of the classic API.
    pub(crate) const EVHTTP: u8 = 13;
    /// kargo-net's HTTP client.
    pub(crate) const CLIENT: u8 = 14;
    /// Host names that the client looks up.
    pub(crate) const CLIENT_NAMES: u8 = 15;
    /// Connections of PHP code.
    pub(crate) const NET_STREAM: u8 = 16;
    /// Its UDP sockets.
    pub(crate) const NET_DATAGRAM: u8 = 17;
    /// Host names that it looks up.
    pub(crate) const NET_NAME: u8 = 18;
    /// Something ended that a call waits for, in any process: [`crate::rpc::policy`].
    pub(crate) const NEWS: u8 = 19;
    /// Connections to the servers that policies keep their state in, names and timers of theirs.
    pub(crate) const REDIS_STREAM: u8 = 20;
    pub(crate) const REDIS_NAME: u8 = 21;
    pub(crate) const REDIS_TIMER: u8 = 22;
    /// A process that runs scripts; the value is its number.
    pub(crate) const SCRIPT: u8 = 23;
    /// A directory of sessions is to be swept; the value is its number.
    pub(crate) const SESSIONS: u8 = 24;
}

/// A server that was told of an event and may have requests to be handled: it is asked until it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pulled {
    /// The modern one.
    Serving,
    /// One of the classic API, by its key.
    Http(u64),
}

/// How a loop callback ended the whole run.
#[derive(Debug)]
pub(crate) enum Failure {
    Threw(Owned),
    Exited,
    Fatal,
}

/// Who runs, who waits, who can take over.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    /// The context that the loop runs for: it called run(), or waits.
    pub(crate) main: Option<Context>,
    /// What that one waits for, if the loop runs for its wait only: [`super::wait`] outside of a running loop.
    pub(crate) awaited: Option<u64>,
    /// The run has ended: contexts that are switched to do nothing more.
    pub(crate) is_over: bool,
    /// Contexts whose wait is over, in order, and how it ended.
    pub(crate) ready: VecDeque<(Context, Wake)>,
    /// Runners without work; any of them can take the role.
    pub(crate) idle: Vec<Context>,
    /// Parked handlers and callbacks by key.
    pub(crate) parked: HashMap<u64, Parked>,
    /// How the wait of the context that is switched to ended.
    pub(crate) wake: Wake,
    /// Parked handlers that are to be ended: their wait throws.
    pub(crate) is_aborting: bool,
    pub(crate) last_key: u64,
}

impl Roles {
    /// Whether a run that is to stop can return: the main stack has nothing on it but that run, and all waits that are to
    /// be over first are.
    pub(crate) fn can_stop(&self) -> bool {
        let is_free = self
            .main
            .is_some_and(|main| main == Context::current() || self.idle.contains(&main));
        is_free && !self.outlasts(Outlasts::Stop)
    }

    fn outlasts(&self, what: Outlasts) -> bool {
        self.parked.values().any(|parked| parked.outlasts == what)
    }
}

/// Everything the runner works on.
#[derive(Debug, Default)]
pub(crate) struct Runtime {
    /// Made when the loop starts, hence after a fork.
    pub(crate) events: Option<EventLoop>,
    pub(crate) watched: Watched,
    pub(crate) watchers: Watchers,
    pub(crate) serving: Option<Box<Serving>>,
    pub(crate) classic: Classic,
    pub(crate) exchanges: Option<Box<Exchanges>>,
    pub(crate) pulled: Option<Pulled>,
    /// Those that are asked after it.
    pub(crate) pulled_next: Vec<Pulled>,
    /// Made when PHP code uses the network.
    pub(crate) net: Option<Box<Net>>,
    /// Made when an Api has a `store`, or sessions are kept there.
    pub(crate) redis: Option<Box<Redis>>,
    /// Directories of sessions that are swept.
    pub(crate) sweeps: Sweeps,
    /// Processes that run scripts, where the server has a document root of them.
    pub(crate) scripts: Option<Box<Pools>>,
    /// Keys of those who wait for a client to take more of their answer.
    pub(crate) full: HashMap<RequestId, u64>,
    pub(crate) roles: Roles,
    pub(crate) inner: InnerRuns,
    /// Callbacks that are still to be made.
    pub(crate) due: DueQueue,
    pub(crate) is_running: bool,
    pub(crate) is_stopping: bool,
    pub(crate) failure: Option<Failure>,
}

static RUNTIME: Global<Runtime> = Global::new();

/// Runs `body` on the runtime. PHP must not be called inside.
#[inline(always)]
pub(crate) fn with<R>(body: impl FnOnce(&mut Runtime) -> R) -> R {
    RUNTIME.with_or(Runtime::default, body)
}

/// Gives up everything, when the script ends.
pub(crate) fn clear() {
    drop(take());
}

/// Everything, for whoever must not drop it.
pub(crate) fn take() -> Option<Runtime> {
    RUNTIME.replace(None)
}

impl Runtime {
    /// Makes the loop and arms what was registered before it.
    pub(crate) fn start(&mut self) -> io::Result<()> {
        if self.events.as_ref().is_some_and(EventLoop::is_foreign) {
            self.events = None;
        }
        if self.events.is_none() {
            let mut events = EventLoop::new()?;
            self.watched.clear();
            self.watchers.arm_all(&mut events, &mut self.watched)?;
            self.rearm_waits(&mut events);
            self.classic.http.arm(&mut events)?;
            if let Some(net) = &mut self.net {
                net.begin(&mut events)?;
            }
            self.events = Some(events);
            self.drop_foreign_client();
            self.arm_classic(None);
        }
        Ok(())
    }

    /// Ends all waits at once, since the process stops; each throws the unwinding of exit().
    pub(crate) fn abort_parked(&mut self) {
        let count = self.roles.parked.len();
        if count != 0 {
            log::event(
                Level::Warning,
                "waiting handlers are ended, since the process stops",
                &[("count", &count.to_string())],
            );
        }
        self.end_parked();
    }

    /// The same, where that is no news.
    pub(crate) fn end_parked(&mut self) {
        self.roles.is_aborting = true;
        let mut parked: Vec<(u64, Parked)> = self.roles.parked.drain().collect();
        parked.sort_unstable_by_key(|(key, _)| *key);
        self.roles
            .ready
            .extend(parked.into_iter().map(|(_, it)| (it.context, Wake::Woken)));
    }

    /// Whether nothing is left to run for.
    pub(crate) fn is_finished(&mut self) -> bool {
        self.obey_break();
        if self.end_idle_inner_run() {
            return false;
        }
        if let Some(key) = self.roles.awaited {
            if self.failure.is_some() {
                self.wake(key, Wake::Woken);
            }
            return false;
        }
        let is_served = self.serving.as_ref().is_some_and(|serving| {
            let is_busy = self.net.as_ref().is_some_and(|net| net.is_busy());
            serving.is_finished() && (!is_busy || serving.is_ended())
        });
        // Handlers that still wait when the last connection is gone have nobody to answer; scripts may go on after their answer.
        let is_ended = self.serving.as_ref().is_some_and(|it| it.is_ended());
        let has_work = !is_ended && self.roles.outlasts(Outlasts::Drain);
        if is_served && !has_work && !self.roles.parked.is_empty() {
            self.abort_parked();
        }
        if !self.roles.ready.is_empty() {
            return false;
        }
        let parked = &self.roles.parked;
        match &self.serving {
            Some(_) => parked.is_empty() && is_served,
            None if self.is_stopping => self.roles.can_stop(),
            None => parked.is_empty() && !self.has_registrations(),
        }
    }

    /// Whether any callback may come, but for those that wait.
    pub(crate) fn has_registrations(&mut self) -> bool {
        !self.due.is_empty()
            || self.watchers.keep_running()
            || self.has_classic(None)
            || self.classic.http.keeps_running()
            || self.has_http_requests()
            || self.net.as_ref().is_some_and(|net| net.keeps_running())
    }
}

impl Failure {
    /// Lets the failure go on where a run ends.
    ///
    /// # Errors
    /// Always: the exception is pending, or the script ends.
    pub(crate) fn raise(self) -> Result<(), Thrown> {
        match self {
            Self::Threw(mut exception) => {
                // SAFETY: the engine takes over one reference.
                unsafe { ffi::kg_rethrow(exception.zv().0) }
                exception.zv().set_undefined();
            }
            // SAFETY: makes the unwinding of exit() pending.
            Self::Exited => unsafe { ffi::kg_throw_exit() },
            // SAFETY: the script ends as a fatal error outside the loop would end it; no frame below has values to drop.
            Self::Fatal => unsafe { ffi::kg_bailout() },
        }
        Err(Thrown)
    }
}

impl From<Outcome> for Failure {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Threw => {
                crate::engine::callable::take_exception().map_or(Self::Exited, Self::Threw)
            }
            Outcome::Fatal | Outcome::OutOfMemory => Self::Fatal,
            Outcome::Exited => {
                drop(crate::engine::callable::take_exception());
                Self::Exited
            }
            Outcome::Returned => Self::Exited,
        }
    }
}
