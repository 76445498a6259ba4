//! Streamed answers, files, upgrades.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs::File;
use std::io::Read;
use std::io::Write;

use common::Running;
use kargo_loop::EventLoop;
use kargo_net::Answer;
use kargo_net::AnswerError;
use kargo_net::FileBody;
use kargo_net::RequestId;
use kargo_net::Server;
use kargo_net::ServerOptions;
use kargo_net::StreamState;
use kargo_net::Transport;
use kargo_net::UpgradeTarget;
use kargo_net::UpgradedConnection;

/// A server with one parked request of this version, and its client.
fn parked(
    options: ServerOptions,
    request: &str,
) -> (Running, common::Client<common::Stream>, RequestId) {
    let server = Running::start(options);
    let mut client = server.client();
    client.send(request);
    let id = server.parked(1)[0];
    (server, client, id)
}

const GET: &str = "GET /park HTTP/1.1\r\nHost: t\r\n\r\n";

#[test]
fn a_streamed_answer_is_chunked_and_the_connection_goes_on() {
    let (server, mut client, id) = parked(ServerOptions::default(), GET);
    server.with(move |server, events, _| {
        server.begin(events, id, &Answer::new(200), None).unwrap();
        server.flush(events, id).unwrap();
        assert_eq!(
            server.write(events, id, b"one ").unwrap(),
            StreamState::Ready
        );
        server.write(events, id, b"").unwrap();
        server.write(events, id, b"two").unwrap();
        // Its answer has begun: there is no other.
        let answer = Answer::new(200);
        assert!(server.answer(events, id, &answer, b"another").is_err());
        assert!(server.begin_whole(events, id, &answer).is_err());
        assert!(server.begin(events, id, &answer, None).is_err());
        assert!(server.request(id).is_some());
        server.end(events, id).unwrap();
        assert!(server.end(events, id).is_err());
    });
    let answer = client.answer();
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.text(), "one two");
    assert_eq!(client.get("/a").status, 200);
}

#[test]
fn a_streamed_answer_of_known_length_is_checked() {
    let (server, mut client, id) = parked(ServerOptions::default(), GET);
    server.with(move |server, events, _| {
        server
            .begin(events, id, &Answer::new(200), Some(5))
            .unwrap();
        assert!(server.write(events, id, b"too long").is_err());
        server.write(events, id, b"four").unwrap();
        assert!(server.end(events, id).is_err());
    });
    let rest = client.rest();
    assert!(rest.ends_with(b"\r\n\r\nfour"), "{}", rest.escape_ascii());
}

#[test]
fn an_http_1_0_client_gets_a_stream_that_ends_with_the_connection() {
    let (server, mut client, id) = parked(
        ServerOptions::default(),
        "GET /park HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    );
    server.with(move |server, events, _| {
        server.begin(events, id, &Answer::new(200), None).unwrap();
        server.write(events, id, b"all of it").unwrap();
        server.end(events, id).unwrap();
    });
    let answer = client.answer();
    assert_eq!(answer.header("transfer-encoding"), None);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(answer.text(), "all of it");
}

#[test]
fn a_stream_for_head_has_no_body() {
    let (server, mut client, id) = parked(
        ServerOptions::default(),
        "HEAD /park HTTP/1.1\r\nHost: t\r\n\r\n",
    );
    server.with(move |server, events, _| {
        server.begin(events, id, &Answer::new(200), None).unwrap();
        server.write(events, id, b"swallowed").unwrap();
        server.end(events, id).unwrap();
    });
    assert_eq!(client.answer_to("HEAD").status, 200);
    assert_eq!(client.get("/a").text(), "GET /a ");
}

#[test]
fn a_slow_reader_pauses_its_stream_and_resumes_it() {
    let (server, mut client, id) = parked(ServerOptions::default(), GET);
    let piece = vec![b'x'; 100_000];
    let mut written = 0;
    server
        .with(move |server, events, _| server.begin(events, id, &Answer::new(200), None).unwrap());
    for round in 0..3 {
        loop {
            let piece = piece.clone();
            let state =
                server.with(move |server, events, _| server.write(events, id, &piece).unwrap());
            written += 100_000;
            assert!(written < 200_000_000, "a stream is never told to pause");
            if state == StreamState::Full {
                break;
            }
        }
        assert_eq!(
            server.with(|server, _, _| server.take_writable()),
            None,
            "round {round}"
        );
        // The client takes what was written, chunk by chunk, until the server says it may go on.
        let mut buffer = vec![0; 1 << 20];
        loop {
            assert!(client.stream.read(&mut buffer).unwrap() > 0);
            if server.with(move |server, _, _| server.take_writable()) == Some(id) {
                break;
            }
        }
    }
    server.with(move |server, events, _| server.end(events, id).unwrap());
    client.stream.shutdown_write();
    assert!(client.rest().ends_with(b"0\r\n\r\n"));
}

fn file_of(len: usize) -> (File, Vec<u8>) {
    let path = std::env::temp_dir().join(format!("kargo-net-{}-{len}", std::process::id()));
    let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
    File::create(&path).unwrap().write_all(&bytes).unwrap();
    let file = File::open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    (file, bytes)
}

#[test]
fn file_ranges_are_sent_whole_and_the_connection_goes_on() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    for (len, offset, count) in [
        (10, 0, 10),
        (10, 3, 4),
        (10, 10, 0),
        (5_000_000, 1000, 4_999_000),
    ] {
        client.send(GET);
        client.send("GET /next HTTP/1.1\r\nHost: t\r\n\r\n");
        let id = server.parked(1)[0];
        let (file, bytes) = file_of(len);
        server.with(move |server, events, _| {
            let answer = Answer::new(206).content_type(b"application/octet-stream");
            server
                .answer_file(events, id, &answer, FileBody::of_range(file, offset, count))
                .unwrap();
        });
        let answer = client.answer();
        assert_eq!(answer.status, 206);
        assert!(answer.body == bytes[offset as usize..(offset + count) as usize]);
        assert_eq!(client.answer().text(), "GET /next ");
    }
}

#[test]
fn a_file_that_is_shorter_than_promised_closes_the_connection() {
    let (server, mut client, id) = parked(ServerOptions::default(), GET);
    let (file, bytes) = file_of(100_000);
    server.with(move |server, events, _| {
        server
            .answer_file(
                events,
                id,
                &Answer::new(200),
                FileBody::of_range(file, 10, 100_000),
            )
            .unwrap();
    });
    let rest = client.rest();
    assert!(
        rest.windows(22)
            .any(|window| window == b"Content-Length: 100000")
    );
    assert!(rest.ends_with(&bytes[10..]));
}

#[test]
fn a_small_file_that_is_shorter_than_promised_is_told_before_anything_is_sent() {
    let (server, mut client, id) = parked(ServerOptions::default(), GET);
    let (file, _) = file_of(20);
    server.with(move |server, events, _| {
        let body = FileBody::of_range(file, 10, 20);
        let result = server.answer_file(events, id, &Answer::new(200), body);
        assert!(matches!(result, Err(AnswerError::File(_))));
        server.answer(events, id, &Answer::new(500), b"").unwrap();
    });
    assert_eq!(client.answer().status, 500);
    assert_eq!(client.get("/a").status, 200);
}

#[test]
fn a_body_may_have_several_ranges_and_bytes_between_them() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    for scale in [1, 100_000] {
        client.send(GET);
        let id = server.parked(1)[0];
        let (file, bytes) = file_of(20 * scale);
        let size = scale as u64;
        server.with(move |server, events, _| {
            let mut body = FileBody::new(file);
            body.push_bytes(b"<".to_vec());
            body.push_range(10 * size, 5 * size);
            body.push_range(0, 0);
            body.push_bytes(b"|".to_vec());
            body.push_range(0, 2 * size);
            body.push_bytes(b">".to_vec());
            assert_eq!(body.len(), 7 * size + 3);
            server
                .answer_file(events, id, &Answer::new(206), body)
                .unwrap();
        });
        let (first, second) = (&bytes[10 * scale..15 * scale], &bytes[..2 * scale]);
        let expected = [b"<", first, b"|", second, b">"].concat();
        assert!(client.answer().body == expected);
        assert_eq!(client.get("/a").status, 200);
    }
}

#[test]
fn small_files_of_one_batch_keep_their_order() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send(GET);
    client.send("GET /next HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    let (file, bytes) = file_of(40_000);
    server.with(move |server, events, _| {
        let body = FileBody::of_range(file, 0, 40_000);
        server
            .answer_file(events, id, &Answer::new(200).content_type(b"a/b"), body)
            .unwrap();
    });
    assert!(client.answer().body == bytes);
    assert_eq!(client.answer().text(), "GET /next ");
}

#[test]
fn a_file_for_head_is_only_announced() {
    let (server, mut client, id) = parked(
        ServerOptions::default(),
        "HEAD /park HTTP/1.1\r\nHost: t\r\n\r\n",
    );
    let (file, _) = file_of(30);
    server.with(move |server, events, _| {
        server
            .answer_file(
                events,
                id,
                &Answer::new(200),
                FileBody::of_range(file, 0, 30),
            )
            .unwrap();
    });
    assert_eq!(
        client.answer_to("HEAD").header("content-length"),
        Some("30")
    );
    assert_eq!(client.get("/a").status, 200);
}

/// Keeps what it is given.
#[derive(Default)]
struct Keeper(Option<UpgradedConnection>);

impl UpgradeTarget for Keeper {
    fn take_over(&mut self, _: &mut EventLoop, connection: UpgradedConnection) {
        self.0 = Some(connection);
    }
}

fn upgrade(server: &mut Server, events: &mut EventLoop, id: RequestId) -> UpgradedConnection {
    let mut keeper = Keeper::default();
    let headers = [(&b"Upgrade"[..], &b"echo"[..])];
    let answer = Answer::new(101).headers(&headers);
    server.upgrade(events, id, &answer, &mut keeper).unwrap();
    keeper.0.unwrap()
}

#[test]
fn an_upgraded_connection_leaves_with_its_unread_bytes() {
    let (server, mut client, id) = parked(
        ServerOptions::default(),
        "GET /park HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nunread bytes",
    );
    let upgraded = server.with(move |server, events, _| {
        let upgraded = upgrade(server, events, id);
        assert_eq!(server.counts().connections, 0);
        assert!(server.request(id).is_none());
        match upgraded.transport {
            Transport::Plain(socket) => (socket, upgraded.unread, upgraded.unsent),
            _ => panic!("a plain socket"),
        }
    });
    let answer = client.answer();
    assert_eq!(
        (answer.status, answer.header("connection")),
        (101, Some("upgrade"))
    );
    assert_eq!(answer.header("upgrade"), Some("echo"));
    let (socket, unread, unsent) = upgraded;
    assert_eq!(
        (unread.as_slice(), unsent.as_slice()),
        (&b"unread bytes"[..], &b""[..])
    );
    let mut stream = std::net::TcpStream::from(socket);
    stream.write_all(b"another protocol").unwrap();
    assert_eq!(client.take(16), b"another protocol");
}

#[test]
fn a_stream_can_block_for_a_slow_reader_and_gives_one_up_that_never_reads() {
    let (server, mut client, id) = parked(ServerOptions::default(), GET);
    let reader = std::thread::spawn(move || {
        let answer = client.answer();
        assert_eq!(answer.text().len(), 5_000_000);
    });
    server.with(move |server, events, _| {
        server.begin(events, id, &Answer::new(200), None).unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        for _ in 0..50 {
            let state = server.write(events, id, &vec![b'x'; 100_000]).unwrap();
            if state == StreamState::Full {
                server.block_until_ready(events, id, until).unwrap();
            }
        }
        server.end(events, id).unwrap();
    });
    reader.join().unwrap();

    let (server, mut client, id) = parked(ServerOptions::default(), GET);
    server.with(move |server, events, _| {
        server.begin(events, id, &Answer::new(200), None).unwrap();
        let data = vec![b'x'; 100_000];
        while server.write(events, id, &data).unwrap() == StreamState::Ready {}
        let soon = std::time::Instant::now() + std::time::Duration::from_millis(20);
        assert!(server.block_until_ready(events, id, soon).is_err());
        assert!(server.write(events, id, &data).is_err());
    });
    let rest = client.rest();
    assert!(!rest.ends_with(b"0\r\n\r\n"));
}
