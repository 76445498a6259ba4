//! UDP sockets with a bounded queue of what was received.
//!
//! [`Datagrams`] is a table of sockets on an [`EventLoop`], pulled as [`crate::streams::Streams`] is.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::os::fd::OwnedFd;

use kargo_loop::Event;
use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_loop::Interest;
use kargo_loop::Token;

use crate::PeerAddress;
use crate::slots::Place;
use crate::slots::Slots;
use crate::sys::is_temporary;
use crate::sys::socket;

/// The largest datagram there is.
const DATAGRAM_BYTES: usize = 64 << 10;

/// Datagrams taken per turn and socket.
const RECEIVES_PER_TURN: usize = 32;

/// A UDP socket of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DatagramId(Place);

/// What is kept until it is asked for. Beyond, datagrams wait in the kernel, which drops what its own buffer cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatagramOptions {
    /// Received datagrams that are kept. Default 64.
    pub queued: usize,
    /// Bytes in them; one datagram is always kept. Default 256 KiB.
    pub queued_bytes: usize,
}

impl Default for DatagramOptions {
    fn default() -> Self {
        Self {
            queued: 64,
            queued_bytes: 256 << 10,
        }
    }
}

#[derive(Debug)]
struct Socket {
    fd: OwnedFd,
    options: DatagramOptions,
    received: VecDeque<(Vec<u8>, SocketAddr)>,
    bytes: usize,
    /// The loop tells of arrivals.
    is_watched: bool,
    is_telling: bool,
}

impl Socket {
    fn has_room(&self) -> bool {
        self.received.is_empty()
            || (self.received.len() < self.options.queued && self.bytes < self.options.queued_bytes)
    }
}

/// A table of UDP sockets. All its events carry the owner it was made with.
pub struct Datagrams {
    owner: u8,
    sockets: Slots<Socket>,
    /// Made when the first datagram comes.
    buffer: Box<[u8]>,
    told: VecDeque<DatagramId>,
}

impl Datagrams {
    /// An empty table. `owner` is the upper byte of all its tokens. Creates no descriptor.
    pub fn new(owner: u8) -> Self {
        Self {
            owner,
            sockets: Slots::new(),
            buffer: Box::default(),
            told: VecDeque::new(),
        }
    }

    /// Opens a socket. Port 0: the kernel chooses one.
    ///
    /// # Errors
    /// What the system says of the address.
    pub fn bind(
        &mut self,
        events: &mut EventLoop,
        address: SocketAddr,
        options: DatagramOptions,
    ) -> io::Result<DatagramId> {
        let fd = socket::bind_datagram(address)?;
        let raw = fd.as_raw_fd();
        let place = self.sockets.insert(Socket {
            fd,
            options,
            received: VecDeque::new(),
            bytes: 0,
            is_watched: true,
            is_telling: false,
        });
        let added = events.add(raw, Interest::READABLE, self.token(place));
        if added.is_err() {
            self.sockets.remove(place);
        }
        added.map(|()| DatagramId(place))
    }

    /// Closes a socket; what it has received is lost.
    pub fn close(&mut self, events: &mut EventLoop, id: DatagramId) {
        if let Some(socket) = self.sockets.remove(id.0)
            && socket.is_watched
        {
            // Fails only in a forked child, where there is nothing to remove.
            let _ = events.remove(socket.fd.as_raw_fd());
        }
    }

    /// For a child that was forked: drops all sockets of the parent's. Ids stay unique.
    pub fn abandon(&mut self) {
        for place in self.sockets.places().collect::<Vec<_>>() {
            drop(self.sockets.remove(place));
        }
    }

    /// Takes an event whose token has this table's owner. Then ask [`Self::next_event`] until it has none.
    pub fn handle_event(&mut self, events: &mut EventLoop, event: Event) {
        let place = self.sockets.at(event.token.value() as u32);
        if let (Some(place), EventKind::Ready(_)) = (place, event.kind) {
            self.receive(events, place);
        }
    }

    /// A socket that has received something since this was last told of it.
    pub fn next_event(&mut self) -> Option<DatagramId> {
        while let Some(id) = self.told.pop_front() {
            if let Some(socket) = self.sockets.get_mut(id.0) {
                socket.is_telling = false;
                return Some(id);
            }
        }
        None
    }

    /// Sends one datagram at once, whole or not at all.
    ///
    /// # Errors
    /// `WouldBlock` if the kernel's queue is full: it may be dropped, as the network may drop it, or be sent again. What
    /// the system says otherwise; of an earlier datagram too, if its receiver's machine has refused it.
    pub fn send_to(&self, id: DatagramId, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
        let socket = self.sockets.get(id.0).ok_or(io::ErrorKind::NotConnected)?;
        socket::send_to(socket.fd.as_raw_fd(), bytes, to)
    }

    /// The oldest datagram received, and who sent it.
    pub fn take(
        &mut self,
        events: &mut EventLoop,
        id: DatagramId,
    ) -> Option<(Vec<u8>, SocketAddr)> {
        let token = self.token(id.0);
        let socket = self.sockets.get_mut(id.0)?;
        let (bytes, from) = socket.received.pop_front()?;
        socket.bytes -= bytes.len();
        if !socket.is_watched && socket.has_room() {
            socket.is_watched = events
                .add(socket.fd.as_raw_fd(), Interest::READABLE, token)
                .is_ok();
        }
        Some((bytes, from))
    }

    /// How many datagrams wait to be taken.
    pub fn queued(&self, id: DatagramId) -> usize {
        self.sockets
            .get(id.0)
            .map_or(0, |socket| socket.received.len())
    }

    /// Whether the socket is open.
    pub fn contains(&self, id: DatagramId) -> bool {
        self.sockets.get(id.0).is_some()
    }

    /// Open sockets.
    pub fn len(&self) -> usize {
        self.sockets.len()
    }

    /// Whether there is no socket.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where a socket is bound.
    pub fn local_address(&self, id: DatagramId) -> Option<SocketAddr> {
        let socket = self.sockets.get(id.0)?;
        match socket::local_address(socket.fd.as_raw_fd()) {
            Ok(PeerAddress::Inet(address)) => Some(address),
            _ => None,
        }
    }

    fn receive(&mut self, events: &mut EventLoop, place: Place) {
        if self.buffer.is_empty() {
            self.buffer = vec![0; DATAGRAM_BYTES].into_boxed_slice();
        }
        let Some(socket) = self.sockets.get_mut(place) else {
            return;
        };
        let before = socket.received.len();
        for _ in 0..RECEIVES_PER_TURN {
            if !socket.has_room() {
                // The kernel keeps what comes, as far as it has room.
                let _ = events.remove(socket.fd.as_raw_fd());
                socket.is_watched = false;
                break;
            }
            match socket::receive_from(socket.fd.as_raw_fd(), &mut self.buffer) {
                Ok((got, PeerAddress::Inet(from))) => {
                    let from = SocketAddr::new(from.ip().to_canonical(), from.port());
                    socket.bytes += got;
                    socket
                        .received
                        .push_back((self.buffer[..got].to_vec(), from));
                }
                Ok((_, PeerAddress::Unix)) => {}
                // An error of a datagram sent before (ECONNREFUSED) is gone with this; the next may be one that came.
                Err(error) if !is_temporary(&error) => {}
                Err(_) => break,
            }
        }
        if socket.received.len() > before && !socket.is_telling {
            socket.is_telling = true;
            self.told.push_back(DatagramId(place));
        }
    }

    const fn token(&self, place: Place) -> Token {
        Token::new(self.owner, place.index as u64)
    }
}

impl fmt::Debug for Datagrams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Datagrams")
            .field("owner", &self.owner)
            .field("sockets", &self.sockets.len())
            .finish_non_exhaustive()
    }
}
