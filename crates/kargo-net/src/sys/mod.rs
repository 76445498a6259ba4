//! The door to the operating system, and the only place of this crate with `unsafe`.
//!
//! `socket`: what std's sockets cannot do (backlog, accept with flags, receiving into spare capacity, sendfile).
//! `address`: the kernel's socket addresses. `borrowed`: descriptors of others. `file`: reading into spare capacity.
//! `threads`: threads without signals. `temporary`: files without a name.
#![allow(unsafe_code, reason = "system calls")]

mod address;
pub(crate) mod borrowed;
pub(crate) mod file;
pub(crate) mod socket;
pub(crate) mod temporary;
pub(crate) mod threads;

use std::io;

/// Turns the -1 of a system call into its error.
fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// The same for calls that count bytes.
fn check_size(result: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// The id of this process. Cheap enough where a descriptor or a file is opened or closed.
pub(crate) fn pid() -> u32 {
    std::process::id()
}

/// Whether what gave this error may work later.
pub(crate) fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
