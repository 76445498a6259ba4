//! One classic request, from its begin to its end.
//!
//! The order of the end is that of `php_request_shutdown()`: shutdown functions, output buffers, the session, headers. Each
//! step is protected, since each can run PHP code that fails, and the next one has to come all the same.

use std::ffi::{c_char, c_void};
use std::rc::Rc;

use kargo_net::RequestId;

use crate::app::output::{self, Failure};
use crate::app::{Application, after_request};
use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::{Kind, Owned, Zv, ffi};
use crate::isolation;
use crate::log::Level;
use crate::serve::server::HandlerCall;
use crate::serve::{current, handler};

type Step = unsafe extern "C" fn(*mut c_void);

/// Answers one request by running an application.
/// `prefix` bytes of its path are where it is mounted.
pub(crate) fn serve(
    id: RequestId,
    application: &Rc<Application>,
    prefix: usize,
    call: HandlerCall,
) {
    handler::enter(id, call.number);
    let mut argument = handler::request_object(id, call.number, call.request);
    let object = argument.zv().object().unwrap_or(std::ptr::null_mut());
    let Some(mut request) = output::begin(id, application, prefix, object) else {
        // The request is gone, and nobody waits for an answer.
        return handler::leave();
    };
    request.output_buffering = application.output_buffering;
    // SAFETY: the strings of the request live until `output::end`, the scope as long as the application.
    unsafe { ffi::kg_app_enter(application.scope.0, &raw const request) };
    let mut failure = None;
    match protect(&mut request, ffi::kg_app_activate) {
        Outcome::Returned => {
            failure = work(application, &mut argument);
        }
        outcome => note(
            &mut failure,
            failed(outcome, "the begin of a classic request"),
        ),
    }
    end_work(&mut failure);
    after_request(application);
    let kept = handler::reclaim(id, argument);
    output::answer(failure);
    clean();
    if let Some(object) = kept {
        handler::pool(object);
    }
}

/// Calls the application.
fn work(application: &Application, argument: &mut Owned) -> Option<Failure> {
    let mut arguments = [Owned::undefined(), Owned::undefined()];
    let mut count = 0;
    if let Some(booted) = application.booted() {
        arguments[0] = booted;
        count = 1;
    }
    arguments[count].zv().copy_from(argument.zv());
    let given = Zv(arguments.as_mut_ptr().cast());
    let mut result = Owned::undefined();
    // SAFETY: sets one flag.
    unsafe { ffi::kg_app_working(true) };
    let outcome = application
        .handler
        .call(result.zv(), if count == 0 { 1 } else { 2 }, given);
    handler::end_foreign_child();
    let mut failure = failed(outcome, "the application");
    if matches!(result.zv().kind(), Kind::Object | Kind::Array) {
        // Its destructor is the application's code too.
        note(
            &mut failure,
            failed(protect(&mut result, release), "a destructor"),
        );
    }
    failure
}

unsafe extern "C" fn release(value: *mut c_void) {
    Zv(value.cast()).release();
}

/// Everything that runs PHP code after the application, until its answer is known.
fn end_work(failure: &mut Option<Failure>) {
    let mut next: u32 = 0;
    if failure.is_none() && !isolation::is_on() {
        let outcome = protect(&mut next, ffi::kg_app_end);
        if outcome == Outcome::Returned {
            return;
        }
        let failed_step = usize::try_from(next).unwrap_or_default();
        let who = END.get(failed_step).map_or("the end", |(_, who)| who);
        note(failure, failed(outcome, who));
        next += 1;
    }
    for (number, (body, who)) in (0_u32..).zip(END).skip_while(|(number, _)| *number < next) {
        if number != 0 {
            // SAFETY: sets one flag.
            unsafe { ffi::kg_app_working(false) };
        }
        if failure.is_some() && number != 0 {
            output::set_failed();
        }
        if number == OF_SESSION {
            isolation::remember_session();
        }
        step(failure, body, who);
    }
}

/// What is done when the application has run, as `kg_app_end` does it at once.
const END: [(Step, &str); 4] = [
    (ffi::kg_app_run_shutdown_functions, "a shutdown function"),
    (ffi::kg_app_end_output, "an output callback"),
    (ffi::kg_app_end_session, "the end of the session"),
    (ffi::kg_app_send_headers, "a header callback"),
];
const OF_SESSION: u32 = 2;

fn step(failure: &mut Option<Failure>, step: Step, who: &str) {
    let outcome = protect(&mut (), step);
    if outcome != Outcome::Returned {
        note(failure, failed(outcome, who));
    }
}

/// The first failure is the one that counts.
fn note(failure: &mut Option<Failure>, another: Option<Failure>) {
    if failure.is_none() {
        *failure = another;
    }
}

/// What a call that did not return means for the answer.
fn failed(outcome: Outcome, who: &str) -> Option<Failure> {
    match outcome {
        Outcome::Returned => None,
        Outcome::Exited => {
            drop(take_exception());
            // SAFETY: resets one number: the status was this request's, not the worker's.
            unsafe { ffi::kg_forget_exit() };
            None
        }
        Outcome::Threw => threw(who),
        Outcome::Fatal | Outcome::OutOfMemory => {
            handler::log_end(outcome, who);
            Some(Failure::Internal)
        }
    }
}

/// An exception goes to the handler of `set_exception_handler()`, if there is one, which then answers.
fn threw(who: &str) -> Option<Failure> {
    // SAFETY: reads one value.
    if unsafe { ffi::kg_app_has_exception_handler() } {
        let has_begun = output::is_streaming();
        let outcome = protect(&mut (), ffi::kg_app_handle_exception);
        if outcome != Outcome::Threw {
            return failed(outcome, "an exception handler").or_else(|| {
                // Its page stands behind a part of another one: a client must not take both for a whole answer.
                has_begun.then(|| cut_off(who))
            });
        }
    }
    let mut exception = take_exception()?;
    if let Some((status, message)) = handler::http_exception(exception.zv()) {
        return Some(Failure::Told(status, message));
    }
    handler::log_exception(&format!("{who} threw"), exception, Level::Error);
    Some(Failure::Internal)
}

fn cut_off(who: &str) -> Failure {
    let reason = format!("{who} threw after it had begun");
    current::report(Level::Error, "an answer is cut off", &[("reason", &reason)]);
    Failure::Internal
}

/// Gives back what the request held, and puts back what it replaced.
fn clean() {
    let mut ignored = None;
    // SAFETY: reads one number.
    if unsafe { ffi::kg_app_has_connections() } {
        step(&mut ignored, ffi::kg_app_roll_back, "a rollback");
    }
    step(
        &mut ignored,
        ffi::kg_app_clean,
        "the end of a classic request",
    );
    leave();
    // SAFETY: reads state of the engine's.
    if !unsafe { ffi::kg_app_base_is_complete() } {
        step(
            &mut ignored,
            ffi::kg_app_complete_base,
            "the end of a classic request",
        );
    }
    handler::leave();
}

/// A transaction that the request had left open is rolled back.
#[unsafe(no_mangle)]
extern "C" fn kargo_app_rolled_back(class: *const c_char, length: usize, has_worked: bool) {
    // SAFETY: the shim gives `length` bytes.
    let class = unsafe { std::slice::from_raw_parts(class.cast::<u8>(), length) };
    let name = format!("transaction {}", String::from_utf8_lossy(class));
    let done = if has_worked {
        "rolled back"
    } else {
        "could not be rolled back"
    };
    current::report(
        Level::Warning,
        "a request left something behind",
        &[("name", &name), ("it", "was left open"), ("done", done)],
    );
}

fn leave() {
    // SAFETY: a classic request runs.
    unsafe { ffi::kg_app_leave() };
    output::end();
}

/// Our own code has panicked: nothing of a classic request may stay in place.
pub(crate) fn abandon() {
    if output::is_active() {
        leave();
    }
}
