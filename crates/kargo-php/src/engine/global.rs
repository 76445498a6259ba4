//! State of the process: PHP runs on one thread, so a cell will do, but not two borrows at once.

use std::cell::{Cell, UnsafeCell};

/// A value that only PHP's thread uses, one borrow at a time.
///
/// A handler that waits leaves frames behind while others run, so a borrow must never be alive across a call into PHP:
/// [`Global::with`] panics where that rule is broken, instead of handing out a second `&mut`.
#[derive(Debug)]
pub(crate) struct Global<T> {
    value: UnsafeCell<Option<T>>,
    borrowed: Cell<bool>,
}

// SAFETY: the extension refuses thread-safe builds of PHP, so no second thread ever comes here.
unsafe impl<T> Sync for Global<T> {}

struct Release<'a>(&'a Cell<bool>);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl<T> Global<T> {
    pub(crate) const fn new() -> Self {
        Self {
            value: UnsafeCell::new(None),
            borrowed: Cell::new(false),
        }
    }

    fn borrow(&self) -> (Release<'_>, &mut Option<T>) {
        assert!(
            !self.borrowed.replace(true),
            "a borrow was alive across a call into PHP"
        );
        // SAFETY: one thread, and `borrowed` says that no other reference exists.
        (Release(&self.borrowed), unsafe { &mut *self.value.get() })
    }

    /// Runs `body` on the value, made by `make` at first use.
    #[inline]
    pub(crate) fn with_or<R>(&self, make: impl FnOnce() -> T, body: impl FnOnce(&mut T) -> R) -> R {
        let (_release, value) = self.borrow();
        body(value.get_or_insert_with(make))
    }

    /// Runs `body` on the value if there is one.
    #[inline]
    pub(crate) fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        let (_release, value) = self.borrow();
        value.as_mut().map(body)
    }

    /// Puts a value in place and gives back the old one.
    pub(crate) fn replace(&self, new: Option<T>) -> Option<T> {
        let (_release, value) = self.borrow();
        std::mem::replace(value, new)
    }
}
