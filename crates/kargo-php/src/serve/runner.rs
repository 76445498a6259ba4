//! The runner: the role of pulling work and doing it.
//!
//! The role is not bound to a stack. A handler is called right here, on the runner's own stack. When it waits
//! ([`wait`](super::wait)), that stack is parked with the handler on it, and another context becomes the runner; when its wait
//! is over, the runner of the moment hands the role back to it. A handler that never waits pays nothing for this.
//!
//! So everything that outlives one step is in the [`Runtime`], and no borrow of it is alive
//! while PHP runs.

use std::time::Duration;

use kargo_loop::{EventKind, Token};
use kargo_net::RequestId;

use crate::engine::callable::{Outcome, call_cached, take_exception};
use crate::engine::context::Context;
use crate::engine::throw::{class, throw};
use crate::engine::{Owned, Thrown, Zv, ffi};
use crate::log::{self, Level};
use crate::serve::current;
use crate::serve::handler;
use crate::serve::runtime::{self, Due, Failure, Runtime, owner};
use crate::serve::server::HandlerCall;
use crate::serve::wait::Wake;
use crate::serve::watchers::Source;

/// Contexts kept for later waits; each holds a few pages of stack.
const MAX_IDLE: usize = 64;

/// The next thing to do.
enum Work {
    Request(RequestId),
    /// A request whose handler is known already.
    Handler(RequestId, HandlerCall),
    Callback(Due),
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
    let started = runtime::with(|runtime| {
        if runtime.is_running {
            return Err("the loop runs already".to_owned());
        }
        runtime
            .start()
            .map_err(|error| format!("the loop can't start: {error}"))?;
        runtime.is_running = true;
        runtime.is_stopping = false;
        runtime.failure = None;
        runtime.roles.main = Some(Context::current());
        runtime.roles.awaited = awaited;
        Ok(())
    });
    started.map_err(|message| throw(class::error(), &message))
}

/// The loop has run. Fails with what a callback did.
pub(super) fn end() -> Result<(), Thrown> {
    let (failure, is_stuck) = runtime::with(|runtime| {
        runtime.is_running = false;
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
        Some(Failure::Threw(mut exception)) => {
            // SAFETY: the engine takes over one reference.
            unsafe { ffi::kg_rethrow(exception.zv().0) }
            exception.zv().set_undefined();
            Err(Thrown)
        }
        Some(Failure::Exited) => {
            // SAFETY: makes the unwinding of exit() pending.
            unsafe { ffi::kg_throw_exit() }
            Err(Thrown)
        }
        Some(Failure::Fatal) => {
            // SAFETY: the script ends as a fatal error outside the loop would end it; no frame below has values to drop.
            unsafe { ffi::kg_bailout() }
            Err(Thrown)
        }
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
        // Nothing is handled any more: a loop without events is finished as soon as nobody is ready.
        runtime.events = None;
        runtime.due.clear();
        runtime.end_parked();
        true
    });
    if is_needed {
        run_role(None);
        dismiss_idle();
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
            Work::Callback(due) => callback(due),
            Work::Interrupt => {
                // SAFETY: no borrow is alive; the engine runs its interrupt handler.
                let mut nothing = ();
                let outcome = crate::engine::callable::protect(&mut nothing, run_interrupt);
                if outcome != Outcome::Returned {
                    callback_failed(outcome);
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
            }
            Work::Finished => {
                own?;
                // Only the main context may return from run(). It is idle, since nothing else is left; if the loop
                // could not go on, it may still wait.
                return runtime::with(|runtime| {
                    let roles = &mut runtime.roles;
                    let main = roles.main?;
                    roles.idle.retain(|context| *context != main);
                    roles.parked.retain(|_, parked| parked.context != main);
                    Some(main)
                });
            }
        }
    }
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
            if let Some(due) = runtime.due.pop_front() {
                return Work::Callback(due);
            }
            let Some(events) = runtime.events.as_mut() else {
                return Work::Finished;
            };
            if let Some(serving) = runtime.serving.as_mut()
                && let Some(id) = serving.net.next_request(events)
            {
                if runtime.roles.parked.is_empty()
                    && let Some(call) = serving.quick(id)
                {
                    return Work::Handler(id, call);
                }
                return Work::Request(id);
            }
            if let Some(event) = events.next() {
                dispatch(runtime, event.token, event.kind);
                continue;
            }
            if let Some(serving) = runtime.serving.as_mut() {
                serving.end_turn(events);
            }
            if runtime.is_finished() {
                return Work::Finished;
            }
            if !runtime.roles.ready.is_empty() {
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

fn dispatch(runtime: &mut Runtime, token: Token, kind: EventKind) {
    let Some(events) = runtime.events.as_mut() else {
        return;
    };
    match token.owner() {
        owner::SERVER => {
            if let Some(serving) = runtime.serving.as_mut() {
                serving
                    .net
                    .handle_event(events, kargo_loop::Event { token, kind });
            }
        }
        owner::WATCHER => runtime.due.push_back(Due {
            watcher: token.value(),
            signal: 0,
        }),
        owner::STREAM => {
            if let (EventKind::Ready(readiness), Ok(fd)) = (kind, i32::try_from(token.value())) {
                for watcher in runtime.watchers.ready_on(fd, readiness) {
                    runtime.due.push_back(Due { watcher, signal: 0 });
                }
            }
        }
        owner::SIGNAL => {
            if let EventKind::Signal(signal) = kind {
                for watcher in runtime.watchers.on_signal(signal) {
                    runtime.due.push_back(Due { watcher, signal });
                }
            }
        }
        owner::PARKED => {
            runtime.wake(token.value(), Wake::TimedOut);
        }
        _ => {
            if let Some(serving) = runtime.serving.as_mut() {
                let abort = serving.handle_event(events, token, kind);
                if abort {
                    runtime.abort_parked();
                }
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

/// Arguments of one callback, kept alive for its duration.
struct Prepared {
    cache: ffi::zend_fcall_info_cache,
    arguments: [Owned; 2],
    count: u32,
    /// A watcher that fires once leaves the table before its call; dropped after it.
    _once: Option<super::watchers::Watcher>,
}

fn prepare(due: Due) -> Option<Prepared> {
    runtime::with(|runtime| {
        let events = runtime.events.as_mut();
        let watcher = runtime.watchers.get(due.watcher)?;
        // SAFETY: the callable is alive; its resolution is copied, since the callback may cancel its own watcher.
        let cache = unsafe { *watcher.callable.cache() };
        let object = Owned::copy_of(watcher.object.zv());
        let (arguments, count) = match watcher.source {
            Source::Readable(_) | Source::Writable(_) => {
                ([Owned::copy_of(watcher.stream.zv()), object], 2)
            }
            Source::Signal(_) => {
                let mut signal = Owned::undefined();
                signal.zv().set_int(due.signal.into());
                ([signal, object], 2)
            }
            _ => ([object, Owned::undefined()], 1),
        };
        let once = match watcher.source {
            Source::Deferred | Source::Delay(_) => runtime.watchers.remove(due.watcher, events),
            Source::Repeat(_) => {
                if let Some(events) = events {
                    runtime.watchers.rearm(due.watcher, events);
                }
                None
            }
            _ => None,
        };
        Some(Prepared {
            cache,
            arguments,
            count,
            _once: once,
        })
    })
}

fn callback(due: Due) {
    // A watcher that was cancelled since it became due is gone.
    let Some(mut prepared) = prepare(due) else {
        return;
    };
    current::with(|current| current.is_busy = is_serving());
    let mut result = Owned::undefined();
    let arguments = Zv(prepared.arguments.as_mut_ptr().cast());
    let outcome = call_cached(&prepared.cache, result.zv(), prepared.count, arguments);
    if is_serving() {
        handler::end_foreign_child();
    }
    if outcome != Outcome::Returned {
        callback_failed(outcome);
    }
    if is_serving() {
        handler::tidy();
    }
    current::with(|current| current.is_busy = false);
    runtime::with(|runtime| {
        if let Some(events) = runtime.events.as_mut() {
            runtime.watchers.look_for_buffered(due.watcher, events);
        }
    });
}

pub(crate) fn is_serving() -> bool {
    runtime::with(|runtime| runtime.serving.is_some())
}

/// A callback did not return: that ends a plain loop, but not a server.
fn callback_failed(outcome: Outcome) {
    if !is_serving() {
        let failure = Failure::from(outcome);
        runtime::with(|runtime| runtime.fail(failure));
        return;
    }
    match outcome {
        Outcome::Threw => {
            if let Some(exception) = take_exception() {
                handler::log_exception("a loop callback threw", exception, Level::Error);
            }
        }
        Outcome::Exited => {
            drop(take_exception());
            current::report(Level::Warning, "a loop callback called exit", &[]);
        }
        Outcome::Fatal | Outcome::OutOfMemory | Outcome::Returned => {
            handler::log_fatal("a loop callback ended with a fatal error");
            handler::recycle("a fatal error in a loop callback");
        }
    }
}
