//! Listeners, and who may connect.

use std::fmt;
use std::io;
use std::os::fd::AsRawFd;
use std::os::fd::OwnedFd;
use std::time::Duration;

use kargo_loop::EventLoop;
use kargo_loop::Interest;
use kargo_loop::TimerId;

use super::KIND_ACCEPT_AGAIN;
use super::KIND_CONNECTION;
use super::KIND_LISTENER;
use super::Server;
use super::connection::Connection;
use crate::AcceptDecision;
use crate::Codec;
use crate::ListenAddress;
use crate::Listener;
use crate::Transport;
use crate::sys::socket;

/// Connections taken per turn and listener: those that are open have their turn in between.
const ACCEPTS_PER_TURN: usize = 64;

/// Makes a connection's transport of its socket.
pub(super) type MakeTransport = Box<dyn FnMut(OwnedFd) -> io::Result<Transport>>;
/// Makes a connection's codec; `None` for HTTP/1.1.
pub(super) type MakeCodec = Box<dyn FnMut() -> Option<Box<dyn Codec>>>;

/// What connections of a listener are made of, if not plain HTTP/1.1.
#[derive(Default)]
pub struct ListenerSetup {
    /// Makes the transport; without it, the plain socket.
    pub transport: Option<MakeTransport>,
    /// Makes the codec; without it, HTTP/1.1.
    pub codec: Option<MakeCodec>,
}

impl fmt::Debug for ListenerSetup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ListenerSetup")
            .field("transport", &self.transport.is_some())
            .field("codec", &self.codec.is_some())
            .finish()
    }
}

/// A listener and what its connections are made of.
#[derive(Debug)]
pub(super) struct Door {
    listener: Listener,
    setup: ListenerSetup,
}

/// Whether connections are taken. All listeners share it: every reason to stop is the process's.
#[derive(Debug, Default)]
pub(super) enum Accepting {
    #[default]
    Open,
    /// The listeners are out of the loop until the timer comes or a connection ends.
    Paused(TimerId),
    /// At the limit: until a connection ends.
    Full,
    /// For good.
    Stopped,
}

impl Server {
    /// Takes connections from `listener` from now on.
    pub fn add_listener(&mut self, events: &mut EventLoop, listener: Listener) -> io::Result<()> {
        self.add_listener_with(events, listener, ListenerSetup::default())
    }

    /// The same with another transport or codec.
    pub fn add_listener_with(
        &mut self,
        events: &mut EventLoop,
        listener: Listener,
        setup: ListenerSetup,
    ) -> io::Result<()> {
        let index = self.doors.len() as u32;
        if matches!(self.accepting, Accepting::Open) {
            let token = self.token(KIND_LISTENER, index);
            events.add(listener.as_raw_fd(), Interest::READABLE.exclusive(), token)?;
        }
        self.doors.push(Door { listener, setup });
        Ok(())
    }

    /// Where the server listens.
    pub fn addresses(&self) -> impl Iterator<Item = &ListenAddress> {
        self.doors.iter().map(|door| door.listener.address())
    }

    /// Takes connections again at once: another process left one to this one. The kernel may have announced it to that
    /// process alone, so the listeners are looked at whether the loop tells of them or not.
    pub fn poke_listeners(&mut self, events: &mut EventLoop) {
        if let Accepting::Paused(timer) = self.accepting {
            events.cancel_timer(timer);
            self.open_doors(events);
        }
        for index in 0..self.doors.len() as u32 {
            self.accept_from(events, index);
        }
    }

    /// Stops listening for good and closes the listeners of this process.
    pub(super) fn close_doors(&mut self, events: &mut EventLoop) {
        match self.accepting {
            Accepting::Open => self.leave_doors(events),
            Accepting::Paused(timer) => {
                events.cancel_timer(timer);
            }
            Accepting::Full | Accepting::Stopped => {}
        }
        self.accepting = Accepting::Stopped;
        self.doors.clear();
    }

    /// The pause is over.
    pub(super) fn accept_again(&mut self, events: &mut EventLoop) {
        if matches!(self.accepting, Accepting::Paused(_)) {
            self.open_doors(events);
        }
    }

    /// A connection has ended.
    pub(super) fn connection_ended(&mut self, events: &mut EventLoop) {
        self.live -= 1;
        if let Some(gate) = &mut self.gate {
            gate.closed();
        }
        if matches!(self.accepting, Accepting::Full) && self.live < self.options.max_connections {
            self.open_doors(events);
        }
    }

    /// Takes what waits at a listener.
    pub(super) fn accept_from(&mut self, events: &mut EventLoop, index: u32) {
        for _ in 0..ACCEPTS_PER_TURN {
            if !matches!(self.accepting, Accepting::Open) {
                return;
            }
            if self.live >= self.options.max_connections {
                self.leave_doors(events);
                self.accepting = Accepting::Full;
                return;
            }
            if let Some(gate) = &mut self.gate
                && let AcceptDecision::Leave { retry_after } = gate.decide()
            {
                self.pause_accepting(events, retry_after);
                return;
            }
            let Some(door) = self.doors.get(index as usize) else {
                return;
            };
            match socket::accept(door.listener.as_raw_fd()) {
                Ok((socket, peer)) => {
                    let Ok(transport) = self.doors[index as usize].transport(socket) else {
                        continue;
                    };
                    let codec = self.doors[index as usize].codec();
                    self.open_connection(events, transport, peer, codec);
                }
                Err(error) => match error.raw_os_error() {
                    // Another process was faster, or nothing waits any more.
                    Some(libc::EAGAIN) => return,
                    // That one is gone, the next may be there (accept(2): errors of the new socket come this way).
                    Some(
                        libc::ECONNABORTED
                        | libc::EINTR
                        | libc::EPROTO
                        | libc::ENOPROTOOPT
                        | libc::EHOSTDOWN
                        | libc::ENONET
                        | libc::EHOSTUNREACH
                        | libc::EOPNOTSUPP
                        | libc::ENETUNREACH
                        | libc::ENETDOWN
                        | libc::EPERM
                        | libc::EINVAL,
                    ) => {}
                    // No descriptors or no memory: trying again at once would spin.
                    _ => {
                        self.note_accept_error(events, error);
                        self.pause_accepting(events, self.options.accept_pause);
                        return;
                    }
                },
            }
        }
    }

    fn open_connection(
        &mut self,
        events: &mut EventLoop,
        transport: Transport,
        peer: crate::PeerAddress,
        codec: Option<Box<dyn Codec>>,
    ) {
        let fd = transport.raw_fd();
        let connection = Connection::new(transport, peer, codec, Interest::NONE);
        let interest = connection.wanted_interest();
        let index = self.connections.insert(connection);
        if events
            .add(fd, interest, self.token(KIND_CONNECTION, index))
            .is_err()
        {
            // No memory for the watch (epoll_ctl(2): ENOMEM, ENOSPC): this one is lost, and more would be.
            self.connections.remove(index);
            self.pause_accepting(events, self.options.accept_pause);
            return;
        }
        if let Some(connection) = self.connections.get_mut(index) {
            connection.interest = interest;
        }
        self.live += 1;
        if let Some(gate) = &mut self.gate {
            gate.opened();
        }
        self.set_deadline(events, index, self.options.header_timeout);
    }

    /// Why connections could not be accepted, if that happened since this was last asked; told once a minute at most.
    pub fn take_accept_error(&mut self) -> Option<io::Error> {
        self.accept_error.take()
    }

    #[cold]
    fn note_accept_error(&mut self, events: &EventLoop, error: io::Error) {
        const SILENCE: Duration = Duration::from_secs(60);
        let now = events.now();
        if self
            .accept_error_at
            .is_none_or(|at| now.saturating_duration_since(at) >= SILENCE)
        {
            self.accept_error_at = Some(now);
            self.accept_error = Some(error);
        }
    }

    fn pause_accepting(&mut self, events: &mut EventLoop, pause: Duration) {
        self.leave_doors(events);
        let timer = events.set_timer(events.now() + pause, self.token(KIND_ACCEPT_AGAIN, 0));
        self.accepting = Accepting::Paused(timer);
    }

    fn leave_doors(&mut self, events: &mut EventLoop) {
        for door in &self.doors {
            // Fails only in a forked child, where there is nothing to leave.
            let _ = events.remove(door.listener.as_raw_fd());
        }
    }

    fn open_doors(&mut self, events: &mut EventLoop) {
        self.accepting = Accepting::Open;
        for (index, door) in self.doors.iter().enumerate() {
            let token = self.token(KIND_LISTENER, index as u32);
            let interest = Interest::READABLE.exclusive();
            if events
                .add(door.listener.as_raw_fd(), interest, token)
                .is_err()
            {
                // As above: no memory for the watch. A later pause tries again.
                self.pause_accepting(events, self.options.accept_pause);
                return;
            }
        }
    }
}

impl Door {
    fn transport(&mut self, socket: OwnedFd) -> io::Result<Transport> {
        match &mut self.setup.transport {
            Some(make) => make(socket),
            None => Ok(Transport::Plain(socket)),
        }
    }

    fn codec(&mut self) -> Option<Box<dyn Codec>> {
        self.setup.codec.as_mut().and_then(|make| make())
    }
}
