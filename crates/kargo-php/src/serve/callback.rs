//! Callbacks of the loop: what is due, how it is called, and what becomes of one that fails.

use crate::classic;
use crate::engine::callable::{Callable, Outcome, call_cached, take_exception};
use crate::engine::{Owned, Zv, ffi};
use crate::isolation;
use crate::log::Level;
use crate::net;
use crate::serve::current;
use crate::serve::due::Due;
use crate::serve::handler;
use crate::serve::runtime::{self, Failure, Runtime};
use crate::serve::watchers::{Source, Watcher};

/// A resolved callable and its arguments, kept alive for the duration of the call.
#[derive(Debug)]
pub(crate) struct Prepared {
    cache: ffi::zend_fcall_info_cache,
    /// The callback may be the one that gives up what holds it.
    _callable: Owned,
    arguments: [Owned; 3],
    count: u32,
}

impl Prepared {
    /// A call of `callable` with the first `count` of the arguments.
    pub(crate) fn new(callable: &mut Callable, arguments: [Owned; 3], count: u32) -> Self {
        Self {
            // SAFETY: the callable is alive, and so is what `_callable` holds of it.
            cache: unsafe { *callable.cache() },
            _callable: callable.hold(),
            arguments,
            count,
        }
    }

    /// Calls it. An exception is pending unless it returned.
    pub(crate) fn call(&mut self) -> Outcome {
        let mut result = Owned::undefined();
        self.call_into(result.zv())
    }

    /// The same, with the result written to `result`.
    pub(crate) fn call_into(&mut self, result: Zv) -> Outcome {
        let arguments = Zv(self.arguments.as_mut_ptr().cast());
        call_cached(&self.cache, result, self.count, arguments)
    }
}

/// Makes the callback that is due. One that was cancelled meanwhile is gone.
pub(crate) fn make(due: Due) {
    // What fires once leaves the table before its call, and is dropped after it.
    let (prepared, _once) = match due {
        Due::Watcher { id, signal } => prepare_watcher(id, signal).unzip(),
        Due::Connection { server, id } => return net::servers::serve(server, id),
        _ => (
            runtime::with(|runtime| classic::prepare(runtime, due)),
            None,
        ),
    };
    let Some(mut prepared) = prepared else {
        return;
    };
    current::with(|current| current.is_busy = is_serving());
    let outcome = prepared.call();
    if is_serving() {
        handler::end_foreign_child();
    }
    if outcome != Outcome::Returned {
        failed(outcome);
    }
    if is_serving() {
        handler::tidy();
        isolation::callback_ran();
    }
    current::with(|current| current.is_busy = false);
    runtime::with(|runtime| match due {
        Due::Watcher { id, .. } => {
            if let Some(events) = runtime.events.as_mut() {
                runtime.watchers.look_for_buffered(id, events);
            }
        }
        Due::Connection { .. } => {}
        _ => classic::after_call(runtime, due),
    });
}

fn prepare_watcher(id: u64, signal: i32) -> Option<(Prepared, Option<Watcher>)> {
    runtime::with(|runtime| {
        let events = runtime.events.as_mut();
        let watcher = runtime.watchers.get(id)?;
        let object = Owned::copy_of(watcher.object.zv());
        let none = Owned::undefined();
        let (arguments, count) = match watcher.source {
            Source::Readable(_) | Source::Writable(_) => {
                ([Owned::copy_of(watcher.stream.zv()), object, none], 2)
            }
            Source::Signal(_) => {
                let mut number = Owned::undefined();
                number.zv().set_int(signal.into());
                ([number, object, none], 2)
            }
            _ => ([object, none, Owned::undefined()], 1),
        };
        let prepared = Prepared::new(&mut watcher.callable, arguments, count);
        let once = match watcher.source {
            Source::Deferred | Source::Delay(_) => {
                runtime.watchers.remove(id, events, &mut runtime.watched)
            }
            Source::Repeat(_) => {
                rearm(runtime, id);
                None
            }
            _ => None,
        };
        Some((prepared, once))
    })
}

fn rearm(runtime: &mut Runtime, id: u64) {
    if let Some(events) = runtime.events.as_mut() {
        runtime.watchers.rearm(id, events);
    }
}

pub(crate) fn is_serving() -> bool {
    runtime::with(|runtime| runtime.serving.is_some())
}

/// A callback did not return: that ends a plain loop, or the inner run that it was called in, but not a server.
pub(crate) fn failed(outcome: Outcome) {
    let ends_a_run = runtime::with(|runtime| runtime.serving.is_none() || runtime.has_inner_runs());
    if ends_a_run {
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
            // SAFETY: resets one number: the status was this callback's, not the server's.
            unsafe { ffi::kg_forget_exit() };
            current::report(Level::Warning, "a loop callback called exit", &[]);
        }
        Outcome::Fatal | Outcome::OutOfMemory | Outcome::Returned => {
            handler::log_fatal("a loop callback ended with a fatal error");
            handler::recycle("a fatal error in a loop callback");
        }
    }
}
