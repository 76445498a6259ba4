//! A loop with a table of streams, driven until something happens.

use std::io::Read;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;
use kargo_net::ListenAddress;
use kargo_net::Listener;
use kargo_net::PeerAddress;
use kargo_net::streams::Direction;
use kargo_net::streams::ListenOptions;
use kargo_net::streams::ListenerId;
use kargo_net::streams::StreamEvent;
use kargo_net::streams::StreamId;
use kargo_net::streams::StreamOptions;
use kargo_net::streams::Streams;

/// How long anything may take before a test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A table, its loop, and what was told so far.
pub(crate) struct Driver {
    pub(crate) events: EventLoop,
    pub(crate) streams: Streams,
    pub(crate) told: Vec<(StreamId, StreamEvent)>,
    /// Turns of the loop.
    pub(crate) turns: usize,
}

impl Driver {
    pub(crate) fn new() -> Self {
        Self {
            events: EventLoop::new().unwrap(),
            streams: Streams::new(7),
            told: Vec::new(),
            turns: 0,
        }
    }

    /// One turn of the loop, which waits at most so long. What is told is added to `told`.
    pub(crate) fn turn(&mut self, max_wait: Duration) {
        self.streams.end_turn(&mut self.events);
        if self.streams.has_events() {
            return self.take_events();
        }
        self.events.poll(Some(max_wait)).unwrap();
        self.turns += 1;
        while let Some(event) = self.events.next() {
            self.streams.handle_event(&mut self.events, event);
        }
        self.take_events();
    }

    pub(crate) fn take_events(&mut self) {
        while let Some(told) = self.streams.next_event() {
            self.told.push(told);
        }
    }

    /// Turns until the condition holds.
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !holds(self) {
            assert!(Instant::now() < end, "waited in vain until {what}");
            self.turn(Duration::from_millis(20));
        }
    }

    /// Turns until this is told, and forgets everything told up to then.
    pub(crate) fn until_told(&mut self, id: StreamId, event: StreamEvent) {
        let mut at = None;
        self.until(&format!("{event:?} is told"), |driver| {
            at = driver.told.iter().position(|told| *told == (id, event));
            at.is_some()
        });
        self.told.drain(..=at.unwrap());
    }

    /// Turns for so long; something that must not happen would.
    pub(crate) fn idle(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.turn(end - Instant::now());
        }
    }

    /// What was told of a stream, which is forgotten then.
    pub(crate) fn take_told(&mut self, id: StreamId) -> Vec<StreamEvent> {
        self.take_events();
        let mut events = Vec::new();
        self.told.retain(|told| {
            if told.0 == id {
                events.push(told.1);
            }
            told.0 != id
        });
        events
    }

    pub(crate) fn listen(&mut self, options: ListenOptions) -> (ListenerId, SocketAddr) {
        self.listen_with_backlog(options, 4096)
    }

    pub(crate) fn listen_with_backlog(
        &mut self,
        options: ListenOptions,
        backlog: i32,
    ) -> (ListenerId, SocketAddr) {
        let any = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind_with_backlog(&any, backlog).unwrap();
        let ListenAddress::Inet(address) = *listener.address() else {
            panic!("a TCP address");
        };
        let id = self
            .streams
            .listen(&mut self.events, listener, options)
            .unwrap();
        (id, address)
    }

    /// A stream that reads, and its peer.
    pub(crate) fn pair(&mut self, options: StreamOptions) -> (StreamId, TcpStream) {
        let listen = ListenOptions {
            stream: options,
            ..ListenOptions::default()
        };
        let (listener, address) = self.listen(listen);
        let peer = TcpStream::connect(address).unwrap();
        peer.set_read_timeout(Some(DEADLINE)).unwrap();
        peer.set_write_timeout(Some(DEADLINE)).unwrap();
        peer.set_nodelay(true).unwrap();
        let id = self.accept_from(&peer);
        self.streams.unlisten(&mut self.events, listener);
        self.streams
            .enable(&mut self.events, id, Direction::Reading);
        (id, peer)
    }

    /// The stream whose peer this is.
    pub(crate) fn accept_from(&mut self, peer: &TcpStream) -> StreamId {
        let address = PeerAddress::Inet(peer.local_addr().unwrap());
        let mut found = None;
        self.until("it is accepted", |driver| {
            found = driver.told.iter().position(|(id, event)| {
                matches!(event, StreamEvent::Accepted(_))
                    && driver.streams.peer_address(*id) == Some(address)
            });
            found.is_some()
        });
        self.told.remove(found.unwrap()).0
    }

    /// Takes the whole input.
    pub(crate) fn take_input(&mut self, id: StreamId) -> Vec<u8> {
        let input = self.streams.input(id).to_vec();
        self.streams.consume(&mut self.events, id, input.len());
        input
    }

    pub(crate) fn write(&mut self, id: StreamId, bytes: &[u8]) -> bool {
        self.streams.write(&mut self.events, id, bytes).unwrap()
    }

    /// Writes until no more is taken; says how much was.
    pub(crate) fn fill(&mut self, id: StreamId) -> usize {
        let mut taken = 0;
        let end = Instant::now() + DEADLINE;
        let mut refused = 0;
        // The kernel takes some more after a while.
        while refused < 3 {
            assert!(Instant::now() < end, "the output never fills");
            match self.streams.write(&mut self.events, id, &[b'x'; 16 << 10]) {
                Ok(_) => {
                    taken += 16 << 10;
                    refused = 0;
                }
                Err(_) => {
                    refused += 1;
                    self.turn(Duration::from_millis(20));
                }
            }
        }
        taken
    }
}

/// Reads until the end; what is read, and whether it was a proper end.
pub(crate) fn read_to_end(peer: &mut TcpStream) -> (usize, bool) {
    let mut total = 0;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match peer.read(&mut buffer) {
            Ok(0) => return (total, true),
            Ok(got) => total += got,
            Err(_) => return (total, false),
        }
    }
}

/// Ends the connection by a reset.
pub(crate) fn reset(peer: TcpStream) {
    let option = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    set_option(&peer, libc::SOL_SOCKET, libc::SO_LINGER, &option);
    drop(peer);
}

fn set_option<T>(socket: &impl std::os::fd::AsRawFd, level: i32, name: i32, value: &T) {
    // SAFETY: setsockopt(2) reads the size of a T from `value`, which outlives the call.
    #[allow(unsafe_code, reason = "std has no such option")]
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(value).cast(),
            size_of::<T>() as libc::socklen_t,
        )
    };
    assert_eq!(result, 0);
}

/// Ends the peer's sending side.
pub(crate) fn half_close(peer: &TcpStream) {
    peer.shutdown(Shutdown::Write).unwrap();
}
