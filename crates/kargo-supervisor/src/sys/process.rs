//! Processes: fork, wait, kill, and the two ways in which a process learns about its family.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::exit::Exit;

use super::check;

/// Which side of a fork the caller is on.
#[derive(Debug)]
pub(crate) enum Fork {
    /// In the new process.
    Child,
    /// In the process that forked, with the new process's id.
    Parent(i32),
}

/// Set in the child of every fork of this process, cleared again by [`fork`] below: what stays set
/// was forked by somebody else.
static FORKED_BY_OTHERS: AtomicBool = AtomicBool::new(false);
static GUARD_INSTALLED: AtomicBool = AtomicBool::new(false);

/// Forks the calling process, which has one thread.
pub(crate) fn fork() -> io::Result<Fork> {
    // SAFETY: fork(2) takes no arguments; the crate's contract is a process with a single thread,
    // so no lock can be held by a thread that does not exist in the child.
    let pid = check(unsafe { libc::fork() })?;
    if pid == 0 {
        FORKED_BY_OTHERS.store(false, Relaxed);
        return Ok(Fork::Child);
    }
    Ok(Fork::Parent(pid))
}

/// Has every later fork of this process set the foreign-child flag in its child. Idempotent.
pub(crate) fn install_foreign_child_guard() -> io::Result<()> {
    extern "C" fn mark_child() {
        FORKED_BY_OTHERS.store(true, Relaxed);
    }
    if GUARD_INSTALLED.swap(true, Relaxed) {
        return Ok(());
    }
    // SAFETY: `mark_child` stores to an atomic, which any fork child may do, and has the required
    // signature; glibc drops the registration if the library holding it is unloaded.
    let result = unsafe { libc::pthread_atfork(None, None, Some(mark_child)) };
    if result != 0 {
        GUARD_INSTALLED.store(false, Relaxed);
        return Err(io::Error::from_raw_os_error(result));
    }
    Ok(())
}

/// Whether this process was forked from a guarded one by anyone but [`fork`].
pub(crate) fn is_foreign_child() -> bool {
    FORKED_BY_OTHERS.load(Relaxed)
}

pub(crate) fn current_pid() -> i32 {
    // SAFETY: getpid(2) cannot fail.
    unsafe { libc::getpid() }
}

/// Has the kernel send `SIGKILL` to this process when `parent` dies; ends this process at once if
/// `parent` is dead already.
pub(crate) fn die_with(parent: i32) -> io::Result<()> {
    // SAFETY: PR_SET_PDEATHSIG takes one integer argument, a signal number.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })?;
    // SAFETY: getppid(2) cannot fail.
    if unsafe { libc::getppid() } != parent {
        // The parent died before prctl: nobody will ever send the signal.
        exit_now(0);
    }
    Ok(())
}

/// Ends the process without running any exit handler of the program it was forked from.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: _exit(2) never returns and runs no code of this process.
    unsafe { libc::_exit(code) }
}

pub(crate) fn kill(pid: i32, signal: i32) -> io::Result<()> {
    // SAFETY: kill(2) takes two integers. Callers pass only the ids of children not yet reaped,
    // which the kernel cannot have given to another process.
    check(unsafe { libc::kill(pid, signal) }).map(drop)
}

/// Takes the exit status of child `pid` if it has ended.
///
/// Only known children are asked for: a wait for "any child" would steal the status of processes
/// that the script started itself. A child whose status somebody else took counts as ended.
pub(crate) fn reap(pid: i32) -> Option<Exit> {
    wait(pid, libc::WNOHANG)
}

/// Waits until child `pid` has ended.
pub(crate) fn reap_blocking(pid: i32) {
    wait(pid, 0);
}

fn wait(pid: i32, flags: i32) -> Option<Exit> {
    loop {
        let mut status = 0;
        // SAFETY: `status` is a live, writable c_int for the time of the call.
        match check(unsafe { libc::waitpid(pid, &raw mut status, flags) }) {
            Ok(0) => return None,
            Ok(_) if libc::WIFSIGNALED(status) => {
                return Some(Exit::Signal {
                    number: libc::WTERMSIG(status),
                    core_dumped: libc::WCOREDUMP(status),
                });
            }
            Ok(_) => return Some(Exit::Code(libc::WEXITSTATUS(status))),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Some(Exit::Unknown),
        }
    }
}

/// Nanoseconds of `CLOCK_MONOTONIC`, the same in all processes of the machine.
pub(crate) fn monotonic_nanos() -> u64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` is a live, writable timespec; CLOCK_MONOTONIC exists on every Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec.unsigned_abs() * 1_000_000_000 + now.tv_nsec.unsigned_abs()
}
