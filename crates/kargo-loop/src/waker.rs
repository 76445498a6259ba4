//! A wake-up from another thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crate::sys::event_fd::EventFd;

/// Wakes the loop it came from, from any thread. Many wake-ups before the loop looks are told as one
/// [`crate::EventKind::Woken`]. Outlives its loop without harm.
#[derive(Debug, Clone)]
pub struct Waker {
    bell: Arc<Bell>,
}

impl Waker {
    /// Makes the loop's `poll` return, now or, if it is not waiting, the next time.
    pub fn wake(&self) {
        if !self.bell.woken.swap(true, Ordering::AcqRel) {
            self.bell.fd.notify();
        }
    }

    pub(crate) fn new(bell: &Arc<Bell>) -> Self {
        Self {
            bell: Arc::clone(bell),
        }
    }
}

/// The descriptor by which wakers and signal handlers interrupt a wait.
#[derive(Debug)]
pub(crate) struct Bell {
    pub(crate) fd: EventFd,
    woken: AtomicBool,
}

impl Bell {
    pub(crate) fn new() -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            fd: EventFd::new()?,
            woken: AtomicBool::new(false),
        }))
    }

    /// Silences the bell and says whether a waker has rung it.
    pub(crate) fn take(&self) -> bool {
        // Reset first: a wake-up between the two lines rings again, none is lost.
        self.fd.reset();
        self.woken.swap(false, Ordering::AcqRel)
    }
}
