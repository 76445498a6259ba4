//! What peers may send: each limit below, at and above, and the close that follows a refusal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::Read;
use std::io::Write;

use common::Running;
use kargo_http::Limits;
use kargo_net::ServerOptions;

fn small() -> ServerOptions {
    let limits = Limits {
        request_line_bytes: 64,
        header_bytes: 128,
        header_count: 4,
        body_bytes: 32,
        ..Limits::default()
    };
    ServerOptions {
        limits,
        ..ServerOptions::default()
    }
}

fn status_of(server: &Running, request: impl AsRef<[u8]>) -> u16 {
    let mut client = server.client();
    client.send(request);
    let answer = client.answer();
    if answer.status >= 400 {
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(!answer.body.is_empty());
        client.stream.shutdown_write();
        client.assert_closed();
    }
    answer.status
}

fn line_of(len: usize) -> String {
    let target = "a".repeat(len - "GET / HTTP/1.1".len());
    format!("GET /{target} HTTP/1.1\r\nHost: t\r\n\r\n")
}

fn headers_of(len: usize) -> String {
    let value = "v".repeat(len - "Host: t\r\nX: \r\n".len());
    format!("GET / HTTP/1.1\r\nHost: t\r\nX: {value}\r\n\r\n")
}

fn header_count(count: usize) -> String {
    format!(
        "GET / HTTP/1.1\r\nHost: t\r\n{}\r\n",
        "X: y\r\n".repeat(count - 1)
    )
}

fn body_of(len: usize) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: {len}\r\n\r\n{}",
        "b".repeat(len)
    )
}

fn chunks_of(len: usize) -> String {
    let head = "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
    format!("{head}{}0\r\n\r\n", "1\r\nx\r\n".repeat(len))
}

#[test]
fn each_limit_below_at_and_above() {
    let server = Running::start(small());
    assert_eq!(
        [63, 64, 65].map(|len| status_of(&server, line_of(len))),
        [200, 200, 414]
    );
    assert_eq!(
        [127, 128, 129].map(|len| status_of(&server, headers_of(len))),
        [200, 200, 431]
    );
    assert_eq!(
        [3, 4, 5].map(|count| status_of(&server, header_count(count))),
        [200, 200, 431]
    );
    assert_eq!(
        [31, 32, 33].map(|len| status_of(&server, body_of(len))),
        [200, 200, 413]
    );
    assert_eq!(
        [31, 32, 33].map(|len| status_of(&server, chunks_of(len))),
        [200, 200, 413]
    );
}

#[test]
fn what_cannot_be_decoded_is_answered_and_closed() {
    let server = Running::start(small());
    for (request, status) in [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: t\r\n\r\n", 505),
        ("GET /\r\n\r\n", 400),
        (
            "GET / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            501,
        ),
        ("GET / HTTP/1.1\r\nHost: t\r\nExpect: a\r\n\r\n", 417),
        (
            "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
            400,
        ),
    ] {
        assert_eq!(status_of(&server, request), status, "{request}");
    }
}

#[test]
fn requests_before_a_bad_one_are_answered() {
    let server = Running::start(small());
    let mut client = server.client();
    client.send("GET /a HTTP/1.1\r\nHost: t\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_eq!(client.answer().text(), "GET /a ");
    assert_eq!(client.answer().status, 400);
    client.assert_closed();
}

#[test]
fn a_413_comes_before_the_body_and_arrives_although_the_client_goes_on_sending() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 8000000\r\n\r\n");
    let answer = client.answer();
    assert_eq!(answer.status, 413);
    // The server has shut its side down and reads on: sending ends without a reset.
    client.send(vec![b'x'; 8_000_000]);
    client.assert_closed();
    client.stream.shutdown_write();
    server.until("the connection's end", |server, _| {
        server.counts().connections == 0
    });

    // The same for a client that reads only when it has sent everything.
    let mut client = server.client();
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 8000000\r\n\r\n");
    client.send(vec![b'x'; 8_000_000]);
    assert_eq!(client.answer().status, 413);
    client.assert_closed();
}

#[test]
fn lingering_ends_after_so_many_bytes() {
    let server = Running::start(ServerOptions {
        linger_bytes: 100_000,
        ..ServerOptions::default()
    });
    let client = server.client();
    let mut stream = client.stream;
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100000000\r\n\r\n")
        .unwrap();
    let piece = [b'x'; 65536];
    let mut sent = 0;
    while stream.write_all(&piece).is_ok() {
        sent += piece.len();
        assert!(sent < 100_000_000, "the server reads for ever");
    }
    server.until("the connection's end", |server, _| {
        server.counts().connections == 0
    });
}

#[test]
fn lingering_ends_after_some_time() {
    let server = Running::start(common::impatient());
    let mut client = server.client();
    client.send("GET / HTTP/1.1\r\n\r\n");
    assert_eq!(client.answer().status, 400);
    client.assert_closed();
    // Our side stays open and silent.
    server.until("the connection's end", |server, _| {
        server.counts().connections == 0
    });
}

#[test]
fn connections_above_the_limit_wait_until_one_ends() {
    let server = Running::start(ServerOptions {
        max_connections: 2,
        ..ServerOptions::default()
    });
    let mut first = server.client();
    let mut second = server.client();
    assert_eq!(first.get("/1").status, 200);
    assert_eq!(second.get("/2").status, 200);
    let mut third = server.client();
    third.send("GET /3 HTTP/1.1\r\nHost: t\r\n\r\n");
    for _ in 0..10 {
        assert_eq!(first.get("/1").status, 200);
        assert_eq!(server.connections(), 2);
    }
    third.stream.tcp().set_nonblocking(true).unwrap();
    assert!(third.stream.read(&mut [0; 1]).is_err());
    third.stream.tcp().set_nonblocking(false).unwrap();
    drop(second);
    assert_eq!(third.answer().text(), "GET /3 ");
}
