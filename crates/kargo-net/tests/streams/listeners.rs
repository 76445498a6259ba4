//! Listeners.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use kargo_net::AcceptDecision;
use kargo_net::AcceptGate;
use kargo_net::ListenAddress;
use kargo_net::Listener;
use kargo_net::PeerAddress;
use kargo_net::streams::Direction;
use kargo_net::streams::ListenOptions;
use kargo_net::streams::StreamEvent;

use crate::driver::DEADLINE;
use crate::driver::Driver;
use crate::driver::read_to_end;

fn connect(address: std::net::SocketAddr) -> TcpStream {
    let peer = TcpStream::connect(address).unwrap();
    peer.set_read_timeout(Some(DEADLINE)).unwrap();
    peer
}

#[test]
fn a_connection_may_be_refused() {
    let mut driver = Driver::new();
    let (listener, address) = driver.listen(ListenOptions::default());
    let mut peer = connect(address);
    let id = driver.accept_from(&peer);
    assert_eq!(driver.streams.accepted_by(listener), 1);
    driver.streams.abort(&mut driver.events, id);
    assert_eq!(driver.streams.accepted_by(listener), 0);
    assert_eq!(read_to_end(&mut peer), (0, true));
    let peer = connect(address);
    let id = driver.accept_from(&peer);
    let ours = driver.streams.local_address(id);
    assert_eq!(ours, Some(PeerAddress::Inet(address)));
}

#[test]
fn at_the_limit_connections_wait_until_one_ends() {
    let mut driver = Driver::new();
    let options = ListenOptions {
        max_connections: 2,
        ..ListenOptions::default()
    };
    let (listener, address) = driver.listen(options);
    let peers: Vec<TcpStream> = (0..3).map(|_| connect(address)).collect();
    driver.until("two are accepted", |driver| driver.told.len() == 2);
    driver.idle(Duration::from_millis(30));
    assert_eq!(driver.told.len(), 2, "the third waits");
    let before = driver.turns;
    driver.idle(Duration::from_millis(60));
    assert!(driver.turns - before <= 2, "the loop does not spin");
    let first = driver.told[0].0;
    driver.streams.close(&mut driver.events, first);
    driver.until("the third is accepted", |driver| driver.told.len() == 3);
    assert_eq!(driver.streams.accepted_by(listener), 2);
    drop(peers);
}

#[test]
fn closed_listeners_leave_their_connections() {
    let mut driver = Driver::new();
    let (listener, address) = driver.listen(ListenOptions::default());
    let mut peer = connect(address);
    let id = driver.accept_from(&peer);
    driver.streams.unlisten(&mut driver.events, listener);
    assert_eq!(driver.streams.listen_address(listener), None);
    assert!(TcpStream::connect(address).is_err());
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    peer.write_all(b"still").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    driver.streams.close(&mut driver.events, id);
    assert!(driver.streams.is_empty());
    driver.streams.unlisten(&mut driver.events, listener);
}

#[test]
fn unix_listeners() {
    let path = std::env::temp_dir().join(format!("kargo-streams-{}", std::process::id()));
    let mut driver = Driver::new();
    let address = ListenAddress::Unix(path.clone());
    let listener = Listener::bind(&address).unwrap();
    let id = driver
        .streams
        .listen(&mut driver.events, listener, ListenOptions::default())
        .unwrap();
    let mut peer = UnixStream::connect(&path).unwrap();
    driver.until("it is accepted", |driver| !driver.told.is_empty());
    let (stream, event) = driver.told[0];
    assert_eq!(event, StreamEvent::Accepted(id));
    assert_eq!(driver.streams.peer_address(stream), Some(PeerAddress::Unix));
    driver
        .streams
        .enable(&mut driver.events, stream, Direction::Reading);
    peer.write_all(b"x").unwrap();
    driver.until_told(stream, StreamEvent::Readable);
    driver.streams.unlisten(&mut driver.events, id);
    assert!(!path.exists());
}

#[derive(Debug)]
struct Gate(std::rc::Rc<std::cell::Cell<(bool, i32)>>);

impl AcceptGate for Gate {
    fn decide(&mut self) -> AcceptDecision {
        if self.0.get().0 {
            AcceptDecision::Accept
        } else {
            AcceptDecision::Leave {
                retry_after: Duration::from_secs(600),
            }
        }
    }

    fn opened(&mut self) {
        let (open, count) = self.0.get();
        self.0.set((open, count + 1));
    }

    fn closed(&mut self) {
        let (open, count) = self.0.get();
        self.0.set((open, count - 1));
    }
}

#[test]
fn the_gate_is_asked_and_told() {
    let state = std::rc::Rc::new(std::cell::Cell::new((false, 0)));
    let mut driver = Driver::new();
    driver
        .streams
        .set_accept_gate(Box::new(Gate(std::rc::Rc::clone(&state))));
    let (_, own) = driver.listen(ListenOptions::default());
    let peer = connect(own);
    let id = driver.accept_from(&peer);
    driver.streams.abort(&mut driver.events, id);
    state.set((false, 0));
    let (listener, address) = driver.listen(ListenOptions {
        is_shared: true,
        ..ListenOptions::default()
    });
    let peer = connect(address);
    driver.idle(Duration::from_millis(30));
    assert_eq!(driver.told.len(), 0, "it was left to another process");
    state.set((true, 0));
    driver.streams.poke_listeners(&mut driver.events);
    let id = driver.accept_from(&peer);
    assert_eq!(state.get().1, 1);
    driver.streams.abort(&mut driver.events, id);
    assert_eq!(state.get().1, 0);
    state.set((false, 0));
    let peer = connect(address);
    driver.idle(Duration::from_millis(30));
    driver.streams.unlisten(&mut driver.events, listener);
    assert_eq!(driver.events.counts().timers, 0);
    drop(peer);
}

#[test]
fn the_backlog_bounds_the_queue() {
    let mut driver = Driver::new();
    let (_, address) = driver.listen_with_backlog(ListenOptions::default(), 1);
    // The kernel takes one or two more than it was told; the next ones hang.
    let mut queued = Vec::new();
    while let Ok(peer) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
        queued.push(peer);
        assert!(queued.len() < 10, "the queue has a bound");
    }
    assert!(!queued.is_empty());
}
