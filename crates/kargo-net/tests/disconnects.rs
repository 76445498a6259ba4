//! Clients that leave early, wholly or by half.
#![allow(unsafe_code, reason = "std has no SO_LINGER")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::os::fd::AsRawFd;

use common::Client;
use common::Running;
use common::Stream;
use kargo_net::Answer;
use kargo_net::ServerOptions;

/// Makes closing a reset.
fn reset(client: Client<Stream>) {
    let linger = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    let fd = client.stream.tcp().as_raw_fd();
    // SAFETY: setsockopt(2) reads a linger, which outlives the call.
    let result = unsafe {
        libc::setsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&raw const linger).cast(),
            size_of::<libc::linger>() as u32,
        )
    };
    assert_eq!(result, 0);
    drop(client);
}

#[test]
fn the_end_behind_requests_that_wait_in_the_socket_is_seen() {
    let server = Running::start(ServerOptions::default());
    for body in [0, 100_000] {
        let mut client = server.client();
        client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
        let id = server.parked(1)[0];
        client.send(format!(
            "POST /b HTTP/1.1\r\nHost: t\r\nContent-Length: {body}\r\n\r\n{}",
            "b".repeat(body)
        ));
        client.stream.shutdown_write();
        server.until("the half-close", move |server, _| {
            server.take_half_closed() == Some(id)
        });
        server.with(move |server, events, _| {
            let answer = Answer::new(200);
            server.answer(events, id, &answer, b"parked").unwrap();
        });
        assert_eq!(client.answer().text(), "parked");
        assert_eq!(client.answer().text().len(), "POST /b ".len() + body);
        client.assert_closed();
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_client_that_ends_its_side_is_still_answered() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /a HTTP/1.1\r\nHost: t\r\n\r\nGET /park HTTP/1.1\r\nHost: t\r\n\r\nGET /b HTTP/1.1\r\nHost: t\r\n\r\n");
    client.stream.shutdown_write();
    assert_eq!(client.answer().text(), "GET /a ");
    let id = server.parked(1)[0];
    server.until("the half-close", move |server, _| {
        server.take_half_closed() == Some(id)
    });
    server.with(move |server, events, _| {
        assert_eq!(server.take_disconnected(), None);
        server
            .answer(events, id, &Answer::new(200), b"parked")
            .unwrap();
    });
    assert_eq!(client.answer().text(), "parked");
    assert_eq!(client.answer().text(), "GET /b ");
    client.assert_closed();
    server.until("the end", |server, _| server.counts().connections == 0);
}

#[test]
fn a_half_close_is_told_once_and_does_not_spin() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    client.stream.shutdown_write();
    server.until("the half-close", move |server, _| {
        server.take_half_closed() == Some(id)
    });
    // With nothing to do the loop has to wait: no event comes within the time.
    server.with(|_, events, _| {
        while events.next().is_some() {}
        events
            .poll(Some(std::time::Duration::from_millis(50)))
            .unwrap();
        assert!(!matches!(
            events.next(),
            Some(event) if matches!(event.kind, kargo_loop::EventKind::Ready(_))
        ));
    });
    drop(client);
}

#[test]
fn a_reset_is_told_and_the_request_stays_readable_until_it_is_answered() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("POST /park HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nbody");
    let id = server.parked(1)[0];
    reset(client);
    server.until("the disconnect", move |server, _| {
        server.take_disconnected() == Some(id)
    });
    server.with(move |server, events, _| {
        assert_eq!(server.counts().connections, 0);
        assert_eq!(server.request(id).unwrap().body(), b"body");
        assert!(
            server
                .answer(events, id, &Answer::new(200), b"late")
                .is_err()
        );
        assert!(server.request(id).is_none());
    });
}

#[test]
fn a_reset_while_a_streamed_answer_is_under_way_is_told() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    server.with(move |server, events, _| {
        server.begin(events, id, &Answer::new(200), None).unwrap();
        server.write(events, id, b"part").unwrap();
    });
    reset(client);
    server.until("the disconnect", move |server, _| {
        server.take_disconnected() == Some(id)
    });
    server.with(move |server, events, _| {
        assert!(server.write(events, id, b"more").is_err());
        assert!(server.end(events, id).is_err());
    });
}

#[test]
fn a_client_that_leaves_in_the_middle_of_a_request_costs_nothing() {
    let server = Running::start(ServerOptions::default());
    for part in [
        "GET",
        "GET / HTTP/1.1\r\nHost: t\r\n",
        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab",
    ] {
        let mut client = server.client();
        client.send(part);
        server.until("the connection", |server, _| {
            server.counts().connections == 1
        });
        drop(client);
        server.until("the end", |server, _| server.counts().connections == 0);
        let mut client = server.client();
        client.send(part);
        reset(client);
        server.until("the end", |server, _| server.counts().connections == 0);
    }
    assert_eq!(server.client().get("/a").status, 200);
}

#[test]
fn an_abandoned_request_closes_its_connection_only() {
    let server = Running::start(ServerOptions::default());
    let mut other = server.client();
    let mut client = server.client();
    client.send("GET /a HTTP/1.1\r\nHost: t\r\n\r\nGET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    server.with(move |server, events, _| server.abandon(events, id));
    assert_eq!(client.answer().text(), "GET /a ");
    client.assert_closed();
    assert_eq!(other.get("/b").status, 200);
}
