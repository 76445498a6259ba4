//! What foreach does with a Traversable.

use super::{Thrown, Zv, ffi};

/// A walk through a Traversable. Each step runs PHP code, which may wait.
#[derive(Debug)]
pub(crate) struct Iteration {
    iterator: *mut ffi::zend_object_iterator,
}

impl Iteration {
    /// Begins at the first element.
    ///
    /// # Errors
    /// What the Traversable threw.
    pub(crate) fn begin(traversable: Zv) -> Result<Self, Thrown> {
        // SAFETY: the value is a Traversable; no borrow is alive.
        let iterator = unsafe { ffi::kg_iterator(traversable.0) };
        if iterator.is_null() {
            return Err(Thrown);
        }
        Ok(Self { iterator })
    }

    /// The present element, which is valid until the next step; `None`: there is no more.
    pub(crate) fn current(&mut self) -> Result<Option<Zv>, Thrown> {
        self.look(std::ptr::null_mut())
    }

    /// The same, with its key written to `key`.
    pub(crate) fn current_with_key(&mut self, key: Zv) -> Result<Option<Zv>, Thrown> {
        self.look(key.0)
    }

    fn look(&mut self, key: *mut ffi::zval) -> Result<Option<Zv>, Thrown> {
        // SAFETY: the iterator is alive; no borrow is alive.
        let value = unsafe { ffi::kg_iterator_current(self.iterator, key) };
        // SAFETY: reads one pointer of the engine's.
        if unsafe { !ffi::executor_globals.exception.is_null() } {
            return Err(Thrown);
        }
        Ok((!value.is_null()).then_some(Zv(value)))
    }

    /// Goes on. What that throws, the next question tells.
    pub(crate) fn next(&mut self) {
        // SAFETY: as above.
        unsafe { ffi::kg_iterator_next(self.iterator) }
    }
}

impl Drop for Iteration {
    fn drop(&mut self) {
        // SAFETY: made by kg_iterator(), and ended once.
        unsafe { ffi::kg_iterator_end(self.iterator) }
    }
}
