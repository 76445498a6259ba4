//! The seams for what comes later: a transport that has to write before it can read, as TLS does, and a codec with
//! streams that are answered out of order, as HTTP/2 has them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::fd::OwnedFd;
use std::os::fd::RawFd;

use common::Running;
use kargo_http::EncodeError;
use kargo_http::HeadDecoder;
use kargo_http::HttpDate;
use kargo_http::Limits;
use kargo_http::RequestHead;
use kargo_loop::Interest;
use kargo_net::Answer;
use kargo_net::Codec;
use kargo_net::CodecError;
use kargo_net::FileBody;
use kargo_net::Listener;
use kargo_net::ListenerSetup;
use kargo_net::OwnedRequest;
use kargo_net::PeerAddress;
use kargo_net::RequestId;
use kargo_net::ServerOptions;
use kargo_net::StreamRequest;
use kargo_net::Transport;
use kargo_net::TransportLayer;

const KEY: u8 = 0x5a;

/// Greets before it reads, inverts bits, and sends at most a few bytes at a time. Its last bytes are a farewell.
#[derive(Debug)]
struct Scrambled {
    socket: std::net::TcpStream,
    unsent: VecDeque<u8>,
    has_greeted: bool,
    plain: VecDeque<u8>,
}

impl Scrambled {
    fn new(socket: OwnedFd) -> Self {
        let unsent = VecDeque::from(*b"hello");
        Self {
            socket: socket.into(),
            unsent,
            has_greeted: false,
            plain: VecDeque::new(),
        }
    }
}

impl TransportLayer for Scrambled {
    fn raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.has_greeted {
            self.flush()?;
            self.has_greeted = true;
        }
        if self.plain.is_empty() {
            let mut record = [0; 4096];
            let got = self.socket.read(&mut record)?;
            self.plain
                .extend(record[..got].iter().map(|byte| byte ^ KEY));
        }
        // A few at a time, so that some are left although the socket has none.
        let count = self.plain.len().min(buffer.len()).min(50);
        for (to, from) in buffer.iter_mut().zip(self.plain.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.unsent.len() > 1000 {
            self.flush()?;
        }
        let count = bytes.len().min(1000);
        self.unsent
            .extend(bytes[..count].iter().map(|byte| byte ^ KEY));
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            let sent = self.socket.write(self.unsent.as_slices().0)?;
            self.unsent.drain(..sent);
        }
        Ok(())
    }

    fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
    }

    fn has_unread(&self) -> bool {
        !self.plain.is_empty()
    }

    fn interest(&self, wants_read: bool, wants_write: bool) -> Interest {
        let write = if wants_write || (wants_read && !self.has_greeted) || self.has_unsent() {
            Interest::WRITABLE
        } else {
            Interest::NONE
        };
        if wants_read && self.has_greeted {
            write.and(Interest::READABLE)
        } else {
            write
        }
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.socket.shutdown(std::net::Shutdown::Write)
    }
}

/// The client's side of [`Scrambled`].
struct Unscramble<S>(S);

impl<S: Read> Read for Unscramble<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.0.read(buffer)?;
        buffer[..got].iter_mut().for_each(|byte| *byte ^= KEY);
        Ok(got)
    }
}

impl<S: Write> Write for Unscramble<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let scrambled: Vec<u8> = bytes.iter().map(|byte| byte ^ KEY).collect();
        self.0.write(&scrambled)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn listener() -> Listener {
    Listener::bind(&"127.0.0.1:0".parse().unwrap()).unwrap()
}

fn scrambled(options: ServerOptions) -> Running {
    Running::start_with(listener(), options, || ListenerSetup {
        transport: Some(Box::new(|socket| {
            Ok(Transport::Boxed(Box::new(Scrambled::new(socket))))
        })),
        codec: None,
    })
}

fn scrambled_client(server: &Running) -> common::Client<Unscramble<std::net::TcpStream>> {
    let mut stream = std::net::TcpStream::connect(server.socket_address()).unwrap();
    stream.set_read_timeout(Some(common::DEADLINE)).unwrap();
    let mut greeting = [0; 5];
    stream.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"hello");
    common::Client::new(Unscramble(stream))
}

#[test]
fn a_transport_that_writes_before_it_reads_serves_requests() {
    let server = scrambled(ServerOptions::default());
    let mut client = scrambled_client(&server);
    assert_eq!(client.get("/a").text(), "GET /a ");
    for number in 0..20 {
        client.send(format!(
            "GET /pipelined/{number} HTTP/1.1\r\nHost: t\r\n\r\n"
        ));
    }
    for number in 0..20 {
        assert_eq!(client.answer().text(), format!("GET /pipelined/{number} "));
    }
    let body = "b".repeat(300_000);
    client.send(format!(
        "POST /b HTTP/1.1\r\nHost: t\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert_eq!(client.answer().body.len(), "POST /b ".len() + body.len());
    client.send("GET /close HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_eq!(client.answer().header("connection"), Some("close"));
    client.assert_closed();
}

#[test]
fn files_and_streams_pass_through_a_transport() {
    let server = scrambled(ServerOptions::default());
    let mut client = scrambled_client(&server);
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    let (file, bytes) = file_of(500_000);
    server.with(move |server, events, _| {
        server
            .answer_file(
                events,
                id,
                &Answer::new(200),
                FileBody::of_range(file, 10, 400_000),
            )
            .unwrap();
    });
    assert!(client.answer().body == bytes[10..400_010]);
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    server.with(move |server, events, _| {
        server.begin(events, id, &Answer::new(200), None).unwrap();
        server.write(events, id, &[b'x'; 100_000]).unwrap();
        server.end(events, id).unwrap();
    });
    assert_eq!(client.answer().body.len(), 100_000);
    assert_eq!(client.get("/a").status, 200);
}

#[test]
fn a_stalled_transport_is_ended() {
    let server = scrambled(common::impatient());
    let mut client = scrambled_client(&server);
    client.send("GET /half");
    assert_eq!(client.answer().status, 408);
}

fn file_of(len: usize) -> (File, Vec<u8>) {
    let path = std::env::temp_dir().join(format!("kargo-seam-{}-{len}", std::process::id()));
    let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    let file = File::open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    (file, bytes)
}

/// A protocol of lines: `STREAM TARGET` asks, `STREAM STATUS DATA` answers, a second time `STREAM . ` ends, `STREAM !`
/// is a reset from either side, `bye` announces the end.
#[derive(Debug, Default)]
struct Lines {
    input: Vec<u8>,
    resets: Vec<u32>,
    is_draining: bool,
}

impl Codec for Lines {
    fn receive(
        &mut self,
        bytes: &[u8],
        requests: &mut Vec<StreamRequest>,
        output: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        self.input.extend_from_slice(bytes);
        while let Some(end) = self.input.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.input.drain(..=end).collect();
            let line = String::from_utf8(line).map_err(|_| CodecError)?;
            let (stream, target) = line.trim_end().split_once(' ').ok_or(CodecError)?;
            let stream = stream.parse().map_err(|_| CodecError)?;
            if target == "!" {
                self.resets.push(stream);
            } else if target == "ping" {
                output.extend_from_slice(b"pong\n");
            } else {
                requests.push(StreamRequest {
                    stream,
                    request: request(target)?,
                });
            }
        }
        Ok(())
    }

    fn answer(
        &mut self,
        stream: u32,
        answer: &Answer<'_>,
        _: &HttpDate,
        body: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        line(output, stream, &answer.status.to_string(), body);
        Ok(())
    }

    fn begin(
        &mut self,
        stream: u32,
        answer: &Answer<'_>,
        _: &HttpDate,
        length: Option<u64>,
        output: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let length = length.map(|length| length.to_string()).unwrap_or_default();
        line(
            output,
            stream,
            &answer.status.to_string(),
            length.as_bytes(),
        );
        Ok(())
    }

    fn write(&mut self, stream: u32, data: &[u8], output: &mut Vec<u8>) {
        line(output, stream, "+", data);
    }

    fn end(&mut self, stream: u32, output: &mut Vec<u8>) {
        line(output, stream, ".", b"");
    }

    fn abort(&mut self, stream: u32, output: &mut Vec<u8>) {
        line(output, stream, "!", b"");
    }

    fn take_reset(&mut self) -> Option<u32> {
        self.resets.pop()
    }

    fn drain(&mut self, output: &mut Vec<u8>) {
        self.is_draining = true;
        output.extend_from_slice(b"bye\n");
    }

    fn is_finished(&self) -> bool {
        self.is_draining
    }
}

fn line(output: &mut Vec<u8>, stream: u32, word: &str, data: &[u8]) {
    output.extend_from_slice(format!("{stream} {word} ").as_bytes());
    output.extend_from_slice(data);
    output.push(b'\n');
}

fn request(target: &str) -> Result<OwnedRequest, CodecError> {
    let bytes = format!("GET {target} HTTP/1.1\r\nHost: t\r\n\r\n").into_bytes();
    let mut head = RequestHead::new();
    match HeadDecoder::new().decode(&bytes, &Limits::default(), &mut head) {
        Ok(Some(end)) => {
            let peer = PeerAddress::Unix;
            Ok(OwnedRequest::new(head, bytes, end..end, peer, peer))
        }
        _ => Err(CodecError),
    }
}

fn lines_server() -> (Running, common::Client<common::Stream>) {
    let server = Running::start_with(listener(), ServerOptions::default(), || ListenerSetup {
        transport: None,
        codec: Some(Box::new(|| Some(Box::<Lines>::default()))),
    });
    let client = server.client();
    (server, client)
}

fn read_line(client: &mut common::Client<common::Stream>) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        line.extend(client.take(1));
    }
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

fn stream_of(ids: &[RequestId], stream: u32) -> RequestId {
    *ids.iter().find(|id| id.stream == stream).unwrap()
}

#[test]
fn streams_are_answered_out_of_order() {
    let (server, mut client) = lines_server();
    client.send("1 /park\n2 /pa");
    server.with(|_, _, _| ());
    client.send("rk\n3 /now\n4 ping\n");
    assert_eq!(read_line(&mut client), "pong");
    assert_eq!(read_line(&mut client), "3 200 GET /now");
    let ids = server.parked(2);
    let (first, second) = (stream_of(&ids, 1), stream_of(&ids, 2));
    server.with(move |server, events, _| {
        server
            .begin(events, second, &Answer::new(201), None)
            .unwrap();
        server.write(events, second, b"two").unwrap();
        let request = server.request(first).unwrap();
        assert_eq!(request.head().path(request.bytes()), b"/park");
        server
            .answer(events, first, &Answer::new(202), b"one")
            .unwrap();
        assert!(
            server
                .answer(events, first, &Answer::new(202), b"one")
                .is_err()
        );
        server.end(events, second).unwrap();
    });
    let lines = [(); 4].map(|()| read_line(&mut client));
    assert_eq!(lines, ["2 201", "2 + two", "1 202 one", "2 ."]);
}

#[test]
fn slots_files_and_resets_have_streams_too() {
    let (server, mut client) = lines_server();
    client.send("1 /park\n2 /park\n3 /park\n4 /park\n");
    let ids = server.parked(4);
    let [one, two, three, four] = [1, 2, 3, 4].map(|stream| stream_of(&ids, stream));
    let (file, _) = file_of(7);
    server.with(move |server, events, _| {
        let mut slot = server.begin_whole(events, one, &Answer::new(200)).unwrap();
        slot.buffer().extend_from_slice(b"slot");
        server.finish_whole(events, slot).unwrap();
        server
            .answer_file(
                events,
                two,
                &Answer::new(206),
                FileBody::of_range(file, 2, 0),
            )
            .unwrap();
        server.abandon(events, three);
        assert!(server.request(three).is_none());
    });
    let lines = [(); 6].map(|()| read_line(&mut client));
    assert_eq!(lines, ["1 200", "1 + slot", "1 .", "2 206 0", "2 .", "3 !"]);
    client.send("4 !\n");
    server.until("the reset", move |server, _| {
        server.take_disconnected() == Some(four)
    });
}

#[test]
fn large_files_on_two_streams_arrive_whole() {
    let (server, mut client) = lines_server();
    client.send("1 /park\n2 /park\n");
    let ids = server.parked(2);
    server.with(move |server, events, _| {
        for id in ids {
            let path = std::env::temp_dir().join(format!("kargo-streams-{}", std::process::id()));
            std::fs::write(&path, vec![b'f'; 1_000_000]).unwrap();
            let file = File::open(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            server
                .answer_file(
                    events,
                    id,
                    &Answer::new(200),
                    FileBody::of_range(file, 0, 1_000_000),
                )
                .unwrap();
        }
    });
    let mut bytes = 0;
    let mut ended = 0;
    while ended < 2 {
        let line = read_line(&mut client);
        if line.ends_with(" .") {
            ended += 1;
        } else if let Some((_, data)) = line.split_once(" + ") {
            bytes += data.len();
        }
    }
    assert_eq!(bytes, 2_000_000);
}

#[test]
fn a_drain_tells_the_codec_and_waits_for_open_streams() {
    let (server, mut client) = lines_server();
    client.send("1 /park\n");
    let id = server.parked(1)[0];
    server.with(|server, events, _| {
        server.drain(events, std::time::Instant::now() + common::DEADLINE);
    });
    assert_eq!(read_line(&mut client), "bye");
    server.with(move |server, events, _| {
        server
            .answer(events, id, &Answer::new(200), b"last")
            .unwrap();
    });
    assert_eq!(read_line(&mut client), "1 200 last");
    client.assert_closed();
    server.until("the end", |server, _| server.is_drained());
}

#[test]
fn a_broken_protocol_and_a_vanished_client_end_their_streams() {
    let (server, mut client) = lines_server();
    client.send("1 /park\n");
    let id = server.parked(1)[0];
    client.send("nonsense\n");
    client.stream.shutdown_write();
    client.assert_closed();
    server.until("the end", |server, _| server.counts().connections == 0);
    server.with(move |server, events, _| {
        assert!(
            server
                .answer(events, id, &Answer::new(200), b"late")
                .is_err()
        );
    });
}
