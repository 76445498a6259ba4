//! Servers that answer wrongly, partly, or not at all.

use std::io::Write;

use kargo_http::DecodeError;
use kargo_http::Limits;
use kargo_net::client::ClientCounts;
use kargo_net::client::ClientEvent;
use kargo_net::client::ClientOptions;
use kargo_net::client::ClientRequest;
use kargo_net::client::Destination;
use kargo_net::client::ExchangeError;
use kargo_net::client::Phase;
use kargo_net::client::PoolOptions;
use kargo_net::client::Reason;
use kargo_net::client::RequestBody;

use crate::support::Rig;
use crate::support::Scripted;
use crate::support::dead_port;
use crate::support::get;
use crate::support::ok;
use crate::support::signal;

/// What becomes of a GET that is answered with these bytes, behind which the connection ends.
fn after(bytes: &[u8]) -> Result<(u16, String), ExchangeError> {
    let server = Scripted::answering_once(bytes.to_vec());
    let response = Rig::new().fetch(server.address, ClientOptions::default(), &get("/"))?;
    let body = String::from_utf8_lossy(response.body()).into_owned();
    Ok((response.status(), body))
}

fn failure(bytes: &[u8]) -> (Phase, Reason) {
    let error = after(bytes).unwrap_err();
    (error.phase, error.reason)
}

fn protocol(bytes: &[u8]) -> DecodeError {
    match failure(bytes).1 {
        Reason::Protocol(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_listens() {
    let error = Rig::new().fetch(dead_port(), ClientOptions::default(), &get("/"));
    let error = error.unwrap_err();
    assert_eq!(
        (error.phase, error.reason),
        (Phase::Connecting, Reason::Refused)
    );
    assert_eq!(error.to_string(), "nobody listens there while connecting");
}

#[test]
fn a_host_that_is_no_name_has_no_address() {
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let to = Destination::host("no.such.host.invalid", 80);
    let id = rig
        .client
        .send(&mut rig.events, pool, &to, &get("/"))
        .unwrap();
    let error = rig.failure(id);
    assert_eq!(
        (error.phase, error.reason),
        (Phase::Resolving, Reason::NoAddress)
    );
}

#[test]
fn names_are_looked_up() {
    let server = Scripted::answering(ok("named"));
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let to = Destination::host("localhost", server.address.port());
    let ids: Vec<_> = (0..3)
        .map(|_| {
            let request = get("/");
            rig.client
                .send(&mut rig.events, pool, &to, &request)
                .unwrap()
        })
        .collect();
    for _ in &ids {
        rig.event();
    }
    for id in ids {
        assert_eq!(rig.client.finish(id).unwrap().body(), b"named");
    }
}

#[test]
fn closed_before_the_answer() {
    assert_eq!(failure(b""), (Phase::Waiting, Reason::Closed));
}

#[test]
fn reset_before_the_answer() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.reset();
    });
    let error = Rig::new().fetch(server.address, ClientOptions::default(), &get("/"));
    let error = error.unwrap_err();
    assert_eq!((error.phase, error.reason), (Phase::Waiting, Reason::Reset));
}

#[test]
fn reset_within_the_body() {
    let (seen, wait_until_seen) = signal();
    let server = Scripted::start(move |_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHel");
        // A reset would overtake bytes that were not taken yet.
        wait_until_seen();
        peer.reset();
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let request = ClientRequest {
        is_streamed: true,
        ..get("/")
    };
    let id = rig.send(pool, server.address, &request);
    assert_eq!(rig.event(), ClientEvent::Head(id));
    assert_eq!(rig.event(), ClientEvent::Body(id));
    seen.send(()).unwrap();
    let error = rig.failure(id);
    assert_eq!(
        (error.phase, error.reason),
        (Phase::Receiving, Reason::Reset)
    );
}

#[test]
fn half_an_answer() {
    for bytes in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHel"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n",
    ] {
        assert_eq!(failure(bytes), (Phase::Receiving, Reason::Closed));
    }
    let head = b"HTTP/1.1 200 OK\r\nContent-Le";
    assert_eq!(failure(head), (Phase::Waiting, Reason::Closed));
}

#[test]
fn wrong_lengths() {
    let longer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello, World!";
    assert_eq!(after(longer), Ok((200, "Hello".to_owned())));
    let two = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nHello";
    assert_eq!(protocol(two), DecodeError::RepeatedContentLength);
    let both =
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(protocol(both), DecodeError::LengthAndTransferEncoding);
    let huge = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
    assert_eq!(protocol(huge), DecodeError::BodyTooLarge);
}

#[test]
fn the_body_ends_with_the_connection() {
    let bytes = b"HTTP/1.0 200 OK\r\n\r\nHello";
    assert_eq!(after(bytes), Ok((200, "Hello".to_owned())));
    assert_eq!(after(b"HTTP/1.1 200 OK\r\n\r\n"), Ok((200, String::new())));
}

#[test]
fn another_protocol() {
    assert_eq!(protocol(b"SSH-2.0-OpenSSH\r\n"), DecodeError::BadStatusLine);
    assert_eq!(
        protocol(b"\x15\x03\x03\0\x02\x02\x28"),
        DecodeError::BadStatusLine
    );
    assert_eq!(
        protocol(b"HTTP/2.0 200 OK\r\n\r\n"),
        DecodeError::VersionNotSupported
    );
}

#[test]
fn a_switch_nobody_had_asked_for() {
    let bytes = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes";
    assert_eq!(failure(bytes).1, Reason::Switched);
}

#[test]
fn endless_headers() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\n");
        while peer.stream.write_all(b"X-More: and more\r\n").is_ok() {}
    });
    for (limits, wanted) in [
        (Limits::default(), DecodeError::TooManyHeaders),
        (
            Limits {
                header_count: usize::MAX,
                ..Limits::default()
            },
            DecodeError::HeadersTooLong,
        ),
    ] {
        let options = ClientOptions {
            limits,
            ..ClientOptions::default()
        };
        let error = Rig::new().fetch(server.address, options, &get("/"));
        assert_eq!(error.unwrap_err().reason, Reason::Protocol(wanted));
    }
}

#[test]
fn one_endless_header() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nX: ");
        while peer.stream.write_all(&[b'x'; 1000]).is_ok() {}
    });
    let error = Rig::new().fetch(server.address, ClientOptions::default(), &get("/"));
    let wanted = Reason::Protocol(DecodeError::HeadersTooLong);
    assert_eq!(error.unwrap_err().reason, wanted);
}

#[test]
fn an_endless_body() {
    for framing in ["", "Transfer-Encoding: chunked\r\n"] {
        let server = Scripted::start(move |_, mut peer| {
            peer.request();
            peer.send(format!("HTTP/1.1 200 OK\r\n{framing}\r\n"));
            while peer.stream.write_all(b"8\r\nxxxxxxxx\r\n").is_ok() {}
        });
        let error = Rig::new().fetch(server.address, ClientOptions::default(), &get("/"));
        let wanted = Reason::Protocol(DecodeError::BodyTooLarge);
        assert_eq!(error.unwrap_err().reason, wanted);
    }
}

#[test]
fn a_storm_of_interim_responses() {
    let few = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(16) + &ok("calm");
    assert_eq!(after(few.as_bytes()), Ok((200, "calm".to_owned())));
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        while peer
            .stream
            .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
            .is_ok()
        {}
    });
    let error = Rig::new().fetch(server.address, ClientOptions::default(), &get("/"));
    let wanted = Reason::Protocol(DecodeError::TooManyInterimResponses);
    assert_eq!(error.unwrap_err().reason, wanted);
}

#[test]
fn a_byte_at_a_time() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        let text = "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\
                    Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n";
        for byte in text.bytes() {
            peer.send([byte]);
        }
        peer.wait_for_end();
    });
    let response = Rig::new()
        .fetch(server.address, ClientOptions::default(), &get("/"))
        .unwrap();
    assert_eq!(response.body(), b"Hello");
    assert_eq!(response.header("x"), Some(&b"y"[..]));
}

#[test]
fn the_answer_comes_before_the_request_is_sent() {
    let server = Scripted::start(|_, mut peer| {
        peer.send("HTTP/1.1 413 No\r\nContent-Length: 3\r\n\r\nNo!");
        peer.wait_for_end();
    });
    let body = vec![b'x'; 30_000_000];
    let request = ClientRequest {
        body: RequestBody::Whole(&body),
        ..ClientRequest::new(b"POST", b"/", b"test")
    };
    let mut rig = Rig::new();
    let response = rig
        .fetch(server.address, ClientOptions::default(), &request)
        .unwrap();
    assert_eq!((response.status(), response.body()), (413, &b"No!"[..]));
    // What is left of the request would be taken for the next one.
    assert_eq!(rig.client.counts().streams, 0);
}

#[test]
fn nothing_is_left_of_what_failed() {
    let mut rig = Rig::new();
    for bytes in [
        &b""[..],
        b"SSH-2.0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHel",
    ] {
        let server = Scripted::answering_once(bytes.to_vec());
        let failed = rig.fetch(server.address, ClientOptions::default(), &get("/"));
        assert!(failed.is_err());
        assert_eq!(rig.client.counts(), ClientCounts::default());
        assert_eq!(rig.events.counts().descriptors, 0);
    }
}

#[test]
fn what_http_does_not_allow_is_not_sent() {
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let to = Destination::host("127.0.0.1", 1);
    let split = [(&b"X"[..], &b"a\r\nY: b"[..])];
    for request in [
        get("/ HTTP/1.1\r\nX: y"),
        get(""),
        ClientRequest::new(b"GET /", b"/", b"test"),
        ClientRequest::new(b"GET", b"/", b"test\r\n"),
        ClientRequest {
            headers: &split,
            ..get("/")
        },
    ] {
        let refused = rig.client.send(&mut rig.events, pool, &to, &request);
        assert!(refused.is_err(), "{request:?}");
    }
    assert_eq!(rig.client.counts().exchanges, 0);
}
