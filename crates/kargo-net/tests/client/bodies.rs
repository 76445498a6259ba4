//! Bodies of both directions: large, chunked, in pieces.

use kargo_net::StreamState;
use kargo_net::client::ClientEvent;
use kargo_net::client::ClientOptions;
use kargo_net::client::ClientRequest;
use kargo_net::client::PoolOptions;
use kargo_net::client::Reason;
use kargo_net::client::RequestBody;
use kargo_net::client::RequestError;

use crate::support::Rig;
use crate::support::Scripted;
use crate::support::get;
use crate::support::ok;
use crate::support::signal;

fn post(body: RequestBody<'_>) -> ClientRequest<'_> {
    ClientRequest {
        body,
        ..ClientRequest::new(b"POST", b"/", b"test")
    }
}

/// Answers with the length and the checksum of the body.
fn measuring() -> Scripted {
    Scripted::start(|_, mut peer| {
        while let Some((_, body)) = peer.request() {
            let sum: u64 = body.iter().map(|&byte| u64::from(byte)).sum();
            peer.send(ok(&format!("{} {sum}", body.len())));
        }
    })
}

/// Bytes that are not all alike.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|number| (number % 251) as u8).collect()
}

fn measured(body: &[u8]) -> String {
    let sum: u64 = body.iter().map(|&byte| u64::from(byte)).sum();
    format!("{} {sum}", body.len())
}

#[test]
fn whole_bodies_of_any_size_arrive() {
    let server = measuring();
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    for size in [0, 1, 16_384, 65_536, 65_537, 300_000, 5_000_000] {
        let body = bytes(size);
        let id = rig.send(pool, server.address, &post(RequestBody::Whole(&body)));
        let response = rig.response(id);
        assert_eq!(response.body(), measured(&body).as_bytes());
    }
    assert_eq!(rig.client.counts().streams, 1, "not one connection");
}

#[test]
fn large_responses_arrive() {
    let body = bytes(5_000_000);
    let sent = body.clone();
    let server = Scripted::start(move |_, mut peer| {
        while let Some((head, _)) = peer.request() {
            if head.starts_with("GET /chunked") {
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for chunk in sent.chunks(70_001) {
                    peer.send(format!("{:x}\r\n", chunk.len()));
                    peer.send(chunk);
                    peer.send("\r\n");
                }
                peer.send("0\r\n\r\n");
            } else {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len());
                peer.send(head);
                peer.send(&sent);
            }
        }
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    for target in ["/length", "/chunked"] {
        let request = ClientRequest {
            body_limit: Some(5_000_000),
            ..get(target)
        };
        let id = rig.send(pool, server.address, &request);
        assert!(rig.response(id).body() == body, "{target}");
        let request = ClientRequest {
            body_limit: Some(4_999_999),
            ..get(target)
        };
        let id = rig.send(pool, server.address, &request);
        assert!(matches!(rig.failure(id).reason, Reason::Protocol(_)));
    }
}

#[test]
fn a_request_in_pieces_is_chunked_or_has_its_length() {
    for length in [None, Some(600_000)] {
        let server = measuring();
        let mut rig = Rig::new();
        let pool = rig.pool(PoolOptions::default());
        let body = bytes(600_000);
        let id = rig.send(pool, server.address, &post(RequestBody::Streamed(length)));
        for piece in body.chunks(50_000) {
            match rig.client.write(&mut rig.events, id, piece).unwrap() {
                StreamState::Ready => {}
                StreamState::Full => assert_eq!(rig.event(), ClientEvent::Writable(id)),
            }
        }
        rig.client.end(&mut rig.events, id).unwrap();
        let response = rig.response(id);
        assert_eq!(response.body(), measured(&body).as_bytes());
        let head = &server.requests()[0];
        assert_eq!(
            head.contains("Transfer-Encoding: chunked"),
            length.is_none()
        );
        assert_eq!(head.contains("Content-Length: 600000"), length.is_some());
        assert_eq!(rig.client.counts().streams, 1);
    }
}

#[test]
fn a_request_in_pieces_waits_for_a_peer_that_takes_none() {
    let (take, wait) = signal();
    let server = Scripted::start(move |_, mut peer| {
        wait();
        let (_, body) = peer.request().unwrap();
        peer.send(ok(&body.len().to_string()));
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let id = rig.send(pool, server.address, &post(RequestBody::Streamed(None)));
    let piece = bytes(100_000);
    let mut sent = 0;
    loop {
        let state = rig.client.write(&mut rig.events, id, &piece).unwrap();
        sent += piece.len();
        if state == StreamState::Full {
            let pause = std::time::Duration::from_millis(200);
            if rig.event_within(pause).is_none() {
                break;
            }
        }
        assert!(sent < 100_000_000, "never told to pause");
    }
    take.send(()).unwrap();
    assert_eq!(rig.event(), ClientEvent::Writable(id));
    rig.client.end(&mut rig.events, id).unwrap();
    assert_eq!(rig.response(id).body(), sent.to_string().as_bytes());
}

#[test]
fn a_body_that_is_not_as_announced_is_refused() {
    let server = measuring();
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let id = rig.send(pool, server.address, &post(RequestBody::Streamed(Some(5))));
    let too_long = rig.client.write(&mut rig.events, id, b"too long");
    assert!(matches!(too_long, Err(RequestError::Encode(_))));
    assert!(rig.client.write(&mut rig.events, id, b"four").is_ok());
    let too_short = rig.client.end(&mut rig.events, id);
    assert!(matches!(too_short, Err(RequestError::Encode(_))));
    assert_eq!(rig.client.counts().exchanges, 0);
    let gone = rig.client.write(&mut rig.events, id, b"x");
    assert_eq!(gone, Err(RequestError::Gone));
    // A whole one takes no pieces.
    let id = rig.send(pool, server.address, &post(RequestBody::Whole(b"x")));
    assert!(rig.client.write(&mut rig.events, id, b"y").is_err());
    rig.response(id);
}

#[test]
fn an_answer_may_come_before_the_request_is_complete() {
    let server = Scripted::start(|_, mut peer| {
        peer.send(ok("no more"));
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let id = rig.send(pool, server.address, &post(RequestBody::Streamed(None)));
    assert_eq!(rig.response(id).body(), b"no more");
    let gone = rig.client.write(&mut rig.events, id, b"x");
    assert_eq!(gone, Err(RequestError::Gone));
    assert_eq!(rig.client.counts().streams, 0);
}

#[test]
fn a_streamed_response_is_handed_out_as_it_comes() {
    let (go, wait) = signal();
    let server = Scripted::start(move |_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n");
        wait();
        peer.send("5\r\nHello\r\n");
        wait();
        peer.send("7\r\n, World\r\n0\r\n\r\n");
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let request = ClientRequest {
        is_streamed: true,
        ..get("/")
    };
    let id = rig.send(pool, server.address, &request);
    assert_eq!(rig.event(), ClientEvent::Head(id));
    let (head, bytes) = rig.client.response_head(id).unwrap();
    assert_eq!(
        (head.status(), head.header(bytes, "x")),
        (200, Some(&b"y"[..]))
    );
    assert!(rig.client.take_body(&mut rig.events, id).is_empty());
    go.send(()).unwrap();
    assert_eq!(rig.event(), ClientEvent::Body(id));
    assert!(!rig.client.is_complete(id) && rig.client.finish(id).is_none());
    assert_eq!(rig.client.take_body(&mut rig.events, id), b"Hello");
    go.send(()).unwrap();
    assert_eq!(rig.event(), ClientEvent::Body(id));
    assert_eq!(rig.event(), ClientEvent::Complete(id));
    assert_eq!(rig.client.take_body(&mut rig.events, id), b", World");
    assert_eq!(rig.client.finish(id).unwrap().body(), b"");
}

#[test]
fn a_streamed_response_takes_no_more_memory_than_its_window() {
    let (_over, wait) = signal();
    let server = Scripted::start(move |_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
        peer.send(bytes(10_000_000));
        wait();
    });
    let mut rig = Rig::new();
    let options = ClientOptions {
        stream_buffer_bytes: 100_000,
        ..ClientOptions::default()
    };
    let pool = rig.pool(PoolOptions {
        connection: options,
        ..PoolOptions::default()
    });
    let request = ClientRequest {
        is_streamed: true,
        body_limit: Some(u64::MAX),
        ..get("/")
    };
    let id = rig.send(pool, server.address, &request);
    let (mut got, mut largest) = (Vec::new(), 0);
    loop {
        match rig.event() {
            ClientEvent::Head(_) => {}
            ClientEvent::Body(_) => {
                // More comes meanwhile, and is not taken in.
                let pause = std::time::Duration::from_millis(2);
                if got.len() < 1_000_000 {
                    assert_eq!(rig.event_within(pause), None);
                }
                let piece = rig.client.take_body(&mut rig.events, id);
                largest = largest.max(piece.len());
                got.extend(piece);
            }
            ClientEvent::Complete(_) => break,
            other => panic!("{other:?}"),
        }
    }
    got.extend(rig.client.take_body(&mut rig.events, id));
    assert!(got == bytes(10_000_000));
    assert!(largest <= 100_000, "{largest}");
}

#[test]
fn a_streamed_response_may_be_given_up() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
        peer.send(vec![b'x'; 10_000_000]);
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let request = ClientRequest {
        is_streamed: true,
        body_limit: Some(u64::MAX),
        ..get("/")
    };
    let id = rig.send(pool, server.address, &request);
    assert_eq!(rig.event(), ClientEvent::Head(id));
    rig.client.cancel(&mut rig.events, id);
    assert_eq!(rig.event_within(std::time::Duration::ZERO), None);
    assert_eq!(rig.client.counts().streams, 0);
    assert_eq!(rig.events.counts().descriptors, 0);
}

#[test]
fn bodies_of_any_kind_end_with_the_connection_when_nothing_says_otherwise() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\n\r\n");
        peer.send(bytes(3_000_000));
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let request = ClientRequest {
        is_streamed: true,
        body_limit: Some(3_000_000),
        ..get("/")
    };
    let id = rig.send(pool, server.address, &request);
    let mut got = Vec::new();
    loop {
        match rig.event() {
            ClientEvent::Head(_) => {}
            ClientEvent::Body(_) => got.extend(rig.client.take_body(&mut rig.events, id)),
            ClientEvent::Complete(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(got == bytes(3_000_000));
}
