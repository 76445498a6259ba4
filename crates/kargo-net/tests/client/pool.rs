//! Pools: which connection a request gets, and how many there are.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;

use kargo_net::client::ClientCounts;
use kargo_net::client::ClientEvent;
use kargo_net::client::ClientOptions;
use kargo_net::client::ClientRequest;
use kargo_net::client::ExchangeId;
use kargo_net::client::Phase;
use kargo_net::client::PoolOptions;
use kargo_net::client::Reason;
use kargo_net::client::RequestError;

use crate::support::DEADLINE;
use crate::support::Rig;
use crate::support::Scripted;
use crate::support::dead_port;
use crate::support::destination;
use crate::support::get;
use crate::support::impatient;
use crate::support::ok;

/// A server that answers when it is told to, and counts.
struct Counting {
    server: Scripted,
    /// Connections so far.
    connections: Arc<Mutex<usize>>,
    go: mpsc::Sender<()>,
}

/// Each request is answered when `go` was sent once more. With the body `/target`.
fn counting() -> Counting {
    let connections = Arc::new(Mutex::new(0));
    let count = Arc::clone(&connections);
    let (go, wait) = mpsc::channel();
    let wait = Arc::new(Mutex::new(wait));
    let server = Scripted::start(move |_, mut peer| {
        *count.lock().unwrap() += 1;
        let wait = Arc::clone(&wait);
        std::thread::spawn(move || {
            while let Some((head, _)) = peer.request() {
                if wait.lock().unwrap().recv_timeout(DEADLINE).is_err() {
                    return;
                }
                peer.send(ok(head.split(' ').nth(1).unwrap()));
            }
        });
    });
    Counting {
        server,
        connections,
        go,
    }
}

fn at_most(connections: usize) -> PoolOptions {
    PoolOptions {
        connections_per_destination: connections,
        ..PoolOptions::default()
    }
}

/// Waits for the end of all of them, and gives the bodies.
fn bodies(rig: &mut Rig, ids: &[ExchangeId]) -> HashSet<String> {
    let mut open: HashSet<ExchangeId> = ids.iter().copied().collect();
    let mut bodies = HashSet::new();
    while !open.is_empty() {
        match rig.event() {
            ClientEvent::Complete(id) => {
                assert!(open.remove(&id), "told twice");
                let response = rig.client.finish(id).unwrap();
                bodies.insert(String::from_utf8_lossy(response.body()).into_owned());
            }
            other => panic!("{other:?}"),
        }
    }
    bodies
}

#[test]
fn a_connection_is_reused() {
    let counting = counting();
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    for _ in 0..5 {
        counting.go.send(()).unwrap();
        let id = rig.send(pool, counting.server.address, &get("/x"));
        rig.response(id);
    }
    assert_eq!(*counting.connections.lock().unwrap(), 1);
    let counts = ClientCounts {
        exchanges: 0,
        connections: 1,
        streams: 1,
    };
    assert_eq!(rig.client.counts(), counts);
}

#[test]
fn requests_beyond_the_limit_wait_for_a_connection() {
    let counting = counting();
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(3));
    let names: Vec<String> = (0..10).map(|number| format!("/{number}")).collect();
    let ids: Vec<_> = names
        .iter()
        .map(|name| rig.send(pool, counting.server.address, &get(name)))
        .collect();
    assert_eq!(rig.client.counts().connections, 3);
    for _ in 0..10 {
        counting.go.send(()).unwrap();
    }
    let wanted: HashSet<String> = names.into_iter().collect();
    assert_eq!(bodies(&mut rig, &ids), wanted);
    assert_eq!(*counting.connections.lock().unwrap(), 3);
}

#[test]
fn hundreds_are_in_flight_on_one_loop() {
    let counting = counting();
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(1000));
    let ids: Vec<_> = (0..300)
        .map(|number| {
            let target = format!("/{number}");
            rig.send(pool, counting.server.address, &get(&target))
        })
        .collect();
    while counting.server.requests().len() < 300 {
        let nothing = rig.event_within(std::time::Duration::from_millis(1));
        assert_eq!(nothing, None);
    }
    for _ in 0..300 {
        counting.go.send(()).unwrap();
    }
    assert_eq!(bodies(&mut rig, &ids).len(), 300);
    // More than may stay idle were closed.
    assert_eq!(rig.client.counts().connections, 32);
    assert_eq!(rig.events.counts().descriptors, 32);
}

#[test]
fn destinations_have_limits_of_their_own() {
    let (one, other) = (counting(), counting());
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(1));
    let first = rig.send(pool, one.server.address, &get("/1"));
    let waits = rig.send(pool, one.server.address, &get("/2"));
    let second = rig.send(pool, other.server.address, &get("/3"));
    other.go.send(()).unwrap();
    assert_eq!(rig.response(second).body(), b"/3");
    one.go.send(()).unwrap();
    one.go.send(()).unwrap();
    rig.response(first);
    rig.response(waits);
}

#[test]
fn a_connection_that_fails_makes_way_for_the_next() {
    let server = Scripted::start(|number, mut peer| {
        peer.request();
        if number % 2 == 1 {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        }
    });
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(1));
    let ids = [0; 4].map(|_| rig.send(pool, server.address, &get("/")));
    assert_eq!(rig.failure(ids[0]).reason, Reason::Closed);
    rig.response(ids[1]);
    assert_eq!(rig.failure(ids[2]).reason, Reason::Closed);
    rig.response(ids[3]);
    assert_eq!(rig.client.counts(), ClientCounts::default());
}

#[test]
fn nobody_waits_for_a_connection_that_does_not_come_about() {
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(2));
    let to = dead_port();
    let ids: HashSet<_> = (0..20).map(|_| rig.send(pool, to, &get("/"))).collect();
    let mut failed = HashSet::new();
    while failed.len() < 20 {
        match rig.event() {
            ClientEvent::Failed(id, error) => {
                assert_eq!(error.phase, Phase::Connecting);
                failed.insert(id);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(failed, ids);
    assert_eq!(rig.client.counts(), ClientCounts::default());
}

#[test]
fn one_that_waits_can_be_given_up() {
    let counting = counting();
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(1));
    let ids = ["/1", "/2", "/3"].map(|it| rig.send(pool, counting.server.address, &get(it)));
    rig.client.cancel(&mut rig.events, ids[1]);
    counting.go.send(()).unwrap();
    counting.go.send(()).unwrap();
    assert_eq!(rig.response(ids[0]).body(), b"/1");
    assert_eq!(rig.response(ids[2]).body(), b"/3");
}

#[test]
fn what_was_given_up_while_connecting_leaves_its_connection_to_others() {
    let counting = counting();
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(1));
    let given_up = rig.send(pool, counting.server.address, &get("/1"));
    let waits = rig.send(pool, counting.server.address, &get("/2"));
    rig.client.cancel(&mut rig.events, given_up);
    counting.go.send(()).unwrap();
    assert_eq!(rig.response(waits).body(), b"/2");
    assert_eq!(*counting.connections.lock().unwrap(), 1);
}

#[test]
fn idle_connections_end_in_time() {
    let server = Scripted::answering(ok("fine"));
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions {
        connection: impatient(),
        ..PoolOptions::default()
    });
    let id = rig.send(pool, server.address, &get("/"));
    rig.response(id);
    assert_eq!(rig.client.counts().streams, 1);
    assert_eq!(
        rig.event_within(std::time::Duration::from_millis(400)),
        None
    );
    assert_eq!(rig.client.counts(), ClientCounts::default());
    assert_eq!(rig.events.counts().descriptors, 0);
}

#[test]
fn a_pool_that_is_removed_takes_all_with_it() {
    let counting = counting();
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(1));
    counting.go.send(()).unwrap();
    let id = rig.send(pool, counting.server.address, &get("/"));
    rig.response(id);
    let ids = [0; 2].map(|_| rig.send(pool, counting.server.address, &get("/")));
    rig.client.remove_pool(&mut rig.events, pool);
    let mut failed: Vec<_> = [rig.event(), rig.event()]
        .map(|event| match event {
            ClientEvent::Failed(id, error) => {
                assert_eq!(error.reason, Reason::Cancelled);
                id
            }
            other => panic!("{other:?}"),
        })
        .into();
    failed.sort_by_key(|id| *id != ids[0]);
    assert_eq!(failed, ids);
    assert_eq!(rig.client.counts(), ClientCounts::default());
    let to = destination(counting.server.address);
    let refused = rig.client.send(&mut rig.events, pool, &to, &get("/"));
    assert_eq!(refused, Err(RequestError::Gone));
}

#[test]
fn thousands_of_requests_leave_nothing_behind() {
    let server = Scripted::answering(ok("fine"));
    let mut rig = Rig::new();
    let pool = rig.pool(at_most(4));
    for _ in 0..500 {
        let ids: Vec<_> = (0..8)
            .map(|_| rig.send(pool, server.address, &get("/")))
            .collect();
        bodies(&mut rig, &ids);
    }
    let counts = rig.client.counts();
    assert_eq!((counts.exchanges, counts.connections), (0, 4));
    assert_eq!(server.requests().len(), 4000);
    // The timers of what is idle, and no more.
    assert!(rig.events.counts().timers <= 8, "{:?}", rig.events.counts());
}

#[test]
fn a_reused_connection_is_not_mistaken_for_the_one_before() {
    // Two responses of the same connection, the first with an odd end.
    let server = Scripted::answering("HTTP/1.1 204 No Content\r\n\r\n");
    let mut rig = Rig::new();
    let options = PoolOptions {
        connection: ClientOptions::default(),
        ..at_most(1)
    };
    let pool = rig.pool(options);
    for method in ["HEAD", "GET", "POST"] {
        let request = ClientRequest::new(method.as_bytes(), b"/", b"test");
        let id = rig.send(pool, server.address, &request);
        let response = rig.response(id);
        assert_eq!((response.status(), response.body()), (204, &b""[..]));
    }
}

#[test]
fn a_server_is_not_overrun_with_connections() {
    let counting = counting();
    let mut rig = Rig::new();
    let pool = rig.pool(PoolOptions::default());
    let ids: Vec<_> = (0..60)
        .map(|_| rig.send(pool, counting.server.address, &get("/x")))
        .collect();
    // Its queue may be short, and what overflows it is lost.
    assert_eq!(rig.client.counts().connections, 60);
    assert_eq!(rig.client.counts().streams, 8);
    // Those that wait for their turn can be given up.
    for id in &ids[50..] {
        rig.client.cancel(&mut rig.events, *id);
    }
    let begin = std::time::Instant::now();
    while counting.server.requests().len() < 50 {
        let nothing = rig.event_within(std::time::Duration::from_millis(1));
        assert_eq!(nothing, None);
    }
    assert!(begin.elapsed() >= std::time::Duration::from_millis(25));
    for _ in 0..50 {
        counting.go.send(()).unwrap();
    }
    bodies(&mut rig, &ids[..50]);
    // A server that answers at once is not waited for.
    let quick =
        Scripted::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let begin = std::time::Instant::now();
    for _ in 0..100 {
        let id = rig.send(pool, quick.address, &get("/"));
        rig.response(id);
    }
    assert!(begin.elapsed() < std::time::Duration::from_millis(300));
}
