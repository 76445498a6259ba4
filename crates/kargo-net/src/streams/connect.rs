//! Connections that we make.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;

use super::StreamEvent;
use super::StreamId;
use super::StreamOptions;
use super::Streams;
use super::stream::Phase;
use super::stream::Stream;
use crate::PeerAddress;
use crate::Transport;
use crate::sys::socket;

/// When a unix socket whose queue is full is tried again: nothing tells when it has room.
const FULL_QUEUE_PAUSE: Duration = Duration::from_millis(10);

/// Where to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectTarget {
    /// A TCP address.
    Inet(SocketAddr),
    /// The path of a unix socket.
    Unix(PathBuf),
}

impl ConnectTarget {
    fn open(&self) -> io::Result<OwnedFd> {
        match self {
            Self::Inet(address) => socket::connect_inet(*address),
            Self::Unix(path) => socket::connect_unix(path),
        }
    }

    fn address(&self) -> PeerAddress {
        match self {
            Self::Inet(address) => PeerAddress::Inet(*address),
            Self::Unix(_) => PeerAddress::Unix,
        }
    }
}

impl fmt::Display for ConnectTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(address) => address.fmt(formatter),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

/// Addresses that are tried in turn.
#[derive(Debug)]
pub(super) struct Attempts {
    /// The one being tried, then those that are left.
    targets: VecDeque<ConnectTarget>,
    deadline: Instant,
    /// No socket is being connected: the first one is to be tried again.
    is_pausing: bool,
}

impl Streams {
    /// Begins to connect to one of `targets`, tried in turn; each gets its share of the time that is left. What is
    /// written meanwhile waits. [`StreamEvent::Connected`] or [`StreamEvent::ConnectFailed`] follows.
    pub fn connect(
        &mut self,
        events: &mut EventLoop,
        targets: impl IntoIterator<Item = ConnectTarget>,
        timeout: Duration,
        options: StreamOptions,
    ) -> StreamId {
        let attempts = Attempts {
            targets: targets.into_iter().collect(),
            deadline: Instant::now() + timeout,
            is_pausing: true,
        };
        let phase = Phase::Connecting(Box::new(attempts));
        let stream = Stream::new(Transport::Closed, phase, options);
        let id = StreamId(self.streams.insert(Box::new(stream)));
        let nothing = io::Error::new(io::ErrorKind::InvalidInput, "there is no address");
        self.attempt(events, id, nothing);
        id
    }

    /// Tries the first target that is left; `error` is what came of the one before.
    fn attempt(&mut self, events: &mut EventLoop, id: StreamId, mut error: io::Error) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        let Phase::Connecting(attempts) = &mut stream.phase else {
            return;
        };
        let now = Instant::now();
        loop {
            let count = u32::try_from(attempts.targets.len()).unwrap_or(u32::MAX);
            let left = attempts.deadline.saturating_duration_since(now);
            let Some(target) = attempts.targets.front() else {
                break;
            };
            if left.is_zero() {
                error = io::ErrorKind::TimedOut.into();
                break;
            }
            match target.open() {
                Ok(socket) => {
                    attempts.is_pausing = false;
                    stream.peer = Some(target.address());
                    stream.transport = Transport::Plain(socket);
                    stream.writing.deadline = Some(now + left / count);
                    self.update_watch(events, id);
                    return self.set_timer(events, id);
                }
                Err(full) if full.kind() == io::ErrorKind::WouldBlock => {
                    attempts.is_pausing = true;
                    stream.writing.deadline = Some(now + left.min(FULL_QUEUE_PAUSE));
                    return self.set_timer(events, id);
                }
                Err(failed) => {
                    error = failed;
                    attempts.targets.pop_front();
                }
            }
        }
        stream.phase = Phase::Unconnected;
        stream.reading.is_over = true;
        stream.writing.is_over = true;
        stream.writing.deadline = None;
        stream.writing.error = Some(error);
        stream.output = Vec::new();
        self.tell(id, StreamEvent::ConnectFailed);
    }

    /// The socket that is being connected is writable: it is connected, or has failed.
    pub(super) fn connect_ready(&mut self, events: &mut EventLoop, id: StreamId) {
        let Some(stream) = self.streams.get_mut(id.0) else {
            return;
        };
        if let Some(error) = socket::take_error(stream.transport.raw_fd()) {
            return self.attempt_failed(events, id, error);
        }
        stream.phase = Phase::Open;
        stream.writing.deadline = None;
        self.tell(id, StreamEvent::Connected);
        self.flush(events, id);
        self.resume_reading(events, id);
        self.settle_watch(events, id);
    }

    fn attempt_failed(&mut self, events: &mut EventLoop, id: StreamId, error: io::Error) {
        self.unwatch(events, id);
        if let Some(stream) = self.streams.get_mut(id.0) {
            stream.transport = Transport::Closed;
            if let Phase::Connecting(attempts) = &mut stream.phase
                && !attempts.is_pausing
            {
                attempts.targets.pop_front();
            }
        }
        self.attempt(events, id, error);
    }

    pub(super) fn attempt_timed_out(&mut self, events: &mut EventLoop, id: StreamId) {
        self.attempt_failed(events, id, io::ErrorKind::TimedOut.into());
    }
}
