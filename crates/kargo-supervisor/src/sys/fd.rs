//! Descriptors: control sockets, event counters, poll, and the check of inherited listeners.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::check;

pub(crate) use libc::{POLLIN, pollfd};

/// A connected pair of packet sockets, non-blocking, closed on exec.
///
/// Packets (not a stream) so that a message arrives whole or not at all.
pub(crate) fn packet_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut pair = [-1; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: `pair` is a writable array of two integers, as socketpair(2) requires.
    check(unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, pair.as_mut_ptr()) })?;
    // SAFETY: socketpair(2) succeeded, so both descriptors are open and nobody else's.
    Ok(unsafe { own_pair(pair) })
}

/// A non-blocking pipe, closed on exec: reading end, writing end.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut pair = [-1; 2];
    // SAFETY: `pair` is a writable array of two integers, as pipe2(2) requires.
    check(unsafe { libc::pipe2(pair.as_mut_ptr(), libc::O_NONBLOCK | libc::O_CLOEXEC) })?;
    // SAFETY: pipe2(2) succeeded, so both descriptors are open and nobody else's.
    Ok(unsafe { own_pair(pair) })
}

/// # Safety
/// Both descriptors are open and have no other owner.
unsafe fn own_pair(pair: [RawFd; 2]) -> (OwnedFd, OwnedFd) {
    // SAFETY: the caller hands over both descriptors.
    pair.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).into()
}

/// Sends one packet; never blocks, never raises `SIGPIPE`.
pub(crate) fn send(fd: BorrowedFd<'_>, packet: &[u8]) -> io::Result<()> {
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    loop {
        // SAFETY: pointer and length describe `packet`, which outlives the call.
        let sent =
            unsafe { libc::send(fd.as_raw_fd(), packet.as_ptr().cast(), packet.len(), flags) };
        if sent >= 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Receives one packet; `Ok(0)` when the peer has closed, `WouldBlock` when there is none.
pub(crate) fn receive(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        // SAFETY: pointer and length describe `buffer`, writable and alive during the call.
        let received = unsafe {
            libc::recv(
                fd.as_raw_fd(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                libc::MSG_DONTWAIT,
            )
        };
        if received >= 0 {
            return Ok(received.unsigned_abs());
        }
        let error = io::Error::last_os_error();
        match error.kind() {
            io::ErrorKind::Interrupted => {}
            // The peer died with messages of ours unread: as gone as one that closed.
            io::ErrorKind::ConnectionReset => return Ok(0),
            _ => return Err(error),
        }
    }
}

/// Reads and drops what is in a non-blocking pipe.
pub(crate) fn empty_pipe(fd: BorrowedFd<'_>) {
    let mut sink = [0_u8; 64];
    loop {
        // SAFETY: pointer and length describe `sink`, writable and alive during the call.
        let count = unsafe { libc::read(fd.as_raw_fd(), sink.as_mut_ptr().cast(), sink.len()) };
        if count < sink.len().cast_signed() {
            return;
        }
    }
}

/// A non-blocking event counter, closed on exec.
pub(crate) fn event_counter() -> io::Result<OwnedFd> {
    // SAFETY: eventfd(2) takes two integers.
    let fd = check(unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) })?;
    // SAFETY: eventfd(2) succeeded, so the descriptor is open and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Makes an event counter readable. A counter that is full is readable already, so errors tell
/// nothing.
pub(crate) fn raise(fd: BorrowedFd<'_>) {
    let one = 1_u64;
    // SAFETY: eventfd takes writes of exactly eight bytes, which `one` has.
    unsafe { libc::write(fd.as_raw_fd(), (&raw const one).cast(), 8) };
}

/// Makes an event counter unreadable; says whether it was readable.
pub(crate) fn lower(fd: BorrowedFd<'_>) -> bool {
    let mut count = 0_u64;
    // SAFETY: eventfd gives reads of exactly eight bytes, for which `count` has room.
    unsafe { libc::read(fd.as_raw_fd(), (&raw mut count).cast(), 8) == 8 }
}

/// Waits until a descriptor is ready, a signal came, or `timeout_ms` passed (-1: no limit).
/// After a signal no descriptor is marked ready.
pub(crate) fn poll(fds: &mut [pollfd], timeout_ms: i32) -> io::Result<()> {
    // A slice cannot hold more descriptors than the kernel allows, so the length always fits.
    let count = fds.len() as libc::nfds_t;
    // SAFETY: pointer and length describe `fds`, writable and alive during the call.
    match check(unsafe { libc::poll(fds.as_mut_ptr(), count, timeout_ms) }) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            fds.iter_mut().for_each(|entry| entry.revents = 0);
            Ok(())
        }
        other => other.map(drop),
    }
}

/// A second number for a descriptor, above those of all others: code that closes a number it once owned does not hit it.
pub(crate) fn duplicate_above_all(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let mut above = fd.as_raw_fd();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let number = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        above = above.max(number.unwrap_or(0));
    }
    // SAFETY: F_DUPFD_CLOEXEC takes an open descriptor and an integer.
    let moved = check(unsafe {
        libc::fcntl(
            fd.as_raw_fd(),
            libc::F_DUPFD_CLOEXEC,
            above.saturating_add(1),
        )
    })?;
    // SAFETY: fcntl(2) succeeded, so the descriptor is open and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(moved) })
}

/// Closes every descriptor of this process but 0, 1, 2, `kept` and files without a name, whoever believes to own them: for a
/// process that was forked and never drops what it got a copy of.
///
/// A file without a name is what a library locks to agree with its copies in other processes, as PHP's opcode cache does
/// before it writes: without it the cache ends the request.
pub(crate) fn close_others(kept: BorrowedFd<'_>) -> io::Result<()> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let name = entry?.file_name();
        let number: Option<RawFd> = name.to_str().and_then(|name| name.parse().ok());
        numbers.extend(number.filter(|&number| number > 2 && number != kept.as_raw_fd()));
    }
    for number in numbers {
        // SAFETY: fstat(2) and close(2) take an integer, and a `stat` that may be overwritten. The caller has said that
        // nobody uses what is closed; the descriptor of the directory itself is closed already.
        unsafe {
            let mut status: libc::stat = std::mem::zeroed();
            let is_shared_lock = libc::fstat(number, &raw mut status) == 0
                && status.st_mode & libc::S_IFMT == libc::S_IFREG
                && status.st_nlink == 0;
            if !is_shared_lock {
                libc::close(number);
            }
        }
    }
    Ok(())
}

/// Takes over descriptor `fd`, which came through exec, if it is a listening socket.
///
/// The caller sees to it that no number is adopted twice.
pub(crate) fn adopt_listener(fd: RawFd) -> io::Result<OwnedFd> {
    let mut is_listening: libc::c_int = 0;
    let mut length: libc::socklen_t = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: SO_ACCEPTCONN writes one c_int; `length` says there is room for just that. A number
    // that is no socket gives an error.
    check(unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_ACCEPTCONN,
            (&raw mut is_listening).cast(),
            &raw mut length,
        )
    })?;
    if is_listening == 0 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a socket that does not listen",
        ));
    }
    // SAFETY: the descriptor is open, as getsockopt has shown; F_SETFD takes an integer.
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) })?;
    // SAFETY: the descriptor is open; it came through exec for this purpose, so that in this
    // program only the environment variable refers to it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
