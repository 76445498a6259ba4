//! The door to the operating system, and the only place of this crate with `unsafe`.
//!
//! A platform must offer: a readiness queue (`epoll`), a descriptor that can be made readable from a thread or a signal
//! handler (`event_fd`), signal dispositions (`signal`) and a count of the forks this process descends from (`fork`).
#![allow(unsafe_code, reason = "system calls")]

pub(crate) mod alarm;
pub(crate) mod epoll;
pub(crate) mod event_fd;
pub(crate) mod fork;
pub(crate) mod signal;

use std::io;

/// Turns the -1 of a system call into its error.
fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
