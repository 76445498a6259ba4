//! Execution contexts: stacks of their own, between which the loop's role moves when a handler waits.

use super::ffi;

/// A context of ours, of the main script, or of a user's own Fiber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Context(*mut ffi::zend_fiber_context);

impl Context {
    /// The one that runs now.
    pub(crate) fn current() -> Self {
        // SAFETY: there is always one.
        Self(unsafe { ffi::kg_context_current() })
    }

    /// A new one, which will run `kargo_context_main` when first switched to. `None` if there is no
    /// memory for its stack; an exception is pending then.
    pub(crate) fn new() -> Option<Self> {
        // SAFETY: plain allocation.
        let context = unsafe { ffi::kg_context_new() };
        (!context.is_null()).then_some(Self(context.cast()))
    }

    pub(crate) fn as_ptr(self) -> *mut ffi::zend_fiber_context {
        self.0
    }

    /// Freezes the current context and goes on in this one; returns when somebody switches back.
    pub(crate) fn switch_to(self) {
        // SAFETY: the context is alive and suspended; no borrow of ours is alive.
        unsafe { ffi::kg_context_switch(self.0) }
    }
}

/// Whether PHP forbids switching here (a destructor called by the garbage collector, for instance).
pub(crate) fn switch_is_blocked() -> bool {
    // SAFETY: reads one flag.
    unsafe { ffi::kg_switch_is_blocked() }
}

/// Engine state that a handler takes with it while parked.
pub(crate) struct Scope(ffi::kg_scope);

impl Scope {
    pub(crate) fn park() -> Self {
        // SAFETY: all zeroes is a scope that holds nothing.
        let mut scope = Self(unsafe { std::mem::zeroed() });
        // SAFETY: fills the scope.
        unsafe { ffi::kg_scope_park(&raw mut scope.0) };
        scope
    }

    pub(crate) fn resume(mut self) {
        // SAFETY: was filled by `park`.
        unsafe { ffi::kg_scope_resume(&raw mut self.0) }
    }
}
