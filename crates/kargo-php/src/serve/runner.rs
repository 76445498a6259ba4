//! The runner: the role of pulling work and doing it.
//!
//! The role is not bound to a stack. A handler is called right here, on the runner's own stack. When it waits
//! ([`wait`](super::wait)), that stack is parked with the handler on it, and another context becomes the runner; when its wait
//! is over, the runner of the moment hands the role back to it. A handler that never waits pays nothing for this.
//!
//! So everything that outlives one step is in the [`Runtime`], and no borrow of it is alive
//! while PHP runs.

use std::time::Duration;

use kargo_loop::{Event, EventKind, Token};
use kargo_net::RequestId;

use crate::classic::http::exchange;
use crate::classic::schedule;
use crate::engine::callable::{Outcome, take_exception};
use crate::engine::context::{Context, switch_is_blocked};
use crate::engine::throw::{class, throw};
use crate::engine::{Thrown, ffi};
use crate::log;
use crate::rpc::policy;
use crate::serve::callback;
use crate::serve::current;
use crate::serve::due::Due;
use crate::serve::handler;
use crate::serve::runtime::{self, Pulled, Runtime, owner};
use crate::serve::server::HandlerCall;
use crate::serve::wait::Wake;

/// Contexts kept for later waits; each holds a few pages of stack.
const MAX_IDLE: usize = 64;

/// The next thing to do.
enum Work {
    Request(RequestId),
    /// A request whose handler is known already.
    Handler(RequestId, HandlerCall),
    Callback(Due),
    /// A request for an evhttp callback, which [`exchange::run`] takes.
    Exchange,
    Resume(Context),
    /// The engine wants to run something of its own: a PHP signal handler, the time limit.
    Interrupt,
    Finished,
}

/// Runs the loop until it is finished. To be called on the context that shall get the result.
pub(crate) fn run() -> Result<(), Thrown> {
    begin(None)?;
    let before = current::take();
    run_role(None);
    dismiss_idle();
    current::put_back(before);
    end()
}

/// The loop runs from now on: until it is finished, or until `awaited` is woken.
pub(super) fn begin(awaited: Option<u64>) -> Result<(), Thrown> {
    runtime::with(|runtime| {
        if runtime.is_running {
            return Err(throw(class::error(), "the loop runs already"));
        }
        runtime.start().map_err(|error| cannot_start(&error))?;
        runtime.is_running = true;
        runtime.is_stopping = false;
        runtime.failure = None;
        runtime.forget_breaks();
        runtime.roles.main = Some(Context::current());
        runtime.roles.is_over = false;
        runtime.roles.awaited = awaited;
        Ok(())
    })
}

/// Throws what the kernel said when the loop was to be made.
pub(crate) fn cannot_start(error: &std::io::Error) -> Thrown {
    throw(class::error(), &format!("the loop can't start: {error}"))
}

/// The loop has run. Fails with what a callback did.
pub(super) fn end() -> Result<(), Thrown> {
    let (failure, is_stuck) = runtime::with(|runtime| {
        runtime.is_running = false;
        // What was answered before a callback ended the run is sent.
        if let Some(events) = runtime
            .events
            .as_mut()
            .filter(|events| !events.is_foreign())
        {
            runtime.classic.http.end_turn(events);
        }
        runtime.roles.main = None;
        runtime.roles.is_aborting = false;
        let is_stuck = runtime.roles.awaited.take().is_some();
        (runtime.failure.take(), is_stuck)
    });
    match failure {
        None if is_stuck => Err(throw(
            class::error(),
            "the loop can't wait any more; the log says why",
        )),
        None => Ok(()),
        Some(failure) => failure.raise(),
    }
}

/// The script is over: ends the stacks that still wait for something, or for work, so that they give back what they hold.
pub(crate) fn close() {
    // SAFETY: reads one flag. After a fatal error nothing of PHP may run any more; the process gives everything back.
    let is_unclean = unsafe { ffi::kg_shutdown_is_unclean() };
    let is_needed = runtime::with(|runtime| {
        let roles = &mut runtime.roles;
        if is_unclean || runtime.is_running || (roles.parked.is_empty() && roles.idle.is_empty()) {
            return false;
        }
        runtime.is_running = true;
        roles.main = Some(Context::current());
        roles.is_over = false;
        runtime.due.clear();
        runtime.end_parked();
        true
    });
    if is_needed {
        // Nothing is handled any more: a loop without events is finished as soon as nobody is ready.
        let events = runtime::with(|runtime| runtime.events.take());
        run_role(None);
        dismiss_idle();
        runtime::with(|runtime| runtime.events = events);
    }
    if !is_unclean {
        crate::net::finish();
    }
}

/// Entry of a new context: becomes the runner. Returns where to go when it is of no use any more.
#[unsafe(no_mangle)]
extern "C" fn kargo_context_main(_context: *mut ffi::kg_context) -> *mut ffi::zend_fiber_context {
    run_role(Some(Context::current())).map_or(std::ptr::null_mut(), Context::as_ptr)
}

/// Does work until there is none. `own` is the context if it is one of ours: it then ends by naming its successor.
fn run_role(own: Option<Context>) -> Option<Context> {
    loop {
        match next_work() {
            Work::Handler(id, call) => handler::handle_with(id, call),
            Work::Request(id) => handler::handle(id),
            Work::Exchange => {
                exchange::run();
                if runtime::with(Runtime::is_over_after_callback) {
                    return finish(own);
                }
            }
            Work::Callback(due) => {
                if own.is_none()
                    && let Some(next) = stand_aside(due)
                {
                    next.switch_to();
                    if runtime::with(|runtime| runtime.roles.is_over) {
                        return finish(own);
                    }
                    continue;
                }
                callback::make(due);
                if runtime::with(Runtime::is_over_after_callback) {
                    return finish(own);
                }
            }
            Work::Interrupt => {
                let outcome = interrupt();
                if outcome != Outcome::Returned {
                    callback::failed(outcome);
                }
            }
            Work::Resume(next) => {
                let keep = runtime::with(|runtime| {
                    let roles = &mut runtime.roles;
                    let keep = own.is_none() || roles.idle.len() < MAX_IDLE;
                    if keep {
                        roles.idle.push(Context::current());
                    }
                    keep
                });
                if !keep {
                    return Some(next);
                }
                next.switch_to();
                // A run that has ended leaves what is due to the next one.
                if runtime::with(|runtime| runtime.roles.is_over) {
                    return finish(own);
                }
            }
            Work::Finished => return finish(own),
        }
    }
}

/// Callbacks that use the network may wait for as long as their peers like, and `Loop::stop()` does not wait for them:
/// so they are made on other stacks than the main one, which must be free to return from run(). Gives the context that
/// takes over; none where that is not needed, or not possible.
fn stand_aside(due: Due) -> Option<Context> {
    let is_needed = runtime::with(|runtime| runtime.serving.is_none() && runtime.net.is_some());
    if !is_needed || switch_is_blocked() {
        return None;
    }
    let next = runtime::with(|runtime| runtime.roles.idle.pop()).or_else(Context::new);
    if next.is_none() {
        // No memory for a stack: the callback has this one.
        drop(take_exception());
    }
    runtime::with(|runtime| {
        if next.is_some() {
            runtime.due.put_back(due);
            runtime.roles.idle.push(Context::current());
        }
    });
    next
}

/// The run is over: where a context goes.
fn finish(own: Option<Context>) -> Option<Context> {
    runtime::with(|runtime| runtime.roles.is_over = true);
    own?;
    // Only the main context may return from run(). It is idle, since nothing else is left; if the loop could not go on,
    // it may still wait.
    runtime::with(|runtime| {
        let roles = &mut runtime.roles;
        let main = roles.main?;
        roles.idle.retain(|context| *context != main);
        roles.parked.retain(|_, parked| parked.context != main);
        Some(main)
    })
}

/// Lets the engine run what it has for itself: a PHP signal handler, the time limit.
pub(crate) fn interrupt() -> Outcome {
    crate::engine::callable::protect(&mut (), run_interrupt)
}

unsafe extern "C" fn run_interrupt(_nothing: *mut std::ffi::c_void) {
    // SAFETY: called protected, without a borrow.
    unsafe { ffi::kg_run_interrupt() }
}

/// Ends the pooled contexts: each, when switched to, finds the loop finished and comes back.
fn dismiss_idle() {
    let main = Context::current();
    while let Some(context) = runtime::with(|runtime| runtime.roles.idle.pop()) {
        if context != main {
            context.switch_to();
        }
    }
}

fn next_work() -> Work {
    // SAFETY: reads one flag.
    if unsafe { ffi::kg_interrupt_is_due() } {
        return Work::Interrupt;
    }
    runtime::with(|runtime| {
        loop {
            if let Some((context, wake)) = runtime.roles.ready.pop_front() {
                runtime.roles.wake = wake;
                return Work::Resume(context);
            }
            if !runtime.due.is_empty()
                && let Some(due) = schedule::next_due(runtime, None)
            {
                return Work::Callback(due);
            }
            let Some(events) = runtime.events.as_mut() else {
                return Work::Finished;
            };
            if let Some(of) = runtime.pulled {
                let net = match of {
                    Pulled::Serving => runtime.serving.as_mut().map(|it| &mut it.net),
                    // Not in a process that a callback has forked: the requests are its parent's.
                    Pulled::Http(_) if events.is_foreign() => None,
                    Pulled::Http(key) => runtime.classic.http.net(key),
                };
                // Not in a closure: this belongs into the loop.
                let id = match net {
                    Some(net) => net.next_request(events),
                    None => None,
                };
                match (of, id) {
                    (Pulled::Serving, Some(id)) => return request(runtime, id),
                    (Pulled::Http(key), Some(id)) if runtime.begin_exchange(key, id) => {
                        return Work::Exchange;
                    }
                    (Pulled::Http(_), Some(_)) => {}
                    (_, None) => runtime.pulled = runtime.pulled_next.pop(),
                }
                continue;
            }
            if let Some(event) = events.next() {
                dispatch(runtime, event.token, event.kind);
                continue;
            }
            if let Some(serving) = runtime.serving.as_mut() {
                serving.end_turn(events);
            }
            if runtime.classic.http.has_servers() {
                runtime.classic.http.end_turn(events);
            }
            runtime.wake_streams();
            if runtime.exchanges.is_some() {
                runtime.end_client_turn();
            }
            if runtime.net.is_some() {
                runtime.end_net_turn();
            }
            if runtime.redis.is_some() {
                runtime.end_redis_turn();
            }
            if runtime.classic.has_buffers() && schedule::end_turn(runtime, None) {
                continue;
            }
            if runtime.is_finished() {
                return Work::Finished;
            }
            if !runtime.roles.ready.is_empty() || !runtime.due.is_empty() {
                continue;
            }
            if let Err(error) = poll(runtime) {
                log::error(&format!("the loop can't wait: {error}"));
                runtime.is_stopping = true;
                return Work::Finished;
            }
            // SAFETY: reads one flag.
            if unsafe { ffi::kg_interrupt_is_due() } {
                return Work::Interrupt;
            }
        }
    })
}

/// What is to be done with a request of the modern server.
#[inline(always)]
fn request(runtime: &mut Runtime, id: RequestId) -> Work {
    if runtime.roles.parked.is_empty()
        && let Some(serving) = runtime.serving.as_mut()
        && let Some(call) = serving.quick(id)
    {
        return Work::Handler(id, call);
    }
    Work::Request(id)
}

fn poll(runtime: &mut Runtime) -> std::io::Result<()> {
    let Some(events) = runtime.events.as_mut() else {
        return Ok(());
    };
    if let Some(serving) = runtime.serving.as_mut() {
        serving.guard_signals(events);
        serving.enter_wait();
        let result = events.poll(None);
        serving.leave_wait(events);
        result
    } else {
        events.poll(None)
    }
}

/// Handles what the loop has to tell.
pub(crate) fn dispatch(runtime: &mut Runtime, token: Token, kind: EventKind) {
    let Some(events) = runtime.events.as_mut() else {
        return;
    };
    match token.owner() {
        owner::SERVER | owner::EVHTTP => {
            let event = Event { token, kind };
            let (of, net) = if token.owner() == owner::SERVER {
                let serving = runtime.serving.as_mut();
                (Pulled::Serving, serving.map(|it| &mut it.net))
            } else {
                let http = &mut runtime.classic.http;
                let key = http.key_of(token);
                (Pulled::Http(key), http.net(key))
            };
            if let Some(net) = net {
                net.handle_event(events, event);
                if let Some(before) = runtime.pulled.replace(of)
                    && before != of
                {
                    runtime.pulled_next.push(before);
                }
            }
        }
        owner::WATCHER | owner::STREAM | owner::SIGNAL | owner::EVENT | owner::BUFFEREVENT => {
            schedule::dispatch(runtime, None, token, kind);
        }
        owner::PARKED => {
            runtime.wake(token.value(), Wake::TimedOut);
        }
        owner::NEWS => policy::wake_listeners(runtime),
        owner::SCRIPT => {
            let is_over = matches!(kind, EventKind::Ready(ready) if ready.is_peer_closed());
            runtime.script_event(token.value(), is_over);
        }
        owner::SESSIONS => runtime.sweep(token.value()),
        owner::CLIENT | owner::CLIENT_NAMES => runtime.client_event(Event { token, kind }),
        owner::NET_STREAM | owner::NET_DATAGRAM | owner::NET_NAME => {
            runtime.net_event(Event { token, kind });
        }
        owner::REDIS_STREAM | owner::REDIS_NAME | owner::REDIS_TIMER => {
            runtime.redis_event(Event { token, kind });
        }
        // Names are known: to all, since each looks for those it has asked for.
        _ if kind == EventKind::Woken => {
            runtime.client_event(Event { token, kind });
            runtime.net_event(Event { token, kind });
            runtime.redis_event(Event { token, kind });
        }
        _ => {
            if let Some(serving) = runtime.serving.as_mut() {
                let abort = serving.handle_event(events, token, kind);
                if abort {
                    runtime.abort_parked();
                }
            }
            if token.owner() == owner::POKE {
                runtime.poke_net();
            }
        }
    }
}

/// Whether a wait can hand over to others: a loop runs, and it is this process's own.
pub(crate) fn is_running() -> bool {
    runtime::with(|runtime| {
        runtime.is_running
            && runtime
                .events
                .as_ref()
                .is_some_and(|events| !events.is_foreign())
    })
}

/// Whether all waits are being ended, since the process stops.
pub(crate) fn is_aborting() -> bool {
    runtime::with(|runtime| runtime.roles.is_aborting)
}

/// Longest time anything can be asked to wait: ten years, which no clock overflows.
pub(crate) const LONGEST: Duration = Duration::from_secs(315_360_000);
