//! A client with its loop, and servers that do exactly what they are told.

use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_net::client::Client;
use kargo_net::client::ClientEvent;
use kargo_net::client::ClientOptions;
use kargo_net::client::ClientRequest;
use kargo_net::client::ClientResponse;
use kargo_net::client::ConnectionId;
use kargo_net::client::Destination;
use kargo_net::client::ExchangeError;
use kargo_net::client::ExchangeId;
use kargo_net::client::PoolId;
use kargo_net::client::PoolOptions;

/// How long anything may take before a test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

const OWNER: u8 = 3;
const RESOLVER: u8 = 4;

/// A client on a loop of its own.
pub(crate) struct Rig {
    pub(crate) events: EventLoop,
    pub(crate) client: Client,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self {
            events: EventLoop::new().unwrap(),
            client: Client::new(OWNER, RESOLVER),
        }
    }

    pub(crate) fn pool(&mut self, options: PoolOptions) -> PoolId {
        self.client.add_pool(options)
    }

    pub(crate) fn open(&mut self, to: SocketAddr, options: ClientOptions) -> ConnectionId {
        self.client.open(destination(to), options)
    }

    pub(crate) fn send(
        &mut self,
        pool: PoolId,
        to: SocketAddr,
        request: &ClientRequest<'_>,
    ) -> ExchangeId {
        let to = destination(to);
        self.client
            .send(&mut self.events, pool, &to, request)
            .unwrap()
    }

    pub(crate) fn send_on(
        &mut self,
        connection: ConnectionId,
        request: &ClientRequest<'_>,
    ) -> ExchangeId {
        self.client
            .send_on(&mut self.events, connection, request)
            .unwrap()
    }

    /// The next thing that happens; `None` if nothing does for so long.
    pub(crate) fn event_within(&mut self, wait: Duration) -> Option<ClientEvent> {
        let until = Instant::now() + wait;
        loop {
            if let Some(event) = self.client.next_event(&mut self.events) {
                return Some(event);
            }
            if let Some(event) = self.events.next() {
                let owner = event.token.owner();
                if owner == OWNER || owner == RESOLVER || event.kind == EventKind::Woken {
                    self.client.handle_event(&mut self.events, event);
                }
                continue;
            }
            self.client.end_turn(&mut self.events);
            if self.client.has_events() {
                continue;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            self.events.poll(Some(left)).unwrap();
        }
    }

    pub(crate) fn event(&mut self) -> ClientEvent {
        self.event_within(DEADLINE).expect("nothing happens")
    }

    /// One turn of the loop, of which nothing is told.
    pub(crate) fn turn(&mut self) {
        self.client.end_turn(&mut self.events);
        self.events.poll(Some(Duration::ZERO)).unwrap();
        while let Some(event) = self.events.next() {
            self.client.handle_event(&mut self.events, event);
        }
        self.client.end_turn(&mut self.events);
        assert_eq!(self.client.next_event(&mut self.events), None);
    }

    /// The response of an exchange whose end is the next thing that happens.
    pub(crate) fn response(&mut self, id: ExchangeId) -> ClientResponse {
        assert_eq!(self.event(), ClientEvent::Complete(id));
        self.client.finish(id).expect("a complete response")
    }

    /// Why it failed, which is the next thing that happens.
    pub(crate) fn failure(&mut self, id: ExchangeId) -> ExchangeError {
        match self.event() {
            ClientEvent::Failed(failed, error) if failed == id => error,
            other => panic!("not failed, but {other:?}"),
        }
    }

    /// A request in a pool of its own and what becomes of it.
    pub(crate) fn fetch(
        &mut self,
        to: SocketAddr,
        options: ClientOptions,
        request: &ClientRequest<'_>,
    ) -> Result<ClientResponse, ExchangeError> {
        let pool = self.pool(PoolOptions {
            connection: options,
            ..PoolOptions::default()
        });
        let id = self.send(pool, to, request);
        match self.event() {
            ClientEvent::Complete(done) if done == id => Ok(self.client.finish(id).unwrap()),
            ClientEvent::Failed(failed, error) if failed == id => Err(error),
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn destination(to: SocketAddr) -> Destination {
    Destination::host(to.ip().to_string(), to.port())
}

pub(crate) fn get(target: &str) -> ClientRequest<'_> {
    ClientRequest::new(b"GET", target.as_bytes(), b"test")
}

/// Times so short that a test can wait for them.
pub(crate) fn impatient() -> ClientOptions {
    let short = Duration::from_millis(150);
    ClientOptions {
        connect_timeout: short,
        write_timeout: short,
        head_timeout: short,
        body_timeout: short,
        idle_timeout: Some(short),
        ..ClientOptions::default()
    }
}

/// What a server does with its connections, by number.
type Script = Box<dyn FnMut(usize, Peer) + Send>;

/// A server in a thread that takes one connection after the other. It ends with the test.
pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// `script` is given each connection and its number, from 0 on.
    pub(crate) fn start(script: impl FnMut(usize, Peer) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&seen);
        let mut script: Script = Box::new(script);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { return };
                stream.set_read_timeout(Some(DEADLINE)).unwrap();
                stream.set_write_timeout(Some(DEADLINE)).unwrap();
                stream.set_nodelay(true).unwrap();
                let peer = Peer {
                    stream,
                    received: Vec::new(),
                    seen: Arc::clone(&heads),
                };
                script(number, peer);
            }
        });
        Self { address, seen }
    }

    /// Answers each request of each connection with these bytes, whatever it is.
    pub(crate) fn answering(bytes: impl AsRef<[u8]> + Send + Sync + Clone + 'static) -> Self {
        Self::start(move |_, mut peer| {
            let bytes = bytes.clone();
            std::thread::spawn(move || {
                while peer.request().is_some() {
                    if peer.stream.write_all(bytes.as_ref()).is_err() {
                        return;
                    }
                }
            });
        })
    }

    /// Answers the first request of each connection, then closes it.
    pub(crate) fn answering_once(bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::start(move |_, mut peer| {
            peer.request();
            peer.send(bytes.as_ref());
        })
    }

    /// The heads of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// The server's end of a connection.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    received: Vec<u8>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // The client may be gone by then.
        let _ = self.stream.write_all(bytes.as_ref());
    }

    /// Head and body of the next request; `None` if none comes.
    pub(crate) fn request(&mut self) -> Option<(String, Vec<u8>)> {
        let end = loop {
            let found = self.received.windows(4).position(|it| it == b"\r\n\r\n");
            if let Some(at) = found {
                break at + 4;
            }
            self.read_more()?;
        };
        let head = String::from_utf8(self.received.drain(..end).collect()).unwrap();
        self.seen.lock().unwrap().push(head.clone());
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (found, value) = line.split_once(": ")?;
                found.eq_ignore_ascii_case(name).then_some(value)
            })
        };
        if header("transfer-encoding") == Some("chunked") {
            return Some((head, self.chunks()?));
        }
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.received.len() < length {
            self.read_more()?;
        }
        let body = self.received.drain(..length).collect();
        Some((head, body))
    }

    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                let found = self.received.windows(2).position(|it| it == b"\r\n");
                if let Some(at) = found {
                    break at;
                }
                self.read_more()?;
            };
            let line: Vec<u8> = self.received.drain(..end + 2).collect();
            let size = std::str::from_utf8(&line).unwrap().trim();
            let size = usize::from_str_radix(size, 16).unwrap();
            while self.received.len() < size + 2 {
                self.read_more()?;
            }
            body.extend(self.received.drain(..size));
            assert_eq!(self.received.drain(..2).collect::<Vec<_>>(), b"\r\n");
            if size == 0 {
                return Some(body);
            }
        }
    }

    fn read_more(&mut self) -> Option<()> {
        let mut buffer = [0; 65_536];
        match self.stream.read(&mut buffer) {
            Ok(0) | Err(_) => None,
            Ok(got) => {
                self.received.extend_from_slice(&buffer[..got]);
                Some(())
            }
        }
    }

    /// Waits until the client has ended the connection.
    pub(crate) fn wait_for_end(&mut self) {
        while self.read_more().is_some() {}
    }

    /// Ends the connection with a reset.
    pub(crate) fn reset(self) {
        let fd = std::os::fd::AsRawFd::as_raw_fd(&self.stream);
        let linger = libc::linger {
            l_onoff: 1,
            l_linger: 0,
        };
        #[expect(unsafe_code, reason = "std has no SO_LINGER")]
        // SAFETY: setsockopt(2) reads the linger structure, which outlives the call.
        let result = unsafe {
            libc::setsockopt(
                fd,
                libc::SOL_SOCKET,
                libc::SO_LINGER,
                (&raw const linger).cast(),
                size_of::<libc::linger>() as libc::socklen_t,
            )
        };
        assert_eq!(result, 0);
    }
}

/// A response with this body.
pub(crate) fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A port nobody listens on.
pub(crate) fn dead_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// One thing that a test waits for from a server's thread.
pub(crate) fn signal() -> (mpsc::Sender<()>, impl Fn()) {
    let (sender, receiver) = mpsc::channel();
    (sender, move || receiver.recv_timeout(DEADLINE).unwrap())
}
