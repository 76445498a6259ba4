//! Signals only set flags and wake the loop; the master's loop acts on them.
//!
//! The handlers touch nothing but atomics, `write`, `send`, `getpid`, `sigaction` and `raise`, all
//! async-signal-safe, and leave `errno` as it was.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::Relaxed};

use super::{fd, process};

/// The signals that the master listens to while it runs.
const MASTER_SIGNALS: [i32; 4] = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGCHLD];

static IN_USE: AtomicBool = AtomicBool::new(false);
static TERMINATE: AtomicU32 = AtomicU32::new(0);
static TERMINATE_SIGNAL: AtomicI32 = AtomicI32::new(0);
static RELOAD: AtomicBool = AtomicBool::new(false);
/// Where a handler reports: the writing end of the master's self-pipe, or a worker's control
/// socket. -1 while there is none.
static REPORT_FD: AtomicI32 = AtomicI32::new(-1);
/// The process whose handlers these are; a process forked from it by user code is not.
static OWNER: AtomicI32 = AtomicI32::new(0);

/// What came since the flags were last taken.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Flags {
    /// How many `SIGTERM` and `SIGINT` came, and which was the last.
    pub(crate) terminate: u32,
    pub(crate) terminate_signal: i32,
    pub(crate) reload: bool,
}

/// The master's handlers and self-pipe; dropping it restores dispositions and mask as they were.
pub(crate) struct MasterSignals {
    wake: OwnedFd,
    _wake_writer: OwnedFd,
    previous: [libc::sigaction; MASTER_SIGNALS.len()],
    previous_mask: libc::sigset_t,
    /// False once this process has become a worker: its mask is then not ours to restore.
    is_master: bool,
}

impl MasterSignals {
    /// Installs the handlers. Fails with `AlreadyExists` if this process has a master already.
    pub(crate) fn install() -> io::Result<Self> {
        if IN_USE.swap(true, Relaxed) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let (wake, writer) = fd::pipe().inspect_err(|_| IN_USE.store(false, Relaxed))?;
        TERMINATE.store(0, Relaxed);
        RELOAD.store(false, Relaxed);
        REPORT_FD.store(writer.as_raw_fd(), Relaxed);
        OWNER.store(process::current_pid(), Relaxed);
        let previous = MASTER_SIGNALS.map(|signal| set_action(signal, &handler(on_master_signal)));
        let previous_mask = change_mask(libc::SIG_UNBLOCK, &signal_set(&MASTER_SIGNALS));
        Ok(Self {
            wake,
            _wake_writer: writer,
            previous,
            previous_mask,
            is_master: true,
        })
    }

    /// Installs the handlers again; says whether other code of this process had replaced one, in
    /// which case a signal may have been missed.
    pub(crate) fn reinstall(&self) -> bool {
        let ours = handler(on_master_signal);
        let mut was_replaced = false;
        for signal in MASTER_SIGNALS {
            was_replaced |= set_action(signal, &ours).sa_sigaction != ours.sa_sigaction;
        }
        change_mask(libc::SIG_UNBLOCK, &signal_set(&MASTER_SIGNALS));
        was_replaced
    }

    /// Readable once a signal came.
    pub(crate) fn wake_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    pub(crate) fn take_flags(&self) -> Flags {
        // Emptied before the flags are read: a signal in between costs one idle turn, not its loss.
        fd::empty_pipe(self.wake.as_fd());
        Flags {
            terminate: TERMINATE.swap(0, Relaxed),
            terminate_signal: TERMINATE_SIGNAL.load(Relaxed),
            reload: RELOAD.swap(false, Relaxed),
        }
    }

    /// In a forked worker: the master's handlers give way to the worker's, then signals flow again.
    ///
    /// `SIGTERM` asks the master over `control` for an order to drain. `SIGINT` and `SIGHUP`, which
    /// a terminal sends to the whole process group, are the master's to act on; here they are
    /// ignored, so that they interrupt neither a handler nor a program it has started.
    pub(crate) fn become_worker(mut self, control: BorrowedFd<'_>, mut held: HeldSignals) {
        self.is_master = false;
        held.previous_mask = self.previous_mask;
        remove_from(&mut held.previous_mask, libc::SIGTERM);
        drop(self);
        REPORT_FD.store(control.as_raw_fd(), Relaxed);
        OWNER.store(process::current_pid(), Relaxed);
        set_action(libc::SIGTERM, &handler(on_worker_term));
        set_action(libc::SIGINT, &disposition(libc::SIG_IGN));
        set_action(libc::SIGHUP, &disposition(libc::SIG_IGN));
        drop(held);
    }
}

impl Drop for MasterSignals {
    fn drop(&mut self) {
        for (signal, previous) in MASTER_SIGNALS.into_iter().zip(&self.previous) {
            set_action(signal, previous);
        }
        if self.is_master {
            change_mask(libc::SIG_SETMASK, &self.previous_mask);
        }
        REPORT_FD.store(-1, Relaxed);
        IN_USE.store(false, Relaxed);
    }
}

/// In a process that is ended by its parent alone: signals that a terminal or an operator sends to the whole group do
/// nothing, but have their default meaning again in a program that is started; the rest is as in a new process.
pub(crate) fn become_forked() {
    extern "C" fn nothing(_signal: libc::c_int) {}
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
        set_action(signal, &handler(nothing));
    }
    set_action(libc::SIGCHLD, &disposition(libc::SIG_DFL));
    change_mask(libc::SIG_SETMASK, &signal_set(&[]));
}

/// All signals held back until this is dropped: around a fork, so that none reaches the child while
/// it still has the handlers of its parent.
pub(crate) struct HeldSignals {
    previous_mask: libc::sigset_t,
}

impl HeldSignals {
    pub(crate) fn hold() -> Self {
        let mut all = signal_set(&[]);
        // SAFETY: `all` is an initialised signal set, writable and alive.
        unsafe { libc::sigfillset(&raw mut all) };
        Self {
            previous_mask: change_mask(libc::SIG_SETMASK, &all),
        }
    }
}

impl Drop for HeldSignals {
    fn drop(&mut self) {
        change_mask(libc::SIG_SETMASK, &self.previous_mask);
    }
}

/// The worker's socket is about to be closed: `SIGTERM` has its default meaning again.
pub(crate) fn forget_worker(control: BorrowedFd<'_>) {
    if REPORT_FD
        .compare_exchange(control.as_raw_fd(), -1, Relaxed, Relaxed)
        .is_ok()
    {
        set_action(libc::SIGTERM, &disposition(libc::SIG_DFL));
    }
}

extern "C" fn on_master_signal(signal: libc::c_int) {
    if !is_ours(signal) {
        return;
    }
    match signal {
        libc::SIGTERM | libc::SIGINT => {
            TERMINATE_SIGNAL.store(signal, Relaxed);
            TERMINATE.fetch_add(1, Relaxed);
        }
        libc::SIGHUP => RELOAD.store(true, Relaxed),
        // SIGCHLD needs no flag: the loop asks for every child by its id each time it wakes.
        _ => {}
    }
    with_errno_kept(|| {
        let byte = 0_u8;
        // SAFETY: the descriptor is the self-pipe, open as long as the handler is installed; one
        // byte is read from `byte`. A full pipe is readable already, so its error tells nothing.
        unsafe { libc::write(REPORT_FD.load(Relaxed), (&raw const byte).cast(), 1) };
    });
}

extern "C" fn on_worker_term(signal: libc::c_int) {
    if !is_ours(signal) {
        return;
    }
    with_errno_kept(|| {
        let packet = crate::orders::RECYCLE_PACKET;
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        // SAFETY: pointer and length describe `packet`; a failure means the master is gone, and
        // the kernel is about to end this process.
        unsafe {
            libc::send(
                REPORT_FD.load(Relaxed),
                packet.as_ptr().cast(),
                packet.len(),
                flags,
            )
        };
    });
}

/// Whether the handler runs in the process that installed it. In a process that user code forked,
/// the signal gets its default meaning instead, and must not be told to our family.
fn is_ours(signal: i32) -> bool {
    if process::current_pid() == OWNER.load(Relaxed) {
        return true;
    }
    with_errno_kept(|| {
        let is_ignored_by_default = signal == libc::SIGCHLD;
        set_action(signal, &disposition(libc::SIG_DFL));
        if !is_ignored_by_default {
            // SAFETY: raise(3) takes a signal number. The signal is blocked while its handler
            // runs, and takes effect on return.
            unsafe { libc::raise(signal) };
        }
    });
    false
}

fn with_errno_kept(action: impl FnOnce()) {
    // SAFETY: the location of errno is valid for the whole life of the thread.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let kept = unsafe { *errno };
    action();
    // SAFETY: as above.
    unsafe { *errno = kept };
}

fn handler(function: extern "C" fn(libc::c_int)) -> libc::sigaction {
    disposition(function as *const () as libc::sighandler_t)
}

fn disposition(what: libc::sighandler_t) -> libc::sigaction {
    // SAFETY: sigaction is a plain C structure for which all bytes zero is valid.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = what;
    action.sa_flags = libc::SA_RESTART;
    action.sa_mask = signal_set(&[]);
    action
}

/// Sets the disposition of `signal` and returns the one before. The numbers used here are valid
/// and catchable, so the call cannot fail.
fn set_action(signal: i32, action: &libc::sigaction) -> libc::sigaction {
    let mut previous = disposition(libc::SIG_DFL);
    // SAFETY: both structures are initialised and alive; handlers stay valid for the life of the
    // process, being functions of this library.
    unsafe { libc::sigaction(signal, action, &raw mut previous) };
    previous
}

fn signal_set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset(3) initialises the set it is given.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: initialised on the line above.
    let mut set = unsafe { set.assume_init() };
    for signal in signals {
        // SAFETY: `set` is initialised, and the caller passes valid signal numbers.
        unsafe { libc::sigaddset(&raw mut set, *signal) };
    }
    set
}

fn remove_from(set: &mut libc::sigset_t, signal: i32) {
    // SAFETY: `set` is an initialised signal set, `signal` a valid number.
    unsafe { libc::sigdelset(set, signal) };
}

fn change_mask(how: i32, set: &libc::sigset_t) -> libc::sigset_t {
    let mut previous = signal_set(&[]);
    // SAFETY: both sets are initialised and alive; `how` is one of the three documented values.
    unsafe { libc::pthread_sigmask(how, set, &raw mut previous) };
    previous
}
