//! A server in a thread, and clients that say exactly what they are told.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(
    unreachable_pub,
    reason = "each test file includes it as a private module"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;
use kargo_loop::Waker;
use kargo_net::Answer;
use kargo_net::Handler;
use kargo_net::ListenAddress;
use kargo_net::Listener;
use kargo_net::ListenerSetup;
use kargo_net::RequestId;
use kargo_net::Server;
use kargo_net::ServerOptions;
use kargo_net::serve;

/// How long anything may take before a test fails.
pub const DEADLINE: Duration = Duration::from_secs(20);

type Job = Box<dyn FnOnce(&mut Server, &mut EventLoop, &mut Vec<RequestId>) + Send>;

/// A running server. Dropping it ends it.
pub struct Running {
    pub address: ListenAddress,
    jobs: mpsc::Sender<Job>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

/// `/park` is kept (see [`Running::with`]), `/text` is the fast answer, everything else is echoed:
/// `METHOD TARGET BODY`.
struct TestHandler {
    jobs: mpsc::Receiver<Job>,
    parked: Vec<RequestId>,
    is_over: bool,
}

impl Handler for TestHandler {
    fn handle(&mut self, server: &mut Server, events: &mut EventLoop, id: RequestId) {
        let request = server.request(id).expect("a request that was handed out");
        let path = request.head().path(request.bytes()).to_vec();
        let mut text = request.head().method_name(request.bytes()).to_vec();
        text.push(b' ');
        text.extend_from_slice(request.head().target(request.bytes()));
        text.push(b' ');
        text.extend_from_slice(request.body());
        if path == b"/park" {
            assert!(server.detach(events, id));
            self.parked.push(id);
            return;
        }
        let result = match path.as_slice() {
            b"/text" => server.answer_plain_text(events, id, b"text"),
            b"/close" => {
                let answer = Answer {
                    close: true,
                    ..Answer::new(200)
                };
                server.answer(events, id, &answer, &text)
            }
            b"/204" => server.answer(events, id, &Answer::new(204), b"not sent"),
            b"/304" => server.answer(events, id, &Answer::new(304), b"not sent"),
            b"/slot" => server
                .begin_whole(events, id, &Answer::new(200))
                .and_then(|mut slot| {
                    slot.buffer().extend_from_slice(&text);
                    server.finish_whole(events, slot)
                }),
            b"/large" => {
                let len: usize = String::from_utf8_lossy(
                    request_query(server, id).as_deref().unwrap_or(b"1000000"),
                )
                .parse()
                .expect("a length");
                server.answer(events, id, &Answer::new(200), &vec![b'x'; len])
            }
            _ => server.answer(events, id, &Answer::new(200), &text),
        };
        // The client may be gone by then.
        let _ = result;
    }

    fn end_turn(&mut self, server: &mut Server, events: &mut EventLoop) -> bool {
        loop {
            match self.jobs.try_recv() {
                Ok(job) => job(server, events, &mut self.parked),
                Err(mpsc::TryRecvError::Empty) => return !self.is_over,
                Err(mpsc::TryRecvError::Disconnected) => {
                    self.is_over = true;
                    return false;
                }
            }
        }
    }
}

fn request_query(server: &Server, id: RequestId) -> Option<Vec<u8>> {
    let request = server.request(id)?;
    request.head().query(request.bytes()).map(<[u8]>::to_vec)
}

impl Running {
    pub fn start(options: ServerOptions) -> Self {
        Self::start_at("127.0.0.1:0", options)
    }

    pub fn start_at(address: &str, options: ServerOptions) -> Self {
        let listener = Listener::bind(&address.parse().unwrap()).unwrap();
        Self::start_with(listener, options, ListenerSetup::default)
    }

    pub fn start_with(
        listener: Listener,
        options: ServerOptions,
        setup: impl FnOnce() -> ListenerSetup + Send + 'static,
    ) -> Self {
        let address = listener.address().clone();
        let (jobs, received) = mpsc::channel();
        let (started, start) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut events = EventLoop::new().unwrap();
            let mut server = Server::new(7, options);
            server
                .add_listener_with(&mut events, listener, setup())
                .unwrap();
            started.send(events.waker()).unwrap();
            let mut handler = TestHandler {
                jobs: received,
                parked: Vec::new(),
                is_over: false,
            };
            serve(&mut server, &mut events, &mut handler).unwrap();
        });
        let waker = start.recv_timeout(DEADLINE).unwrap();
        Self {
            address,
            jobs,
            waker,
            thread: Some(thread),
        }
    }

    /// Does something in the server's thread.
    pub fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Server, &mut EventLoop, &mut Vec<RequestId>) -> T + Send + 'static,
    ) -> T {
        let (done, result) = mpsc::channel();
        let job: Job = Box::new(move |server, events, parked| {
            done.send(job(server, events, parked)).unwrap();
        });
        self.jobs.send(job).unwrap();
        self.waker.wake();
        result.recv_timeout(DEADLINE).unwrap()
    }

    /// Asks the server's thread until it says yes.
    pub fn until(
        &self,
        what: &str,
        question: impl Fn(&mut Server, &mut Vec<RequestId>) -> bool + Send + Sync + Clone + 'static,
    ) {
        let begin = Instant::now();
        loop {
            let question = question.clone();
            if self.with(move |server, _, parked| question(server, parked)) {
                return;
            }
            assert!(begin.elapsed() < DEADLINE, "waited in vain: {what}");
            std::thread::yield_now();
        }
    }

    /// Waits until `count` requests are parked, and returns them.
    pub fn parked(&self, count: usize) -> Vec<RequestId> {
        self.until("parked requests", move |_, parked| parked.len() >= count);
        self.with(|_, _, parked| std::mem::take(parked))
    }

    pub fn connections(&self) -> usize {
        self.with(|server, _, _| server.counts().connections)
    }

    pub fn socket_address(&self) -> SocketAddr {
        match &self.address {
            ListenAddress::Inet(address) => *address,
            ListenAddress::Unix(_) => panic!("a unix socket"),
        }
    }

    pub fn client(&self) -> Client<Stream> {
        let stream = match &self.address {
            ListenAddress::Inet(address) => {
                let stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                stream.set_read_timeout(Some(DEADLINE)).unwrap();
                stream.set_write_timeout(Some(DEADLINE)).unwrap();
                Stream::Tcp(stream)
            }
            ListenAddress::Unix(path) => {
                let stream = UnixStream::connect(path).unwrap();
                stream.set_read_timeout(Some(DEADLINE)).unwrap();
                Stream::Unix(stream)
            }
        };
        Client::new(stream)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let (jobs, _) = mpsc::channel();
        self.jobs = jobs;
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            let result = thread.join();
            if !std::thread::panicking() {
                result.unwrap();
            }
        }
    }
}

/// Either kind of socket.
pub enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    pub fn shutdown_write(&self) {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write).unwrap(),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write).unwrap(),
        }
    }

    pub fn tcp(&self) -> &TcpStream {
        match self {
            Self::Tcp(stream) => stream,
            Self::Unix(_) => panic!("a unix socket"),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A client that reads one answer at a time.
pub struct Client<S> {
    pub stream: S,
    received: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Received {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl<S: Read + Write> Client<S> {
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            received: Vec::new(),
        }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(bytes.as_ref()).unwrap();
        self
    }

    pub fn get(&mut self, target: &str) -> Received {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: test\r\n\r\n"));
        self.answer()
    }

    /// The next answer.
    pub fn answer(&mut self) -> Received {
        self.answer_to("GET")
    }

    /// The next answer; one to HEAD has no body.
    pub fn answer_to(&mut self, method: &str) -> Received {
        let end = loop {
            let found = self
                .received
                .windows(4)
                .position(|window| window == b"\r\n\r\n");
            if let Some(at) = found {
                break at + 4;
            }
            assert!(
                self.read_some() > 0,
                "closed within a head: {:?}",
                self.received.escape_ascii()
            );
        };
        let head = String::from_utf8(self.received.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Received {
            status,
            head,
            body: Vec::new(),
        };
        if method == "HEAD" || matches!(status, 100..=199 | 204 | 304) {
            return answer;
        }
        answer.body = if let Some(length) = answer.header("content-length") {
            let length = length.parse().unwrap();
            self.take(length)
        } else if answer.header("transfer-encoding") == Some("chunked") {
            self.take_chunks()
        } else {
            while self.read_some() > 0 {}
            std::mem::take(&mut self.received)
        };
        answer
    }

    /// Everything until the server ends its side.
    pub fn rest(&mut self) -> Vec<u8> {
        while self.read_some() > 0 {}
        std::mem::take(&mut self.received)
    }

    /// The server ends the connection without another byte.
    pub fn assert_closed(&mut self) {
        let rest = self.rest();
        assert!(rest.is_empty(), "unexpected: {}", rest.escape_ascii());
    }

    pub fn take(&mut self, length: usize) -> Vec<u8> {
        while self.received.len() < length {
            assert!(self.read_some() > 0, "closed within a body");
        }
        self.received.drain(..length).collect()
    }

    fn take_chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let mut line = Vec::new();
            while !line.ends_with(b"\r\n") {
                line.extend(self.take(1));
            }
            let size = std::str::from_utf8(&line).unwrap().trim();
            let size = usize::from_str_radix(size, 16).unwrap();
            body.extend(self.take(size));
            assert_eq!(self.take(2), b"\r\n");
            if size == 0 {
                return body;
            }
        }
    }

    fn read_some(&mut self) -> usize {
        let mut buffer = [0; 65536];
        match self.stream.read(&mut buffer) {
            Ok(got) => {
                self.received.extend_from_slice(&buffer[..got]);
                got
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// Options with short times, for tests that wait for them.
pub fn impatient() -> ServerOptions {
    let short = Duration::from_millis(150);
    ServerOptions {
        header_timeout: short,
        body_timeout: short,
        keep_alive_timeout: short,
        write_timeout: short,
        linger_timeout: short,
        ..ServerOptions::default()
    }
}
