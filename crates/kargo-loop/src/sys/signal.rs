//! Signal dispositions. The handler only sets a flag and makes a descriptor readable; the loop acts on it.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::ptr;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::check;
use super::event_fd;
use super::fork;

/// Signal numbers are 1 to 64 on Linux.
pub(crate) const MAX_SIGNAL: i32 = 64;
const SLOTS: usize = MAX_SIGNAL as usize + 1;
const NOBODY: RawFd = -1;

/// What the handler may touch: one entry per signal number, none of them ever freed.
struct Slot {
    got: AtomicBool,
    /// The eventfd of the loop that watches this signal, or [`NOBODY`].
    notify: AtomicI32,
    /// The fork generation of the process that watches.
    generation: AtomicU32,
}

static WATCHED: [Slot; SLOTS] = [const {
    Slot {
        got: AtomicBool::new(false),
        notify: AtomicI32::new(NOBODY),
        generation: AtomicU32::new(0),
    }
}; SLOTS];

/// Handlers that run at this moment, in any thread: a descriptor is only closed while there are none.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// A disposition as the kernel has it.
#[derive(Clone, Copy)]
pub(crate) struct Disposition(libc::sigaction);

impl std::fmt::Debug for Disposition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Disposition")
            .field(&self.0.sa_sigaction)
            .finish()
    }
}

/// Claims `signum` for the eventfd `notify`. `false`: another loop of this process watches it.
pub(crate) fn claim(signum: i32, notify: RawFd, generation: u32) -> bool {
    let slot = slot(signum);
    // A claim that was inherited over a fork belongs to nobody in this process.
    let stale = slot.generation.load(Ordering::Relaxed) != generation;
    let expected = if stale {
        slot.notify.load(Ordering::Acquire)
    } else {
        NOBODY
    };
    if slot
        .notify
        .compare_exchange(expected, notify, Ordering::AcqRel, Ordering::Acquire)
        .is_err()
    {
        return false;
    }
    slot.generation.store(generation, Ordering::Release);
    slot.got.store(false, Ordering::Release);
    true
}

/// Gives a claim back and waits until no handler can still use its descriptor.
pub(crate) fn release(signum: i32) {
    slot(signum).notify.store(NOBODY, Ordering::SeqCst);
    while RUNNING.load(Ordering::SeqCst) != 0 {
        std::hint::spin_loop();
    }
}

/// Whether the signal came since this was last asked.
pub(crate) fn take(signum: i32) -> bool {
    slot(signum).got.swap(false, Ordering::AcqRel)
}

/// Puts our handler in place; returns what was there.
pub(crate) fn install(signum: i32) -> io::Result<Disposition> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all zero bytes are a valid sigaction (SIG_DFL, empty mask, no flags).
    let mut action = unsafe { action.assume_init_mut() }.to_owned();
    action.sa_sigaction = ours();
    // SA_RESTART: code of others must not see EINTR because of us. epoll_wait(2) is never restarted, which suits us.
    action.sa_flags = libc::SA_RESTART;
    exchange(signum, &raw const action)
}

/// Whether our handler is in place.
pub(crate) fn is_installed(signum: i32) -> io::Result<bool> {
    exchange(signum, ptr::null()).map(|current| current.0.sa_sigaction == ours())
}

/// Puts `previous` back, unless somebody replaced our handler meanwhile: then it is theirs to care for.
pub(crate) fn restore(signum: i32, previous: &Disposition) -> io::Result<()> {
    if is_installed(signum)? {
        exchange(signum, &raw const previous.0)?;
    }
    Ok(())
}

fn exchange(signum: i32, action: *const libc::sigaction) -> io::Result<Disposition> {
    let mut previous = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: `action` is null or points to a sigaction; `previous` has room for one. The handler we install is
    // async-signal-safe.
    check(unsafe { libc::sigaction(signum, action, previous.as_mut_ptr()) })?;
    // SAFETY: zeroed is valid, and sigaction(2) succeeded and filled it.
    Ok(Disposition(unsafe { previous.assume_init() }))
}

fn slot(signum: i32) -> &'static Slot {
    // Index 0 is no signal: an out-of-range number, which callers have refused, hits it and does nothing.
    WATCHED.get(signum as usize).unwrap_or(&WATCHED[0])
}

fn ours() -> libc::sighandler_t {
    handle as extern "C" fn(libc::c_int) as *const () as libc::sighandler_t
}

extern "C" fn handle(signum: libc::c_int) {
    // SAFETY: errno is this thread's own; a handler has to leave it as it was.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: __errno_location(3) never returns null.
    let saved = unsafe { *errno };
    RUNNING.fetch_add(1, Ordering::SeqCst);
    let slot = slot(signum);
    if slot.generation.load(Ordering::Acquire) == fork::generation() {
        slot.got.store(true, Ordering::Release);
        let notify = slot.notify.load(Ordering::SeqCst);
        if notify != NOBODY {
            event_fd::notify_raw(notify);
        }
    } else {
        // This process is a fork of the watcher and watches nothing itself: it must not swallow its signals.
        // SAFETY: signal(2) and raise(3) are async-signal-safe; the raised signal is delivered when we return.
        unsafe { libc::signal(signum, libc::SIG_DFL) };
        // SAFETY: as above.
        unsafe { libc::raise(signum) };
    }
    RUNNING.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: as above.
    unsafe { *errno = saved };
}
