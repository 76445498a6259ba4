//! What holds when processes share a table and one of them is killed.
//!
//! No test harness: everything here forks, so the process must have a single thread.
#![allow(
    unsafe_code,
    reason = "tests of forks and signals make the system calls themselves"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test runner panics and prints"
)]

use std::io::{Read, Write};
use std::os::fd::FromRawFd;
use std::time::Duration;

use kargo_policy::{
    Begun, Buckets, Contents, Digest, Rate, Request, Store, is_alive, monotonic_nanos,
};

/// No case takes longer than this; the kernel then ends the runner.
const SECONDS_FOR_ALL: u32 = 120;

type Case = (&'static str, fn());

const CASES: &[Case] = &[
    (
        "a_limit_holds_across_processes",
        a_limit_holds_across_processes,
    ),
    (
        "answers_are_seen_by_all_processes",
        answers_are_seen_by_all_processes,
    ),
    ("a_killed_owner_is_replaced", a_killed_owner_is_replaced),
    (
        "processes_killed_at_any_moment_block_nobody",
        processes_killed_at_any_moment_block_nobody,
    ),
];

fn main() {
    // SAFETY: sets a timer whose signal ends the process.
    unsafe { libc::alarm(SECONDS_FOR_ALL) };
    for (name, case) in CASES {
        case();
        println!("test {name} ... ok");
    }
    println!("test result: ok. {} passed; 0 failed", CASES.len());
}

/// Runs `body` in a new process and gives its id.
fn spawn(body: impl FnOnce()) -> i32 {
    // SAFETY: this process has one thread.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork");
    if pid == 0 {
        // SAFETY: a child that outlives its parent would go on forever.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
        // SAFETY: ends the child without the parent's destructors.
        unsafe { libc::_exit(i32::from(ended.is_err())) }
    }
    pid
}

fn wait(pid: i32) -> i32 {
    let mut status = 0;
    // SAFETY: writes the status of our child.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    status
}

fn kill(pid: i32) {
    // SAFETY: our child, which is not waited for yet.
    unsafe { libc::kill(pid, libc::SIGKILL) };
}

fn pipe() -> (std::fs::File, std::fs::File) {
    let mut ends = [0; 2];
    // SAFETY: writes two descriptors, which are ours then.
    unsafe {
        assert_eq!(libc::pipe(ends.as_mut_ptr()), 0);
        (
            std::fs::File::from_raw_fd(ends[0]),
            std::fs::File::from_raw_fd(ends[1]),
        )
    }
}

fn request(key: &[u8]) -> Request {
    Request {
        key: Digest::of(key),
        check: Digest::default(),
        owner: std::process::id().cast_signed(),
        now: monotonic_nanos(),
        until: u64::MAX,
    }
}

fn a_limit_holds_across_processes() {
    let buckets = Buckets::new(1024).unwrap();
    let rate = Rate::new(1000, Duration::from_secs(3600)).unwrap();
    let key = buckets.key(&[b"client"]);
    let (mut reader, mut writer) = pipe();
    let children: Vec<i32> = (0..4)
        .map(|_| {
            spawn(|| {
                let allowed = (0..1000)
                    .filter(|_| buckets.take(key, &rate, monotonic_nanos()).is_ok())
                    .count();
                writer.write_all(&(allowed as u32).to_le_bytes()).unwrap();
            })
        })
        .collect();
    for child in children {
        assert_eq!(wait(child), 0);
    }
    let mut counts = [0; 16];
    reader.read_exact(&mut counts).unwrap();
    let total: u32 = counts
        .chunks_exact(4)
        .map(|count| u32::from_le_bytes(count.try_into().unwrap()))
        .sum();
    assert_eq!(total, 1000);
}

fn answers_are_seen_by_all_processes() {
    let store = Store::new(1 << 20).unwrap();
    let child = spawn(|| {
        let Begun::Mine(ticket) = store.begin(&request(b"a"), is_alive) else {
            panic!("it is mine");
        };
        store.finish(&ticket, b"answer", u64::MAX);
    });
    assert_eq!(wait(child), 0);
    assert_eq!(
        store.begin(&request(b"a"), is_alive),
        Begun::Done(Contents::Kept(b"answer".to_vec()))
    );
}

fn a_killed_owner_is_replaced() {
    let store = Store::new(1 << 20).unwrap();
    let (mut reader, mut writer) = pipe();
    let child = spawn(|| {
        assert!(matches!(
            store.begin(&request(b"a"), is_alive),
            Begun::Mine(_)
        ));
        writer.write_all(b"!").unwrap();
        loop {
            // SAFETY: waits for a signal.
            unsafe { libc::pause() };
        }
    });
    reader.read_exact(&mut [0]).unwrap();
    assert_eq!(store.begin(&request(b"a"), is_alive), Begun::Busy);
    kill(child);
    assert_eq!(wait(child), libc::SIGKILL);
    let Begun::Mine(ticket) = store.begin(&request(b"a"), is_alive) else {
        panic!("it is mine");
    };
    assert!(!store.finish(&ticket, b"answer", u64::MAX));
}

/// Children that change one part of each table as fast as they can are killed again and again, some of them with a lock
/// held and half of a change made. The parent uses the same parts meanwhile.
fn processes_killed_at_any_moment_block_nobody() {
    let store = Store::new(1).unwrap();
    let buckets = Buckets::new(1).unwrap();
    let rate = Rate::new(1_000_000, Duration::from_secs(1)).unwrap();
    let key = buckets.key(&[b"client"]);
    let answer = [7; 512];
    let work = |number: u64| {
        let _any = buckets.take(key, &rate, monotonic_nanos());
        let mut request = request(b"");
        // All in one part, whatever its number.
        request.key.0[1..9].copy_from_slice(&number.to_le_bytes());
        match store.begin(&request, is_alive) {
            Begun::Mine(ticket) => {
                store.finish(&ticket, &answer, u64::MAX);
            }
            Begun::Done(Contents::Kept(kept)) => assert_eq!(kept, answer),
            _ => {}
        }
    };
    let mut number = 0;
    for round in 0..300_u32 {
        let children: Vec<i32> = (0..3)
            .map(|child| {
                spawn(|| {
                    for number in 0.. {
                        work(number * 3 + child);
                    }
                })
            })
            .collect();
        let until = monotonic_nanos() + 2_000_000 + u64::from(round) * 10_000;
        while monotonic_nanos() < until {
            number += 1;
            work(number);
        }
        children.iter().for_each(|child| kill(*child));
        // With all others dead, whatever they held: no lock makes anybody wait.
        for _ in 0..100 {
            let started = monotonic_nanos();
            number += 1;
            work(number);
            assert!(
                monotonic_nanos() - started < 40_000_000,
                "a lock was waited for"
            );
        }
        for child in children {
            assert_eq!(wait(child), libc::SIGKILL);
        }
    }
}
