//! Everything this crate asks of the operating system, and all of its `unsafe`.
//!
//! - [`process`]: fork, wait, kill, die with the parent, know a foreign child.
//! - [`signals`]: dispositions, the self-pipe of the master, the `SIGTERM` door of a worker.
//! - [`fd`]: socket pairs, event counters, poll, listening-socket check.
//! - [`memory`]: the shared mapping of the scoreboard.
#![allow(
    unsafe_code,
    reason = "the one module of this crate that makes system calls"
)]

pub(crate) mod fd;
pub(crate) mod memory;
pub(crate) mod process;
pub(crate) mod signals;

use std::io;

/// Turns the C convention "-1 and errno" into a `Result`.
fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
