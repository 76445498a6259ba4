//! Descriptors that somebody else owns and closes whenever it likes.

use std::io::Read;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::fd::IntoRawFd;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use kargo_loop::Interest;
use kargo_loop::Token;
use kargo_net::Transport;
use kargo_net::streams::Direction;
use kargo_net::streams::StreamEvent;
use kargo_net::streams::StreamId;
use kargo_net::streams::StreamOptions;

use crate::driver::Driver;

/// A borrowed stream that reads, its owner's descriptor and its peer.
fn borrow(driver: &mut Driver) -> (StreamId, UnixStream, UnixStream) {
    let (ours, peer) = UnixStream::pair().unwrap();
    peer.set_read_timeout(Some(crate::driver::DEADLINE))
        .unwrap();
    let id = driver
        .streams
        .borrow(ours.as_raw_fd(), StreamOptions::default())
        .unwrap();
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    (id, ours, peer)
}

/// Closes `old` and has `new` take its number, in one step: other tests run beside this one.
fn reuse(old: impl IntoRawFd, new: UnixStream) -> OwnedFd {
    let fd = old.into_raw_fd();
    let new = new.into_raw_fd();
    #[allow(unsafe_code, reason = "std gives no number away")]
    // SAFETY: dup2(2) takes numbers; `fd` was owned, and its new meaning is owned by what is returned.
    unsafe {
        assert_eq!(libc::dup2(new, fd), fd);
        libc::close(new);
        std::os::fd::FromRawFd::from_raw_fd(fd)
    }
}

#[test]
fn a_borrowed_descriptor_works_and_stays_open() {
    let mut driver = Driver::new();
    let (id, ours, mut peer) = borrow(&mut driver);
    peer.write_all(b"in").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    assert_eq!(driver.take_input(id), b"in");
    driver.write(id, b"out");
    driver.streams.close(&mut driver.events, id);
    assert!(driver.streams.is_empty());
    let mut got = [0; 3];
    peer.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"out");
    // Its owner can still use it, and have it watched.
    let token = Token::new(9, 1);
    driver
        .events
        .add(ours.as_raw_fd(), Interest::READABLE, token)
        .unwrap();
}

#[test]
fn pipes_work_too() {
    let mut driver = Driver::new();
    let (reader, mut writer) = std::io::pipe().unwrap();
    let id = driver
        .streams
        .borrow(reader.as_raw_fd(), StreamOptions::default())
        .unwrap();
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    writer.write_all(b"piped").unwrap();
    drop(writer);
    driver.until_told(id, StreamEvent::End);
    assert_eq!(driver.take_input(id), b"piped");
    let (mut reader, writer) = std::io::pipe().unwrap();
    let id = driver
        .streams
        .borrow(writer.as_raw_fd(), StreamOptions::default())
        .unwrap();
    driver.write(id, b"back");
    driver.until_told(id, StreamEvent::Drained);
    let mut got = [0; 4];
    reader.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"back");
}

#[test]
fn numbers_that_are_not_open_and_files_are_refused() {
    let mut driver = Driver::new();
    assert!(driver.streams.borrow(-1, StreamOptions::default()).is_err());
    assert!(
        driver
            .streams
            .borrow(100_000, StreamOptions::default())
            .is_err()
    );
    // A file cannot be watched: it fails as soon as it is to be read.
    let file = std::fs::File::open("/proc/self/exe").unwrap();
    let id = driver
        .streams
        .borrow(file.as_raw_fd(), StreamOptions::default())
        .unwrap();
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Reading);
    driver.until_told(id, StreamEvent::Failed(Direction::Reading));
    driver.streams.abort(&mut driver.events, id);
}

#[test]
fn aborted_after_it_was_closed_and_reused_the_number_is_not_touched() {
    let mut driver = Driver::new();
    let (id, ours, _peer) = borrow(&mut driver);
    driver.turn(Duration::ZERO);
    // The number is somebody else's now, who has it watched by the same loop.
    let (other, mut other_peer) = UnixStream::pair().unwrap();
    let other = reuse(ours, other);
    let second = driver
        .streams
        .add(Transport::Plain(other), StreamOptions::default());
    driver
        .streams
        .enable(&mut driver.events, second, Direction::Reading);
    driver.streams.abort(&mut driver.events, id);
    other_peer.write_all(b"for the second").unwrap();
    driver.until_told(second, StreamEvent::Readable);
    assert_eq!(driver.take_input(second), b"for the second");
    driver.write(second, b"back");
    driver.until_told(second, StreamEvent::Drained);
    let mut got = [0; 4];
    other_peer.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"back");
}

#[test]
fn queued_bytes_never_go_to_whoever_has_the_number_next() {
    for is_watched in [false, true] {
        let mut driver = Driver::new();
        let (id, ours, _peer) = borrow(&mut driver);
        driver.turn(Duration::ZERO);
        driver.write(id, b"a secret");
        let fd = ours.as_raw_fd();
        let (other, mut other_peer) = UnixStream::pair().unwrap();
        let other = reuse(ours, other);
        let token = Token::new(9, 1);
        if is_watched {
            driver
                .events
                .add(other.as_raw_fd(), Interest::NONE, token)
                .unwrap();
        }
        driver.until_told(id, StreamEvent::Failed(Direction::Writing));
        driver.streams.close(&mut driver.events, id);
        if is_watched {
            assert!(driver.events.is_watched_as(fd, token));
        }
        drop(other);
        let mut got = Vec::new();
        other_peer.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"");
    }
}

#[test]
fn what_comes_for_the_next_owner_is_not_read_by_the_one_before() {
    let mut driver = Driver::new();
    let (id, ours, peer) = borrow(&mut driver);
    driver.turn(Duration::ZERO);
    // A copy keeps the old connection, and with it the old registration, alive.
    let copy = ours.try_clone().unwrap();
    let (other, mut other_peer) = UnixStream::pair().unwrap();
    let mut other = std::fs::File::from(reuse(ours, other));
    other_peer.write_all(b"for the next").unwrap();
    {
        let mut peer = &peer;
        peer.write_all(b"for the one before").unwrap();
    }
    driver.until_told(id, StreamEvent::Failed(Direction::Reading));
    assert_eq!(driver.streams.input(id), b"");
    driver.streams.abort(&mut driver.events, id);
    let mut got = [0; 12];
    other.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"for the next");
    let before = driver.turns;
    driver.idle(Duration::from_millis(60));
    assert!(driver.turns - before <= 4, "the loop does not spin");
    drop(copy);
}

#[test]
fn streams_on_one_number_in_turn() {
    let mut driver = Driver::new();
    let mut number: Option<OwnedFd> = None;
    let mut forgotten = None;
    for round in 0..50 {
        let (ours, mut peer) = UnixStream::pair().unwrap();
        let ours = match number.take() {
            None => ours.into(),
            Some(number) => reuse(number, ours),
        };
        let id = driver
            .streams
            .borrow(ours.as_raw_fd(), StreamOptions::default())
            .unwrap();
        driver
            .streams
            .enable(&mut driver.events, id, Direction::Reading);
        // Every other time its user forgets a stream before its number is reused, else after.
        if let Some(id) = forgotten.take() {
            driver.streams.abort(&mut driver.events, id);
        }
        peer.write_all(b"x").unwrap();
        driver.until_told(id, StreamEvent::Readable);
        assert_eq!(driver.take_input(id), b"x");
        if round % 2 == 0 {
            driver.streams.abort(&mut driver.events, id);
        } else {
            forgotten = Some(id);
        }
        number = Some(ours);
    }
    drop(number);
    let last = forgotten.unwrap();
    driver.streams.abort(&mut driver.events, last);
    assert_eq!(driver.events.counts().descriptors, 0);
}

#[test]
fn room_that_is_awaited_is_told_once() {
    let mut driver = Driver::new();
    let (ours, mut peer) = UnixStream::pair().unwrap();
    let id = driver
        .streams
        .borrow(ours.as_raw_fd(), StreamOptions::default())
        .unwrap();
    assert!(!driver.streams.is_active(id), "nothing is to come");
    driver.streams.await_room(&mut driver.events, id);
    assert!(driver.streams.is_active(id));
    driver.until_told(id, StreamEvent::Drained);
    assert!(!driver.streams.is_active(id));
    driver.idle(Duration::from_millis(30));
    assert_eq!(driver.take_told(id), []);
    // With something to send it is the same as Drained; not while writing is left alone.
    driver.streams.await_room(&mut driver.events, id);
    driver.write(id, b"out");
    driver.until_told(id, StreamEvent::Drained);
    peer.read_exact(&mut [0; 3]).unwrap();
    driver
        .streams
        .disable(&mut driver.events, id, Direction::Writing);
    driver.streams.await_room(&mut driver.events, id);
    driver.idle(Duration::from_millis(30));
    assert_eq!(driver.take_told(id), []);
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Writing);
    driver.until_told(id, StreamEvent::Drained);
}

#[test]
fn another_descriptor_takes_over_what_is_queued() {
    let mut driver = Driver::new();
    let (id, ours, mut peer) = borrow(&mut driver);
    peer.write_all(b"old in").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    drop(peer);
    driver.until_told(id, StreamEvent::End);
    driver
        .streams
        .disable(&mut driver.events, id, Direction::Writing);
    driver.write(id, b"out");
    let (new, mut new_peer) = UnixStream::pair().unwrap();
    assert!(
        driver
            .streams
            .replace(&mut driver.events, id, 100_000)
            .is_err()
    );
    driver
        .streams
        .replace(&mut driver.events, id, new.as_raw_fd())
        .unwrap();
    drop(ours);
    new_peer.write_all(b", new in").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    assert_eq!(driver.take_input(id), b"old in, new in");
    driver
        .streams
        .enable(&mut driver.events, id, Direction::Writing);
    driver.until_told(id, StreamEvent::Drained);
    new_peer.read_exact(&mut [0; 3]).unwrap();
    drop(new_peer);
    driver.until_told(id, StreamEvent::End);
}

#[test]
fn what_was_received_elsewhere_comes_first() {
    let mut driver = Driver::new();
    let (id, _ours, mut peer) = borrow(&mut driver);
    driver.streams.feed(id, b"before, ");
    peer.write_all(b"after").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    assert_eq!(driver.take_input(id), b"before, after");
}

#[test]
fn a_loop_that_is_new_goes_on_with_everything() {
    let mut driver = Driver::new();
    let (id, _ours, mut peer) = borrow(&mut driver);
    let options = StreamOptions {
        read_timeout: Some(Duration::from_millis(50)),
        ..StreamOptions::default()
    };
    driver.streams.set_options(&mut driver.events, id, options);
    driver.turn(Duration::ZERO);
    driver.events = kargo_loop::EventLoop::new().unwrap();
    driver.streams.rewatch(&mut driver.events);
    peer.write_all(b"in").unwrap();
    driver.until_told(id, StreamEvent::Readable);
    assert_eq!(driver.take_input(id), b"in");
    driver.until_told(id, StreamEvent::TimedOut(Direction::Reading));
}

#[test]
fn a_blocked_stream_whose_descriptor_was_closed_fails_once() {
    for is_watched in [false, true] {
        let mut driver = Driver::new();
        let (ours, _peer) = UnixStream::pair().unwrap();
        let id = driver
            .streams
            .borrow(ours.as_raw_fd(), StreamOptions::default())
            .unwrap();
        driver.write(id, &vec![b'x'; 4 << 20]);
        driver.turn(Duration::ZERO);
        assert_ne!(driver.streams.queued(id), 0, "the peer takes nothing");
        let (other, _other_peer) = UnixStream::pair().unwrap();
        let other = reuse(ours, other);
        let token = Token::new(9, 1);
        if is_watched {
            driver
                .events
                .add(other.as_raw_fd(), Interest::NONE, token)
                .unwrap();
        }
        for direction in [Direction::Writing, Direction::Reading] {
            driver.streams.disable(&mut driver.events, id, direction);
            driver.streams.enable(&mut driver.events, id, direction);
        }
        driver.until_told(id, StreamEvent::Failed(Direction::Writing));
        driver.streams.abort(&mut driver.events, id);
        let fd = other.as_raw_fd();
        assert_eq!(driver.events.is_watched_as(fd, token), is_watched);
    }
}
