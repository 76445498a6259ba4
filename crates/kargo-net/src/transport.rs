//! What lies between a socket and its codec.

use std::fmt;
use std::io;
use std::os::fd::AsRawFd;
use std::os::fd::OwnedFd;
use std::os::fd::RawFd;

use kargo_loop::Interest;

use crate::sys::borrowed::BorrowedDescriptor;
use crate::sys::socket;

/// The transport of a connection. Plain sockets are a variant, not a virtual call.
#[derive(Debug)]
pub enum Transport {
    /// The bytes on the socket are the codec's bytes.
    Plain(OwnedFd),
    /// A descriptor that somebody else owns, and may close.
    Borrowed(BorrowedDescriptor),
    /// A layer that transforms them, such as TLS.
    Boxed(Box<dyn TransportLayer>),
    /// Nothing any more.
    Closed,
}

/// A layer between socket and codec. All calls are non-blocking; `WouldBlock` says that the socket has to become ready
/// for what [`TransportLayer::interest`] then asks for, which need not be the direction of the call: TLS may have to
/// write in order to read.
pub trait TransportLayer: fmt::Debug {
    /// The socket below.
    fn raw_fd(&self) -> RawFd;

    /// Reads decoded bytes. `Ok(0)`: the peer has ended its side properly.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Takes bytes to be sent. What it has taken is its own to send, see [`TransportLayer::has_unsent`].
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Sends what it has taken and not sent yet.
    fn flush(&mut self) -> io::Result<()>;

    /// Whether something it has taken was not sent yet.
    fn has_unsent(&self) -> bool;

    /// Whether it holds decoded bytes that a `read` returns without the socket becoming readable.
    fn has_unread(&self) -> bool;

    /// What the socket must be watched for so that reading or writing decoded bytes can go on.
    fn interest(&self, wants_read: bool, wants_write: bool) -> Interest;

    /// Ends our side; may leave something unsent.
    fn shutdown_write(&mut self) -> io::Result<()>;
}

impl Transport {
    pub(crate) fn raw_fd(&self) -> RawFd {
        match self {
            Self::Plain(socket) => socket.as_raw_fd(),
            Self::Borrowed(borrowed) => borrowed.raw_fd(),
            Self::Boxed(layer) => layer.raw_fd(),
            Self::Closed => -1,
        }
    }

    #[inline]
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket::receive(socket.as_raw_fd(), buffer),
            Self::Borrowed(borrowed) => borrowed.read(buffer),
            Self::Boxed(layer) => layer.read(buffer),
            Self::Closed => Ok(0),
        }
    }

    /// Reads at most `room` bytes behind the end of `buffer`.
    pub(crate) fn read_append(&mut self, buffer: &mut Vec<u8>, room: usize) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket::receive_append(socket.as_raw_fd(), buffer, room),
            Self::Borrowed(_) | Self::Boxed(_) => {
                let before = buffer.len();
                buffer.resize(before + room, 0);
                let result = self.read(&mut buffer[before..]);
                buffer.truncate(before + result.as_ref().map_or(0, |got| *got));
                result
            }
            Self::Closed => Ok(0),
        }
    }

    #[inline]
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket::send(socket.as_raw_fd(), bytes),
            Self::Borrowed(borrowed) => borrowed.write(bytes),
            Self::Boxed(layer) => layer.write(bytes),
            Self::Closed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// The same where more follows at once: a socket may wait for it and send both in one packet.
    pub(crate) fn write_before_more(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket::send_before_more(socket.as_raw_fd(), bytes),
            _ => self.write(bytes),
        }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Boxed(layer) => layer.flush(),
            Self::Plain(_) | Self::Borrowed(_) | Self::Closed => Ok(()),
        }
    }

    pub(crate) fn has_unsent(&self) -> bool {
        matches!(self, Self::Boxed(layer) if layer.has_unsent())
    }

    pub(crate) fn has_unread(&self) -> bool {
        matches!(self, Self::Boxed(layer) if layer.has_unread())
    }

    /// Whether a read would find bytes at once.
    pub(crate) fn has_bytes_waiting(&self) -> bool {
        match self {
            Self::Plain(socket) => socket::has_unread(socket),
            Self::Boxed(layer) => layer.has_unread(),
            Self::Borrowed(_) | Self::Closed => false,
        }
    }

    /// Whether a read would find nothing: no byte, no end, no error.
    pub(crate) fn is_quiet(&self) -> bool {
        match self {
            Self::Boxed(layer) if layer.has_unread() => false,
            Self::Closed => false,
            _ => socket::is_quiet(self.raw_fd()),
        }
    }

    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    #[inline]
    pub(crate) fn interest(&self, wants_read: bool, wants_write: bool) -> Interest {
        match self {
            Self::Boxed(layer) => layer.interest(wants_read, wants_write),
            Self::Plain(_) | Self::Borrowed(_) | Self::Closed => {
                let read = if wants_read {
                    Interest::READABLE
                } else {
                    Interest::NONE
                };
                if wants_write {
                    read.and(Interest::WRITABLE)
                } else {
                    read
                }
            }
        }
    }

    pub(crate) fn shutdown_write(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket::shutdown_write(socket.as_raw_fd()),
            Self::Borrowed(borrowed) => borrowed.shutdown_write(),
            Self::Boxed(layer) => layer.shutdown_write(),
            Self::Closed => Ok(()),
        }
    }
}
