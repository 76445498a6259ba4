//! State of the process: PHP runs on one thread, so a cell will do, but not two borrows at once.

use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicU32, Ordering};

/// Counts the engine's jumps: a borrow from before the last one is over, though its guard never ran.
static JUMPS: AtomicU32 = AtomicU32::new(1);

/// The engine has jumped over frames of ours (at the memory limit, for instance): whatever they had borrowed is free.
pub(crate) fn forget_borrows() {
    JUMPS.fetch_add(1, Ordering::Relaxed);
}

/// A value that only PHP's thread uses, one borrow at a time.
///
/// A handler that waits leaves frames behind while others run, so a borrow must never be alive across a call into PHP:
/// [`Global::with_or`] panics where that rule is broken, instead of handing out a second `&mut`.
#[derive(Debug)]
pub(crate) struct Global<T> {
    value: UnsafeCell<Option<T>>,
    /// The number of jumps at the time of the borrow; 0: not borrowed.
    borrowed: Cell<u32>,
}

// SAFETY: the extension refuses thread-safe builds of PHP, so no second thread ever comes here.
unsafe impl<T> Sync for Global<T> {}

struct Release<'a>(&'a Cell<u32>);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        self.0.set(0);
    }
}

impl<T> Global<T> {
    pub(crate) const fn new() -> Self {
        Self {
            value: UnsafeCell::new(None),
            borrowed: Cell::new(0),
        }
    }

    #[expect(
        clippy::mut_from_ref,
        reason = "`borrowed` sees to it that there is only one"
    )]
    fn borrow(&self) -> (Release<'_>, &mut Option<T>) {
        let jumps = JUMPS.load(Ordering::Relaxed);
        assert!(
            self.borrowed.replace(jumps) != jumps,
            "a borrow was alive across a call into PHP"
        );
        // SAFETY: one thread, and `borrowed` says that no other reference exists.
        (Release(&self.borrowed), unsafe { &mut *self.value.get() })
    }

    /// Runs `body` on the value, made by `make` at first use.
    #[inline(always)]
    pub(crate) fn with_or<R>(&self, make: impl FnOnce() -> T, body: impl FnOnce(&mut T) -> R) -> R {
        let (_release, value) = self.borrow();
        match value {
            Some(value) => body(value),
            None => body(value.insert(make())),
        }
    }

    /// Whether there is a value.
    pub(crate) fn is_set(&self) -> bool {
        let (_release, value) = self.borrow();
        value.is_some()
    }

    /// Puts a value in place and gives back the old one.
    pub(crate) fn replace(&self, new: Option<T>) -> Option<T> {
        let (_release, value) = self.borrow();
        std::mem::replace(value, new)
    }
}
