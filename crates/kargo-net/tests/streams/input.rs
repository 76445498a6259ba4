//! What arrives.

use std::io::Write;
use std::time::Duration;

use kargo_net::streams::Direction;
use kargo_net::streams::Line;
use kargo_net::streams::StreamEvent;
use kargo_net::streams::StreamOptions;

use crate::driver::Driver;
use crate::driver::half_close;

#[test]
fn bytes_are_told_per_arrival_and_stay_until_consumed() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    peer.write_all(b"abc").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    assert_eq!(driver.streams.input(id), b"abc");
    driver.streams.consume(&mut driver.events, id, 1);
    driver.idle(Duration::from_millis(20));
    assert_eq!(driver.take_told(id), [], "what was left is not told again");
    peer.write_all(b"d").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    assert_eq!(driver.streams.input(id), b"bcd");
    driver.streams.consume(&mut driver.events, id, 100);
    assert_eq!(driver.streams.input(id), b"");
}

#[test]
fn byte_at_a_time() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    let mut sent = Vec::new();
    let mut seen = Vec::new();
    for byte in 0..=255u8 {
        peer.write_all(&[byte]).unwrap();
        sent.push(byte);
        driver.until_told(id, StreamEvent::Readable);
        if byte % 3 == 0 {
            seen.extend(driver.take_input(id));
        }
    }
    seen.extend(driver.take_input(id));
    assert_eq!(seen, sent);
}

#[test]
fn nothing_is_read_before_reading_is_enabled_nor_after_it_is_disabled() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    driver
        .streams
        .disable(&mut driver.events, id, Direction::Reading);
    peer.write_all(b"abc").unwrap();
    half_close(&peer);
    driver.idle(Duration::from_millis(30));
    assert_eq!(driver.streams.input(id), b"");
    assert_eq!(driver.take_told(id), []);
    let before = driver.turns;
    driver.idle(Duration::from_millis(60));
    assert!(driver.turns - before <= 2, "the loop does not spin");
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    driver.until_told(id, StreamEvent::End);
    assert_eq!(driver.take_input(id), b"abc");
}

#[test]
fn low_mark_below_at_and_above() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions {
        input_low: 4,
        ..StreamOptions::default()
    });
    peer.write_all(b"abc").unwrap();
    driver.until("3 bytes are there", |driver| {
        driver.streams.input(id).len() == 3
    });
    assert_eq!(driver.take_told(id), []);
    peer.write_all(b"d").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    driver.streams.consume(&mut driver.events, id, 2);
    peer.write_all(b"ef").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    driver.streams.consume(&mut driver.events, id, 3);
    // The end is told whatever the mark says.
    half_close(&peer);
    driver.until_told(id, StreamEvent::End);
    assert_eq!(driver.take_told(id), []);
    assert_eq!(driver.take_input(id), b"f");
}

#[test]
fn high_mark_is_never_passed_and_the_peer_is_slowed_down() {
    let mut driver = Driver::new();
    let high = 1000;
    let (id, mut peer) = driver.pair(StreamOptions {
        input_high: high,
        ..StreamOptions::default()
    });
    let all: Vec<u8> = (0..2500u32).map(|number| number as u8).collect();
    peer.write_all(&all).unwrap();
    driver.until("the high mark is reached", |driver| {
        driver.streams.input(id).len() == high
    });
    driver.idle(Duration::from_millis(30));
    assert_eq!(driver.streams.input(id).len(), high);
    let before = driver.turns;
    driver.idle(Duration::from_millis(60));
    assert!(driver.turns - before <= 2, "the loop does not spin");
    // One byte of room is used at once.
    driver.streams.consume(&mut driver.events, id, 1);
    driver.until("it is full again", |driver| {
        driver.streams.input(id).len() == high
    });
    assert_eq!(driver.streams.input(id), &all[1..=high]);
    let mut seen = all[..1].to_vec();
    half_close(&peer);
    driver.until("all has come", |driver| {
        let input = driver.take_input(id);
        assert!(input.len() <= high);
        seen.extend(input);
        seen.len() == all.len()
    });
    assert_eq!(seen, all);
    driver.until_told(id, StreamEvent::End);
}

#[test]
fn end_comes_after_the_last_bytes_once_and_writing_goes_on() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    peer.write_all(b"question").unwrap();
    half_close(&peer);
    driver.until_told(id, StreamEvent::End);
    assert_eq!(driver.take_input(id), b"question");
    assert!(driver.streams.is_over(id, Direction::Reading));
    assert!(!driver.streams.is_over(id, Direction::Writing));
    driver.write(id, b"answer");
    driver.until_told(id, StreamEvent::Drained);
    driver.idle(Duration::from_millis(20));
    assert_eq!(driver.take_told(id), [], "the end is told once");
    driver.streams.close(&mut driver.events, id);
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut peer, &mut answer).unwrap();
    assert_eq!(answer, "answer");
    assert!(driver.streams.is_empty());
}

#[test]
fn lines_with_both_ends_in_any_pieces() {
    for piece in [1, 2, 3, 100] {
        let mut driver = Driver::new();
        let (id, mut peer) = driver.pair(StreamOptions::default());
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for part in b"one\r\ntwo\n\n\r\nbare\rcr\nfive\r\r\nrest".chunks(piece) {
            peer.write_all(part).unwrap();
            driver.until_told(id, StreamEvent::Readable);
            while let Line::Complete { len, consumed } = driver.streams.find_line(id, 100) {
                lines.push(driver.streams.input(id)[..len].to_vec());
                driver.streams.consume(&mut driver.events, id, consumed);
            }
        }
        driver.until("the rest is there", |driver| {
            while let Line::Complete { len, consumed } = driver.streams.find_line(id, 100) {
                lines.push(driver.streams.input(id)[..len].to_vec());
                driver.streams.consume(&mut driver.events, id, consumed);
            }
            driver.streams.input(id) == b"rest"
        });
        let expected: [&[u8]; 6] = [b"one", b"two", b"", b"", b"bare\rcr", b"five\r"];
        assert_eq!(lines, expected);
        assert_eq!(driver.streams.find_line(id, 100), Line::Incomplete);
    }
}

#[test]
fn line_limits_below_at_and_above() {
    let mut driver = Driver::new();
    let (id, mut peer) = driver.pair(StreamOptions::default());
    let mut ask = |bytes: &[u8], limit: usize| {
        peer.write_all(bytes).unwrap();
        driver.until("it is there", |driver| {
            driver.streams.input(id).len() == bytes.len()
        });
        let line = driver.streams.find_line(id, limit);
        assert_eq!(driver.streams.find_line(id, limit), line);
        driver.take_input(id);
        line
    };
    let complete = |len, consumed| Line::Complete { len, consumed };
    assert_eq!(ask(b"1234\n", 5), complete(4, 5));
    assert_eq!(ask(b"12345\n", 5), complete(5, 6));
    assert_eq!(ask(b"12345\r\n", 5), complete(5, 7));
    assert_eq!(ask(b"123456\n", 5), Line::TooLong);
    assert_eq!(ask(b"12345", 5), Line::Incomplete);
    assert_eq!(ask(b"12345\r", 5), Line::Incomplete);
    assert_eq!(ask(b"123456", 5), Line::TooLong);
    assert_eq!(ask(b"\n", 0), complete(0, 1));
    assert_eq!(ask(b"a", 0), Line::TooLong);
    driver.streams.set_options(
        &mut driver.events,
        id,
        StreamOptions {
            input_high: 8,
            ..StreamOptions::default()
        },
    );
    peer.write_all(b"12345678").unwrap();
    driver.until("it is full", |driver| driver.streams.input(id).len() == 8);
    assert_eq!(driver.streams.find_line(id, 100), Line::TooLong);
}

#[test]
fn priorities_are_told_first() {
    let mut driver = Driver::new();
    let pairs: Vec<_> = (0..8)
        .map(|_| driver.pair(StreamOptions::default()))
        .collect();
    for (number, (id, _)) in pairs.iter().enumerate() {
        driver.streams.set_priority(*id, 7 - number);
    }
    driver.streams.set_priority(pairs[0].0, 1000);
    for (_, peer) in &pairs {
        let mut peer = peer;
        peer.write_all(b"x").unwrap();
    }
    // All of them arrive before the first is told.
    while pairs
        .iter()
        .any(|(id, _)| driver.streams.input(*id).is_empty())
    {
        driver.events.poll(Some(Duration::from_millis(20))).unwrap();
        while let Some(event) = driver.events.next() {
            driver.streams.handle_event(&mut driver.events, event);
        }
    }
    let order: Vec<_> = std::iter::from_fn(|| driver.streams.next_event())
        .map(|(id, _)| id)
        .collect();
    let expected: Vec<_> = pairs.iter().rev().map(|(id, _)| *id).collect();
    assert_eq!(order, expected);
}
