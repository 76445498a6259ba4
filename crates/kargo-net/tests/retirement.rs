//! The end of a server that nobody works for any more, and several servers of one owner.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

use common::Running;
use kargo_loop::EventLoop;
use kargo_net::Answer;
use kargo_net::Listener;
use kargo_net::Server;
use kargo_net::ServerOptions;

fn retire(server: &Running, within: Duration) {
    server.with(move |server, events, _| {
        server.retire(events, Instant::now() + within);
        assert!(server.is_draining());
    });
}

#[test]
fn only_what_has_a_request_in_flight_is_left_and_ends_with_its_answer() {
    let server = Running::start(ServerOptions::default());
    let mut idle = server.client();
    assert_eq!(idle.get("/a").status, 200);
    let mut fresh = server.client();
    let mut half = server.client();
    half.send("POST /half HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nbo");
    let mut working = server.client();
    // What is pipelined behind it is forgotten.
    working.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\nGET /b HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    server.until("four connections", |server, _| {
        server.counts().connections == 4
    });
    retire(&server, Duration::from_secs(60));
    for client in [&mut idle, &mut fresh, &mut half] {
        client.assert_closed();
    }
    assert!(TcpStream::connect(server.socket_address()).is_err());
    server.with(move |server, events, _| {
        assert!(!server.is_drained());
        assert_eq!(server.counts().connections, 1);
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
fn an_answer_that_waits_to_be_sent_is_sent() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    let bytes = 8 << 20;
    client.send(format!("GET /large?{bytes} HTTP/1.1\r\nHost: t\r\n\r\n"));
    server.until("the request", |server, _| server.counts().requests == 1);
    retire(&server, Duration::from_secs(60));
    let answer = client.answer();
    assert_eq!(answer.body.len(), bytes);
    client.assert_closed();
    drop(client);
    server.until("the end", |server, _| server.is_drained());
}

#[test]
fn what_is_left_at_the_deadline_is_closed_hard() {
    let server = Running::start(ServerOptions::default());
    let mut client = server.client();
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    retire(&server, Duration::from_millis(100));
    client.assert_closed();
    server.with(move |server, events, _| {
        assert!(server.request(id).is_some(), "it can still be read");
        assert!(
            server
                .answer(events, id, &Answer::new(200), b"late")
                .is_err()
        );
        assert!(server.is_drained());
    });
}

/// A turn of the loop, which answers every request with the number of its server.
fn turn(events: &mut EventLoop, servers: &mut [Option<Server>]) {
    for server in servers.iter_mut().flatten() {
        server.end_turn(events);
    }
    events.poll(Some(Duration::from_secs(10))).unwrap();
    while let Some(event) = events.next() {
        assert_eq!(event.token.owner(), 9);
        let number = Server::number_in(event.token);
        let Some(server) = &mut servers[usize::from(number)] else {
            panic!("an event for server {number}, which has ended");
        };
        server.handle_event(events, event);
        while let Some(id) = server.next_request(events) {
            let body = number.to_string();
            server
                .answer(events, id, &Answer::new(200), body.as_bytes())
                .unwrap();
        }
    }
}

#[test]
fn servers_of_one_owner_are_told_apart_and_leave_nothing_in_the_loop() {
    let mut events = EventLoop::new().unwrap();
    let mut addresses = Vec::new();
    let mut servers: Vec<Option<Server>> = (0..3)
        .map(|number| {
            let listener = Listener::bind(&"127.0.0.1:0".parse().unwrap()).unwrap();
            addresses.push(listener.address().to_string());
            let mut server = Server::numbered(9, number, ServerOptions::default());
            server.add_listener(&mut events, listener).unwrap();
            Some(server)
        })
        .collect();
    let client = std::thread::spawn(move || {
        let mut open = Vec::new();
        for (number, address) in addresses.iter().enumerate().rev() {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(common::DEADLINE)).unwrap();
            stream
                .write_all(b"GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                .unwrap();
            let mut answer = [0; 4096];
            let got = stream.read(&mut answer).unwrap();
            assert!(answer[..got].ends_with(format!("\r\n{number}").as_bytes()));
            open.push(stream);
        }
        for stream in &mut open {
            assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0, "it is closed");
        }
    });
    let answered = |servers: &[Option<Server>]| -> u64 {
        let all = servers.iter().flatten();
        all.map(|server| server.counts().requests).sum()
    };
    while answered(&servers) < 3 {
        turn(&mut events, &mut servers);
    }
    for server in &mut servers {
        server.take().unwrap().close_all(&mut events);
    }
    client.join().unwrap();
    assert!(events.counts().is_zero(), "{:?}", events.counts());
}
