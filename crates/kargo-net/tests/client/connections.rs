//! Connections with a queue of their own: order, reuse, what is told when they end.

use std::sync::mpsc;
use std::time::Duration;

use kargo_net::client::ClientEvent;
use kargo_net::client::ClientOptions;
use kargo_net::client::ClientRequest;
use kargo_net::client::Phase;
use kargo_net::client::Reason;
use kargo_net::client::RequestBody;
use kargo_net::client::RequestError;

use crate::support::DEADLINE;
use crate::support::Rig;
use crate::support::Scripted;
use crate::support::dead_port;
use crate::support::get;
use crate::support::ok;
use crate::support::signal;

fn targets(server: &Scripted) -> Vec<String> {
    let target = |head: &String| head.split(' ').nth(1).unwrap().to_owned();
    server.requests().iter().map(target).collect()
}

#[test]
fn requests_of_one_connection_run_one_after_the_other() {
    let (go, wait) = mpsc::channel();
    let server = Scripted::start(move |number, mut peer| {
        assert_eq!(number, 0, "a second connection");
        for body in ["one", "two", "three"] {
            wait.recv_timeout(DEADLINE).unwrap();
            peer.request();
            peer.send(ok(body));
        }
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    assert!(!rig.client.is_connected(connection));
    let ids: Vec<_> = ["/1", "/2", "/3"]
        .map(|target| rig.send_on(connection, &get(target)))
        .into();
    for (id, body) in ids.into_iter().zip(["one", "two", "three"]) {
        go.send(()).unwrap();
        assert_eq!(rig.response(id).body(), body.as_bytes());
    }
    assert!(rig.client.is_connected(connection));
    assert_eq!(targets(&server), ["/1", "/2", "/3"]);
}

#[test]
fn a_close_is_told_before_the_response_that_came_with_it() {
    let closing = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbye";
    let server = Scripted::start(move |_, mut peer| {
        peer.request();
        peer.send(closing);
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let ids = [
        rig.send_on(connection, &get("/1")),
        rig.send_on(connection, &get("/2")),
    ];
    for id in ids {
        assert_eq!(rig.event(), ClientEvent::Closed(connection));
        assert_eq!(rig.response(id).body(), b"bye");
    }
    assert_eq!(targets(&server), ["/1", "/2"]);
}

#[test]
fn a_request_may_ask_for_the_close() {
    let server = Scripted::answering(ok("open"));
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let closing = [(&b"Connection"[..], &b"close"[..])];
    for request in [
        ClientRequest {
            close: true,
            ..get("/")
        },
        ClientRequest {
            headers: &closing,
            ..get("/")
        },
    ] {
        let id = rig.send_on(connection, &request);
        assert_eq!(rig.event(), ClientEvent::Closed(connection));
        assert_eq!(rig.response(id).body(), b"open");
    }
    for head in server.requests() {
        assert!(head.contains("\r\nConnection: close\r\n"), "{head}");
    }
}

#[test]
fn a_server_that_hangs_up_between_requests_is_told() {
    let (hang_up, wait) = signal();
    let server = Scripted::start(move |_, mut peer| {
        peer.request();
        peer.send(ok("one"));
        wait();
    });
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let id = rig.send_on(connection, &get("/"));
    rig.response(id);
    hang_up.send(()).unwrap();
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    assert!(!rig.client.is_connected(connection));
    // And it is as good as new.
    let id = rig.send_on(connection, &get("/"));
    rig.response(id);
}

#[test]
fn what_nobody_waits_for_ends_the_connection() {
    let (talk, wait) = signal();
    let server = Scripted::start(move |_, mut peer| {
        peer.request();
        peer.send(ok("one"));
        wait();
        peer.send(ok("surplus"));
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let id = rig.send_on(connection, &get("/"));
    rig.response(id);
    talk.send(()).unwrap();
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
}

#[test]
fn a_response_with_something_behind_it_is_the_last_of_its_connection() {
    let server = Scripted::answering(ok("one") + "HTTP/1.1 200 OK\r\n");
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    for _ in 0..2 {
        let id = rig.send_on(connection, &get("/"));
        assert_eq!(rig.event(), ClientEvent::Closed(connection));
        assert_eq!(rig.response(id).body(), b"one");
    }
}

/// A server whose connections end, by the count of requests it answers on each.
fn forgetful(answers: [usize; 2], reset: bool) -> Scripted {
    Scripted::start(move |number, mut peer| {
        for _ in 0..answers.get(number).copied().unwrap_or(usize::MAX) {
            if peer.request().is_none() {
                return;
            }
            peer.send("HTTP/1.1 204 No Content\r\n\r\n");
        }
        // The next one is read, and not answered.
        peer.request();
        if reset {
            peer.reset();
        }
    })
}

#[test]
fn a_harmless_request_is_sent_again_if_a_used_connection_is_closed() {
    for reset in [false, true] {
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
            let server = forgetful([1, 1], reset);
            let mut rig = Rig::new();
            let connection = rig.open(server.address, ClientOptions::default());
            let request = ClientRequest {
                body: RequestBody::Whole(b"again"),
                ..ClientRequest::new(method.as_bytes(), b"/", b"test")
            };
            let first = rig.send_on(connection, &request);
            rig.event();
            let second = rig.send_on(connection, &request);
            assert_eq!(rig.event(), ClientEvent::Closed(connection), "{method}");
            assert_eq!(rig.response(second).status(), 204, "{method}");
            assert!(rig.client.finish(first).is_some());
            let sent = server.requests();
            assert_eq!(sent.len(), 3);
            assert_eq!(sent[1], sent[2]);
        }
    }
}

#[test]
fn a_request_with_consequences_is_not_sent_twice() {
    for method in ["POST", "PATCH", "PURGE"] {
        let server = forgetful([1, 1], false);
        let mut rig = Rig::new();
        let connection = rig.open(server.address, ClientOptions::default());
        let request = ClientRequest::new(method.as_bytes(), b"/", b"test");
        let id = rig.send_on(connection, &request);
        rig.response(id);
        let id = rig.send_on(connection, &request);
        assert_eq!(rig.event(), ClientEvent::Closed(connection));
        let error = rig.failure(id);
        assert_eq!(
            (error.phase, error.reason),
            (Phase::Waiting, Reason::Closed)
        );
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn nothing_is_sent_again_on_a_new_connection() {
    let server = forgetful([0, 0], false);
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let id = rig.send_on(connection, &get("/"));
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    assert_eq!(rig.failure(id).reason, Reason::Closed);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_request_is_sent_again_once() {
    let server = forgetful([1, 0], false);
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let id = rig.send_on(connection, &get("/"));
    rig.response(id);
    let id = rig.send_on(connection, &get("/"));
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    assert_eq!(rig.failure(id).reason, Reason::Closed);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_not_used() {
    let (closed, wait_until_closed) = signal();
    let server = Scripted::start(move |_, mut peer| {
        peer.request();
        peer.send(ok("one"));
        drop(peer);
        let _ = closed.send(());
    });
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let post = ClientRequest::new(b"POST", b"/", b"test");
    let id = rig.send_on(connection, &post);
    rig.response(id);
    wait_until_closed();
    // Not even the loop was asked in between: a POST must not be lost on it.
    let id = rig.send_on(connection, &post);
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    assert_eq!(rig.response(id).body(), b"one");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn after_a_failure_the_queue_goes_on() {
    let server = Scripted::start(|number, mut peer| {
        peer.request();
        peer.send(if number == 1 {
            "SSH-2.0\r\n".to_owned()
        } else {
            ok("fine")
        });
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let closing = ClientRequest {
        close: true,
        ..get("/")
    };
    let ids = [0; 3].map(|_| rig.send_on(connection, &closing));
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    rig.response(ids[0]);
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    assert!(matches!(rig.failure(ids[1]).reason, Reason::Protocol(_)));
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    rig.response(ids[2]);
}

#[test]
fn if_there_is_no_connection_the_whole_queue_fails() {
    let mut rig = Rig::new();
    let connection = rig.open(dead_port(), ClientOptions::default());
    let ids = [0; 3].map(|_| rig.send_on(connection, &get("/")));
    for id in ids {
        let error = rig.failure(id);
        assert_eq!(
            (error.phase, error.reason),
            (Phase::Connecting, Reason::Refused)
        );
    }
    assert_eq!(rig.event_within(Duration::ZERO), None);
}

#[test]
fn a_request_that_is_given_up_ends_its_connection_and_no_other() {
    let server = Scripted::start(|number, mut peer| {
        peer.request();
        if number > 0 {
            peer.send(ok("second"));
        }
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let (first, second) = (
        rig.send_on(connection, &get("/1")),
        rig.send_on(connection, &get("/2")),
    );
    while server.requests().is_empty() {
        assert_eq!(rig.event_within(Duration::from_millis(1)), None);
    }
    rig.client.cancel(&mut rig.events, first);
    assert_eq!(rig.event(), ClientEvent::Closed(connection));
    assert_eq!(rig.response(second).body(), b"second");
    rig.client.cancel(&mut rig.events, first);
    rig.client.cancel(&mut rig.events, second);
}

#[test]
fn a_request_that_is_given_up_in_the_queue_is_never_sent() {
    let server = Scripted::answering(ok("fine"));
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let ids = ["/1", "/2", "/3"].map(|target| rig.send_on(connection, &get(target)));
    rig.client.cancel(&mut rig.events, ids[1]);
    rig.response(ids[0]);
    rig.response(ids[2]);
    assert_eq!(targets(&server), ["/1", "/3"]);
}

#[test]
fn a_complete_response_that_is_given_up_leaves_its_connection_alone() {
    let server = Scripted::answering(ok("fine"));
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let id = rig.send_on(connection, &get("/"));
    assert_eq!(rig.event(), ClientEvent::Complete(id));
    rig.client.cancel(&mut rig.events, id);
    assert!(rig.client.finish(id).is_none());
    assert!(rig.client.is_connected(connection));
}

#[test]
fn a_released_connection_ends_with_its_last_request() {
    let server = Scripted::answering(ok("fine"));
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let ids = [0; 2].map(|_| rig.send_on(connection, &get("/")));
    rig.client.release(&mut rig.events, connection);
    for id in ids {
        rig.response(id);
    }
    assert_eq!(rig.client.counts().connections, 0);
    assert_eq!(rig.events.counts().descriptors, 0);
    let refused = rig.client.send_on(&mut rig.events, connection, &get("/"));
    assert_eq!(refused, Err(RequestError::Gone));
    // One that has nothing to do is gone at once.
    let idle = rig.open(server.address, ClientOptions::default());
    rig.client.release(&mut rig.events, idle);
    assert_eq!(rig.client.counts().connections, 0);
}

#[test]
fn a_closed_connection_fails_what_it_had() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let connection = rig.open(server.address, ClientOptions::default());
    let ids = [0; 2].map(|_| rig.send_on(connection, &get("/")));
    while server.requests().is_empty() {
        assert_eq!(rig.event_within(Duration::from_millis(1)), None);
    }
    rig.client.close(&mut rig.events, connection);
    assert_eq!(rig.failure(ids[0]).reason, Reason::Cancelled);
    let error = rig.failure(ids[1]);
    assert_eq!(
        (error.phase, error.reason),
        (Phase::Queued, Reason::Cancelled)
    );
    assert_eq!(rig.client.counts().connections, 0);
}

#[test]
fn a_unix_socket_is_a_destination_too() {
    let folder = std::env::temp_dir().join(format!("kargo-client-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 1000];
        let got = std::io::Read::read(&mut stream, &mut buffer).unwrap();
        assert!(buffer[..got].starts_with(b"GET / HTTP/1.1\r\nHost: test\r\n"));
        std::io::Write::write_all(&mut stream, ok("local").as_bytes()).unwrap();
    });
    let mut rig = Rig::new();
    let to = kargo_net::client::Destination::Unix(path);
    let connection = rig.client.open(to, ClientOptions::default());
    let id = rig.send_on(connection, &get("/"));
    assert_eq!(rig.response(id).body(), b"local");
    std::fs::remove_dir_all(&folder).unwrap();
}
