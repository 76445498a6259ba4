//! Connections that we make.

use std::io::ErrorKind;
use std::io::Read;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

use kargo_net::PeerAddress;
use kargo_net::streams::ConnectTarget;
use kargo_net::streams::Direction;
use kargo_net::streams::ListenOptions;
use kargo_net::streams::StreamEvent;
use kargo_net::streams::StreamId;
use kargo_net::streams::StreamOptions;

use crate::driver::DEADLINE;
use crate::driver::Driver;

fn connect(driver: &mut Driver, targets: &[ConnectTarget], milliseconds: u64) -> StreamId {
    let timeout = Duration::from_millis(milliseconds);
    driver.streams.connect(
        &mut driver.events,
        targets.iter().cloned(),
        timeout,
        StreamOptions::default(),
    )
}

/// An address where nobody listens.
fn refused() -> ConnectTarget {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    ConnectTarget::Inet(listener.local_addr().unwrap())
}

/// A listener whose queue is full, so that connecting hangs, and what fills it.
fn hanging() -> (ConnectTarget, Vec<std::net::TcpStream>, kargo_net::Listener) {
    let any = "127.0.0.1:0".parse().unwrap();
    let listener = kargo_net::Listener::bind_with_backlog(&any, 0).unwrap();
    let kargo_net::ListenAddress::Inet(address) = *listener.address() else {
        panic!("a TCP address");
    };
    let mut queued = Vec::new();
    while let Ok(peer) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100))
    {
        queued.push(peer);
    }
    (ConnectTarget::Inet(address), queued, listener)
}

#[test]
fn what_is_written_before_the_connection_is_sent_after_it() {
    let mut driver = Driver::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let id = connect(&mut driver, &[ConnectTarget::Inet(address)], 10_000);
    assert!(!driver.streams.is_connected(id));
    driver.write(id, b"early");
    driver.streams.end(id);
    driver.until_told(id, StreamEvent::Connected);
    assert!(driver.streams.is_connected(id));
    assert_eq!(
        driver.streams.peer_address(id),
        Some(PeerAddress::Inet(address))
    );
    let (mut peer, from) = listener.accept().unwrap();
    assert_eq!(
        driver.streams.local_address(id),
        Some(PeerAddress::Inet(from))
    );
    driver.until("it is sent", |driver| {
        driver.streams.is_over(id, Direction::Writing)
    });
    let mut text = String::new();
    peer.read_to_string(&mut text).unwrap();
    assert_eq!(text, "early");
}

#[test]
fn refused_unreachable_and_no_address() {
    let mut driver = Driver::new();
    for (targets, kind) in [
        (vec![refused()], ErrorKind::ConnectionRefused),
        (
            vec![ConnectTarget::Unix("/nowhere/socket".into())],
            ErrorKind::NotFound,
        ),
        (
            vec![ConnectTarget::Unix("x".repeat(200).into())],
            ErrorKind::InvalidInput,
        ),
        (vec![], ErrorKind::InvalidInput),
    ] {
        let id = connect(&mut driver, &targets, 10_000);
        let _may_be_over = driver.streams.write(&mut driver.events, id, b"x");
        driver.until_told(id, StreamEvent::ConnectFailed);
        let error = driver.streams.error(id, Direction::Writing).unwrap();
        assert_eq!(error.kind(), kind, "{targets:?}");
        assert!(driver.streams.write(&mut driver.events, id, b"x").is_err());
        driver.idle(Duration::from_millis(5));
        assert_eq!(driver.take_told(id), []);
        driver.streams.close(&mut driver.events, id);
    }
    assert!(driver.streams.is_empty());
}

#[test]
fn addresses_are_tried_in_turn() {
    let mut driver = Driver::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let good = ConnectTarget::Inet(listener.local_addr().unwrap());
    let v6: SocketAddr = "[::1]:1".parse().unwrap();
    let targets = [
        refused(),
        ConnectTarget::Unix("/nowhere/socket".into()),
        ConnectTarget::Inet(v6),
        good.clone(),
        refused(),
    ];
    let id = connect(&mut driver, &targets, 10_000);
    driver.until_told(id, StreamEvent::Connected);
    assert_eq!(
        driver.streams.peer_address(id).unwrap().to_string(),
        good.to_string()
    );
    // One that hangs leaves time for the next.
    let (hanging, _queued, _listener) = hanging();
    let begin = Instant::now();
    let id = connect(&mut driver, &[hanging, good.clone()], 400);
    driver.until_told(id, StreamEvent::Connected);
    assert!(begin.elapsed() >= Duration::from_millis(200));
    assert_eq!(
        driver.streams.peer_address(id).unwrap().to_string(),
        good.to_string()
    );
}

#[test]
fn the_timeout_is_for_all_addresses_together() {
    let mut driver = Driver::new();
    let (hanging, _queued, _listener) = hanging();
    let targets = [hanging.clone(), refused(), hanging.clone(), hanging];
    let begin = Instant::now();
    let id = connect(&mut driver, &targets, 150);
    driver.until_told(id, StreamEvent::ConnectFailed);
    let took = begin.elapsed();
    assert!(took >= Duration::from_millis(150), "{took:?}");
    assert!(took < DEADLINE / 2, "{took:?}");
    let error = driver.streams.error(id, Direction::Writing).unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn a_unix_socket_whose_queue_is_full_is_tried_again() {
    let path = std::env::temp_dir().join(format!("kargo-connect-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let address = kargo_net::ListenAddress::Unix(path.clone());
    let listener = kargo_net::Listener::bind_with_backlog(&address, 0).unwrap();
    let mut driver = Driver::new();
    let target = [ConnectTarget::Unix(path)];
    let first = connect(&mut driver, &target, 10_000);
    driver.until_told(first, StreamEvent::Connected);
    let second = connect(&mut driver, &target, 10_000);
    driver.idle(Duration::from_millis(50));
    assert_eq!(driver.take_told(second), []);
    let third = connect(&mut driver, &target, 30);
    driver.until_told(third, StreamEvent::ConnectFailed);
    // A listener of the table takes what is queued.
    driver
        .streams
        .listen(&mut driver.events, listener, ListenOptions::default())
        .unwrap();
    driver.until_told(second, StreamEvent::Connected);
}

#[test]
fn closed_while_connecting() {
    let mut driver = Driver::new();
    let (hanging, _queued, _listener) = hanging();
    let id = connect(&mut driver, &[hanging], 10_000);
    driver.write(id, b"x");
    driver.streams.close(&mut driver.events, id);
    assert!(driver.streams.is_empty());
    assert_eq!(driver.events.counts().timers, 0);
    assert_eq!(driver.events.counts().descriptors, 0);
}
