//! Classic mode: PHP applications that read superglobals and print their pages.
//!
//! | module | is |
//! |---|---|
//! | `request` | one request from its begin to its end |
//! | `output` | what the application prints, on its way to the client |
//! | `head` | status and headers, as the application set them |
//! | `variables` | `$_SERVER` |
//!
//! PHP has one request per process and keeps it in globals. So a worker handles one classic request at a time, and its code
//! can't wait as handlers can; between two of them everything is as if classic mode did not exist, for the handlers, APIs and
//! callbacks beside it.

pub(crate) mod head;
pub(crate) mod output;
pub(crate) mod request;
pub(crate) mod variables;

use std::cell::RefCell;
use std::time::Duration;

use crate::engine::callable::{Outcome, protect};
use crate::engine::{Callable, Owned, Zv, ffi};
use crate::isolation;
use crate::serve::{current, handler};

/// An application.
#[derive(Debug)]
pub(crate) struct Application {
    handler: Callable,
    boot: Option<Callable>,
    /// What `boot` returned in this process.
    booted: RefCell<Option<Owned>>,
    scope: Scope,
    pub(crate) script: Script,
    output_buffering: i64,
    slow_client_timeout: Duration,
}

/// Where the application says that it lies.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) document_root: String,
    /// `SCRIPT_FILENAME`.
    pub(crate) file: String,
    /// What `SCRIPT_NAME` has below the mount: `/index.php`.
    pub(crate) name: String,
}

/// The engine's state that belongs to an application: see `kg_app_scope` in shim/app.h.
#[derive(Debug)]
struct Scope(*mut ffi::kg_app_scope);

impl Drop for Scope {
    fn drop(&mut self) {
        // SAFETY: made by `kg_app_scope_new`, and not in place: that it is only during a request.
        unsafe { ffi::kg_app_scope_free(self.0) }
    }
}

impl Application {
    pub(crate) fn new(
        handler: Callable,
        boot: Option<Callable>,
        script: Script,
        output_buffering: i64,
        slow_client_timeout: Duration,
    ) -> Self {
        Self {
            handler,
            boot,
            booted: RefCell::new(None),
            // SAFETY: plain allocation.
            scope: Scope(unsafe { ffi::kg_app_scope_new() }),
            script,
            output_buffering,
            slow_client_timeout,
        }
    }

    /// Boots it in this process. `false`: it failed, and the log says why.
    pub(crate) fn boot(&self) -> bool {
        let outcome = protect(&mut (), ffi::kg_app_before_boot);
        handler::log_outcome(outcome, "the begin of a boot");
        let is_booted = self.boot.as_ref().is_none_or(|boot| self.run_boot(boot));
        if self.boot.is_none() {
            // SAFETY: takes note of settings; it was just made.
            unsafe { ffi::kg_app_note_sessions(self.scope.0) };
        }
        is_booted
    }

    fn run_boot(&self, boot: &Callable) -> bool {
        let mut result = Owned::undefined();
        current::with(|current| current.is_busy = true);
        // SAFETY: the error handlers that the boot sets are the application's.
        unsafe { ffi::kg_app_scope_swap(self.scope.0) };
        let outcome = boot.call(result.zv(), 0, Zv(std::ptr::null_mut()));
        handler::end_foreign_child();
        // SAFETY: takes note of what the boot has set, then puts the process's own back. Nothing of it runs PHP code, since
        // nothing was noted before.
        unsafe {
            ffi::kg_app_measure(self.scope.0);
            ffi::kg_app_scope_swap(self.scope.0);
            ffi::kg_app_note_sessions(self.scope.0);
        }
        let is_booted = outcome == Outcome::Returned;
        handler::log_outcome(outcome, "the boot of the application");
        handler::tidy();
        current::with(|current| current.is_busy = false);
        if is_booted {
            *self.booted.borrow_mut() = Some(result);
        }
        is_booted
    }

    /// The first argument of the handler, if there was a boot.
    fn booted(&self) -> Option<Owned> {
        let mut booted = self.booted.borrow_mut();
        booted.as_mut().map(|value| Owned::copy_of(value.zv()))
    }
}

/// Called with the application's state still in place, when its code has run and the answer is on its way.
fn after_request(application: &Application) {
    if isolation::is_on() {
        isolation::after_application(application.scope.0);
    }
}
