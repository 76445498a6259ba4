//! Listeners.

use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

use kargo_loop::EventLoop;
use kargo_loop::Interest;
use kargo_loop::TimerId;

use super::KIND_LISTENER;
use super::KIND_OPEN_DOOR;
use super::StreamEvent;
use super::StreamOptions;
use super::Streams;
use crate::AcceptDecision;
use crate::AcceptGate;
use crate::ListenAddress;
use crate::Listener;
use crate::PeerAddress;
use crate::Transport;
use crate::slots::Place;
use crate::sys::socket;

/// Connections taken per turn and listener: those that are open have their turn in between.
const ACCEPTS_PER_TURN: usize = 64;

/// How long accepting pauses when descriptors or memory run out.
const PAUSE: Duration = Duration::from_millis(100);

/// A listener of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListenerId(pub(super) Place);

/// What a listener's connections are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenOptions {
    /// Open connections of this listener; at the limit accepting pauses, and the kernel's queue holds the others.
    /// Default 10,000.
    pub max_connections: usize,
    /// Other processes accept from the same queue: the gate is asked. Default: no.
    pub is_shared: bool,
    /// Of each connection.
    pub stream: StreamOptions,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            is_shared: false,
            stream: StreamOptions::default(),
        }
    }
}

/// A listener and its connections.
#[derive(Debug)]
pub(super) struct Door {
    listener: Listener,
    options: ListenOptions,
    live: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Open,
    /// Out of the loop until the timer comes.
    Paused(TimerId),
    /// At its limit: until a connection ends.
    Full,
}

impl Streams {
    /// Takes connections from `listener` from now on: each is told as [`StreamEvent::Accepted`].
    ///
    /// # Errors
    /// What the loop says.
    pub fn listen(
        &mut self,
        events: &mut EventLoop,
        listener: Listener,
        options: ListenOptions,
    ) -> io::Result<ListenerId> {
        let fd = listener.as_raw_fd();
        let place = self.doors.insert(Door {
            listener,
            options,
            live: 0,
            state: State::Open,
        });
        let token = self.token(KIND_LISTENER, place.index);
        let added = events.add(fd, Interest::READABLE.exclusive(), token);
        if added.is_err() {
            self.doors.remove(place);
        }
        added.map(|()| ListenerId(place))
    }

    /// Stops listening and closes this process's copy of the listener. Its connections stay.
    pub fn unlisten(&mut self, events: &mut EventLoop, id: ListenerId) {
        let Some(door) = self.doors.remove(id.0) else {
            return;
        };
        match door.state {
            // Fails only in a forked child, where there is nothing to remove.
            State::Open => drop(events.remove(door.listener.as_raw_fd())),
            State::Paused(timer) => drop(events.cancel_timer(timer)),
            State::Full => {}
        }
    }

    /// Where a listener listens.
    pub fn listen_address(&self, id: ListenerId) -> Option<&ListenAddress> {
        self.doors.get(id.0).map(|door| door.listener.address())
    }

    /// The listener that a stream came from.
    pub fn listener_of(&self, id: super::StreamId) -> Option<ListenerId> {
        self.open(id)?.door.map(ListenerId)
    }

    /// Open connections of a listener.
    pub fn accepted_by(&self, id: ListenerId) -> usize {
        self.doors.get(id.0).map_or(0, |door| door.live)
    }

    /// Tells `gate` of each connection from now on, and asks it before each accept of a listener that is shared.
    pub fn set_accept_gate(&mut self, gate: Box<dyn AcceptGate>) {
        self.gate = Some(gate);
    }

    /// Takes connections again at once: another process left one to this one. The kernel may have announced it to that
    /// process alone, so the listeners are looked at whether the loop tells of them or not.
    pub fn poke_listeners(&mut self, events: &mut EventLoop) {
        let places: Vec<Place> = self.doors.places().collect();
        for place in places {
            self.reopen_door(events, place.index);
            self.accept_from(events, place.index);
        }
    }

    /// Why connections could not be accepted, if that happened since this was last asked.
    pub fn take_accept_error(&mut self) -> Option<io::Error> {
        self.accept_error.take()
    }

    pub(super) fn accept_from(&mut self, events: &mut EventLoop, index: u32) {
        let Some(place) = self.doors.at(index) else {
            return;
        };
        for _ in 0..ACCEPTS_PER_TURN {
            let Some(door) = self.doors.get_mut(place) else {
                return;
            };
            if !matches!(door.state, State::Open) {
                return;
            }
            if door.live >= door.options.max_connections {
                let _ = events.remove(door.listener.as_raw_fd());
                door.state = State::Full;
                return;
            }
            if door.options.is_shared
                && let Some(gate) = &mut self.gate
                && let AcceptDecision::Leave { retry_after } = gate.decide()
            {
                return self.pause_door(events, place, retry_after);
            }
            match socket::accept(door.listener.as_raw_fd()) {
                Ok((socket, peer)) => self.accepted(place, Transport::Plain(socket), peer),
                Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => return,
                Err(error) if is_of_that_connection(&error) => {}
                Err(error) => {
                    // No descriptors or no memory: trying again at once would spin.
                    self.accept_error = Some(error);
                    return self.pause_door(events, place, PAUSE);
                }
            }
        }
    }

    fn accepted(&mut self, place: Place, transport: Transport, peer: PeerAddress) {
        let Some(door) = self.doors.get_mut(place) else {
            return;
        };
        door.live += 1;
        if let Some(gate) = &mut self.gate {
            gate.opened();
        }
        let options = door.options.stream;
        let id = self.add(transport, options);
        if let Some(stream) = self.streams.get_mut(id.0) {
            stream.peer = Some(peer);
            stream.door = Some(place);
        }
        self.tell(id, StreamEvent::Accepted(ListenerId(place)));
    }

    /// A connection that was accepted has ended; its listener may be closed by now.
    pub(super) fn accepted_one_ended(&mut self, events: &mut EventLoop, place: Place) {
        if let Some(gate) = &mut self.gate {
            gate.closed();
        }
        let Some(door) = self.doors.get_mut(place) else {
            return;
        };
        door.live -= 1;
        if matches!(door.state, State::Full) && door.live < door.options.max_connections {
            self.open_door(events, place);
        }
    }

    fn pause_door(&mut self, events: &mut EventLoop, place: Place, pause: Duration) {
        let token = self.token(KIND_OPEN_DOOR, place.index);
        if let Some(door) = self.doors.get_mut(place) {
            if matches!(door.state, State::Open) {
                let _ = events.remove(door.listener.as_raw_fd());
            }
            door.state = State::Paused(events.set_timer(events.now() + pause, token));
        }
    }

    /// A pause is over.
    pub(super) fn reopen_door(&mut self, events: &mut EventLoop, index: u32) {
        if let Some(place) = self.doors.at(index)
            && let Some(door) = self.doors.get(place)
            && let State::Paused(timer) = door.state
        {
            events.cancel_timer(timer);
            self.open_door(events, place);
        }
    }

    fn open_door(&mut self, events: &mut EventLoop, place: Place) {
        let token = self.token(KIND_LISTENER, place.index);
        let Some(door) = self.doors.get_mut(place) else {
            return;
        };
        door.state = State::Open;
        let fd = door.listener.as_raw_fd();
        if events
            .add(fd, Interest::READABLE.exclusive(), token)
            .is_err()
        {
            // No memory for the watch (epoll_ctl(2): ENOMEM, ENOSPC). A later pause tries again.
            self.pause_door(events, place, PAUSE);
        }
    }
}

/// Whether an error concerns the connection that would have been accepted: it is gone, the next may be there.
fn is_of_that_connection(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
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
        )
    )
}
