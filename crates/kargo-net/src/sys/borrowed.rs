//! Descriptors that somebody else owns and may close at any time.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;

use super::check;
use super::check_size;

/// A descriptor that is used, never closed. It is known by its identity: a number that was closed and reused is not
/// taken for it.
#[derive(Debug, Clone, Copy)]
pub struct BorrowedDescriptor {
    fd: RawFd,
    device: u64,
    inode: u64,
    is_socket: bool,
}

impl BorrowedDescriptor {
    /// Takes note of a descriptor and makes it non-blocking.
    ///
    /// # Errors
    /// What the system says of a number that is not open.
    pub fn of(fd: RawFd) -> io::Result<Self> {
        let status = status(fd)?;
        // SAFETY: fcntl(2) with these commands takes no pointer.
        let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
        // SAFETY: as above.
        check(unsafe { libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK) })?;
        Ok(Self {
            fd,
            device: status.st_dev,
            inode: status.st_ino,
            is_socket: status.st_mode & libc::S_IFMT == libc::S_IFSOCK,
        })
    }

    /// Its number; the only thing to be had once it was closed.
    pub fn raw_fd(self) -> RawFd {
        self.fd
    }

    /// Whether the number still is what it was.
    pub fn is_open(self) -> bool {
        status(self.fd)
            .is_ok_and(|status| (status.st_dev, status.st_ino) == (self.device, self.inode))
    }

    pub(crate) fn read(self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reject_if_closed()?;
        // SAFETY: read(2) writes at most `buffer.len()` bytes.
        check_size(unsafe { libc::read(self.fd, buffer.as_mut_ptr().cast(), buffer.len()) })
    }

    pub(crate) fn write(self, bytes: &[u8]) -> io::Result<usize> {
        self.reject_if_closed()?;
        if self.is_socket {
            return super::socket::send(self.fd, bytes);
        }
        // SAFETY: write(2) reads `bytes.len()` bytes. A pipe without reader raises SIGPIPE, which PHP ignores.
        check_size(unsafe { libc::write(self.fd, bytes.as_ptr().cast(), bytes.len()) })
    }

    pub(crate) fn shutdown_write(self) -> io::Result<()> {
        self.reject_if_closed()?;
        super::socket::shutdown_write(self.fd)
    }

    fn reject_if_closed(self) -> io::Result<()> {
        if self.is_open() {
            Ok(())
        } else {
            Err(io::Error::from_raw_os_error(libc::EBADF))
        }
    }
}

fn status(fd: RawFd) -> io::Result<libc::stat> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: fstat(2) fills the buffer, or fails.
    check(unsafe { libc::fstat(fd, status.as_mut_ptr()) })?;
    // SAFETY: it did not fail.
    Ok(unsafe { status.assume_init() })
}
