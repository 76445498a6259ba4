//! Rude peers and slow ones.

use std::io::ErrorKind;
use std::io::Write;
use std::time::Duration;
use std::time::Instant;

use kargo_net::streams::Direction;
use kargo_net::streams::StreamEvent;
use kargo_net::streams::StreamOptions;
use kargo_net::streams::WriteError;

use crate::driver::Driver;
use crate::driver::half_close;
use crate::driver::reset;

fn times(read: Option<u64>, write: Option<u64>) -> StreamOptions {
    StreamOptions {
        read_timeout: read.map(Duration::from_millis),
        write_timeout: write.map(Duration::from_millis),
        ..StreamOptions::default()
    }
}

#[test]
fn a_reset_is_told_once() {
    let mut driver = Driver::new();
    let (id, peer) = driver.pair(StreamOptions::default());
    reset(peer);
    driver.until_told(id, StreamEvent::Failed(Direction::Reading));
    let error = driver.streams.error(id, Direction::Reading).unwrap();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(driver.streams.is_over(id, Direction::Writing));
    assert_eq!(
        driver.streams.write(&mut driver.events, id, b"x"),
        Err(WriteError::Over)
    );
    let before = driver.turns;
    driver.idle(Duration::from_millis(60));
    assert!(driver.turns - before <= 2, "the loop does not spin");
    assert_eq!(driver.take_told(id), []);
    assert!(driver.streams.contains(id), "until its user closes it");
    driver.streams.close(&mut driver.events, id);
    assert!(driver.streams.is_empty());
}

#[test]
fn a_reset_while_writing_leaves_what_came_before() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    driver
        .streams
        .disable(&mut driver.events, id, Direction::Reading);
    peer.write_all(b"came before").unwrap();
    driver.idle(Duration::from_millis(20));
    // The peer closes with our bytes unread: a reset follows.
    driver.write(id, b"unread");
    driver.until_told(id, StreamEvent::Drained);
    drop(peer);
    driver.until("writing fails", |driver| {
        let _ = driver.streams.write(&mut driver.events, id, b"x");
        driver
            .take_told(id)
            .contains(&StreamEvent::Failed(Direction::Writing))
    });
    assert!(driver.streams.is_over(id, Direction::Writing));
    assert!(!driver.streams.is_over(id, Direction::Reading));
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    driver.until("the bytes are there", |driver| {
        driver.streams.input(id) == b"came before"
    });
}

#[test]
fn a_peer_that_is_gone_is_noticed_after_its_end_by_writing() {
    let mut driver = Driver::new();
    let (id, peer) = driver.pair(StreamOptions::default());
    half_close(&peer);
    driver.until_told(id, StreamEvent::End);
    reset(peer);
    driver.until_told(id, StreamEvent::Failed(Direction::Writing));
    driver.idle(Duration::from_millis(20));
    assert_eq!(driver.take_told(id), []);
}

#[test]
fn read_timeout_counts_from_the_last_arrival_and_disables_reading() {
    let mut driver = Driver::new();
    let begin = Instant::now();
    let (id, mut peer) = driver.pair(times(Some(100), None));
    for _ in 0..4 {
        driver.idle(Duration::from_millis(50));
        peer.write_all(b"x").unwrap();
        driver.until_told(id, StreamEvent::Readable);
    }
    assert_eq!(driver.take_told(id), []);
    driver.until_told(id, StreamEvent::TimedOut(Direction::Reading));
    assert!(begin.elapsed() >= Duration::from_millis(300));
    assert!(!driver.streams.is_enabled(id, Direction::Reading));
    assert!(!driver.streams.is_over(id, Direction::Reading));
    driver.idle(Duration::from_millis(150));
    assert_eq!(driver.take_told(id), [], "once");
    // Enabled again, it starts anew.
    peer.write_all(b"y").unwrap();
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    driver.until_told(id, StreamEvent::Readable);
    driver.until_told(id, StreamEvent::TimedOut(Direction::Reading));
    assert_eq!(driver.take_input(id), b"xxxxy");
}

#[test]
fn no_read_timeout_while_reading_is_paused_or_over() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions {
        input_high: 4,
        ..times(Some(50), None)
    });
    peer.write_all(b"12345").unwrap();
    driver.until("it is full", |driver| driver.streams.input(id).len() == 4);
    driver.idle(Duration::from_millis(120));
    assert_eq!(driver.take_told(id), [StreamEvent::Readable]);
    driver.take_input(id);
    half_close(&peer);
    driver.until_told(id, StreamEvent::End);
    driver.idle(Duration::from_millis(120));
    assert_eq!(driver.take_told(id), []);
}

#[test]
fn write_timeout_counts_only_while_the_peer_takes_nothing() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(times(None, Some(80)));
    driver.idle(Duration::from_millis(150));
    driver.write(id, b"x");
    driver.until_told(id, StreamEvent::Drained);
    driver.idle(Duration::from_millis(150));
    assert_eq!(driver.take_told(id), []);
    driver.fill(id);
    driver.until_told(id, StreamEvent::TimedOut(Direction::Writing));
    assert!(!driver.streams.is_enabled(id, Direction::Writing));
    assert!(driver.streams.queued(id) > 0);
    // It can be tried again: the peer reads now.
    let reader = std::thread::spawn(move || crate::driver::read_to_end(&mut peer));
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Writing);
    driver.until_told(id, StreamEvent::Drained);
    driver.streams.close(&mut driver.events, id);
    driver.until("it is closed", |driver| driver.streams.is_empty());
    assert!(reader.join().unwrap().1);
}

#[test]
fn timeouts_that_are_set_later_and_taken_away() {
    let mut driver = Driver::new();
    let (id, _peer) = driver.pair(times(Some(60_000), None));
    driver
        .streams
        .set_options(&mut driver.events, id, times(Some(30), None));
    driver.until_told(id, StreamEvent::TimedOut(Direction::Reading));
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    driver
        .streams
        .set_options(&mut driver.events, id, times(None, None));
    driver.idle(Duration::from_millis(90));
    assert_eq!(driver.take_told(id), []);
}

#[test]
fn one_that_is_given_up_is_closed_and_keeps_what_it_received() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    peer.write_all(b"came before").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    driver.fill(id);
    driver.take_told(id);
    driver
        .streams
        .give_up(&mut driver.events, id, ErrorKind::TimedOut);
    assert_eq!(driver.take_told(id), []);
    assert_eq!(driver.take_input(id), b"came before");
    assert!(driver.streams.is_over(id, Direction::Reading));
    let error = driver.streams.error(id, Direction::Writing).unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(driver.streams.queued(id), 0);
    let (_, _either) = crate::driver::read_to_end(&mut peer);
    driver.streams.close(&mut driver.events, id);
    assert!(driver.streams.is_empty());
    assert_eq!(driver.events.counts().descriptors, 0);
}

#[test]
fn an_abandoned_table_is_empty_and_its_ids_are_not_used_again() {
    let mut driver = Driver::new();
    let (first, mut peer) = driver.pair(StreamOptions::default());
    driver.write(first, b"never sent");
    // As in a child: the loop is another one.
    driver.streams.abandon();
    driver.events = kargo_loop::EventLoop::new().unwrap();
    assert!(driver.streams.is_empty());
    assert_eq!(crate::driver::read_to_end(&mut peer), (0, true));
    let (second, _peer) = driver.pair(StreamOptions::default());
    assert_ne!(first, second);
    assert!(!driver.streams.contains(first));
}

#[test]
fn events_of_a_stream_that_is_gone_are_not_told_and_its_place_is_another_ones() {
    let mut driver = Driver::new();
    let (first, mut peer) = driver.pair(StreamOptions::default());
    peer.write_all(b"x").unwrap();
    while driver.streams.input(first).is_empty() {
        driver.events.poll(None).unwrap();
        while let Some(event) = driver.events.next() {
            driver.streams.handle_event(&mut driver.events, event);
        }
    }
    assert!(driver.streams.has_events());
    driver.streams.abort(&mut driver.events, first);
    let (second, _other) = driver.pair(StreamOptions::default());
    assert_ne!(first, second);
    assert_eq!(driver.take_told(first), []);
    assert!(driver.streams.contains(second));
    assert!(!driver.streams.contains(first));
}
