//! Ten thousand connections.

use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use kargo_net::streams::Direction;
use kargo_net::streams::ListenOptions;
use kargo_net::streams::StreamEvent;
use kargo_net::streams::StreamOptions;

use crate::driver::DEADLINE;
use crate::driver::Driver;

fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// As many connections as the process may have descriptors for, at both ends; ten thousand if possible.
fn count() -> usize {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    #[allow(unsafe_code, reason = "std does not know limits")]
    // SAFETY: getrlimit(2) fills the struct, setrlimit(2) reads it.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit), 0);
        limit.rlim_cur = limit.rlim_max;
        assert_eq!(libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit), 0);
    }
    let most = usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX);
    10_000.min((most - 200) / 2)
}

#[test]
fn ten_thousand_connections_are_served_and_idle_ones_are_small() {
    let count = count();
    assert!(count >= 1_000, "descriptors for {count} connections only");
    let mut driver = Driver::new();
    let (listener, address) = driver.listen(ListenOptions {
        max_connections: count,
        stream: StreamOptions {
            read_timeout: Some(DEADLINE),
            ..StreamOptions::default()
        },
        ..ListenOptions::default()
    });
    let before = resident_bytes();
    let mut peers = Vec::new();
    let mut ids = Vec::new();
    while peers.len() < count {
        for _ in 0..100.min(count - peers.len()) {
            peers.push(TcpStream::connect(address).unwrap());
        }
        let expected = peers.len();
        driver.until("they are accepted", |driver| {
            while let Some((id, event)) = driver.told.pop() {
                assert!(matches!(event, StreamEvent::Accepted(_)));
                driver
                    .streams
                    .enable(&mut driver.events, id, Direction::Reading);
                ids.push(id);
            }
            ids.len() == expected
        });
    }
    assert_eq!(driver.streams.accepted_by(listener), count);
    // Each says something and hears it back.
    for peer in &mut peers {
        peer.set_read_timeout(Some(DEADLINE)).unwrap();
        peer.write_all(b"hello").unwrap();
    }
    let mut answered = 0;
    driver.until("all have asked", |driver| {
        for (id, event) in std::mem::take(&mut driver.told) {
            assert_eq!(
                event,
                if driver.streams.input(id).is_empty() {
                    StreamEvent::Drained
                } else {
                    StreamEvent::Readable
                }
            );
            if event == StreamEvent::Readable {
                let input = driver.take_input(id);
                assert_eq!(input, b"hello");
                driver.write(id, &input);
                answered += 1;
            }
        }
        answered == count
    });
    driver.streams.end_turn(&mut driver.events);
    for peer in &mut peers {
        let mut answer = [0; 5];
        peer.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"hello");
    }
    let each = resident_bytes().saturating_sub(before) / count;
    assert!(each < 1500, "{each} bytes for an idle connection");
    drop(peers);
    let mut ended = 0;
    driver.until("all have gone", |driver| {
        for (id, event) in std::mem::take(&mut driver.told) {
            if event == StreamEvent::End {
                driver.streams.close(&mut driver.events, id);
                ended += 1;
            }
        }
        ended == count
    });
    assert!(driver.streams.is_empty());
    driver.idle(Duration::from_millis(1));
    assert_eq!(driver.events.counts().timers, 0);
}
