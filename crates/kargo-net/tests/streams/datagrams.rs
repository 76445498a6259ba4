//! UDP.

use std::net::SocketAddr;
use std::net::UdpSocket;
use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventLoop;
use kargo_net::datagrams::DatagramId;
use kargo_net::datagrams::DatagramOptions;
use kargo_net::datagrams::Datagrams;

use crate::driver::DEADLINE;

struct Table {
    events: EventLoop,
    datagrams: Datagrams,
}

impl Table {
    fn new() -> Self {
        Self {
            events: EventLoop::new().unwrap(),
            datagrams: Datagrams::new(8),
        }
    }

    fn bind(&mut self, options: DatagramOptions) -> (DatagramId, SocketAddr) {
        let any = "127.0.0.1:0".parse().unwrap();
        let id = self.datagrams.bind(&mut self.events, any, options).unwrap();
        (id, self.datagrams.local_address(id).unwrap())
    }

    fn turn(&mut self) {
        self.events.poll(Some(Duration::from_millis(20))).unwrap();
        while let Some(event) = self.events.next() {
            self.datagrams.handle_event(&mut self.events, event);
        }
    }

    fn until_told(&mut self, id: DatagramId) {
        let end = Instant::now() + DEADLINE;
        while self.datagrams.next_event() != Some(id) {
            assert!(Instant::now() < end, "nothing came");
            self.turn();
        }
    }
}

#[test]
fn datagrams_keep_their_bounds_and_their_senders() {
    let mut table = Table::new();
    let (id, address) = table.bind(DatagramOptions::default());
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.set_read_timeout(Some(DEADLINE)).unwrap();
    for text in [&b"one"[..], b"", b"three"] {
        peer.send_to(text, address).unwrap();
    }
    let mut seen = Vec::new();
    while seen.len() < 3 {
        table.until_told(id);
        while let Some(datagram) = table.datagrams.take(&mut table.events, id) {
            seen.push(datagram);
        }
    }
    let from = peer.local_addr().unwrap();
    let expected = [b"one".to_vec(), b"".to_vec(), b"three".to_vec()].map(|text| (text, from));
    assert_eq!(seen, expected);
    table.datagrams.send_to(id, b"back", from).unwrap();
    let mut buffer = [0; 10];
    let (got, sender) = peer.recv_from(&mut buffer).unwrap();
    assert_eq!((&buffer[..got], sender), (&b"back"[..], address));
    let large = vec![b'x'; 65_507];
    table.datagrams.send_to(id, &large, address).unwrap();
    table.until_told(id);
    assert_eq!(
        table.datagrams.take(&mut table.events, id),
        Some((large, address))
    );
    assert!(
        table
            .datagrams
            .send_to(id, &vec![b'x'; 65_508], address)
            .is_err()
    );
}

#[test]
fn the_queue_is_bounded_and_reading_goes_on_when_there_is_room() {
    let mut table = Table::new();
    let (id, address) = table.bind(DatagramOptions {
        queued: 5,
        queued_bytes: 100,
    });
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    for number in 0..20u8 {
        peer.send_to(&[number], address).unwrap();
    }
    for _ in 0..5 {
        table.turn();
    }
    assert_eq!(table.datagrams.queued(id), 5);
    assert_eq!(table.events.counts().descriptors, 0, "it is left alone");
    let mut seen = Vec::new();
    while seen.len() < 20 {
        match table.datagrams.take(&mut table.events, id) {
            Some((bytes, _)) => seen.push(bytes[0]),
            None => table.until_told(id),
        }
    }
    assert_eq!(seen, (0..20).collect::<Vec<u8>>());
    // By bytes: at least one, however large it is.
    peer.send_to(&[1; 200], address).unwrap();
    peer.send_to(&[2; 50], address).unwrap();
    for _ in 0..3 {
        table.turn();
    }
    assert_eq!(table.datagrams.queued(id), 1);
    table.datagrams.take(&mut table.events, id).unwrap();
    table.until_told(id);
    while table.datagrams.queued(id) == 0 {
        table.turn();
    }
    table.datagrams.close(&mut table.events, id);
    assert_eq!(table.events.counts().descriptors, 0);
    assert!(!table.datagrams.contains(id));
    assert!(table.datagrams.send_to(id, b"x", address).is_err());
    assert_eq!(table.datagrams.take(&mut table.events, id), None);
}

#[test]
fn an_unreachable_receiver_does_not_stop_the_others() {
    let mut table = Table::new();
    let (id, address) = table.bind(DatagramOptions::default());
    let nobody = UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for _ in 0..3 {
        let _refused_at_times = table.datagrams.send_to(id, b"x", nobody);
    }
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.send_to(b"here", address).unwrap();
    table.until_told(id);
    let (bytes, _) = table.datagrams.take(&mut table.events, id).unwrap();
    assert_eq!(bytes, b"here");
    let used = table
        .datagrams
        .bind(&mut table.events, address, DatagramOptions::default());
    assert_eq!(used.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}
