//! Where a server can listen, and who takes a connection.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use common::Running;
use kargo_net::AcceptDecision;
use kargo_net::AcceptGate;
use kargo_net::ListenAddress;
use kargo_net::Listener;
use kargo_net::ListenerSetup;
use kargo_net::ServerOptions;

/// A path that is this test's own and short enough.
fn socket_path(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("kargo-{}-{name}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn at(path: &std::path::Path) -> ListenAddress {
    ListenAddress::Unix(path.to_path_buf())
}

fn failure(address: &ListenAddress) -> String {
    Listener::bind(address).unwrap_err().to_string()
}

#[test]
fn ipv4_ipv6_and_unix_sockets_answer_alike() {
    let path = socket_path("alike");
    for address in [
        "127.0.0.1:0",
        "[::1]:0",
        "localhost:0",
        &format!("unix:{}", path.display()),
    ] {
        let server = Running::start_at(address, ServerOptions::default());
        let mut client = server.client();
        assert_eq!(client.get("/a").text(), "GET /a ", "{address}");
        client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
        let id = server.parked(1)[0];
        let (peer, local) = server.with(move |server, _, _| {
            let request = server.request(id).unwrap();
            (*request.peer_address(), request.local_address())
        });
        match &server.address {
            ListenAddress::Inet(address) => {
                assert_eq!(local.socket_address(), Some(*address));
                let client = client.stream.tcp().local_addr().unwrap();
                assert_eq!(peer.socket_address(), Some(client));
            }
            ListenAddress::Unix(_) => assert_eq!(peer.to_string(), "unix:"),
        }
    }
    assert!(
        !path.exists(),
        "the socket file is removed with its listener"
    );
}

#[test]
fn an_ipv6_wildcard_serves_ipv4_and_shows_its_peers_as_such() {
    let server = Running::start_at("[::]:0", ServerOptions::default());
    let port = server.socket_address().port();
    let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let address = stream.local_addr().unwrap();
    let mut client = common::Client::new(stream);
    client.send("GET /park HTTP/1.1\r\nHost: t\r\n\r\n");
    let id = server.parked(1)[0];
    let peer = server.with(move |server, _, _| *server.request(id).unwrap().peer_address());
    assert_eq!(peer.socket_address(), Some(address));
}

#[test]
fn an_address_in_use_is_refused() {
    let first = Listener::bind(&"127.0.0.1:0".parse().unwrap()).unwrap();
    let text = failure(first.address());
    assert!(
        text.contains("in use") && text.contains(&first.address().to_string()),
        "{text}"
    );

    let path = socket_path("in-use");
    let first = Listener::bind(&at(&path)).unwrap();
    assert!(failure(&at(&path)).contains("in use"));
    drop(first);
    assert!(!path.exists());
}

#[test]
fn a_stale_socket_file_is_replaced_and_a_plain_file_is_not() {
    let path = socket_path("stale");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let listener = Listener::bind(&at(&path)).unwrap();
    std::os::unix::net::UnixStream::connect(&path).unwrap();
    drop(listener);

    std::fs::write(&path, "precious").unwrap();
    assert!(failure(&at(&path)).contains("in the way"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_listener_removes_only_its_own_file() {
    let path = socket_path("own");
    let first = Listener::bind(&at(&path)).unwrap();
    let copy = first.try_clone().unwrap();
    drop(copy);
    assert!(path.exists(), "a copy owns no file");
    std::fs::remove_file(&path).unwrap();
    let second = Listener::bind(&at(&path)).unwrap();
    drop(first);
    assert!(path.exists(), "a successor's file was removed");
    drop(second);
}

#[test]
fn errors_tell_the_operator_what_to_do() {
    let long = PathBuf::from(format!("/tmp/{}", "x".repeat(120)));
    assert!(failure(&at(&long)).contains("too long"));
    assert!(failure(&at("/no/such/directory/x.sock".as_ref())).contains("does not exist"));
    assert!(failure(&"203.0.113.1:1".parse().unwrap()).contains("this machine does not have"));
    for text in ["", "x", "127.0.0.1", "127.0.0.1:x", "::1:80:", "unix:"] {
        assert!(text.parse::<ListenAddress>().is_err(), "{text}");
    }
}

#[test]
fn an_inherited_descriptor_is_taken_over() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let listener = Listener::from_fd(OwnedFd::from(listener)).unwrap();
    assert_eq!(listener.address(), &ListenAddress::Inet(address));
    let server = Running::start_with(listener, ServerOptions::default(), ListenerSetup::default);
    assert_eq!(server.client().get("/a").status, 200);

    let path = socket_path("inherited");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let listener = Listener::from_fd(OwnedFd::from(listener)).unwrap();
    assert_eq!(listener.address(), &at(&path));
    drop(listener);
    assert!(path.exists(), "the file is its maker's");
    std::fs::remove_file(&path).unwrap();

    let (one, _) = std::os::unix::net::UnixStream::pair().unwrap();
    assert!(Listener::from_fd(OwnedFd::from(one)).is_err());
}

/// Leaves the first connections to others, and counts.
#[derive(Debug, Default)]
struct Counters {
    refusals_left: AtomicUsize,
    asked: AtomicUsize,
    opened: AtomicUsize,
    closed: AtomicUsize,
}

#[derive(Debug)]
struct Gate {
    counters: Arc<Counters>,
    retry_after: Duration,
}

impl AcceptGate for Gate {
    fn decide(&mut self) -> AcceptDecision {
        self.counters.asked.fetch_add(1, Ordering::SeqCst);
        let left = self.counters.refusals_left.load(Ordering::SeqCst);
        if left > 0 {
            self.counters
                .refusals_left
                .store(left - 1, Ordering::SeqCst);
            return AcceptDecision::Leave {
                retry_after: self.retry_after,
            };
        }
        AcceptDecision::Accept
    }

    fn opened(&mut self) {
        self.counters.opened.fetch_add(1, Ordering::SeqCst);
    }

    fn closed(&mut self) {
        self.counters.closed.fetch_add(1, Ordering::SeqCst);
    }
}

fn gated(refusals: usize, retry_after: Duration) -> (Running, Arc<Counters>) {
    let server = Running::start(ServerOptions::default());
    let counters = Arc::new(Counters::default());
    counters.refusals_left.store(refusals, Ordering::SeqCst);
    let gate = Gate {
        counters: Arc::clone(&counters),
        retry_after,
    };
    // A trait object need not be Send, so it is made where it lives.
    server.with(move |server, _, _| server.set_accept_gate(Box::new(gate)));
    (server, counters)
}

#[test]
fn a_gate_is_asked_again_after_its_time() {
    let (server, counters) = gated(3, Duration::from_millis(5));
    assert_eq!(server.client().get("/a").status, 200);
    server.until("the end", |server, _| server.counts().connections == 0);
    assert_eq!(counters.refusals_left.load(Ordering::SeqCst), 0);
    assert_eq!(counters.opened.load(Ordering::SeqCst), 1);
    assert_eq!(counters.closed.load(Ordering::SeqCst), 1);
}

#[test]
fn a_gate_can_be_poked() {
    let (server, counters) = gated(1, Duration::from_secs(3600));
    let mut client = server.client();
    client.send("GET /a HTTP/1.1\r\nHost: t\r\n\r\n");
    let asked = Arc::clone(&counters);
    server.until("the question", move |_, _| {
        asked.asked.load(Ordering::SeqCst) == 1
    });
    server.with(|server, events, _| server.poke_listeners(events));
    assert_eq!(client.answer().status, 200);
}
