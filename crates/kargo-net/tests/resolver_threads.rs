//! How many threads a resolver has. In a process of its own, since threads are counted.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::time::Duration;
use std::time::Instant;

use kargo_loop::EventKind;
use kargo_loop::EventLoop;
use kargo_net::resolver::Resolver;
use kargo_net::resolver::ResolverOptions;

const DEADLINE: Duration = Duration::from_secs(20);

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter(|task| {
            // A thread may end while it is looked at.
            task.as_ref().is_ok_and(|task| {
                std::fs::read_to_string(task.path().join("comm"))
                    .is_ok_and(|name| name.starts_with("kargo-resolver"))
            })
        })
        .count()
}

/// A thread has its name a moment after it was started, and is gone a moment after it was told to end.
fn wait_until_threads_are(count: usize) {
    let end = Instant::now() + DEADLINE;
    while threads() != count {
        assert!(Instant::now() < end, "{} threads", threads());
        std::thread::yield_now();
    }
}

/// Waits for `count` answers.
fn answers(events: &mut EventLoop, resolver: &mut Resolver, count: usize) {
    let end = Instant::now() + DEADLINE;
    let mut seen = 0;
    while seen < count {
        assert!(Instant::now() < end, "no answer");
        while let Some((_, answer)) = resolver.next_event() {
            answer.unwrap();
            seen += 1;
        }
        if seen < count {
            events.poll(Some(Duration::from_millis(50))).unwrap();
        }
        while let Some(event) = events.next() {
            match event.kind {
                EventKind::Woken => resolver.collect(events),
                _ => resolver.handle_event(event),
            }
        }
    }
}

#[test]
fn threads_are_few_start_late_and_leave() {
    let mut events = EventLoop::new().unwrap();
    let mut resolver = Resolver::new(
        6,
        ResolverOptions {
            threads: 2,
            ..ResolverOptions::default()
        },
    );
    resolver.lookup(&mut events, "127.0.0.1", DEADLINE);
    answers(&mut events, &mut resolver, 1);
    assert_eq!(threads(), 0, "an address needs none");
    for _ in 0..20 {
        resolver.lookup(&mut events, "localhost", DEADLINE);
    }
    assert_eq!(resolver.len(), 20);
    wait_until_threads_are(2);
    answers(&mut events, &mut resolver, 20);
    assert_eq!(threads(), 2);
    // Signals are the main thread's.
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let status = std::fs::read_to_string(task.unwrap().path().join("status")).unwrap();
        if status.starts_with("Name:\tkargo-resolver") {
            let blocked = status.lines().find(|line| line.starts_with("SigBlk:"));
            let mask = blocked.and_then(|line| line.split_whitespace().nth(1));
            let mask = u64::from_str_radix(mask.unwrap(), 16).unwrap();
            let (term, usr1) = (1 << (libc::SIGTERM - 1), 1 << (libc::SIGUSR1 - 1));
            assert_eq!(mask & (term | usr1), term | usr1);
        }
    }
    drop(resolver);
    wait_until_threads_are(0);
    // Idle ones leave by themselves, and others come when they are needed.
    let mut resolver = Resolver::new(
        6,
        ResolverOptions {
            idle: Duration::from_millis(20),
            ..ResolverOptions::default()
        },
    );
    for _ in 0..2 {
        resolver.lookup(&mut events, "localhost", DEADLINE);
        answers(&mut events, &mut resolver, 1);
        wait_until_threads_are(0);
    }
}
