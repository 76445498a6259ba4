//! A server that runs: kargo-net's server, the routes, and this process's part in a family of workers.

use std::rc::Rc;
use std::time::{Duration, Instant};

use kargo_http::router::Router;
use kargo_http::{Limits, TrustedProxies};
use kargo_loop::{EventKind, EventLoop, Interest, Token};
use kargo_net::{AcceptGate, Answer, Listener, RequestId, Server as NetServer, ServerOptions};
use kargo_supervisor::{AcceptShare, ForeignChildGuard, Order, Worker, monotonic_ms};

use crate::classes::options::Options;
use crate::classes::request::{Bytes, Parameters, State};
use crate::engine::{Owned, ffi, object};
use crate::log::{self, Level};
use crate::serve::body_gate::Bodies;
use crate::serve::gate::Gate;
use crate::serve::route::Target;
use crate::serve::runtime::{self, owner};
use crate::sessions::Sessions;

/// A handler and what it is called with: plain words, since they are handed on several times per request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HandlerCall {
    /// The resolution of the callable; the router keeps it alive as long as the server runs.
    pub(crate) cache: *const ffi::zend_fcall_info_cache,
    pub(crate) number: u64,
    /// The pooled Request, pointed at this request and owned by whoever has this; null if the pool is empty: then a
    /// new one gets [`Serving::matched`].
    pub(crate) request: *mut ffi::zend_object,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) net: NetServer,
    /// How sessions are kept, if they are.
    pub(crate) sessions: Option<Rc<Sessions>>,
    pub(super) router: Rc<Router<Target>>,
    pub(super) hosts: Vec<String>,
    proxies: Option<Rc<TrustedProxies>>,
    waiting_limit: usize,
    /// When the log was last told that requests are refused because too many handlers wait.
    refused_at: Option<Instant>,
    worker: Option<Worker>,
    share: Option<AcceptShare>,
    /// Counts the connections of this worker, whoever takes them.
    gate: Option<Gate>,
    /// Marks processes that PHP code forks off this one.
    _foreign_children: ForeignChildGuard,
    drain_timeout: Duration,
    is_draining: bool,
    is_ended: bool,
    /// A drain is due as soon as the batch in progress is answered.
    is_recycling: bool,
    /// A request has reached the memory limit: what is in use is looked at when it is over.
    is_memory_doubted: bool,
    /// No visitor may get this worker any more: requests are refused.
    pub(super) is_refusing: bool,
    /// The Request object that nobody kept, owned, for the next request; null if there is none.
    pub(crate) pooled: *mut ffi::zend_object,
    /// Parameters of the route that matched, until a new Request takes them.
    pub(crate) matched: Parameters,
    /// The handler of the head with this number: it is found once for a head that repeats.
    known: (u64, *const ffi::zend_fcall_info_cache),
    /// Requests handled so far: the number of the last one.
    pub(super) last_number: u64,
    /// Requests that the scoreboard knows of.
    reported: u64,
    /// Clients that are known to be gone, of requests still worked on.
    gone: Vec<RequestId>,
}

fn net_options(options: &Options) -> ServerOptions {
    ServerOptions {
        limits: Limits {
            request_line_bytes: options.request_line_bytes,
            header_bytes: options.header_bytes,
            header_count: options.header_count,
            body_bytes: options.body_bytes,
            chunk_extension_bytes: options.chunk_extension_bytes,
            ..Limits::default()
        },
        max_connections: options.connections,
        pipelined_requests: options.pipelined_requests,
        header_timeout: options.header_timeout,
        body_timeout: options.body_timeout,
        keep_alive_timeout: options.keep_alive_timeout,
        write_timeout: options.write_timeout,
        ..ServerOptions::default()
    }
}

impl Serving {
    /// Begins to serve in this process. `worker` is this process's place in a family, if it has one.
    ///
    /// # Errors
    /// A text for the operator.
    pub(crate) fn start(
        options: &Options,
        router: Rc<Router<Target>>,
        listeners: Vec<Listener>,
        worker: Option<Worker>,
        events: &mut EventLoop,
    ) -> Result<Self, String> {
        let told = |error: std::io::Error| error.to_string();
        let mut net = NetServer::new(owner::SERVER, net_options(options));
        net.set_body_gate(Box::new(Bodies::new(options, Rc::clone(&router))));
        let share = worker.as_ref().map(Worker::accept_share);
        let mut gate = None;
        for listener in listeners {
            net.add_listener(events, listener).map_err(told)?;
        }
        match (&worker, &share) {
            (Some(worker), Some(share)) => {
                use std::os::fd::AsRawFd;
                let control = worker.control_fd().as_raw_fd();
                events
                    .add(control, Interest::READABLE, Token::new(owner::CONTROL, 0))
                    .map_err(told)?;
                let poke = share.poke_fd().as_raw_fd();
                events
                    .add(poke, Interest::READABLE, Token::new(owner::POKE, 0))
                    .map_err(told)?;
                let shared = Gate::new(worker.accept_share());
                net.set_accept_gate(Box::new(shared.clone()));
                gate = Some(shared);
            }
            _ => {
                for signal in [libc::SIGTERM, libc::SIGINT] {
                    events
                        .watch_signal(signal, Token::new(owner::STOP_SIGNAL, 0))
                        .map_err(told)?;
                }
            }
        }
        let is_stand_in = worker.as_ref().is_some_and(Worker::is_stand_in);
        Ok(Self {
            net,
            sessions: None,
            router,
            hosts: options.hosts.clone(),
            proxies: options.proxies.clone(),
            waiting_limit: options.waiting_requests,
            refused_at: None,
            worker,
            share,
            gate,
            _foreign_children: ForeignChildGuard::install().map_err(|error| error.to_string())?,
            drain_timeout: options.drain_timeout,
            is_draining: false,
            is_ended: false,
            is_recycling: false,
            is_memory_doubted: false,
            is_refusing: is_stand_in,
            pooled: std::ptr::null_mut(),
            matched: Parameters::new(),
            known: (0, std::ptr::null()),
            last_number: 0,
            reported: 0,
            gone: Vec::new(),
        })
    }

    /// Tells the master that this worker serves.
    pub(crate) fn ready(&mut self) {
        if let Some(worker) = &mut self.worker
            && let Err(error) = worker.ready()
        {
            log::error(&error.to_string());
        }
    }

    /// Refuses a request because too many handlers wait: each holds a stack, and no limit on connections bounds those
    /// whose clients have gone.
    #[cold]
    pub(crate) fn refuse_if_crowded(
        &mut self,
        id: RequestId,
        waiting: usize,
        events: &mut EventLoop,
    ) -> bool {
        if waiting < self.waiting_limit {
            return false;
        }
        let now = events.now();
        if self
            .refused_at
            .is_none_or(|at| now - at >= Duration::from_secs(60))
        {
            self.refused_at = Some(now);
            log::event(
                Level::Warning,
                "requests are refused with 503: too many handlers wait (Options: waitingRequests)",
                &[("waiting", &waiting.to_string())],
            );
        }
        self.refuse(id, events, 503, None);
        true
    }

    /// The handler of the request that was handed out just now, if its path was sent as a route without parameters is
    /// written: what is asked for most, decided without leaving the loop's borrow. `None` says nothing.
    #[inline(always)]
    pub(crate) fn quick(&mut self, id: RequestId) -> Option<HandlerCall> {
        let number = self.net.latest_head_number()?;
        if self.known.0 == number && !self.known.1.is_null() && !self.is_refusing {
            return Some(self.handler_call(id, self.known.1));
        }
        let (head, bytes) = self.net.latest_head()?;
        if !self.hosts.is_empty() || self.is_refusing {
            return None;
        }
        let found =
            self.router
                .find_static(head.method(), head.method_name(bytes), head.path(bytes));
        let Some(Target::Handler(callable, _)) = found else {
            return None;
        };
        let cache = callable.cache();
        self.known = (number, cache);
        Some(self.handler_call(id, cache))
    }

    /// Takes the pooled Request and points it at request `id`.
    #[inline(always)]
    pub(super) fn handler_call(
        &mut self,
        id: RequestId,
        cache: *const ffi::zend_fcall_info_cache,
    ) -> HandlerCall {
        self.last_number += 1;
        let call = HandlerCall {
            cache,
            number: self.last_number,
            request: std::mem::replace(&mut self.pooled, std::ptr::null_mut()),
        };
        if !call.request.is_null() {
            // SAFETY: the pool holds a Request object that nobody else refers to, and it has a State.
            let state = unsafe { &mut *object::native::<State>(call.request) };
            state.bytes = Bytes::InFlight(id);
            state.number = call.number;
        }
        call
    }

    /// Answers without PHP.
    #[cold]
    pub(super) fn refuse(
        &mut self,
        id: RequestId,
        events: &mut EventLoop,
        status: u16,
        allow: Option<&str>,
    ) {
        let headers: [(&[u8], &[u8]); 1] = [(b"Allow", allow.unwrap_or_default().as_bytes())];
        let mut answer = Answer::new(status).headers(if allow.is_some() { &headers } else { &[] });
        let text = if status == 204 {
            String::new()
        } else {
            answer = answer.content_type(b"text/plain; charset=utf-8");
            format!("{status} {}\n", kargo_http::reason_phrase(status))
        };
        // A client that is gone needs no answer.
        let _gone = self.net.answer(events, id, &answer, text.as_bytes());
    }

    /// The last thing before the loop waits.
    pub(crate) fn end_turn(&mut self, events: &mut EventLoop) {
        self.net.end_turn(events);
        if let Some(error) = self.net.take_accept_error() {
            log::event(
                Level::Warning,
                "connections can't be accepted for a moment; is LimitNOFILE or ulimit -n too low?",
                &[("error", &error.to_string())],
            );
        }
        if let Some(error) = self.net.take_upload_error() {
            let error = error.to_string();
            log::event(
                Level::Error,
                "a form with files was refused",
                &[("error", &error)],
            );
        }
        if std::mem::take(&mut self.is_memory_doubted) {
            self.recycle_if_memory_is_short();
        }
        if self.is_recycling {
            self.drain(events, self.drain_timeout);
        }
        if let Some(worker) = &self.worker {
            let requests = self.net.counts().requests;
            worker.own_slot().add_requests(requests - self.reported);
            self.reported = requests;
        }
        self.note_departures();
    }

    /// Remembers the clients that went away, or ended their sending side, while somebody works for them.
    fn note_departures(&mut self) {
        let mut came = false;
        while let Some(id) = self
            .net
            .take_disconnected()
            .or_else(|| self.net.take_half_closed())
        {
            self.gone.push(id);
            came = true;
        }
        if came {
            self.gone.retain(|gone| self.net.request(*gone).is_some());
        }
    }

    /// Whether the client of a request that is worked on is still there, as far as is known.
    pub(crate) fn is_connected(&mut self, id: RequestId) -> bool {
        self.note_departures();
        !self.gone.contains(&id)
    }

    #[inline]
    pub(crate) fn enter_wait(&mut self) {
        if let Some(share) = &self.share {
            share.enter_wait();
        }
    }

    /// PHP code may take our signals for itself, or block them. Workers don't mind: their orders come over a socket.
    /// Without workers the signals are taken back before the loop sleeps.
    #[inline]
    pub(crate) fn guard_signals(&mut self, events: &mut EventLoop) {
        // SAFETY: reads one flag.
        if unsafe { ffi::kg_signals_were_touched() } && self.worker.is_none() {
            take_signals_back(events);
        }
    }

    #[inline]
    pub(crate) fn leave_wait(&mut self, _events: &EventLoop) {
        if let Some(share) = &self.share {
            share.leave_wait(monotonic_ms());
        }
    }

    /// Handles what is neither the server's nor PHP's. `true`: all waits are to be ended.
    pub(crate) fn handle_event(
        &mut self,
        events: &mut EventLoop,
        token: Token,
        kind: EventKind,
    ) -> bool {
        match (token.owner(), kind) {
            (owner::POKE, _) => {
                if let Some(share) = &self.share {
                    share.clear_poke();
                }
                self.net.poke_listeners(events);
                false
            }
            (owner::CONTROL, _) => self.obey(events),
            (owner::STOP_SIGNAL, _) if self.is_draining => self.end(events),
            (owner::STOP_SIGNAL, _) => {
                self.drain(events, self.drain_timeout);
                false
            }
            (owner::DEADLINE, _) => self.end(events),
            _ => false,
        }
    }

    fn obey(&mut self, events: &mut EventLoop) -> bool {
        let Some(worker) = &mut self.worker else {
            return false;
        };
        let orders: Vec<Order> = worker.read_orders().collect();
        let mut ends = false;
        for order in orders {
            match order {
                Order::Drain { deadline } => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    self.drain(events, left);
                }
                Order::Stop => ends |= self.end(events),
            }
        }
        ends
    }

    /// Accepts no more; what is in flight is answered within `time`.
    pub(crate) fn drain(&mut self, events: &mut EventLoop, time: Duration) {
        if self.is_draining {
            return;
        }
        self.is_draining = true;
        if let Some(share) = &self.share {
            share.retire();
        }
        let deadline = Instant::now() + time;
        self.net.drain(events, deadline);
        events.set_timer(deadline, Token::new(owner::DEADLINE, 0));
        let connections = self.net.counts().connections.to_string();
        log::event(Level::Info, "draining", &[("connections", &connections)]);
    }

    /// Ends at once, whatever is in flight.
    fn end(&mut self, events: &mut EventLoop) -> bool {
        if !self.is_ended {
            self.is_ended = true;
            self.is_draining = true;
            let connections = self.net.counts().connections;
            self.net.drain(events, Instant::now());
            if connections != 0 {
                log::event(
                    Level::Warning,
                    "ended before every request was answered",
                    &[("connections", &connections.to_string())],
                );
            }
        }
        true
    }

    /// Drains by its own wish. The master of a worker is told first, or it would take the end for a death.
    pub(crate) fn stop_itself(&mut self, events: &mut EventLoop) {
        if let Some(worker) = &mut self.worker
            && let Err(error) = worker.recycle_me()
        {
            log::error(&error.to_string());
        }
        self.drain(events, self.drain_timeout);
    }

    /// Lets another worker take this one's place, once the requests received together with this one are answered.
    pub(crate) fn recycle(&mut self, reason: &str) {
        if self.is_draining || self.is_recycling {
            return;
        }
        let Some(worker) = &mut self.worker else {
            log::warning(&format!(
                "{reason} may have left the process in a bad state; with workers it would be replaced now"
            ));
            return;
        };
        log::event(
            Level::Warning,
            "worker is being replaced",
            &[("reason", reason)],
        );
        if let Err(error) = worker.recycle_me() {
            log::error(&error.to_string());
        }
        self.is_recycling = true;
    }

    /// A request has reached the memory limit, and the engine goes on.
    #[cold]
    pub(crate) fn doubt_memory(&mut self) {
        self.is_memory_doubted = true;
    }

    /// One that holds on to most of what it may have would only refuse.
    #[cold]
    fn recycle_if_memory_is_short(&mut self) {
        // SAFETY: reads two numbers.
        if unsafe { ffi::kg_memory_is_short() } {
            self.recycle("more than half of memory_limit in use after a request had reached it");
        }
    }

    /// Recycles this worker, and answers nobody else until then.
    pub(crate) fn refuse_from_now_on(&mut self, reason: &str) {
        self.recycle(reason);
        self.is_refusing = self.worker.is_some();
    }

    /// What decides which worker takes a connection, for listeners of others.
    pub(crate) fn gate(&self) -> Option<Box<dyn AcceptGate>> {
        let gate = self.gate.clone()?;
        Some(Box::new(gate))
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.is_draining
    }

    /// Whether it ended before everything was answered.
    pub(crate) fn is_ended(&self) -> bool {
        self.is_ended
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.is_ended || (self.is_draining && self.net.is_drained())
    }

    /// This worker's slot; 0 without workers.
    pub(crate) fn slot(&self) -> i64 {
        self.worker
            .as_ref()
            .map_or(0, |worker| i64::try_from(worker.slot()).unwrap_or(0))
    }

    /// Gives back what the loop has of ours.
    pub(crate) fn stop(&mut self, events: &mut EventLoop) {
        if self.worker.is_none() {
            for signal in [libc::SIGTERM, libc::SIGINT] {
                events.unwatch_signal(signal);
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if !self.pooled.is_null() {
            drop(Owned::object(self.pooled));
        }
    }
}

#[cold]
fn take_signals_back(events: &mut EventLoop) {
    if let Err(error) = events.reassert_signals() {
        log::error(&format!("signals can't be watched: {error}"));
    }
    // SAFETY: a signal set on this stack; the calls have no other effect than to unblock two signals.
    unsafe {
        let mut signals: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut signals);
        libc::sigaddset(&raw mut signals, libc::SIGTERM);
        libc::sigaddset(&raw mut signals, libc::SIGINT);
        libc::sigprocmask(libc::SIG_UNBLOCK, &raw const signals, std::ptr::null_mut());
    }
}

pub(super) fn host_is_allowed(hosts: &[String], host: Option<&[u8]>) -> bool {
    let host = String::from_utf8_lossy(host.unwrap_or_default()).to_ascii_lowercase();
    let name = match host.rfind(':') {
        Some(at) if !host[at..].contains(']') => &host[..at],
        _ => &host[..],
    };
    hosts
        .iter()
        .any(|allowed| *allowed == host || allowed == name)
}

/// The proxies that the server of this process trusts, if there are any.
pub(crate) fn trusted_proxies() -> Option<Rc<TrustedProxies>> {
    runtime::with(|runtime| runtime.serving.as_ref()?.proxies.clone())
}

/// `Loop::stop()` and `Server::stop()`: ends a plain loop after the callback in progress, drains a server.
pub(crate) fn stop() {
    runtime::with(
        |runtime| match (runtime.serving.as_mut(), runtime.events.as_mut()) {
            (Some(serving), Some(events)) => serving.stop_itself(events),
            _ => runtime.is_stopping = true,
        },
    );
}
