//! One request: find its handler, call PHP, answer, and leave nothing behind for the next visitor.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kargo_net::RequestId;

use crate::classes::exceptions::{int_property, message_of, text_property};
use crate::classes::request::{self, Bytes, State};
use crate::engine::call::panic_text;
use crate::engine::callable::{Outcome, call_cached, take_exception};
use crate::engine::throw::class;
use crate::engine::value::{class_name, class_of};
use crate::engine::{Owned, Zv, ffi, object};
use crate::log::{self, Level};
use crate::rpc;
use crate::serve::answer;
use crate::serve::current;
use crate::serve::runtime;
use crate::serve::server::Route;

/// Answers one request, whatever happens.
pub(crate) fn handle(id: RequestId) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| dispatch(id))) {
        log::error(&format!("panic while handling a request: {}", panic_text(payload.as_ref())));
        answer::send_failure(id, 500, None);
        leave(id);
        recycle("a panic in the extension");
    }
}

fn dispatch(id: RequestId) {
    let route = runtime::with(|runtime| {
        let events = runtime.events.as_mut()?;
        Some(runtime.serving.as_mut()?.route(id, events))
    });
    match route {
        Some(Route::Handler(cache)) => call_handler(id, &cache),
        Some(Route::Api(api, path)) => {
            enter(id);
            rpc::serve(id, &api, path);
            leave(id);
        }
        Some(Route::Answered) | None => {}
    }
}

fn enter(id: RequestId) -> u64 {
    let number = runtime::with(|runtime| {
        runtime.serving.as_mut().map_or(0, |serving| {
            serving.last_number += 1;
            serving.last_number
        })
    });
    current::with(|current| {
        current.request = Some(id);
        current.number = number;
        current.is_busy = true;
    });
    // SAFETY: no borrow is alive.
    unsafe { ffi::kg_arm_time_limit() };
    number
}

/// Ends the work on a request: whatever the handler left behind is undone and told to the log.
fn leave(_id: RequestId) {
    tidy();
    current::with(|current| {
        current.request = None;
        current.object = None;
        current.number = 0;
        current.is_busy = false;
    });
}

/// Undoes what a handler left behind: output buffers, a time limit, error handlers, a session.
pub(crate) fn tidy() {
    // SAFETY: reads engine state.
    let left = unsafe { ffi::kg_left_behind() };
    if left != 0 {
        tidy_slowly(left);
    }
    let (has_output, has_fatal) =
        current::with(|current| (!current.output.is_empty(), current.fatal.is_some()));
    if has_fatal {
        log_fatal("PHP reported a fatal error");
    }
    if has_output {
        current::flush_output();
    }
}

struct Tidy {
    left: u32,
    buffers: u32,
}

unsafe extern "C" fn tidy_body(data: *mut std::ffi::c_void) {
    // SAFETY: `tidy_slowly` gives a Tidy.
    unsafe {
        let tidy = data.cast::<Tidy>();
        ffi::kg_tidy((*tidy).left, &raw mut (*tidy).buffers);
    }
}

#[cold]
fn tidy_slowly(left: u32) {
    let mut tidy = Tidy { left, buffers: 0 };
    // Ending a buffer or a session can call PHP code, which can fail.
    let outcome = crate::engine::callable::protect(&mut tidy, tidy_body);
    if outcome == Outcome::Threw
        && let Some(exception) = take_exception()
    {
        log_exception("an exception while tidying up after a handler", exception, Level::Error);
    }
    if tidy.buffers != 0 {
        let count = tidy.buffers.to_string();
        current::report(Level::Warning, "handler left output buffers open", &[("count", &count)]);
    }
}

/// The pooled Request object, pointed at request `id`.
fn request_object(id: RequestId, number: u64) -> Owned {
    let (pooled, parameters) = runtime::with(|runtime| {
        runtime.serving.as_mut().map_or((None, Vec::new()), |serving| {
            (serving.pooled.take(), std::mem::take(&mut serving.matched))
        })
    });
    let mut object = pooled.unwrap_or_else(request::make);
    if let Some(state) = state_of(&mut object) {
        state.bytes = Bytes::InFlight(id);
        state.number = number;
        state.parameters = parameters;
    }
    object
}

fn state_of(object: &mut Owned) -> Option<&mut State> {
    let native = object::native::<State>(object.zv().object()?);
    // SAFETY: the pool holds Request objects only, which have a State.
    unsafe { native.as_mut() }
}

/// Gives a Request object back to the pool, unless somebody kept it: then it gets its own bytes. To be called before the
/// request is answered, since its bytes are the server's until then.
fn give_back(id: RequestId, mut object: Owned) {
    let Some(raw) = object.zv().object() else { return };
    // SAFETY: the object is alive.
    let (count, is_weak) = unsafe { ((*raw).gc.refcount, ffi::kg_is_weakly_referenced(raw)) };
    let Some(state) = state_of(&mut object) else { return };
    if count > 1 {
        state.bytes = request::own_bytes(id);
        return;
    }
    state.bytes = Bytes::None;
    if is_weak {
        // Dropped here: a WeakMap must not find this visitor's entry under the next visitor's request.
        return;
    }
    let mut parameters = std::mem::take(&mut state.parameters);
    parameters.clear();
    let surplus = runtime::with(|runtime| {
        let Some(serving) = runtime.serving.as_mut() else { return Some(object) };
        serving.matched = parameters;
        serving.pooled.replace(object)
    });
    drop(surplus);
}

fn call_handler(id: RequestId, cache: &ffi::zend_fcall_info_cache) {
    let number = enter(id);
    let mut argument = request_object(id, number);
    let mut result = Owned::undefined();
    let outcome = call_cached(cache, result.zv(), 1, argument.zv());
    give_back(id, argument);
    if outcome == Outcome::Returned {
        answer::send_result(id, result.zv());
    } else {
        answer_failure(id, outcome);
    }
    drop(result);
    leave(id);
}

/// Answers a handler that did not return.
pub(crate) fn answer_failure(id: RequestId, outcome: Outcome) {
    match outcome {
        Outcome::Threw => {
            let Some(mut exception) = take_exception() else { return };
            match http_exception(exception.zv()) {
                Some((status, message)) => answer::send_failure(id, status, Some(&message)),
                None => {
                    log_exception("handler threw", exception, Level::Error);
                    answer::send_failure(id, 500, None);
                }
            }
        }
        _ => {
            log_end(outcome, "handler");
            answer::send_failure(id, 500, None);
        }
    }
}

/// Logs how a call ended that neither returned nor threw, and asks for a new worker where the engine is not clean.
pub(crate) fn log_end(outcome: Outcome, who: &str) {
    match outcome {
        Outcome::Exited => {
            drop(take_exception());
            current::report(Level::Error, &format!("{who} called exit"), &[]);
        }
        Outcome::OutOfMemory => {
            log_fatal(&format!("{who} reached the memory limit"));
        }
        Outcome::Fatal => {
            log_fatal(&format!("{who} ended with a fatal error"));
            recycle("a fatal error");
        }
        Outcome::Returned | Outcome::Threw => {}
    }
}

fn http_exception(exception: Zv) -> Option<(u16, String)> {
    let object = exception.object()?;
    // SAFETY: both are alive.
    if !unsafe { ffi::kg_instance_of(object, class::http_exception()) } {
        return None;
    }
    let status = u16::try_from(int_property(object, "status")).ok()?;
    (400..=599).contains(&status).then(|| (status, message_of(object)))
}

/// Tells the log what an exception is and where it came from.
pub(crate) fn log_exception(message: &str, mut exception: Owned, level: Level) {
    let Some(object) = exception.zv().object() else { return };
    let name = String::from_utf8_lossy(class_name(class_of(object))).into_owned();
    let line = int_property(object, "line").to_string();
    let (text, file) = (message_of(object), text_property(object, "file"));
    current::report(
        level,
        message,
        &[("class", &name), ("message", &text), ("file", &file), ("line", &line)],
    );
}

/// Tells the log the fatal error that PHP reported.
pub(crate) fn log_fatal(message: &str) {
    let fatal = current::with(|current| current.fatal.take());
    match fatal {
        Some((text, file, line)) => current::report(
            Level::Error,
            message,
            &[("message", &text), ("file", &file), ("line", &line.to_string())],
        ),
        None => current::report(Level::Error, message, &[]),
    }
}

/// The engine is no longer clean: nothing new is accepted, what is in flight is answered, then a new worker takes over.
pub(crate) fn recycle(reason: &str) {
    runtime::with(|runtime| {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            serving.recycle(reason, events);
        }
    });
}

/// Moves the current request off the shared buffer: its handler is about to wait.
pub(crate) fn detach_current() {
    let Some(id) = current::with(|current| current.request) else { return };
    runtime::with(|runtime| {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            serving.net.detach(events, id);
        }
    });
}
