//! The limit: what an HTTP answer costs when nothing is done for it but the kernel's own work.
//!
//! ```text
//! kargo-bench-limit HOST:PORT ANSWER_FILE [BODY_BYTES]
//! ```
//!
//! One thread, level-triggered epoll. A readable connection is read once, the blank lines in what came are counted, and
//! as many copies of the prepared answer are sent at once. It understands nothing else: every request must end with
//! a blank line followed by exactly `BODY_BYTES` bytes of body (default 0). Requests may be cut anywhere.
//!
//! Sockets block, so a peer that does not read its answers stops the server: it is a yardstick for well-behaved load
//! on loopback, not a server to use.

use std::env;
use std::ffi::c_int;
use std::fs;
use std::io::{self, Error, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::ptr;

/// What one `recv` may bring, bytes.
const READ_BYTES: usize = 64 * 1024;
/// The shortest request: a request line of `G / HTTP/1.1` and the blank line.
const SHORTEST_HEAD_BYTES: usize = 16;
/// Connections served in one turn of the loop.
const EVENTS_PER_TURN: usize = 256;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let (address, answer_file, body_bytes) = match arguments.as_slice() {
        [_, address, file] => (address, file, Ok(0)),
        [_, address, file, body_bytes] => (address, file, body_bytes.parse()),
        _ => {
            return Err(Error::other(
                "usage: kargo-bench-limit HOST:PORT ANSWER_FILE [BODY_BYTES]",
            ));
        }
    };
    let body_bytes = body_bytes.map_err(|_| Error::other("BODY_BYTES must be a number"))?;
    serve(
        &TcpListener::bind(address)?,
        &fs::read(answer_file)?,
        body_bytes,
    )
}

/// One connection: its socket and where in a request its peer is.
struct Connection {
    stream: TcpStream,
    /// Bytes of the current header line seen so far, without its line feed.
    line_bytes: usize,
    /// Bytes of the current body that have yet to come.
    body_left: usize,
}

impl Connection {
    /// Takes what was received and says how many requests it completed.
    fn count_requests(&mut self, mut bytes: &[u8], body_bytes: usize) -> usize {
        let mut complete = 0;
        while !bytes.is_empty() {
            if self.body_left > 0 {
                let taken = self.body_left.min(bytes.len());
                self.body_left -= taken;
                bytes = &bytes[taken..];
                complete += usize::from(self.body_left == 0);
                continue;
            }
            let Some(line_feed) = find_line_feed(bytes) else {
                self.line_bytes += bytes.len();
                break;
            };
            if self.line_bytes + line_feed == 1 {
                self.body_left = body_bytes;
                complete += usize::from(body_bytes == 0);
            }
            self.line_bytes = 0;
            bytes = &bytes[line_feed + 1..];
        }
        complete
    }
}

#[expect(
    unsafe_code,
    reason = "the C library's memchr is vectorized, the standard library's is not public"
)]
fn find_line_feed(bytes: &[u8]) -> Option<usize> {
    // SAFETY: memchr(3) reads at most `bytes.len()` bytes from the start of a live slice.
    let found = unsafe { libc::memchr(bytes.as_ptr().cast(), c_int::from(b'\n'), bytes.len()) };
    (!found.is_null()).then(|| found as usize - bytes.as_ptr() as usize)
}

fn serve(listener: &TcpListener, answer: &[u8], body_bytes: usize) -> io::Result<()> {
    let most_requests_per_read = READ_BYTES / (SHORTEST_HEAD_BYTES + body_bytes) + 1;
    let answers = answer.repeat(most_requests_per_read);
    let mut buffer = vec![0; READ_BYTES];
    let mut connections: Vec<Option<Connection>> = Vec::new(); // by descriptor
    let epoll = Epoll::new()?;
    epoll.add(listener.as_raw_fd())?;
    let mut events = [libc::epoll_event { events: 0, u64: 0 }; EVENTS_PER_TURN];
    loop {
        for event in epoll.wait(&mut events)? {
            let fd = event.u64 as usize;
            if let Some(slot) = connections.get_mut(fd)
                && let Some(connection) = slot
            {
                if !answer_requests(connection, &mut buffer, &answers, answer.len(), body_bytes) {
                    *slot = None; // closing the socket also takes it out of epoll
                }
                continue;
            }
            let (stream, _) = listener.accept()?;
            stream.set_nodelay(true)?;
            let fd = stream.as_raw_fd();
            epoll.add(fd)?;
            let slot = fd as usize;
            if connections.len() <= slot {
                connections.resize_with(slot + 1, || None);
            }
            connections[slot] = Some(Connection {
                stream,
                line_bytes: 0,
                body_left: 0,
            });
        }
    }
}

/// Reads once and answers once. False if the connection is over.
fn answer_requests(
    connection: &mut Connection,
    buffer: &mut [u8],
    answers: &[u8],
    answer_bytes: usize,
    body_bytes: usize,
) -> bool {
    let Ok(received @ 1..) = connection.stream.read(buffer) else {
        return false;
    };
    match connection.count_requests(&buffer[..received], body_bytes) {
        0 => true,
        count => connection
            .stream
            .write_all(&answers[..count * answer_bytes])
            .is_ok(),
    }
}

/// A level-triggered epoll instance for readability. Its descriptor lives as long as the process.
struct Epoll(c_int);

#[expect(unsafe_code, reason = "epoll is not in the standard library")]
impl Epoll {
    fn new() -> io::Result<Self> {
        // SAFETY: epoll_create1(2) takes no pointer.
        match unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) } {
            -1 => Err(Error::last_os_error()),
            fd => Ok(Self(fd)),
        }
    }

    /// Watches `fd`, which events then carry as their value.
    fn add(&self, fd: c_int) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: libc::EPOLLIN as u32,
            u64: fd as u64,
        };
        // SAFETY: epoll_ctl(2) reads one epoll_event, which is a live local.
        match unsafe { libc::epoll_ctl(self.0, libc::EPOLL_CTL_ADD, fd, ptr::from_mut(&mut event)) }
        {
            -1 => Err(Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// Waits without limit for events; a signal ends the wait with none.
    fn wait<'a>(&self, events: &'a mut [libc::epoll_event]) -> io::Result<&'a [libc::epoll_event]> {
        // SAFETY: epoll_wait(2) writes at most `events.len()` events into a live slice of that many.
        let count =
            unsafe { libc::epoll_wait(self.0, events.as_mut_ptr(), events.len() as c_int, -1) };
        if count == -1 {
            let error = Error::last_os_error();
            return if error.kind() == io::ErrorKind::Interrupted {
                Ok(&[])
            } else {
                Err(error)
            };
        }
        Ok(&events[..count as usize])
    }
}

#[cfg(test)]
mod tests;
