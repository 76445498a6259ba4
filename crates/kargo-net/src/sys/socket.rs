//! Sockets: non-blocking, close-on-exec.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::os::fd::FromRawFd;
use std::os::fd::OwnedFd;
use std::os::fd::RawFd;
use std::path::Path;
use std::time::Duration;

use super::address::RawAddress;
use super::check;
use super::check_size;
use crate::PeerAddress;

/// Connections the kernel may queue for us; it cuts this down to its own maximum (net.core.somaxconn).
pub(crate) const BACKLOG: i32 = 4096;

/// A listening TCP socket. `SO_REUSEADDR`: a restart must not wait for connections of its predecessor to time out.
pub(crate) fn listen_inet(address: SocketAddr, backlog: i32) -> io::Result<OwnedFd> {
    let socket = open(family_of(address))?;
    set_option(&socket, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
    if address.is_ipv6() {
        // [::] serves IPv4 too, whatever net.ipv6.bindv6only says.
        set_option(&socket, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 0)?;
    }
    bind(&socket, &RawAddress::from_inet(address))?;
    listen(&socket, backlog)?;
    Ok(socket)
}

/// A listening unix socket at a path that must not exist.
pub(crate) fn listen_unix(path: &Path, backlog: i32) -> io::Result<OwnedFd> {
    let socket = open(libc::AF_UNIX)?;
    bind(&socket, &RawAddress::from_path(path)?)?;
    listen(&socket, backlog)?;
    Ok(socket)
}

/// Whether somebody listens at this path.
pub(crate) fn is_unix_alive(path: &Path) -> io::Result<bool> {
    let socket = open(libc::AF_UNIX)?;
    let address = RawAddress::from_path(path)?;
    // SAFETY: connect(2) reads `len` bytes of an address that lives during the call.
    let result = unsafe { libc::connect(socket.as_raw_fd(), address.as_ptr(), address.len()) };
    match check(result) {
        Ok(_) => Ok(true),
        // EAGAIN: its queue is full, so it is alive.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes one connection from the queue.
pub(crate) fn accept(listener: RawFd) -> io::Result<(OwnedFd, PeerAddress)> {
    let mut address = RawAddress::empty();
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: accept4(2) writes at most as many bytes as the length says, which the address has.
    let fd =
        check(unsafe { libc::accept4(listener, address.as_mut_ptr(), address.len_mut(), flags) })?;
    // SAFETY: accept4(2) just gave us this descriptor, nobody else owns it.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    let peer = address.to_peer();
    if matches!(peer, PeerAddress::Inet(_)) {
        // Answers leave in one send; waiting for more could only delay the last part of a long one.
        set_option(&socket, libc::IPPROTO_TCP, libc::TCP_NODELAY, 1)?;
    }
    Ok((socket, peer))
}

/// The address a socket is bound to.
pub(crate) fn local_address(socket: RawFd) -> io::Result<PeerAddress> {
    let mut address = RawAddress::empty();
    // SAFETY: getsockname(2) writes at most as many bytes as the length says, which the address has.
    check(unsafe { libc::getsockname(socket, address.as_mut_ptr(), address.len_mut()) })?;
    Ok(address.to_peer())
}

/// Blocks until the peer has taken bytes, or is gone: then writing tells. `false`: neither happened within `timeout`.
pub(crate) fn wait_until_writable(socket: RawFd, timeout: Duration) -> bool {
    let mut polled = libc::pollfd {
        fd: socket,
        events: libc::POLLOUT,
        revents: 0,
    };
    // A millisecond more than asked for: poll(2) would not wait at all for less than one.
    let milliseconds = libc::c_int::try_from(timeout.as_millis()).unwrap_or(libc::c_int::MAX - 1);
    // SAFETY: poll(2) writes to the one entry it is given.
    let ready = unsafe { libc::poll(&raw mut polled, 1, milliseconds + 1) };
    // Interrupted by a signal: the caller looks again.
    ready != 0
}

/// Receives into `buffer`. 0: the peer has ended its side.
#[inline]
pub(crate) fn receive(socket: RawFd, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: recv(2) writes at most `buffer.len()` bytes.
    check_size(unsafe { libc::recv(socket, buffer.as_mut_ptr().cast(), buffer.len(), 0) })
}

/// Receives at most `room` bytes behind the end of `buffer`, without zeroing them first.
pub(crate) fn receive_append(
    socket: RawFd,
    buffer: &mut Vec<u8>,
    room: usize,
) -> io::Result<usize> {
    buffer.reserve(room);
    let spare = buffer.spare_capacity_mut();
    let room = room.min(spare.len());
    // SAFETY: recv(2) writes at most `room` bytes, which the spare capacity has.
    let got = check_size(unsafe { libc::recv(socket, spare.as_mut_ptr().cast(), room, 0) })?;
    // SAFETY: recv(2) has initialised the `got <= room` bytes behind the end.
    unsafe { buffer.set_len(buffer.len() + got) };
    Ok(got)
}

/// Sends what the socket takes. `MSG_NOSIGNAL`: a peer that is gone is an error, never a SIGPIPE.
#[inline]
pub(crate) fn send(socket: RawFd, bytes: &[u8]) -> io::Result<usize> {
    send_with(socket, bytes, libc::MSG_NOSIGNAL)
}

/// The same; a packet that is not full waits for what follows.
pub(crate) fn send_before_more(socket: RawFd, bytes: &[u8]) -> io::Result<usize> {
    send_with(socket, bytes, libc::MSG_NOSIGNAL | libc::MSG_MORE)
}

#[inline]
fn send_with(socket: RawFd, bytes: &[u8], flags: libc::c_int) -> io::Result<usize> {
    // SAFETY: send(2) reads `bytes.len()` bytes.
    check_size(unsafe { libc::send(socket, bytes.as_ptr().cast(), bytes.len(), flags) })
}

/// Sends at most `len` bytes of `file` from `offset` on, without passing through us. 0: the file is shorter.
pub(crate) fn send_file(socket: RawFd, file: &File, offset: u64, len: u64) -> io::Result<usize> {
    let mut offset = libc::off_t::try_from(offset).map_err(io::Error::other)?;
    // sendfile(2): at most 0x7ffff000 bytes at a time.
    let len = len.min(0x7fff_f000) as usize;
    // SAFETY: sendfile(2) reads and writes `offset`, which outlives the call.
    check_size(unsafe { libc::sendfile(socket, file.as_raw_fd(), &raw mut offset, len) })
}

/// Ends our side: the peer reads the end after what was sent.
pub(crate) fn shutdown_write(socket: RawFd) -> io::Result<()> {
    // SAFETY: shutdown(2) takes no pointer.
    check(unsafe { libc::shutdown(socket, libc::SHUT_WR) }).map(drop)
}

/// Makes a descriptor from elsewhere non-blocking and close-on-exec.
pub(crate) fn adopt(socket: &OwnedFd) -> io::Result<()> {
    let fd = socket.as_raw_fd();
    // SAFETY: fcntl(2) with these commands takes no pointer.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    // SAFETY: as above.
    check(unsafe { libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK) })?;
    // SAFETY: as above.
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)
}

/// Whether a descriptor is a listening stream socket.
pub(crate) fn is_listening(socket: &OwnedFd) -> io::Result<bool> {
    let mut value: libc::c_int = 0;
    let mut len = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: getsockopt(2) writes at most `len` bytes, which `value` has.
    check(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ACCEPTCONN,
            (&raw mut value).cast(),
            &raw mut len,
        )
    })?;
    Ok(value != 0)
}

/// Begins to connect a new socket. `WouldBlock`: a unix socket whose queue is full. Whether the connection came about is
/// told by writability and [`take_error`].
pub(crate) fn connect_inet(address: SocketAddr) -> io::Result<OwnedFd> {
    let socket = open(family_of(address))?;
    // Each write is meant to leave: waiting for more could only delay it.
    set_option(&socket, libc::IPPROTO_TCP, libc::TCP_NODELAY, 1)?;
    connect(&socket, &RawAddress::from_inet(address))?;
    Ok(socket)
}

/// The same for a unix socket.
pub(crate) fn connect_unix(path: &Path) -> io::Result<OwnedFd> {
    let socket = open(libc::AF_UNIX)?;
    connect(&socket, &RawAddress::from_path(path)?)?;
    Ok(socket)
}

fn connect(socket: &OwnedFd, address: &RawAddress) -> io::Result<()> {
    // SAFETY: connect(2) reads `len` bytes of an address that lives during the call.
    let result = unsafe { libc::connect(socket.as_raw_fd(), address.as_ptr(), address.len()) };
    match check(result) {
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINPROGRESS | libc::EINTR)) => {
            Ok(())
        }
        other => other.map(drop),
    }
}

/// The error that a socket holds, which is gone from it then: how a connect ended, or that the peer has reset it.
pub(crate) fn take_error(socket: RawFd) -> Option<io::Error> {
    let mut value: libc::c_int = 0;
    let mut len = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: getsockopt(2) writes at most `len` bytes, which `value` has.
    let result = check(unsafe {
        libc::getsockopt(
            socket,
            libc::SOL_SOCKET,
            libc::SO_ERROR,
            (&raw mut value).cast(),
            &raw mut len,
        )
    });
    match result {
        Err(error) => Some(error),
        Ok(_) => (value != 0).then(|| io::Error::from_raw_os_error(value)),
    }
}

/// The address at the other end.
pub(crate) fn peer_address(socket: RawFd) -> io::Result<PeerAddress> {
    let mut address = RawAddress::empty();
    // SAFETY: getpeername(2) writes at most as many bytes as the length says, which the address has.
    check(unsafe { libc::getpeername(socket, address.as_mut_ptr(), address.len_mut()) })?;
    Ok(address.to_peer())
}

/// A UDP socket bound to `address`.
pub(crate) fn bind_datagram(address: SocketAddr) -> io::Result<OwnedFd> {
    let kind = libc::SOCK_DGRAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: socket(2) takes no pointer.
    let fd = check(unsafe { libc::socket(family_of(address), kind, 0) })?;
    // SAFETY: socket(2) just gave us this descriptor, nobody else owns it.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    if address.is_ipv6() {
        set_option(&socket, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 0)?;
    }
    bind(&socket, &RawAddress::from_inet(address))?;
    Ok(socket)
}

/// Sends one datagram, whole or not at all.
pub(crate) fn send_to(socket: RawFd, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
    let address = RawAddress::from_inet(to);
    // SAFETY: sendto(2) reads `bytes.len()` bytes and `len` bytes of an address that lives during the call.
    check_size(unsafe {
        libc::sendto(
            socket,
            bytes.as_ptr().cast(),
            bytes.len(),
            libc::MSG_NOSIGNAL,
            address.as_ptr(),
            address.len(),
        )
    })
    .map(drop)
}

/// Takes one datagram; what does not fit into `buffer` is lost.
pub(crate) fn receive_from(socket: RawFd, buffer: &mut [u8]) -> io::Result<(usize, PeerAddress)> {
    let mut address = RawAddress::empty();
    // SAFETY: recvfrom(2) writes at most `buffer.len()` bytes, and as many of the address as the length says.
    let got = check_size(unsafe {
        libc::recvfrom(
            socket,
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            0,
            address.as_mut_ptr(),
            address.len_mut(),
        )
    })?;
    Ok((got, address.to_peer()))
}

fn family_of(address: SocketAddr) -> i32 {
    if address.is_ipv4() {
        libc::AF_INET
    } else {
        libc::AF_INET6
    }
}

fn open(family: i32) -> io::Result<OwnedFd> {
    let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: socket(2) takes no pointer.
    let fd = check(unsafe { libc::socket(family, kind, 0) })?;
    // SAFETY: socket(2) just gave us this descriptor, nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn bind(socket: &OwnedFd, address: &RawAddress) -> io::Result<()> {
    // SAFETY: bind(2) reads `len` bytes of an address that lives during the call.
    check(unsafe { libc::bind(socket.as_raw_fd(), address.as_ptr(), address.len()) }).map(drop)
}

fn listen(socket: &OwnedFd, backlog: i32) -> io::Result<()> {
    // SAFETY: listen(2) takes no pointer.
    check(unsafe { libc::listen(socket.as_raw_fd(), backlog) }).map(drop)
}

fn set_option(socket: &OwnedFd, level: i32, name: i32, value: libc::c_int) -> io::Result<()> {
    // SAFETY: setsockopt(2) reads the size of an int from `value`, which outlives the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    check(result).map(drop)
}

/// Whether a receive would find bytes.
pub(crate) fn has_unread(socket: &OwnedFd) -> bool {
    let mut byte = 0u8;
    let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
    // SAFETY: recv(2) writes at most one byte, which `byte` is.
    unsafe { libc::recv(socket.as_raw_fd(), (&raw mut byte).cast(), 1, flags) > 0 }
}

/// Whether a receive would find nothing at all.
pub(crate) fn is_quiet(socket: RawFd) -> bool {
    let mut byte = 0u8;
    let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
    // SAFETY: recv(2) writes at most one byte, which `byte` is.
    let got = check_size(unsafe { libc::recv(socket, (&raw mut byte).cast(), 1, flags) });
    got.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}
