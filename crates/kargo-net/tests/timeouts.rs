//! Slow and stalled peers: each is ended, and costs nobody else anything.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::Write;
use std::time::Duration;
use std::time::Instant;

use common::Running;
use common::impatient;
use kargo_net::Answer;
use kargo_net::ServerOptions;

#[test]
fn a_connection_without_a_byte_is_closed_silently() {
    let server = Running::start(impatient());
    let begin = Instant::now();
    server.client().assert_closed();
    assert!(begin.elapsed() >= impatient().header_timeout);
}

#[test]
fn half_a_head_is_answered_408_however_it_dribbles() {
    let server = Running::start(impatient());
    let mut client = server.client();
    client.send("GET / HTTP/1.1\r\nHost");
    let begin = Instant::now();
    let answer = client.answer();
    assert_eq!(
        (answer.status, answer.header("connection")),
        (408, Some("close"))
    );
    assert!(begin.elapsed() >= impatient().header_timeout - Duration::from_millis(5));
    client.assert_closed();

    // A byte now and then does not move the deadline.
    let mut client = server.client();
    client.send("GET / HTTP/1.1\r\nX: ");
    let begin = Instant::now();
    while server.connections() > 0 && client.stream.write_all(b"x").is_ok() {
        assert!(
            begin.elapsed() < common::DEADLINE,
            "a dribbling head is never ended"
        );
    }
    assert_eq!(client.answer().status, 408);
}

#[test]
fn half_a_body_is_answered_408() {
    let server = Running::start(impatient());
    for head in [
        "Content-Length: 10\r\n\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nab",
    ] {
        let mut client = server.client();
        client.send(format!("POST / HTTP/1.1\r\nHost: t\r\n{head}"));
        assert_eq!(client.answer().status, 408, "{head}");
        client.assert_closed();
    }
}

#[test]
fn a_body_is_bounded_in_its_whole_time_too() {
    let options = ServerOptions {
        body_timeout: Duration::from_secs(60),
        body_total_timeout: Duration::from_millis(150),
        ..ServerOptions::default()
    };
    let server = Running::start(options);
    let mut client = server.client();
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
    assert_eq!(client.answer().status, 408);
}

#[test]
fn an_idle_connection_is_closed_silently() {
    let server = Running::start(impatient());
    let mut client = server.client();
    assert_eq!(client.get("/a").status, 200);
    let begin = Instant::now();
    client.assert_closed();
    assert!(begin.elapsed() >= impatient().keep_alive_timeout - Duration::from_millis(5));
}

#[test]
fn a_request_in_flight_has_all_the_time_it_needs() {
    let server = Running::start(impatient());
    let mut client = server.client();
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    // Longer than every timeout: others are ended meanwhile.
    let mut idle = server.client();
    idle.assert_closed();
    let mut idle = server.client();
    idle.assert_closed();
    server.with(move |server, events, _| {
        server
            .answer(events, id, &Answer::new(200), b"late")
            .unwrap();
    });
    assert_eq!(client.answer().text(), "late");
}

#[test]
fn a_peer_that_takes_no_answers_is_ended_and_gets_no_new_ones() {
    let server = Running::start(impatient());
    let mut client = server.client();
    let request = "GET /large HTTP/1.1\r\nHost: t\r\n\r\n";
    for _ in 0..200 {
        client.send(request);
    }
    let mut requests = 0;
    let begin = Instant::now();
    while server.connections() > 0 {
        requests = server.with(|server, _, _| server.counts().requests);
        assert!(
            begin.elapsed() < common::DEADLINE,
            "a peer that does not read is never ended"
        );
    }
    assert!(
        requests < 20,
        "{requests} answers of a megabyte were made for a peer that reads none"
    );
}

#[test]
fn timeouts_leave_busy_connections_alone() {
    let server = Running::start(impatient());
    let mut client = server.client();
    let begin = Instant::now();
    while begin.elapsed() < impatient().keep_alive_timeout * 4 {
        assert_eq!(client.get("/a").status, 200);
    }
}
