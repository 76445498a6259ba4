//! The ends that come by themselves.

use std::io::Write;
use std::time::Duration;
use std::time::Instant;

use kargo_net::client::ClientEvent;
use kargo_net::client::ClientOptions;
use kargo_net::client::ClientRequest;
use kargo_net::client::Phase;
use kargo_net::client::PoolOptions;
use kargo_net::client::Reason;
use kargo_net::client::RequestBody;

use crate::support::Rig;
use crate::support::Scripted;
use crate::support::get;
use crate::support::impatient;
use crate::support::ok;
use crate::support::signal;

const LONG: Duration = Duration::from_secs(60);

fn patient() -> ClientOptions {
    ClientOptions {
        connect_timeout: LONG,
        write_timeout: LONG,
        head_timeout: LONG,
        body_timeout: LONG,
        idle_timeout: None,
        ..ClientOptions::default()
    }
}

/// Fails in this phase after the short time, and not before.
fn assert_times_out(
    server: &Scripted,
    options: ClientOptions,
    request: &ClientRequest<'_>,
    phase: Phase,
    reason: Reason,
) {
    let begin = Instant::now();
    let error = Rig::new()
        .fetch(server.address, options, request)
        .unwrap_err();
    assert_eq!((error.phase, error.reason), (phase, reason));
    assert!(begin.elapsed() >= impatient().head_timeout);
}

#[test]
fn a_server_that_does_not_accept() {
    // Its queue is full: nobody accepts, and the kernel does not answer.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let fd = std::os::fd::AsRawFd::as_raw_fd(&listener);
    #[expect(unsafe_code, reason = "std has no backlog")]
    // SAFETY: listen(2) takes no pointer.
    let shortened = unsafe { libc::listen(fd, 0) };
    assert_eq!(shortened, 0);
    let mut rig = Rig::new();
    let options = ClientOptions {
        connect_timeout: impatient().connect_timeout,
        ..patient()
    };
    let mut timed_out = 0;
    for _ in 0..4 {
        let pool = rig.pool(PoolOptions {
            connection: options.clone(),
            ..PoolOptions::default()
        });
        let request = ClientRequest {
            total_timeout: Some(Duration::from_millis(500)),
            ..get("/")
        };
        let id = rig.send(pool, to, &request);
        let error = rig.failure(id);
        assert!(matches!(error.reason, Reason::TimedOut | Reason::Expired));
        timed_out += usize::from(error.phase == Phase::Connecting);
    }
    assert!(timed_out >= 2, "{timed_out}");
}

#[test]
fn a_server_that_does_not_answer() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.wait_for_end();
    });
    let options = ClientOptions {
        head_timeout: impatient().head_timeout,
        ..patient()
    };
    assert_times_out(
        &server,
        options,
        &get("/"),
        Phase::Waiting,
        Reason::TimedOut,
    );
}

#[test]
fn a_head_that_comes_a_byte_at_a_time_has_its_time_as_a_whole() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nX: ");
        while peer.stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let options = ClientOptions {
        head_timeout: impatient().head_timeout,
        ..patient()
    };
    assert_times_out(
        &server,
        options,
        &get("/"),
        Phase::Waiting,
        Reason::TimedOut,
    );
}

#[test]
fn a_body_that_does_not_go_on() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHel");
        peer.wait_for_end();
    });
    let options = ClientOptions {
        body_timeout: impatient().body_timeout,
        ..patient()
    };
    assert_times_out(
        &server,
        options,
        &get("/"),
        Phase::Receiving,
        Reason::TimedOut,
    );
}

#[test]
fn a_body_that_is_slow_but_goes_on_has_all_the_time() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n");
        for _ in 0..30 {
            std::thread::sleep(Duration::from_millis(20));
            peer.send("x");
        }
        peer.wait_for_end();
    });
    let response = Rig::new().fetch(server.address, impatient(), &get("/"));
    assert_eq!(response.unwrap().body().len(), 30);
}

#[test]
fn a_server_that_takes_nothing() {
    let (_over, wait) = signal();
    let server = Scripted::start(move |_, _peer| wait());
    let body = vec![b'x'; 30_000_000];
    let request = ClientRequest {
        body: RequestBody::Whole(&body),
        ..ClientRequest::new(b"POST", b"/", b"test")
    };
    let options = ClientOptions {
        write_timeout: impatient().write_timeout,
        ..patient()
    };
    assert_times_out(&server, options, &request, Phase::Sending, Reason::TimedOut);
}

#[test]
fn a_server_that_takes_little_at_a_time_is_not_given_up() {
    let server = Scripted::start(move |_, mut peer| {
        let mut taken = 0;
        let mut buffer = vec![0; 200_000];
        while taken < 8_000_000 {
            std::thread::sleep(Duration::from_millis(10));
            taken += std::io::Read::read(&mut peer.stream, &mut buffer).unwrap();
        }
        peer.send(ok("all"));
        peer.wait_for_end();
    });
    let body = vec![b'x'; 8_000_000];
    let request = ClientRequest {
        body: RequestBody::Whole(&body),
        ..ClientRequest::new(b"POST", b"/", b"test")
    };
    let options = ClientOptions {
        write_timeout: impatient().write_timeout,
        ..patient()
    };
    let response = Rig::new().fetch(server.address, options, &request);
    assert_eq!(response.unwrap().body(), b"all");
}

#[test]
fn the_whole_has_its_time() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while peer.stream.write_all(b"1\r\nx\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let request = ClientRequest {
        total_timeout: Some(impatient().head_timeout),
        ..get("/")
    };
    assert_times_out(
        &server,
        patient(),
        &request,
        Phase::Receiving,
        Reason::Expired,
    );
}

#[test]
fn one_that_waits_for_a_connection_has_its_time_as_well() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions {
        connections_per_destination: 1,
        connection: patient(),
        ..PoolOptions::default()
    });
    let first = rig.send(pool, server.address, &get("/"));
    let request = ClientRequest {
        total_timeout: Some(Duration::from_millis(50)),
        ..get("/")
    };
    let second = rig.send(pool, server.address, &request);
    let error = rig.failure(second);
    assert_eq!(
        (error.phase, error.reason),
        (Phase::Queued, Reason::Expired)
    );
    rig.client.cancel(&mut rig.events, first);
    assert_eq!(rig.client.counts().exchanges, 0);
    // The same in the queue of a connection.
    let connection = rig.open(server.address, patient());
    rig.send_on(connection, &get("/"));
    let second = rig.send_on(connection, &request);
    let error = rig.failure(second);
    assert_eq!(
        (error.phase, error.reason),
        (Phase::Queued, Reason::Expired)
    );
}

#[test]
fn a_response_that_came_in_time_counts_although_nobody_looked() {
    let (go, wait) = signal();
    let (sent, wait_until_sent) = signal();
    let server = Scripted::start(move |_, mut peer| {
        peer.request();
        wait();
        peer.send(ok("in time"));
        sent.send(()).unwrap();
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions {
        connection: ClientOptions {
            head_timeout: impatient().head_timeout,
            ..patient()
        },
        ..PoolOptions::default()
    });
    let id = rig.send(pool, server.address, &get("/"));
    while server.requests().is_empty() {
        rig.turn();
    }
    go.send(()).unwrap();
    wait_until_sent();
    // As a handler does that computes for long.
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(rig.response(id).body(), b"in time");
}

#[test]
fn whoever_takes_a_streamed_body_may_take_his_time() {
    let server = Scripted::start(|_, mut peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n");
        peer.send(vec![b'x'; 5_000_000]);
        peer.wait_for_end();
    });
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions {
        connection: impatient(),
        ..PoolOptions::default()
    });
    let request = ClientRequest {
        is_streamed: true,
        body_limit: Some(u64::MAX),
        ..get("/")
    };
    let id = rig.send(pool, server.address, &request);
    assert_eq!(rig.event(), ClientEvent::Head(id));
    assert_eq!(rig.event(), ClientEvent::Body(id));
    assert_eq!(rig.event_within(Duration::from_millis(500)), None);
    let mut got = 0;
    loop {
        got += rig.client.take_body(&mut rig.events, id).len();
        match rig.event() {
            ClientEvent::Body(_) => {}
            ClientEvent::Complete(_) => break,
            other => panic!("{other:?}"),
        }
    }
    got += rig.client.take_body(&mut rig.events, id).len();
    assert_eq!(got, 5_000_000);
}
