//! What is sent.

use std::io::Read;
use std::io::Write;
use std::time::Duration;

use kargo_net::streams::Direction;
use kargo_net::streams::StreamEvent;
use kargo_net::streams::StreamOptions;
use kargo_net::streams::WriteError;

use crate::driver::Driver;
use crate::driver::half_close;
use crate::driver::read_to_end;

fn read_exactly(peer: &mut std::net::TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    peer.read_exact(&mut bytes).unwrap();
    bytes
}

#[test]
fn writes_of_a_turn_leave_together_at_its_end_or_when_flushed() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    for word in ["a", "b", "c"] {
        assert!(driver.write(id, word.as_bytes()));
    }
    assert_eq!(driver.streams.queued(id), 3);
    driver.until_told(id, StreamEvent::Drained);
    assert_eq!(driver.take_told(id), [], "drained once");
    assert_eq!(read_exactly(&mut peer, 3), b"abc");
    driver.write(id, b"now");
    driver.streams.flush(&mut driver.events, id);
    assert_eq!(driver.streams.queued(id), 0);
    assert_eq!(read_exactly(&mut peer, 3), b"now");
}

#[test]
fn a_peer_that_never_reads_is_refused_more_at_the_high_mark() {
    let mut driver = Driver::new();
    let high = 100_000;
    let (id, mut peer) = driver.pair(StreamOptions {
        output_high: high,
        ..StreamOptions::default()
    });
    let taken = driver.fill(id);
    let queued = driver.streams.queued(id);
    assert!((high..high + (16 << 10)).contains(&queued), "{queued}");
    assert_eq!(
        driver.streams.write(&mut driver.events, id, b"more"),
        Err(WriteError::Full)
    );
    let before = driver.turns;
    driver.idle(Duration::from_millis(60));
    assert!(driver.turns - before <= 3, "the loop does not spin");
    driver.take_told(id);
    // The peer reads after all.
    let reader = std::thread::spawn(move || {
        let (total, was_proper) = read_to_end(&mut peer);
        assert!(was_proper);
        total
    });
    driver.until_told(id, StreamEvent::Drained);
    assert!(driver.write(id, b"more"));
    driver.streams.close(&mut driver.events, id);
    driver.until("it is closed", |driver| driver.streams.is_empty());
    assert_eq!(reader.join().unwrap(), taken + 4);
}

#[test]
fn high_mark_below_at_and_above() {
    let mut driver = Driver::new();
    let (id, _peer) = driver.pair(StreamOptions {
        output_high: 10,
        ..StreamOptions::default()
    });
    // Nothing is sent meanwhile.
    driver
        .streams
        .disable(&mut driver.events, id, Direction::Writing);
    assert!(driver.write(id, b"123456789"));
    assert!(!driver.write(id, b"0"), "taken, and full");
    assert_eq!(
        driver.streams.write(&mut driver.events, id, b"x"),
        Err(WriteError::Full)
    );
    driver.idle(Duration::from_millis(20));
    assert_eq!(driver.streams.queued(id), 10);
    assert_eq!(driver.take_told(id), []);
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Writing);
    driver.until_told(id, StreamEvent::Drained);
    // One write may reach beyond the mark, so that no write is too large.
    assert!(driver.write(id, &[b'x'; 9]));
    assert!(!driver.write(id, &[b'x'; 1000]));
}

#[test]
fn low_mark_of_the_output() {
    let mut driver = Driver::new();
    let (all, low) = (60_000_000, 40_000_000);
    let (id, mut peer) = driver.pair(StreamOptions {
        output_low: low,
        output_high: usize::MAX,
        ..StreamOptions::default()
    });
    driver.write(id, &vec![b'x'; all]);
    driver.idle(Duration::from_millis(50));
    assert!(
        driver.streams.queued(id) > low,
        "the kernel keeps less than a third"
    );
    assert_eq!(driver.take_told(id), []);
    // The peer reads a little at a time, so that the mark is not passed by far.
    let mut read = 0;
    let mut part = vec![0; 1_000_000];
    driver.until("it is told", |driver| {
        read += peer.read(&mut part).unwrap();
        driver.turn(Duration::ZERO);
        driver.take_told(id) == [StreamEvent::Drained]
    });
    assert!((1..=low).contains(&driver.streams.queued(id)));
    driver.streams.close(&mut driver.events, id);
    let reader = std::thread::spawn(move || read_to_end(&mut peer));
    driver.until("it is closed", |driver| driver.streams.is_empty());
    let (rest, was_proper) = reader.join().unwrap();
    assert_eq!((read + rest, was_proper), (all, true));
    assert_eq!(driver.take_told(id), []);
}

#[test]
fn end_of_our_side_comes_after_the_output_and_input_goes_on() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    driver.write(id, b"last words");
    driver.streams.end(id);
    assert_eq!(
        driver.streams.write(&mut driver.events, id, b"x"),
        Err(WriteError::Over)
    );
    driver.until("our side is over", |driver| {
        driver.streams.is_over(id, Direction::Writing)
    });
    assert_eq!(read_to_end(&mut peer), (10, true));
    peer.write_all(b"still here").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    assert_eq!(driver.take_input(id), b"still here");
    half_close(&peer);
    driver.until_told(id, StreamEvent::End);
    let before = driver.turns;
    driver.idle(Duration::from_millis(60));
    assert!(driver.turns - before <= 2, "the loop does not spin");
    assert_eq!(driver.take_told(id), []);
    // Without anything to send.
    let (id, mut peer) = driver.pair(StreamOptions::default());
    driver.streams.end(id);
    driver.turn(Duration::ZERO);
    assert_eq!(read_to_end(&mut peer), (0, true));
}

#[test]
fn close_sends_everything_first() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions {
        output_high: usize::MAX,
        ..StreamOptions::default()
    });
    driver.write(id, &vec![b'x'; 30_000_000]);
    driver.streams.close(&mut driver.events, id);
    assert!(!driver.streams.contains(id));
    assert_eq!(driver.streams.closing(), 1);
    assert_eq!(driver.streams.input(id), b"");
    assert_eq!(
        driver.streams.write(&mut driver.events, id, b"x"),
        Err(WriteError::Over)
    );
    let reader = std::thread::spawn(move || read_to_end(&mut peer));
    driver.until("it is closed", |driver| driver.streams.is_empty());
    assert_eq!(driver.streams.closing(), 0);
    assert_eq!(reader.join().unwrap(), (30_000_000, true));
    assert_eq!(driver.take_told(id), []);
}

#[test]
fn close_does_not_take_the_last_bytes_from_a_peer_that_sends_on() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    // What we never read would make the kernel reset the connection.
    driver
        .streams
        .disable(&mut driver.events, id, Direction::Reading);
    peer.write_all(&[b'x'; 10_000]).unwrap();
    driver.write(id, b"goodbye");
    driver.streams.close(&mut driver.events, id);
    assert_eq!(driver.streams.len(), 1, "it lingers");
    assert_eq!(read_exactly(&mut peer, 7), b"goodbye");
    driver.idle(Duration::from_millis(20));
    peer.write_all(b"never ends").unwrap();
    half_close(&peer);
    assert_eq!(read_to_end(&mut peer), (0, true));
    driver.until("it is closed", |driver| driver.streams.is_empty());
}

#[test]
fn close_gives_up_after_its_time_and_on_a_peer_that_never_ends() {
    let mut driver = Driver::new();
    let options = StreamOptions {
        output_high: usize::MAX,
        close_timeout: Duration::from_millis(50),
        ..StreamOptions::default()
    };
    let (id, peer) = driver.pair(options);
    driver.write(id, &vec![b'x'; 30_000_000]);
    driver.streams.close(&mut driver.events, id);
    assert_eq!(driver.streams.closing(), 1);
    driver.until("it is closed", |driver| driver.streams.is_empty());
    drop(peer);
    // One that sends for ever is discarded for a while only.
    let (id, mut peer) = driver.pair(StreamOptions::default());
    driver
        .streams
        .disable(&mut driver.events, id, Direction::Reading);
    peer.write_all(b"x").unwrap();
    let sender = std::thread::spawn(move || while peer.write_all(&[b'x'; 64 << 10]).is_ok() {});
    driver.idle(Duration::from_millis(20));
    driver.streams.close(&mut driver.events, id);
    driver.until("it is closed", |driver| driver.streams.is_empty());
    sender.join().unwrap();
}

#[test]
fn all_at_once() {
    let mut driver = Driver::new();
    let mut peers = Vec::new();
    for text in ["one", "two"] {
        let (id, peer) = driver.pair(StreamOptions::default());
        driver.write(id, text.as_bytes());
        peers.push(peer);
    }
    driver.streams.close_all(&mut driver.events);
    driver.until("all are closed", |driver| driver.streams.is_empty());
    for peer in &mut peers {
        assert_eq!(read_to_end(peer), (3, true));
    }
    let (open, _peer) = driver.pair(StreamOptions::default());
    let (closing, _other) = driver.pair(StreamOptions {
        output_high: usize::MAX,
        ..StreamOptions::default()
    });
    driver.write(closing, &vec![b'x'; 30_000_000]);
    driver.streams.close(&mut driver.events, closing);
    assert_eq!(driver.streams.closing(), 1);
    driver.streams.abort_all(&mut driver.events);
    assert!(driver.streams.is_empty());
    assert!(!driver.streams.contains(open));
    assert_eq!(driver.streams.closing(), 0);
    assert_eq!(driver.events.counts().descriptors, 0);
    assert_eq!(driver.events.counts().timers, 0);
}

#[test]
fn abort_drops_what_is_queued() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    driver.write(id, b"never sent");
    driver.streams.abort(&mut driver.events, id);
    assert!(driver.streams.is_empty());
    assert_eq!(read_to_end(&mut peer), (0, true));
    driver.turn(Duration::ZERO);
    assert_eq!(driver.take_told(id), []);
    // Twice, and other calls, do nothing.
    driver.streams.abort(&mut driver.events, id);
    driver.streams.close(&mut driver.events, id);
    driver.streams.end(id);
    driver.streams.consume(&mut driver.events, id, 1);
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    assert!(!driver.streams.contains(id));
}
