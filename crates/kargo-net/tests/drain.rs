//! The end of a server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::time::Duration;
use std::time::Instant;

use common::Running;
use kargo_net::Answer;
use kargo_net::ServerOptions;

fn drain(server: &Running, within: Duration) {
    server.with(move |server, events, _| {
        assert!(!server.is_draining());
        server.drain(events, Instant::now() + within);
        assert!(server.is_draining());
    });
}

#[test]
fn without_connections_it_is_over_at_once() {
    let server = Running::start(ServerOptions::default());
    drain(&server, Duration::from_secs(60));
    assert!(server.with(|server, _, _| server.is_drained()));
    assert!(std::net::TcpStream::connect(server.socket_address()).is_err());
}

#[test]
fn idle_connections_close_and_requests_in_flight_are_answered() {
    let server = Running::start(ServerOptions::default());
    let mut idle = server.client();
    assert_eq!(idle.get("/a").status, 200);
    let mut working = server.client();
    working.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    let mut half = server.client();
    half.send("POST /half HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nbo");
    server.until("three connections", |server, _| {
        server.counts().connections == 3
    });
    server.with(|_, _, _| ());
    drain(&server, Duration::from_secs(60));
    idle.assert_closed();
    assert!(std::net::TcpStream::connect(server.socket_address()).is_err());
    half.send("dy");
    let answer = half.answer();
    assert_eq!(
        (answer.text().as_str(), answer.header("connection")),
        ("POST /half body", Some("close"))
    );
    half.assert_closed();
    drop(half);
    server.with(move |server, events, _| {
        assert!(!server.is_drained());
        server
            .answer(events, id, &Answer::new(200), b"parked")
            .unwrap();
    });
    let answer = working.answer();
    assert_eq!(
        (answer.text().as_str(), answer.header("connection")),
        ("parked", Some("close"))
    );
    working.assert_closed();
    drop(working);
    server.until("the end", |server, _| server.is_drained());
}

#[test]
fn what_is_left_at_the_deadline_is_closed_hard() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    let begin = Instant::now();
    drain(&server, Duration::from_millis(100));
    client.assert_closed();
    assert!(begin.elapsed() >= Duration::from_millis(100));
    server.until("the end", |server, _| server.is_drained());
    server.with(move |server, events, _| {
        assert_eq!(server.take_disconnected(), Some(id));
        assert!(
            server
                .answer(events, id, &Answer::new(200), b"late")
                .is_err()
        );
    });
}

#[test]
fn what_was_pipelined_before_the_drain_is_answered_too() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\nGET /behind HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    drain(&server, Duration::from_secs(60));
    server.with(move |server, events, _| {
        server
            .answer(events, id, &Answer::new(200), b"first")
            .unwrap();
    });
    let answer = client.answer();
    assert_eq!(
        (answer.text().as_str(), answer.header("connection")),
        ("first", None)
    );
    let answer = client.answer();
    assert_eq!(
        (answer.text().as_str(), answer.header("connection")),
        ("GET /behind ", Some("close"))
    );
    client.assert_closed();
    drop(client);
    server.until("the end", |server, _| server.is_drained());
}
