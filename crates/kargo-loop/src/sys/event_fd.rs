//! eventfd(2): a descriptor that becomes readable when somebody says so.

use std::io;
use std::os::fd::AsRawFd;
use std::os::fd::FromRawFd;
use std::os::fd::OwnedFd;
use std::os::fd::RawFd;

use super::check;

/// A non-blocking, close-on-exec eventfd.
#[derive(Debug)]
pub(crate) struct EventFd(OwnedFd);

impl EventFd {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: eventfd(2) takes no pointer.
        let fd = check(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })?;
        // SAFETY: eventfd(2) just gave us this descriptor, nobody else owns it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub(crate) fn raw(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    pub(crate) fn notify(&self) {
        notify_raw(self.raw());
    }

    /// Makes it unreadable again.
    pub(crate) fn reset(&self) {
        let mut count = 0u64;
        // SAFETY: read(2) writes at most 8 bytes, which `count` has. An error means that there was nothing to reset.
        unsafe { libc::read(self.raw(), (&raw mut count).cast(), size_of::<u64>()) };
    }
}

/// Makes the eventfd `fd` readable. Safe in a signal handler: one write(2) that never blocks.
pub(super) fn notify_raw(fd: RawFd) {
    let one = 1u64;
    // SAFETY: write(2) reads 8 bytes, which `one` has. EAGAIN means that it is readable already.
    unsafe { libc::write(fd, (&raw const one).cast(), size_of::<u64>()) };
}
