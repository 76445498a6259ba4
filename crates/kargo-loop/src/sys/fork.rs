//! Notices that this process is a fork of the one that made something.

use std::sync::Once;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

static FORKS: AtomicU32 = AtomicU32::new(0);
static REGISTER: Once = Once::new();

/// A number that differs in a forked child from what it was in its parent. Costs a load: no system call.
pub(crate) fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Begins to count forks. Forks before the first call are not counted, and need not be: nothing was made yet.
pub(crate) fn watch() -> u32 {
    REGISTER.call_once(|| {
        // SAFETY: the handler lives as long as the program text and does nothing but one atomic addition. A failure
        // (no memory for the registration) leaves forks unnoticed, which is no worse than not asking.
        unsafe { libc::pthread_atfork(None, None, Some(count_fork)) };
    });
    generation()
}

extern "C" fn count_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}
