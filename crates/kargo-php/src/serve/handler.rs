//! One request: find its handler, call PHP, answer, and leave nothing behind for the next visitor.

use std::any::Any;
use std::panic::catch_unwind;

use kargo_net::RequestId;

use crate::app;
use crate::classes::exceptions::{int_property, message_of, text_property};
use crate::classes::request::{self, Bytes, Parameters, State};
use crate::engine::call::panic_text;
use crate::engine::callable::{Outcome, call_cached, take_exception};
use crate::engine::throw::class;
use crate::engine::value::{class_name, class_of};
use crate::engine::{Owned, Zv, ffi, object};
use crate::isolation;
use crate::log::{self, Level};
use crate::rpc;
use crate::scripts;
use crate::serve::answer;
use crate::serve::current;
use crate::serve::route::Route;
use crate::serve::runner;
use crate::serve::runtime;
use crate::serve::server::HandlerCall;
use crate::sessions;

/// Answers one request, whatever happens.
pub(crate) fn handle(id: RequestId) {
    if let Err(payload) = catch_unwind(|| dispatch(id)) {
        panicked(id, payload.as_ref());
    }
}

/// The same, where the handler is known already.
#[inline]
pub(crate) fn handle_with(id: RequestId, call: HandlerCall) {
    if let Err(payload) = catch_unwind(|| call_handler(id, call)) {
        panicked(id, payload.as_ref());
    }
}

#[cold]
fn panicked(id: RequestId, payload: &(dyn Any + Send)) {
    log::error(&format!(
        "panic while handling a request: {}",
        panic_text(payload)
    ));
    app::request::abandon();
    answer::send_failure(id, 500, None);
    leave();
    recycle("a panic in the extension");
}

fn dispatch(id: RequestId) {
    let route = runtime::with(|runtime| {
        let waiting = runtime.waiting_handlers();
        let events = runtime.events.as_mut()?;
        let serving = runtime.serving.as_mut()?;
        if waiting != 0 && serving.refuse_if_crowded(id, waiting, events) {
            return Some(Route::Answered);
        }
        Some(serving.route(id, events))
    });
    match route {
        Some(Route::Handler(call)) => call_handler(id, call),
        Some(Route::Api(api, door, number)) => {
            enter(id, number);
            rpc::serve(id, &api, door);
            leave();
        }
        Some(Route::Application(application, prefix, call)) => {
            app::request::serve(id, &application, prefix, call);
        }
        Some(Route::Scripts(scripts, prefix, number)) => {
            enter(id, number);
            scripts::serve(id, &scripts, prefix);
            leave();
        }
        Some(Route::Answered) | None => {}
    }
}

/// Begins the work on a request.
#[inline]
pub(crate) fn enter(id: RequestId, number: u64) {
    current::with(|current| {
        current.request = Some(id);
        current.number = number;
        current.is_busy = true;
    });
    if isolation::is_on() {
        isolation::before(id);
    }
    // SAFETY: no borrow is alive.
    unsafe { ffi::kg_arm_time_limit() };
}

/// Ends the work on a request: whatever the handler left behind is undone and told to the log.
#[inline]
pub(crate) fn leave() {
    // SAFETY: reads engine state.
    let left = unsafe { ffi::kg_left_behind() };
    if isolation::is_on() {
        isolation::note(left);
        tidy_slowly(left);
        isolation::after();
        current::with(current::Current::end);
        return;
    }
    let is_clean = current::with(|current| {
        let is_clean = left == 0 && current.output.is_empty() && current.fatal.is_none();
        if is_clean {
            current.end();
        }
        is_clean
    });
    if !is_clean {
        tidy_slowly(left);
        current::with(current::Current::end);
    }
}

/// Undoes what a callback left behind: output buffers, a time limit, error handlers, a session.
pub(crate) fn tidy() {
    // SAFETY: reads engine state.
    tidy_slowly(unsafe { ffi::kg_left_behind() });
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
    let outcome = if left == 0 {
        Outcome::Returned
    } else {
        crate::engine::callable::protect(&mut tidy, tidy_body)
    };
    if outcome == Outcome::Threw
        && let Some(exception) = take_exception()
    {
        log_exception(
            "an exception while tidying up after a handler",
            exception,
            Level::Error,
        );
    }
    if tidy.buffers != 0 {
        let count = tidy.buffers.to_string();
        current::report(
            Level::Warning,
            "handler left output buffers open",
            &[("count", &count)],
        );
    }
    if current::with(|current| current.fatal.is_some()) {
        log_fatal("PHP reported a fatal error");
    }
    current::flush_output();
}

/// The argument of a handler: the pooled Request, if there was one.
#[inline]
pub(crate) fn request_object(id: RequestId, number: u64, pooled: *mut ffi::zend_object) -> Owned {
    if pooled.is_null() {
        new_request(id, number)
    } else {
        Owned::object(pooled)
    }
}

/// A new Request object for request `id`.
#[cold]
fn new_request(id: RequestId, number: u64) -> Owned {
    let parameters = runtime::with(|runtime| {
        runtime
            .serving
            .as_mut()
            .map_or(Parameters::new(), |serving| {
                std::mem::take(&mut serving.matched)
            })
    });
    let mut object = request::make();
    if let Some(state) = state_of(&mut object) {
        *state = State {
            bytes: Bytes::InFlight(id),
            number,
            parameters,
        };
    }
    object
}

fn state_of(object: &mut Owned) -> Option<&mut State> {
    let native = object::native::<State>(object.zv().object()?);
    // SAFETY: the pool holds Request objects only, which have a State.
    unsafe { native.as_mut() }
}

/// Makes a Request object that was a handler's argument ready for the next request, unless somebody kept it: then it
/// gets its own bytes. To be called before the request is answered, since its bytes are the server's until then.
#[inline]
pub(crate) fn reclaim(id: RequestId, mut object: Owned) -> Option<Owned> {
    let raw = object.zv().object()?;
    // SAFETY: the object is alive.
    let (count, flags) = unsafe { ((*raw).gc.refcount, (*raw).gc.u.type_info) };
    let state = state_of(&mut object)?;
    if count > 1 {
        state.bytes = request::own_bytes(id);
        return None;
    }
    state.bytes = Bytes::None;
    state.parameters.clear();
    // A WeakMap must not find this visitor's entry under the next visitor's request.
    (flags & ffi::IS_OBJ_WEAKLY_REFERENCED == 0).then_some(object)
}

#[inline]
fn call_handler(id: RequestId, call: HandlerCall) {
    let HandlerCall {
        cache,
        number,
        request,
    } = call;
    enter(id, number);
    let mut argument = request_object(id, number, request);
    let mut result = Owned::undefined();
    // SAFETY: the router keeps the callable alive while the server runs.
    let outcome = call_cached(unsafe { &*cache }, result.zv(), 1, argument.zv());
    end_foreign_child();
    let reclaimed = reclaim(id, argument);
    if current::with(|current| current.session.is_some()) {
        answer_with_session(id, outcome, result.zv());
    } else if outcome != Outcome::Returned {
        answer_failure(id, outcome);
    } else if let Some(body) = result.zv().bytes() {
        answer::send_text(id, body);
    } else {
        answer::send_result(id, result.zv());
    }
    drop(result);
    leave();
    if let Some(object) = reclaimed {
        pool(object);
    }
}

/// Answers a handler that has asked for its session: what it did to it is kept first. A handler that fails has done
/// nothing to it; one that refuses on purpose has.
#[cold]
fn answer_with_session(id: RequestId, outcome: Outcome, result: Zv) {
    // No exception may be pending while the store is waited for.
    let mut exception = (outcome == Outcome::Threw).then(take_exception).flatten();
    let keeps = match &mut exception {
        Some(exception) => http_exception(exception.zv()).is_some(),
        None => outcome == Outcome::Returned,
    };
    if let Err(why) = sessions::conclude(keeps) {
        current::report(
            Level::Error,
            "the session can't be kept, so the answer is not sent",
            &[("reason", &why)],
        );
        answer::send_failure(id, 503, None);
        return;
    }
    match exception {
        Some(exception) => answer_exception(id, exception),
        None if outcome == Outcome::Returned => answer::send_result(id, result),
        None => answer_failure(id, outcome),
    }
}

/// Keeps a Request object for the next request.
#[inline]
pub(crate) fn pool(mut object: Owned) {
    let raw = object.zv().object().unwrap_or(std::ptr::null_mut());
    runtime::with(|runtime| {
        if let Some(serving) = runtime.serving.as_mut()
            && serving.pooled.is_null()
        {
            serving.pooled = raw;
            object.zv().set_undefined();
        }
    });
}

/// A handler that called pcntl_fork() comes back in the child too. The request is the parent's to answer and the
/// sockets are the parent's to use, so the child ends here, silently.
#[inline]
pub(crate) fn end_foreign_child() {
    if kargo_supervisor::is_foreign_child() {
        // SAFETY: _exit(2) runs no handlers of the parent's; the kernel closes the child's copies of all descriptors.
        unsafe { libc::_exit(ffi::kg_exit_status()) }
    }
}

/// Answers a handler that did not return.
pub(crate) fn answer_failure(id: RequestId, outcome: Outcome) {
    match outcome {
        Outcome::Threw => {
            if let Some(exception) = take_exception() {
                answer_exception(id, exception);
            }
        }
        Outcome::Exited if runner::is_aborting() => {
            drop(take_exception());
            current::report(
                Level::Warning,
                "the process ended before the handler did",
                &[],
            );
            answer::send_failure(id, 503, None);
        }
        _ => {
            log_end(outcome, "handler");
            answer::send_failure(id, 500, None);
        }
    }
}

/// Answers a handler that threw.
fn answer_exception(id: RequestId, mut exception: Owned) {
    if let Some((status, message)) = http_exception(exception.zv()) {
        return answer::send_failure(id, status, Some(&message));
    }
    // SAFETY: both are alive.
    let is_unavailable = exception
        .zv()
        .object()
        .is_some_and(|object| unsafe { ffi::kg_instance_of(object, class::session_exception()) });
    log_exception("handler threw", exception, Level::Error);
    answer::send_failure(id, if is_unavailable { 503 } else { 500 }, None);
}

/// Logs how a call ended that has no client: unless it returned.
pub(crate) fn log_outcome(outcome: Outcome, who: &str) {
    if outcome == Outcome::Threw {
        if let Some(exception) = take_exception() {
            log_exception(&format!("{who} threw"), exception, Level::Error);
        }
    } else {
        log_end(outcome, who);
    }
}

/// Logs how a call ended that neither returned nor threw, and asks for a new worker where the engine is not clean.
pub(crate) fn log_end(outcome: Outcome, who: &str) {
    match outcome {
        Outcome::Exited => {
            drop(take_exception());
            // SAFETY: resets one number: the status was this request's, not the worker's.
            unsafe { ffi::kg_forget_exit() };
            let (file, line) = exit_place();
            current::report(
                Level::Error,
                &format!("{who} called exit"),
                &[("file", &file), ("line", &line)],
            );
        }
        Outcome::OutOfMemory => {
            log_fatal(&format!("{who} reached the memory limit"));
            runtime::with(|runtime| {
                if let Some(serving) = runtime.serving.as_mut() {
                    serving.doubt_memory();
                }
            });
        }
        Outcome::Fatal => {
            log_fatal(&format!("{who} ended with a fatal error"));
            recycle("a fatal error");
        }
        Outcome::Returned | Outcome::Threw => {}
    }
}

/// File and line where the last call that exited did so; as near as the engine tells.
fn exit_place() -> (String, String) {
    // SAFETY: the function that exited is alive, and so is its file name.
    unsafe {
        let file = ffi::kg_exit_file();
        if file.is_null() {
            return ("?".into(), "?".into());
        }
        let file = String::from_utf8_lossy(crate::engine::value::string_bytes(file)).into_owned();
        (file, ffi::kg_exit_line().to_string())
    }
}

/// Status and message of an exception that is meant for the client.
pub(crate) fn http_exception(exception: Zv) -> Option<(u16, String)> {
    let object = exception.object()?;
    // SAFETY: both are alive.
    if !unsafe { ffi::kg_instance_of(object, class::http_exception()) } {
        return None;
    }
    let status = u16::try_from(int_property(object, "status")).ok()?;
    (400..=599)
        .contains(&status)
        .then(|| (status, message_of(object)))
}

/// Tells the log what an exception is and where it came from.
pub(crate) fn log_exception(message: &str, mut exception: Owned, level: Level) {
    let Some(object) = exception.zv().object() else {
        return;
    };
    let name = String::from_utf8_lossy(class_name(class_of(object))).into_owned();
    let line = int_property(object, "line").to_string();
    let (text, file) = (message_of(object), text_property(object, "file"));
    current::report(
        level,
        message,
        &[
            ("class", &name),
            ("message", &text),
            ("file", &file),
            ("line", &line),
        ],
    );
}

/// Tells the log the fatal error that PHP reported.
pub(crate) fn log_fatal(message: &str) {
    let fatal = current::with(|current| current.fatal.take());
    match fatal {
        Some((text, file, line)) => current::report(
            Level::Error,
            message,
            &[
                ("message", &text),
                ("file", &file),
                ("line", &line.to_string()),
            ],
        ),
        None => current::report(Level::Error, message, &[]),
    }
}

/// The engine is no longer clean: nothing new is accepted, what is in flight is answered, then a new worker takes over.
pub(crate) fn recycle(reason: &str) {
    // SAFETY: no borrow is alive. What the failed request allocated may never come back: those that are still in flight
    // get room of their own.
    unsafe { ffi::kg_renew_memory_limit() };
    runtime::with(|runtime| {
        if let Some(serving) = runtime.serving.as_mut() {
            serving.recycle(reason);
        }
    });
}

/// Moves the current request off the shared buffer: its handler is about to wait.
pub(crate) fn detach_current() {
    let Some(id) = current::with(|current| current.request) else {
        return;
    };
    runtime::with(|runtime| {
        if let (Some(serving), Some(events)) = (runtime.serving.as_mut(), runtime.events.as_mut()) {
            serving.net.detach(events, id);
        }
    });
}
