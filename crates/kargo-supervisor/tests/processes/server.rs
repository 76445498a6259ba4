//! A small server for the workers: an epoll loop that shares its listener as `AcceptShare` says,
//! and clients for it.
//!
//! On accept it sends its slot as one byte. Then each byte of the client is a command:
//! `p` answers the slot again, `w` begins a request, `d` answers it with `D` and closes, `b` answers `B` and
//! blocks the whole worker for 5 s, `s` for 200 ms, `x` exits with code 3, `R` recycles, `i` makes the
//! worker deaf: it never looks at its orders again.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kargo_supervisor::{AcceptShare, Decision, Order, Worker, monotonic_ms};

use crate::master::{Log, PATIENCE};

const EXCLUSIVE: u32 = (libc::EPOLLIN | libc::EPOLLEXCLUSIVE) as u32;
const READABLE: u32 = libc::EPOLLIN as u32;

/// A listening socket and how to reach it; the file of a unix socket is removed with it.
pub(crate) enum Endpoint {
    Tcp(TcpListener, SocketAddr),
    Unix(UnixListener, PathBuf, u32),
}

/// What a client reads from and writes to.
pub(crate) trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Endpoint {
    pub(crate) fn tcp() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        deepen_queue(listener.as_raw_fd());
        let address = listener.local_addr().unwrap();
        Self::Tcp(listener, address)
    }

    pub(crate) fn unix() -> Self {
        let name = format!("kargo-{}-{}.sock", std::process::id(), monotonic_ms());
        let path = std::env::temp_dir().join(name);
        let listener = UnixListener::bind(&path).unwrap();
        listener.set_nonblocking(true).unwrap();
        deepen_queue(listener.as_raw_fd());
        Self::Unix(listener, path, std::process::id())
    }

    pub(crate) fn both() -> [Self; 2] {
        [Self::tcp(), Self::unix()]
    }

    pub(crate) fn fd(&self) -> RawFd {
        match self {
            Self::Tcp(listener, _) => listener.as_raw_fd(),
            Self::Unix(listener, ..) => listener.as_raw_fd(),
        }
    }

    /// Connects; does not wait for a worker to accept.
    pub(crate) fn connect(&self) -> Client {
        let began = Instant::now();
        let stream: Box<dyn Stream> = match self {
            Self::Tcp(_, address) => {
                let stream = TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_nodelay(true).unwrap();
                Box::new(stream)
            }
            Self::Unix(_, path, _) => {
                let stream = UnixStream::connect(path).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                Box::new(stream)
            }
        };
        Client { stream, began }
    }
}

/// The standard library's 128 are fewer than some cases connect at once.
fn deepen_queue(listener: RawFd) {
    // SAFETY: plain system call on a socket that listens.
    assert_eq!(unsafe { libc::listen(listener, 1024) }, 0);
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        if let Self::Unix(_, path, owner) = self
            && *owner == std::process::id()
        {
            let _already_gone = std::fs::remove_file(path);
        }
    }
}

pub(crate) struct Client {
    stream: Box<dyn Stream>,
    began: Instant,
}

impl Client {
    /// The slot of the worker that accepted, and how long that took; `None` if the connection was
    /// ended before. Panics if nothing comes.
    pub(crate) fn accepted(&mut self) -> Option<(usize, Duration)> {
        Some((usize::from(self.byte()?), self.began.elapsed()))
    }

    /// The next byte of the server; `None` at the end of the connection.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        match self.stream.read(&mut byte) {
            Ok(1) => Some(byte[0]),
            Ok(_) => None,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("no answer: {error}"),
        }
    }

    pub(crate) fn send(&mut self, command: u8) {
        self.stream.write_all(&[command]).unwrap();
    }
}

/// Serves until told to leave; gives the exit code.
pub(crate) fn serve(mut worker: Worker, listener: RawFd, log: &Log) -> i32 {
    let share = worker.accept_share();
    let mut server = Server {
        epoll: Epoll::new(),
        share,
        listener,
        listener_back_at: None,
        is_draining: false,
        connections: BTreeMap::new(),
    };
    let (control, poke) = (
        worker.control_fd().as_raw_fd(),
        server.share.poke_fd().as_raw_fd(),
    );
    server.epoll.add(control, READABLE);
    server.epoll.add(poke, READABLE);
    server.epoll.add(listener, EXCLUSIVE);
    worker.ready().unwrap();
    let mut is_deaf = false;
    loop {
        if server.is_draining && server.connections.is_empty() {
            return 0;
        }
        let ready = server.wait();
        if server
            .listener_back_at
            .is_some_and(|at| at <= Instant::now())
        {
            server.listener_back();
        }
        if ready.contains(&poke) && server.share.clear_poke() {
            server.listener_back();
            server.accept();
        } else if ready.contains(&listener) {
            server.accept();
        }
        if ready.contains(&control) && !is_deaf {
            for order in worker.read_orders() {
                match order {
                    Order::Drain { .. } => server.drain(),
                    Order::Stop => return 7,
                }
            }
        }
        for fd in ready {
            if !server.connections.contains_key(&fd) {
                continue;
            }
            match server.command(fd) {
                Some(b'x') => return 3,
                Some(b'R') => worker.recycle_me().unwrap(),
                Some(b'i') => {
                    server.epoll.remove(control);
                    is_deaf = true;
                    log.line("deaf");
                }
                _ => {}
            }
        }
    }
}

struct Server {
    epoll: Epoll,
    share: AcceptShare,
    listener: RawFd,
    /// While the listener is out of the epoll set.
    listener_back_at: Option<Instant>,
    is_draining: bool,
    /// Whether a request is in flight, by descriptor.
    connections: BTreeMap<RawFd, (OwnedFd, bool)>,
}

impl Server {
    fn wait(&mut self) -> Vec<RawFd> {
        let timeout = self.listener_back_at.map_or(-1, |at| {
            let left = at.saturating_duration_since(Instant::now());
            i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap()
        });
        self.share.enter_wait();
        let ready = self.epoll.wait(timeout);
        self.share.leave_wait(monotonic_ms());
        ready
    }

    fn listener_back(&mut self) {
        if self.listener_back_at.take().is_some() && !self.is_draining {
            self.epoll.add(self.listener, EXCLUSIVE);
        }
    }

    fn accept(&mut self) {
        while !self.is_draining {
            if let Decision::Leave { retry_after, .. } = self.share.decide() {
                if self.listener_back_at.is_none() {
                    self.epoll.remove(self.listener);
                }
                self.listener_back_at = Some(Instant::now() + retry_after);
                return;
            }
            let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
            // SAFETY: accept4(2) may be given no address; the new descriptor is ours.
            let fd = unsafe {
                let (address, length) = (std::ptr::null_mut(), std::ptr::null_mut());
                libc::accept4(self.listener, address, length, flags)
            };
            if fd < 0 {
                return;
            }
            // SAFETY: as above.
            let connection = unsafe { OwnedFd::from_raw_fd(fd) };
            self.share.opened();
            self.epoll.add(fd, READABLE);
            self.connections.insert(fd, (connection, false));
            let slot = SLOT.get();
            write(fd, slot);
        }
    }

    fn drain(&mut self) {
        if self.is_draining {
            return;
        }
        self.is_draining = true;
        if self.listener_back_at.is_none() {
            self.epoll.remove(self.listener);
        }
        self.share.retire();
        let idle: Vec<_> = self
            .connections
            .iter()
            .filter(|(_, it)| !it.1)
            .map(|(fd, _)| *fd)
            .collect();
        idle.into_iter().for_each(|fd| self.close(fd));
    }

    fn close(&mut self, fd: RawFd) {
        if self.connections.remove(&fd).is_some() {
            self.share.closed();
        }
    }

    /// Acts on one command; gives it back for what concerns the worker.
    fn command(&mut self, fd: RawFd) -> Option<u8> {
        let mut byte = 0_u8;
        // SAFETY: one writable byte.
        let count = unsafe { libc::recv(fd, (&raw mut byte).cast(), 1, 0) };
        if count != 1 {
            self.close(fd);
            return None;
        }
        match byte {
            b'p' => write(fd, SLOT.get()),
            b'w' => {
                self.connections.get_mut(&fd).unwrap().1 = true;
                write(fd, b'W');
            }
            b'd' => {
                write(fd, b'D');
                self.close(fd);
            }
            // These stand for handlers that keep their worker busy.
            b'b' => {
                write(fd, b'B');
                sleep(Duration::from_secs(5));
            }
            b's' => sleep(Duration::from_millis(200)),
            _ => {}
        }
        Some(byte)
    }
}

thread_local! {
    /// The slot of this worker, as the byte it sends.
    static SLOT: std::cell::Cell<u8> = const { std::cell::Cell::new(0) };
}

/// As [`serve`], for workers of a master that has a listener.
pub(crate) fn work(endpoint: &Endpoint) -> impl FnOnce(Worker, &Log) -> i32 {
    let listener = endpoint.fd();
    move |worker, log| {
        SLOT.set(u8::try_from(worker.slot()).unwrap());
        serve(worker, listener, log)
    }
}

fn write(fd: RawFd, byte: u8) {
    // SAFETY: one readable byte. The client may be gone.
    unsafe { libc::send(fd, (&raw const byte).cast(), 1, libc::MSG_NOSIGNAL) };
}

struct Epoll(OwnedFd);

impl Epoll {
    fn new() -> Self {
        // SAFETY: epoll_create1(2) gives a descriptor that is ours.
        Self(unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) })
    }

    fn add(&self, fd: RawFd, events: u32) {
        let event = libc::epoll_event {
            events,
            u64: u64::try_from(fd).unwrap(),
        };
        self.control(libc::EPOLL_CTL_ADD, fd, event);
    }

    fn remove(&self, fd: RawFd) {
        self.control(
            libc::EPOLL_CTL_DEL,
            fd,
            libc::epoll_event { events: 0, u64: 0 },
        );
    }

    fn control(&self, operation: i32, fd: RawFd, mut event: libc::epoll_event) {
        // SAFETY: `event` is alive during the call.
        let result = unsafe { libc::epoll_ctl(self.0.as_raw_fd(), operation, fd, &raw mut event) };
        assert_eq!(result, 0);
    }

    fn wait(&self, timeout_ms: i32) -> Vec<RawFd> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 64];
        // SAFETY: 64 writable events.
        let count =
            unsafe { libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), 64, timeout_ms) };
        let count = usize::try_from(count).unwrap_or(0);
        events[..count]
            .iter()
            .map(|event| i32::try_from(event.u64).unwrap())
            .collect()
    }
}
