//! A process that forks others on request.
//!
//! A server that needs processes while it has thousands of connections open must not fork them itself: each would get
//! a copy of all that. So it starts a fork server before it has anything, which makes ready what its children shall have
//! in common, then waits for requests. Each child comes with a socket to whoever asked for it.
//!
//! All of them die together: the kernel kills the fork server when its parent dies, and the children when it does.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::error::Error;
use crate::exit::Exit;
use crate::sys::process::{self, Fork};
use crate::sys::{fd, signals};

/// How long a request for a child may take: a fork of a small process takes a fraction of a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a request consists of.
const REQUEST: &[u8] = b"f";

/// The parent's end of a fork server, which ends when this is dropped, and its children with it.
#[derive(Debug)]
pub struct ForkServer {
    socket: UnixStream,
    pid: i32,
}

/// A process that a fork server has made.
#[derive(Debug)]
pub struct ForkedChild {
    /// A stream socket to it; blocking.
    pub socket: UnixStream,
    handle: OwnedFd,
    /// Its number, for the log.
    pub pid: i32,
}

/// What the fork server's process does.
pub trait Forked {
    /// Called once, in the new process, which has no descriptors but stdin, stdout, stderr and files without a name. What was
    /// open before is closed, whoever holds it: what is dropped here must not close it once more.
    fn prepare(&mut self);

    /// Called in each child with its end of the socket, which the parent closes to end it. Gives the exit code.
    fn run(&mut self, socket: UnixStream) -> i32;

    /// Called in the fork server when a child has ended.
    fn ended(&mut self, pid: i32, exit: Exit);
}

impl ForkServer {
    /// Forks the fork server. The calling process has one thread.
    ///
    /// # Errors
    /// Where there is no room for a process or a socket.
    pub fn start(work: &mut dyn Forked) -> Result<Self, Error> {
        let doing = "start a process that forks others";
        let (near, far) = UnixStream::pair().map_err(Error::system(doing))?;
        let parent = process::current_pid();
        match process::fork().map_err(Error::system(doing))? {
            Fork::Parent(pid) => {
                drop(far);
                near.set_read_timeout(Some(PATIENCE))
                    .and_then(|()| near.set_write_timeout(Some(PATIENCE)))
                    .map_err(Error::system(doing))?;
                Ok(Self { socket: near, pid })
            }
            Fork::Child => process::exit_now(serve(parent, far, work).unwrap_or(1)),
        }
    }

    /// Asks for a child.
    ///
    /// # Errors
    /// The fork server is gone, or the system has no room; the caller may try again later.
    pub fn fork(&self) -> io::Result<ForkedChild> {
        rustix::net::send(&self.socket, REQUEST, SendFlags::NOSIGNAL)?;
        let mut number = [0_u8; 4];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
        let mut passed = RecvAncillaryBuffer::new(&mut space);
        let got = rustix::net::recvmsg(
            &self.socket,
            &mut [IoSliceMut::new(&mut number)],
            &mut passed,
            RecvFlags::CMSG_CLOEXEC,
        )?;
        if got.bytes != number.len() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        let mut descriptors = Vec::with_capacity(2);
        for message in passed.drain() {
            if let RecvAncillaryMessage::ScmRights(rights) = message {
                descriptors.extend(rights);
            }
        }
        let number = i32::from_ne_bytes(number);
        let (Some(handle), Some(socket)) = (descriptors.pop(), descriptors.pop()) else {
            return Err(io::Error::from_raw_os_error(-number));
        };
        Ok(ForkedChild {
            socket: UnixStream::from(socket),
            handle,
            pid: number,
        })
    }
}

impl Drop for ForkServer {
    fn drop(&mut self) {
        // It ends by itself when the socket is closed; a child that hangs is not waited for.
        if process::kill(self.pid, libc::SIGKILL).is_ok() {
            process::reap_blocking(self.pid);
        }
    }
}

impl ForkedChild {
    /// Ends it, whatever it does. One that has ended is left alone.
    pub fn kill(&self) {
        // It fails where the process is gone already.
        let _gone = pidfd_send_signal(&self.handle, Signal::KILL);
    }
}

/// The life of the fork server. Comes back in a child that has done its work, or when the parent wants no more.
fn serve(parent: i32, socket: UnixStream, work: &mut dyn Forked) -> io::Result<i32> {
    process::die_with(parent)?;
    let socket = alone(socket)?;
    signals::become_forked();
    work.prepare();
    let mut children: Vec<(i32, OwnedFd)> = Vec::new();
    loop {
        let mut ready: Vec<fd::pollfd> = std::iter::once(socket.as_fd())
            .chain(children.iter().map(|(_, handle)| handle.as_fd()))
            .map(poll_entry)
            .collect();
        fd::poll(&mut ready, -1)?;
        let mut has_ended = ready[1..].iter().map(|entry| entry.revents != 0);
        children.retain(|(pid, _)| {
            if !has_ended.next().unwrap_or(false) {
                return true;
            }
            work.ended(*pid, process::reap(*pid).unwrap_or(Exit::Unknown));
            false
        });
        if ready[0].revents == 0 {
            continue;
        }
        let mut request = [0_u8; 1];
        if rustix::net::recv(&socket, &mut request, RecvFlags::empty())?.0 == 0 {
            return Ok(0);
        }
        let (near, far) = match UnixStream::pair() {
            Ok(pair) => pair,
            Err(error) => {
                refuse(&socket, &error)?;
                continue;
            }
        };
        let server = process::current_pid();
        match process::fork() {
            Err(error) => refuse(&socket, &error)?,
            Ok(Fork::Child) => {
                process::die_with(server)?;
                drop((socket, near, children));
                return Ok(work.run(far));
            }
            Ok(Fork::Parent(pid)) => {
                if let Some(handle) = hand_over(&socket, pid, near.as_fd())? {
                    children.push((pid, handle));
                }
            }
        }
    }
}

fn poll_entry(fd: BorrowedFd<'_>) -> fd::pollfd {
    fd::pollfd {
        fd: fd.as_raw_fd(),
        events: fd::POLLIN,
        revents: 0,
    }
}

/// Closes what [`fd::close_others`] closes, except this one, which moves out of the way of those who still believe to own theirs.
fn alone(socket: UnixStream) -> io::Result<UnixStream> {
    let moved = fd::duplicate_above_all(socket.as_fd())?;
    // Closed with all others.
    let _number = socket.into_raw_fd();
    fd::close_others(moved.as_fd())?;
    Ok(UnixStream::from(moved))
}

/// Gives a child to whoever asked for it. Without a handle of it, it could never be ended safely: then there is none.
fn hand_over(socket: &UnixStream, pid: i32, near: BorrowedFd<'_>) -> io::Result<Option<OwnedFd>> {
    let handle = Pid::from_raw(pid)
        .ok_or(io::Error::from(io::ErrorKind::InvalidInput))
        .and_then(|pid| Ok(pidfd_open(pid, PidfdFlags::empty())?));
    let handle = match handle {
        Ok(handle) => handle,
        Err(error) => {
            process::kill(pid, libc::SIGKILL)?;
            process::reap_blocking(pid);
            refuse(socket, &error)?;
            return Ok(None);
        }
    };
    let descriptors = [near, handle.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut passed = SendAncillaryBuffer::new(&mut space);
    passed.push(SendAncillaryMessage::ScmRights(&descriptors));
    let bytes = pid.to_ne_bytes();
    rustix::net::sendmsg(
        socket,
        &[IoSlice::new(&bytes)],
        &mut passed,
        SendFlags::NOSIGNAL,
    )?;
    Ok(Some(handle))
}

/// Tells why there is no child.
fn refuse(socket: &UnixStream, error: &io::Error) -> io::Result<()> {
    let number = -error.raw_os_error().unwrap_or(libc::EAGAIN);
    rustix::net::send(socket, &number.to_ne_bytes(), SendFlags::NOSIGNAL)?;
    Ok(())
}
