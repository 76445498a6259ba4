//! The isolation guard: what a request leaves behind that the next visitor would find, told to the log, put back, or
//! answered by a new worker. docs/ISOLATION.md is the contract; the engine's side is in `shim/isolation*.c`.
//!
//! [`before`] and [`after`] enclose a request, [`note`] comes before the engine is tidied up. While handlers wait, nothing
//! is judged: what is seen then may be halfway. What a callback of the loop changes is nobody's request.

mod judge;
mod names;
mod process;
mod visitor;

use std::collections::HashSet;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use kargo_net::RequestId;

use crate::engine::callable::{Outcome, protect, take_exception};
use crate::engine::throw::class;
use crate::engine::value::class_of;
use crate::engine::{Global, Owned, Zv, ffi};
use crate::log::Level;
use crate::serve::{current, handler, runtime};

use names::Patterns;
use visitor::Visitor;

/// What is done about a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    #[default]
    Off,
    Log,
    Reset,
    Strict,
}

impl Mode {
    /// A case of `Kargo\App\Isolation`.
    pub(crate) fn of(value: Zv) -> Option<Self> {
        let object = value.object()?;
        if class_of(object) != class::isolation() {
            return None;
        }
        // SAFETY: an enum case has its name.
        match Zv(unsafe { ffi::kg_enum_name(object) }).bytes()? {
            b"Log" => Some(Self::Log),
            b"Reset" => Some(Self::Reset),
            b"Strict" => Some(Self::Strict),
            _ => Some(Self::Off),
        }
    }
}

/// How an application wants to be guarded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) mode: Mode,
    /// Names that may change, `*` for anything.
    pub(crate) allow: Vec<String>,
    /// Whether the superglobals are made anew for each request.
    pub(crate) superglobals_are_renewed: bool,
}

/// The guard of this process.
#[derive(Debug)]
struct Guard {
    mode: Mode,
    allow: Patterns,
    /// Names that the log knows already.
    told: HashSet<String>,
    visitor: Visitor,
    /// A callback ran since the last look, or handlers waited: who changed what can't be told.
    is_stale: bool,
    /// What was found before the engine was tidied up; it is put back in any case.
    noted: Vec<&'static str>,
    /// What was found while an application's state was in place.
    of_application: Vec<Finding>,
}

static GUARD: Global<Option<Guard>> = Global::new();
/// Read for each request; the guard itself is not touched if it is off.
static IS_ON: AtomicBool = AtomicBool::new(false);

fn with<R>(body: impl FnOnce(&mut Guard) -> R) -> Option<R> {
    GUARD.with_or(|| None, |guard| guard.as_mut().map(body))
}

/// Whether requests are looked at.
#[inline(always)]
pub(crate) fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// A finding: its name, and what there is to say about it.
#[derive(Debug)]
struct Finding {
    name: String,
    reason: &'static str,
    done: &'static str,
}

/// Takes note of how everything is now, after the boot, and looks after each request from now on.
pub(crate) fn start(settings: Settings) {
    if settings.mode == Mode::Off || is_on() {
        return;
    }
    let mut is_renewed = settings.superglobals_are_renewed;
    run(&mut is_renewed, start_body);
    let guard = Guard {
        mode: settings.mode,
        allow: Patterns::new(settings.allow),
        told: HashSet::new(),
        visitor: Visitor::default(),
        is_stale: false,
        noted: Vec::new(),
        of_application: Vec::new(),
    };
    drop(GUARD.replace(Some(Some(guard))));
    IS_ON.store(true, Ordering::Relaxed);
}

unsafe extern "C" fn start_body(is_renewed: *mut c_void) {
    // SAFETY: `start` gives a bool; called protected and without a borrow.
    unsafe {
        ffi::kg_isolation_start(*is_renewed.cast::<bool>());
        ffi::kg_process_start();
    }
}

/// Gives up what the guard holds: values whose destructors are PHP code.
pub(crate) fn stop() {
    if IS_ON.swap(false, Ordering::Relaxed) {
        drop(GUARD.replace(None));
        run(&mut (), stop_body);
    }
}

unsafe extern "C" fn stop_body(_nothing: *mut c_void) {
    // SAFETY: called protected and without a borrow.
    unsafe {
        ffi::kg_process_stop();
        ffi::kg_isolation_stop();
    }
}

/// Runs what may call PHP code; what that throws is logged.
fn run<T>(data: &mut T, body: unsafe extern "C" fn(*mut c_void)) -> Outcome {
    let outcome = protect(data, body);
    match outcome {
        Outcome::Returned => {}
        Outcome::Threw => {
            if let Some(exception) = take_exception() {
                let message = "an exception while the isolation guard put something back";
                handler::log_exception(message, exception, Level::Error);
            }
        }
        other => handler::log_end(other, "what the isolation guard put back"),
    }
    outcome
}

/// A request begins: its bytes are remembered, for what it leaves may be its visitor's.
pub(crate) fn before(id: RequestId) {
    let is_alone = runtime::with(|runtime| runtime.waiting_handlers() == 0);
    if is_alone && with(|guard| std::mem::take(&mut guard.is_stale)) == Some(true) {
        accept_everything();
    }
    runtime::with(|runtime| {
        let request = runtime.serving.as_ref()?.net.request(id)?;
        with(|guard| guard.visitor.remember(&request))
    });
}

/// A callback of the loop has run: what it changed is no request's doing.
#[inline]
pub(crate) fn callback_ran() {
    if is_on() {
        with(|guard| guard.is_stale = true);
    }
}

/// The session is about to end: what it holds is the visitor's.
pub(crate) fn remember_session() {
    if !is_on() {
        return;
    }
    let mut session = Owned::undefined();
    // SAFETY: gives one reference.
    if unsafe { ffi::kg_isolation_session(session.zv().0) } {
        let before = with(|guard| guard.visitor.session.replace(session));
        drop(before);
    }
}

/// A handler has ended and the engine is about to be tidied up: takes note of what will be gone then. `left` is what
/// `kg_left_behind()` found.
pub(crate) fn note(left: u32) {
    remember_session();
    with(|guard| {
        for (bit, name) in [
            (ffi::KG_LEFT_OUTPUT_BUFFER, "output buffers"),
            (ffi::KG_LEFT_ERROR_HANDLER, "error handler"),
            (ffi::KG_LEFT_EXCEPTION_HANDLER, "exception handler"),
            (ffi::KG_LEFT_ERROR_REPORTING, "ini error_reporting"),
        ] {
            if left & bit != 0 {
                guard.noted.push(name);
            }
        }
    });
}

/// A classic application has done its work, and its state is still in place: error handlers that it has set and not taken
/// back. The boot is the measure, then what was told.
pub(crate) fn after_application(scope: *mut ffi::kg_app_scope) {
    // SAFETY: the application is alive, and its state in place.
    let changed = unsafe { ffi::kg_app_handlers_changed(scope) };
    if changed == 0 {
        return;
    }
    for (bit, name) in [
        (ffi::KG_LEFT_ERROR_HANDLER, "error handler"),
        (ffi::KG_LEFT_EXCEPTION_HANDLER, "exception handler"),
    ] {
        if changed & bit == 0 {
            continue;
        }
        let judged = with(|guard| (judge::of_process(guard, name), guard.mode));
        let Some((Some(finding), mode)) = judged else {
            continue;
        };
        if mode == Mode::Reset {
            run(&mut (scope, bit), put_back_handlers_body);
        }
        with(|guard| guard.of_application.push(finding));
    }
    let mut scope = scope;
    run(&mut scope, measure_body);
}

unsafe extern "C" fn put_back_handlers_body(work: *mut c_void) {
    // SAFETY: `after_application` gives this tuple; called protected and without a borrow.
    unsafe {
        let (scope, which) = *work.cast::<(*mut ffi::kg_app_scope, u32)>();
        ffi::kg_app_put_back_handlers(scope, which);
    }
}

unsafe extern "C" fn measure_body(scope: *mut c_void) {
    // SAFETY: as above.
    unsafe { ffi::kg_app_measure(*scope.cast::<*mut ffi::kg_app_scope>()) }
}

/// A request is over, and nothing of it shall be found by the next.
pub(crate) fn after() {
    if runtime::with(|runtime| runtime.waiting_handlers() != 0) {
        forget_visitor();
        with(|guard| {
            guard.is_stale = true;
            guard.noted.clear();
            guard.of_application.clear();
        });
        return;
    }
    let changed = scan();
    let aspects = process::changed();
    let is_quiet = changed == 0 && aspects == 0;
    let has_news = |guard: &mut Guard| {
        guard.is_stale || !guard.noted.is_empty() || !guard.of_application.is_empty()
    };
    if is_quiet && with(has_news) == Some(false) {
        forget_visitor();
        return;
    }
    let items = process::items(aspects);
    let findings = with(|guard| {
        let mut findings = judge::slots(guard, changed);
        judge::noted(guard, &mut findings);
        findings.append(&mut guard.of_application);
        findings
    });
    let mut findings = findings.unwrap_or_default();
    process::settle(aspects, items, &mut findings);
    drop_garbage();
    forget_visitor();
    tell(findings);
}

/// The session may hold objects, and their destructors are PHP code: so it is dropped without a borrow.
fn forget_visitor() {
    let session = with(|guard| {
        guard.is_stale = false;
        guard.visitor.forget()
    });
    drop(session);
}

/// How it is now is how it shall be.
fn accept_everything() {
    for index in 0..scan() {
        // SAFETY: below what the scan found; holds one value more and moves the one before to the garbage.
        unsafe { ffi::kg_isolation_accept(ffi::kg_isolation_changed(index)) }
    }
    let aspects = process::changed();
    if aspects != 0 {
        process::accept(aspects);
    }
    drop_garbage();
}

fn scan() -> u32 {
    let mut changed = 0;
    run(&mut changed, scan_body);
    changed
}

unsafe extern "C" fn scan_body(changed: *mut c_void) {
    // SAFETY: `scan` gives a number; called protected and without a borrow.
    unsafe { *changed.cast::<u32>() = ffi::kg_isolation_scan() }
}

fn drop_garbage() {
    run(&mut (), garbage_body);
}

unsafe extern "C" fn garbage_body(_nothing: *mut c_void) {
    // SAFETY: called protected and without a borrow.
    unsafe { ffi::kg_isolation_drop_garbage() }
}

/// Tells the log what is new to it, and lets the worker be replaced where nobody else may get it.
fn tell(findings: Vec<Finding>) {
    let mut is_refused = None;
    for finding in findings {
        let Finding { name, reason, done } = finding;
        let (is_new, mode) = with(|guard| (guard.told.insert(name.clone()), guard.mode))
            .unwrap_or((false, Mode::Off));
        if is_new {
            current::report(
                Level::Warning,
                "a request left something behind",
                &[("name", &name), ("it", reason), ("done", done)],
            );
        }
        if mode == Mode::Strict {
            is_refused.get_or_insert(name);
        }
    }
    if let Some(name) = is_refused {
        runtime::with(|runtime| {
            if let Some(serving) = runtime.serving.as_mut() {
                serving.refuse_from_now_on(&format!("{name} is not what it was"));
            }
        });
    }
}
